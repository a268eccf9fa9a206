// Changes of the chosen face, live: sliders that add up.

function change(control, parts) {
  if (!changeable()) return tell(say("Changes belong to the plus network: choose it under Way."));
  if (coalescing !== control) remember();
  coalescing = control;
  stop();
  const corner = cornerOf(faces.length, chosen);
  replace(chosen, { ...faces[chosen], ...parts });
  point = corner;
  canvas.setAttribute("aria-busy", "true");
  clearTimeout(resting);
  clearTimeout(exactly);
  jobs.drop("grid");
  version += 1;
  grid.frames.clear();
  jobs.want("edit", 0, decodeChanged);
}

async function decodeChanged() {
  const [asked, index] = [version, chosen];
  const pictures = await decoded([numbersOf(faces[index])], { live: 1 });
  if (!pictures) return null;
  if (index !== chosen) return;
  paint([[pictures[0], 1]]);
  people.dataset.painted = asked;
  if (asked !== version) return;
  ready();
  clearTimeout(resting);
  resting = setTimeout(() => settle(index, pictures[0]), REST);
}

function settle(index, picture) {
  coalescing = null;
  replace(index, { ...faces[index], shown: isChanged(faces[index]) ? urlOf(picture) : undefined });
  drawSlots();
  rebuild();
  show();
}

const label = (name) =>
  say(
    name
      .replace("component_", "Direction ")
      .replaceAll("_", " ")
      .replace(/^(.)(.*)$/, (_, first, rest) => first + rest.toLowerCase()),
  );

async function askSliders() {
  const answer = await post("directions", {}, "");
  ({ sliders } = await answer.json());
  find(".changes").innerHTML = sliders
    .map(
      ({ name }) =>
        `<label data-name="${name}"><span>${label(name)}</span><input type="range" min="${-REACH}"
          max="${REACH}" step="0.05" value="0"
          aria-label="${label(name)}"><output>0</output></label>`,
    )
    .join("");
  drawChanges();
}
find(".changes").addEventListener("input", ({ target }) => {
  const { name } = target.closest("label").dataset;
  target.nextElementSibling.textContent = Number(target.value);
  change(name, { amounts: { ...faces[chosen].amounts, [name]: Number(target.value) } });
});
for (const event of ["pointerover", "focusin"]) {
  find(".changes").addEventListener(event, ({ target }) => {
    const slider = sliders.find(({ name }) => name === target.closest("label")?.dataset.name);
    if (slider) find(".effect").textContent = effect(slider);
  });
}

function effect({ name, own, others }) {
  if (own === undefined)
    return say(
      "A direction that changes pictures most among all faces: one step is a standard deviation." +
        " It carries several attributes at once.",
    );
  return say(
    "Measured, two steps: {name} moves by {own}, each other attribute by {others} on average," +
      " in standard deviations of a classifier.",
  )
    .replace("{name}", label(name))
    .replace("{own}", own.toFixed(2))
    .replace("{others}", others.toFixed(2));
}

function drawChanges() {
  const face = faces[chosen];
  for (const row of find(".changes").querySelectorAll("label")) {
    const amount = face.amounts[row.dataset.name] ?? 0;
    row.querySelector("input").value = amount;
    row.querySelector("output").textContent = amount;
    row.querySelector("input").disabled = !changeable();
  }
  find(".kept").disabled = !changeable();
  find(".kept").value = find(".keptout").textContent = face.kept;
  drawBars();
}

function reset() {
  if (!isChanged(faces[chosen])) return;
  remember();
  replace(chosen, { ...faces[chosen], amounts: {}, moved: {}, kept: most, shown: undefined });
  arrived();
}
