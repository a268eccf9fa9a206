// Pointers and keys on the photo: hints and tools. split.js moves and zooms it.

// ---- pointers ----

pad.addEventListener("pointerdown", () => {
  spot = null;
  find(".spot").hidden = true;
});

function act(x, y) {
  if (tool === "sample") sample(x, y);
  else if (tool === "hint") put(x, y);
}

let carried = null; // the hint under a pointer: {index, hints}
find(".hints").addEventListener("pointerdown", (event) => {
  const index = [...find(".hints").children].indexOf(event.target);
  if (index < 0 || event.button !== 0) return;
  event.target.setPointerCapture(event.pointerId);
  carried = { index, hints };
  [selected, selectedFresh] = [index, false];
  find(".color").value = hints[index].color;
  marked();
});
find(".hints").addEventListener("pointermove", (event) => {
  if (!carried) return;
  hideReach();
  hints = moved(carried.index, ...view.inside(split.on(event)));
  changed();
});
for (const name of ["pointerup", "pointercancel"]) {
  find(".hints").addEventListener(name, () => {
    if (!carried) return;
    const after = name === "pointerup" ? hints : carried.hints;
    hints = carried.hints;
    carried = null;
    if (after !== hints) keep(after);
  });
}
// Not "pointerover": a hint just put lies under the pointer, and its colors shall be seen first.
for (const name of ["pointermove", "focusin"]) {
  find(".hints").addEventListener(name, ({ target }) => {
    if (carried || !reach.hidden || !target.matches(".hint")) return;
    showReach([...find(".hints").children].indexOf(target));
  });
}
for (const name of ["pointerout", "focusout"]) find(".hints").addEventListener(name, hideReach);

// ---- keyboard ----

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
pad.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  if (!step && event.key !== " " && event.key !== "Enter") return;
  event.preventDefault();
  spot ??= view.inside([stage.clientWidth / 2, stage.clientHeight / 2]);
  if (!step) return act(...spot);
  spot = spot.map((n, i) => Math.min(1, Math.max(0, n + step[i] * (event.shiftKey ? 0.05 : 0.01))));
  const [x, y] = view.outside(spot);
  find(".spot").hidden = false;
  find(".spot").style.cssText = `left:${x}px;top:${y}px`;
});
pad.addEventListener("blur", () => (find(".spot").hidden = true));
find(".hints").addEventListener("keydown", (event) => {
  const index = [...find(".hints").children].indexOf(event.target);
  if (event.key === "Delete" || event.key === "Backspace") return remove(index);
  const step = STEPS[event.key];
  if (!step) return;
  event.preventDefault();
  [selected, selectedFresh] = [index, false];
  const by = event.shiftKey ? 0.05 : 0.01;
  keep(moved(index, hints[index].x + by * step[0], hints[index].y + by * step[1]));
});

const KEYS = {
  ...split.keys,
  i: () => choose("sample"),
  m: () => choose(tool === "pan" ? "hint" : "pan"),
  Escape: () => choose("hint"),
  Delete: () => remove(selected),
};
const CONTROL = {
  z: () => travel(past, future),
  Z: () => travel(future, past),
  y: () => travel(future, past),
  o: () => find(".one").click(),
  s: () => save(),
};
shortcuts(studio, KEYS, CONTROL);
