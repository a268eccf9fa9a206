// Pointers and keys on the photo: the handle, hints, moving and zooming.

// ---- pointers ----

function on(event) {
  const box = stage.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

const fingers = new Map(); // pointer -> place on the stage
let tapped = null; // where a click began
pad.addEventListener("pointerdown", (event) => {
  event.preventDefault();
  pad.focus({ preventScroll: true });
  pad.setPointerCapture(event.pointerId);
  fingers.set(event.pointerId, on(event));
  spot = null;
  find(".spot").hidden = true;
  tapped = fingers.size === 1 && event.button === 0 && tool !== "pan" ? on(event) : null;
});
pad.addEventListener("pointermove", (event) => {
  const last = fingers.get(event.pointerId);
  if (!last) return;
  const now = on(event);
  if (tapped && Math.hypot(now[0] - tapped[0], now[1] - tapped[1]) > TAP) tapped = null;
  const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
  if (other) {
    view.zoomBy(
      Math.hypot(now[0] - other[0], now[1] - other[1]) /
        Math.max(1, Math.hypot(last[0] - other[0], last[1] - other[1])),
      other,
    );
    view.moveBy((now[0] - last[0]) / 2, (now[1] - last[1]) / 2);
  } else if (!tapped) view.moveBy(now[0] - last[0], now[1] - last[1]);
  if (!tapped || other) fingers.set(event.pointerId, now);
});
for (const name of ["pointerup", "pointercancel"]) {
  pad.addEventListener(name, (event) => {
    fingers.delete(event.pointerId);
    if (tapped && name === "pointerup") act(...view.inside(tapped));
    tapped = null;
  });
}
pad.addEventListener(
  "wheel",
  (event) => {
    event.preventDefault();
    view.zoomBy(Math.exp(-event.deltaY / 400), on(event));
  },
  { passive: false },
);

function act(x, y) {
  if (tool === "sample") sample(x, y);
  else put(x, y);
}

let carried = null; // the hint under a pointer: {index, hints}
find(".hints").addEventListener("pointerdown", (event) => {
  const index = [...find(".hints").children].indexOf(event.target);
  if (index < 0 || event.button !== 0) return;
  event.target.setPointerCapture(event.pointerId);
  carried = { index, hints };
  selected = index;
  find(".color").value = hints[index].color;
  marked();
});
find(".hints").addEventListener("pointermove", (event) => {
  if (!carried) return;
  hideReach();
  hints = moved(carried.index, ...view.inside(on(event)));
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

handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId));
handle.addEventListener("pointermove", (event) => {
  if (!handle.hasPointerCapture(event.pointerId)) return;
  const [from, to] = seenRange();
  share = Math.min(1, Math.max(0, (on(event)[0] - from) / (to - from)));
  cut();
});

// ---- keyboard ----

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
handle.addEventListener("keydown", (event) => {
  const step = {
    ArrowLeft: -0.02,
    ArrowDown: -0.02,
    ArrowRight: 0.02,
    ArrowUp: 0.02,
    PageUp: 0.1,
    PageDown: -0.1,
    Home: -1,
    End: 1,
  }[event.key];
  if (!step) return;
  event.preventDefault();
  share = Math.min(1, Math.max(0, share + step * (event.shiftKey ? 5 : 1)));
  cut();
});
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
  selected = index;
  const by = event.shiftKey ? 0.05 : 0.01;
  keep(moved(index, hints[index].x + by * step[0], hints[index].y + by * step[1]));
});

const KEYS = {
  "+": () => view.zoomBy(1.5),
  "=": () => view.zoomBy(1.5),
  "-": () => view.zoomBy(1 / 1.5),
  0: () => fit(),
  i: () => choose("sample"),
  m: () => choose(tool === "pan" ? "hint" : "pan"),
  Escape: () => choose("hint"),
  Delete: () => remove(selected),
};
const CONTROL = {
  z: () => travel(past, future),
  y: () => travel(future, past),
  o: () => find(".one").click(),
  s: () => save(),
};
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || !studio.offsetParent || event.altKey) return;
  if (
    event.target.closest?.(
      "input:not([type=range], [type=radio], [type=color], [type=checkbox]), textarea, select",
    )
  )
    return;
  const control = event.ctrlKey || event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const action =
    control && key === "z" && event.shiftKey ? CONTROL.y : (control ? CONTROL : KEYS)[key];
  if (!action) return;
  event.preventDefault();
  action();
});
