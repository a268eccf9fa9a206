// The buttons, wells and switches around the sheet.

function choose(name) {
  if (held) lift();
  tool = name;
  if (name !== "hint") selected = -1;
  for (const button of studio.querySelectorAll("[data-tool]"))
    button.setAttribute("aria-pressed", button.dataset.tool === name);
  studio.dataset.tool = name;
  find(".width").value = widths[name];
  marked();
}

function widen(by) {
  widths[tool] = Math.min(64, Math.max(1, widths[tool] + by));
  find(".width").value = widths[tool];
}

function travel(direction) {
  if (held) return;
  const [width, height] = [drawing.width, drawing.height];
  if (!drawing[direction]()) return;
  selected = -1;
  offerOriginal(null);
  if (width !== drawing.width || height !== drawing.height) resized();
  changed();
}

function clear() {
  if (drawing.isEmpty) return;
  drawing.replace(() => {}, SHEET_SIDE, SHEET_SIDE);
  selected = -1;
  offerOriginal(null);
  resized();
  address(null);
  changed();
  tell(say("A new sheet. Undo brings the drawing back."), true);
}

function removeHint() {
  if (selected < 0) return;
  drawing.setHints(drawing.hints.filter((_, i) => i !== selected));
  selected = -1;
  changed();
}

function shuffle() {
  seed += 1;
  jobs.want("shuffle", 0, async () => {
    const answer = await post("palettes", query([], SMALL_SIDE), packed(drawing, SMALL_SIDE));
    const found = await answer.json();
    if (!found.length) return tell(say("Draw a few lines first."));
    palette.take(palette.merged(found[seed % found.length]));
    changed();
  });
}

const ACTIONS = {
  undo: () => travel("undo"),
  redo: () => travel("redo"),
  clear,
  shuffle,
  unhint: removeHint,
  original: () => open(original, false),
  open: () => find("input[type=file]").click(),
  colors: () => find(".colored").click(),
  save: () => save("picture"),
  "save-lines": () => save("lines"),
  "save-clear": () => save("clear"),
};
studio.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (button?.dataset.tool) choose(button.dataset.tool);
  if (button && ACTIONS[button.dataset.do] && !button.closest(".swatches"))
    ACTIONS[button.dataset.do]();
  if (!target.closest(".more") || button) find(".more").open = false;
});
find(".width").addEventListener("input", ({ target }) => (widths[tool] = Number(target.value)));
find(".hintcolor").addEventListener("input", ({ target }) => {
  if (tool !== "hint") choose("hint");
  if (selected < 0 || selectedFresh) return;
  drawing.setHints(
    drawing.hints.map((hint, i) => (i === selected ? { ...hint, color: target.value } : hint)),
  );
  changed();
});
find(".swatches").addEventListener("chosen", () => {
  find(".typed").value = palette.colors.length ? palette.current : "";
  find(".hintcolor").value = palette.current;
});
find(".typed").addEventListener("change", ({ target }) => {
  const good = palette.type(target.value);
  const remedy = say("is not a color. Write it like #3366cc, rgb(0, 99, 204) or teal.");
  target.setAttribute("aria-invalid", !good);
  tell(good ? "" : `“${target.value}” ${remedy}`);
});
find(".views").addEventListener("change", ({ target }) => {
  studio.dataset.view = target.value;
  marked();
  if (target.value === "networks" && !drawing.isEmpty) jobs.want("classic", 2, paintClassic);
});
