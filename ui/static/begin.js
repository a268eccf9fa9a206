// The buttons, and the faces that begin.

const ACTIONS = {
  play,
  reset,
  gif: () => saveAnimation("gif"),
  mp4: () => saveAnimation("mp4"),
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
shortcuts(
  people,
  {},
  { z: ACTIONS.undo, Z: ACTIONS.redo, y: ACTIONS.redo },
);
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
shelve(find(".shelf"), props.files, (name) => {
  address(stem(name));
  openExample(name, chosen);
});
translate(element);

whenSeen(people, async () => {
  const [first, second] = props.start;
  try {
    faces = await Promise.all(
      [exampleAsked(props.files) ?? first, second].map(async (name) => {
        const photo = await exampleFile(name);
        const found = await encoded(photo, { eyes: WHOLE });
        return fresh({ crop: found.crop, photo, latents: { [kind]: found.latent } });
      }),
    );
    arrived();
    jobs.want("sliders", 2, askSliders);
  } catch (error) {
    tell(error.message);
  }
});
