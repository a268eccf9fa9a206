// The buttons, and the faces that begin.

const ACTIONS = {
  play,
  reset,
  gif: () => saveAnimation("gif"),
  webp: () => saveAnimation("webp"),
  strip: () => saveAnimation("strip"),
  frame: saveFrame,
  json: saveNumbers,
  load: () => find("input.numbers").click(),
  undo: () => travel(past, future),
  redo: () => travel(future, past),
  draw: () => {
    find(".seed").value = Math.floor(Math.random() * 1e6);
    drawNew();
  },
  done: () => find(".picker").close(),
};
people.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  ACTIONS[button?.dataset.do]?.();
  if (!target.closest(".more") || button) find(".more").open = false;
});
document.addEventListener("keydown", (event) => {
  if (
    !people.offsetParent ||
    !(event.ctrlKey || event.metaKey) ||
    event.target.closest?.("input:not([type=range], [type=radio]), textarea, select")
  )
    return;
  const key = event.key.toLowerCase();
  if (key !== "z" && key !== "y") return;
  event.preventDefault();
  ACTIONS[key === "y" || event.shiftKey ? "redo" : "undo"]();
});
find(".views").addEventListener("change", ({ target }) => {
  for (const section of people.querySelectorAll("section[data-view]"))
    section.hidden = section.dataset.view !== target.value;
  if (target.value === "new" && !drawn.length) drawNew();
  if (target.value === "numbers") lookAt(bar);
  drawPlane();
});
find(".views").querySelector("input").checked = true;
for (const [place, taken] of [
  [".use", here],
  [".as", () => drawn[marked]],
]) {
  find(place).insertAdjacentHTML(
    "beforeend",
    LETTERS.map(
      (letter, i) =>
        `<button type="button" class="small" data-as="${i}"
          aria-label="${say("Use as")} ${letter}">${letter}</button>`,
    ).join(""),
  );
  find(place).addEventListener("click", ({ target }) => {
    const latent = target.dataset.as && taken();
    if (latent) jobs.want("use", 0, () => use(latent, Number(target.dataset.as)).then(() => true));
  });
}
find(".kinds").insertAdjacentHTML(
  "beforeend",
  props.kinds
    .map(
      (name, i) =>
        `<label><input type="radio" name="people-kind" value="${name}"
          ${i ? "" : "checked"}> ${name}</label>`,
    )
    .join(""),
);
find(".kinds").addEventListener("change", ({ target }) => changeKind(target.value));
find(".shelf").innerHTML = props.files
  .map(
    (file, i) =>
      `<button type="button" data-file="${file}" aria-label="${say("Example")} ${i + 1}"><img
        src="${ROOT}/studio/static/examples/${file}" alt="" loading="lazy"></button>`,
  )
  .join("");
find(".shelf").addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (button) openExample(button.dataset.file, chosen);
});
translate(element);

// Begins when the tab is first seen.
new IntersectionObserver(async (seen, watching) => {
  if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
  watching.disconnect();
  try {
    faces = await Promise.all(
      props.start.slice(0, 2).map(async (name) => {
        const photo = await (await fetch(`${ROOT}/studio/static/examples/${name}`)).blob();
        const found = await encoded(photo, { eyes: WHOLE });
        return fresh({ crop: found.crop, photo, latents: { [kind]: found.latent } });
      }),
    );
    arrived();
    jobs.want("sliders", 2, askSliders);
  } catch (error) {
    tell(error.message);
  }
}).observe(people);
