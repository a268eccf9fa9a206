// What draws on the sheet: one pointer at a time, or the keyboard.

// ---- pointers: one draws, two and palms do not ----

function position({ clientX, clientY }) {
  const box = pad.getBoundingClientRect();
  return [
    ((clientX - box.left) * drawing.width) / box.width,
    ((clientY - box.top) * drawing.height) / box.height,
  ];
}

function strength({ pointerType, pressure }) {
  return pointerType === "pen" && pressure > 0 ? 0.35 + 1.3 * pressure : 1;
}

function put(x, y, share = 1) {
  if (tool === "hint") return startHint(x, y);
  drawing.begin(tool, x, y);
  drawing.extend(x, y, widths[tool] * share);
}

function startHint(x, y) {
  const scale = drawing.width / pad.clientWidth;
  const index = drawing.hints.findIndex(
    ({ points }) => Math.hypot(points[0][0] - x, points[0][1] - y) < NEAR * scale,
  );
  Object.assign(held, {
    hints: drawing.hints,
    from: [x, y],
    index: index < 0 ? drawing.hints.length : index,
    fresh: index < 0,
  });
  if (index < 0)
    drawing.hints = [
      ...drawing.hints,
      { color: find(".hintcolor").value, width: widths.hint, points: [[x, y]] },
    ];
  [selected, selectedFresh] = [held.index, held.fresh];
}

function go(x, y, share = 1) {
  if (tool !== "hint") return drawing.extend(x, y, widths[tool] * share);
  const [dx, dy] = [x - held.from[0], y - held.from[1]];
  drawing.hints = drawing.hints.map((hint, i) => {
    if (i !== held.index) return hint;
    if (held.fresh) return { ...hint, points: [...hint.points, [x, y]] };
    return { ...hint, points: held.hints[i].points.map(([px, py]) => [px + dx, py + dy]) };
  });
}

function lift() {
  if (!held) return;
  const { hints, index } = held;
  held = null;
  if (tool !== "hint") {
    jobs.hurry("paint", 2); // what is drawn now, even beside two updates
    drawing.end();
    if (drawing.isEmpty) return changed();
    return awaitRest();
  }
  const after = drawing.hints.filter((hint, i) => i !== index || inside(hint.points[0]));
  if (after.length < drawing.hints.length) selected = -1;
  drawing.hints = hints;
  drawing.setHints(after);
  changed();
}

function abandon() {
  if (!held) return;
  if (held.hints) drawing.hints = held.hints;
  drawing.cancel();
  held = null;
  changed();
}

function inside([x, y]) {
  return x >= 0 && y >= 0 && x <= drawing.width && y <= drawing.height;
}

const touching = new Set();
pad.addEventListener("pointerdown", (event) => {
  if (event.pointerType === "touch") touching.add(event.pointerId);
  if (event.pointerType === "pen") {
    penSeen = true;
    if (held?.type === "touch") abandon();
  }
  if (event.button !== 0 || (event.pointerType === "touch" && penSeen)) return;
  if (touching.size > 1) return held?.type === "touch" ? abandon() : undefined;
  if (held) return;
  event.preventDefault();
  pad.focus({ preventScroll: true });
  pad.setPointerCapture(event.pointerId);
  held = { id: event.pointerId, type: event.pointerType };
  spot = null;
  put(...position(event), strength(event));
  changed();
});
pad.addEventListener("pointermove", (event) => {
  follow(event);
  if (held?.id !== event.pointerId) return;
  const steps = event.getCoalescedEvents?.() ?? [];
  for (const step of steps.length ? steps : [event]) go(...position(step), strength(step));
  changed();
});
for (const name of ["pointerup", "pointercancel"]) {
  pad.addEventListener(name, (event) => {
    touching.delete(event.pointerId);
    if (held?.id !== event.pointerId) return;
    if (name === "pointerup") lift();
    else abandon();
  });
}
pad.addEventListener("pointerleave", () => (cursor.hidden = true));
pad.addEventListener("contextmenu", (event) => event.preventDefault());

function follow(event) {
  if (event.pointerType === "touch") return;
  pointAt(...position(event));
}

function pointAt(x, y) {
  const scale = pad.clientWidth / drawing.width;
  const size = Math.max(4, widths[tool] * scale);
  cursor.hidden = false;
  const [left, top] = [x, y].map((at) => `${at * scale - size / 2}px`);
  Object.assign(cursor.style, { width: `${size}px`, height: `${size}px`, left, top });
}

// ---- keyboard ----

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
pad.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  if (!step && event.key !== " " && event.key !== "Delete" && event.key !== "Escape") return;
  if (event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  spot ??= [drawing.width / 2, drawing.height / 2];
  if (event.key === "Delete") return removeHint();
  if (event.key === "Escape") return abandon();
  if (event.key === " ") {
    if (held) return lift();
    held = { id: "keyboard" };
    put(...spot);
    if (tool === "hint" && held.fresh) return lift();
    return changed();
  }
  const reach = event.shiftKey ? 40 : 8;
  spot = [0, 1].map((i) =>
    Math.min([drawing.width, drawing.height][i], Math.max(0, spot[i] + reach * step[i])),
  );
  pointAt(...spot);
  if (held?.id === "keyboard") {
    go(...spot);
    changed();
  }
});
pad.addEventListener("blur", () => {
  if (held?.id === "keyboard") lift();
  cursor.hidden = true;
});

const KEYS = {
  b: () => choose("pen"),
  p: () => choose("pen"),
  e: () => choose("eraser"),
  h: () => choose("hint"),
  r: () => shuffle(),
  "[": () => widen(-2),
  "]": () => widen(2),
};
const CONTROL = {
  z: () => travel("undo"),
  y: () => travel("redo"),
  o: () => find("input[type=file]").click(),
  s: () => save("picture"),
  Backspace: () => clear(),
};
document.addEventListener("keydown", (event) => {
  if (
    !studio.offsetParent ||
    event.altKey ||
    event.target.closest?.("input:not([type=range], [type=radio], [type=color]), textarea, select")
  )
    return;
  const control = event.ctrlKey || event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const action =
    control && key === "z" && event.shiftKey
      ? () => travel("redo")
      : (control ? CONTROL : KEYS)[key];
  if (!action) return;
  event.preventDefault();
  action();
});
