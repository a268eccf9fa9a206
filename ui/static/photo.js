// The photo tab: one large photo under a handle between before and after, colored by hints that one puts on it.
const RADIUS = 0.02; // of a hint's disc, in parts of the shorter side of the photo
const MOST_HINTS = 100;
const RECENT = 6; // colors
const KEPT = 40; // answers of the network
const REACHED = 6; // units of Lab from which a place is shown as fully reached by a hint
const SLOW = 1000; // ms, after which progress is shown
const STORE = "studio.colors";
const TAP = 4; // px that a pointer may move in a click

const studio = element.querySelector(".studio");
const find = (selector) => studio.querySelector(selector);
const [stage, pad, before, after, reach, handle] = [
  ".stage",
  ".pad",
  ".before",
  ".after",
  ".reach",
  ".handle",
].map(find);
const jobs = new Latest((message) => tell(message));
const view = new View(stage, (scale, x, y) => placed(scale, x, y));
let photo = null; // what is shown: file, size, preview, box, corners, lightness, seen, ...
let hints = []; // of {x, y, color}, places in parts of the photo's sides; never changed in place
let [past, future] = [[], []]; // of hints
let selected = -1;
let tool = "hint";
let share = 0.5; // of what is seen of the photo, left of the handle
let spot = null; // where the keyboard's place is
let version = 0;
let layers = {}; // network -> {version, fields, chroma}
let batch = null;
let recent = JSON.parse(
  localStorage.getItem(STORE) ?? '["#2f6fd0", "#4e8f3a", "#c8803f", "#d8b48a"]',
);

function tell(message) {
  find(".told").textContent = message;
}

// ---- a photo comes in ----

async function pixelsOf(url) {
  const picture = Object.assign(new Image(), { src: url });
  await picture.decode();
  const canvas = Object.assign(document.createElement("canvas"), {
    width: picture.naturalWidth,
    height: picture.naturalHeight,
  });
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(picture, 0, 0);
  return canvas;
}

function part(canvas, [left, top, right, bottom]) {
  return canvas
    .getContext("2d", { willReadFrequently: true })
    .getImageData(left, top, right - left, bottom - top);
}

async function open(file) {
  if (!file) return;
  tell("");
  await slowly(async () => {
    const told = await (await post("photo/open", {}, file)).json();
    const [preview, restored] = [
      await pixelsOf(told.preview),
      told.restored && (await pixelsOf(told.restored)),
    ];
    const coming = {
      ...told,
      file,
      preview,
      lightness: lightnessOf(part(preview, told.box)),
      restored: restored && lightnessOf(part(restored, [0, 0, restored.width, restored.height])),
      seen: await (await fetch(told.seen)).blob(),
      answers: new Map(),
    };
    const fields = await asked(coming, "plus", []);
    [photo, hints, past, future, selected] = [coming, [], [], [], -1];
    layers = { plus: { version: (version += 1), fields, chroma: chromaIn(fields, []) } };
  });
}

async function bring(file) {
  try {
    await open(file);
  } catch (error) {
    return tell(error.message);
  }
  find(".restore").checked = false;
  find(".restore").disabled = !photo.restored;
  find(".restorable").textContent = say(
    photo.restored ? "faded or dark: more contrast" : "not needed here",
  );
  find(".about").textContent =
    photo.coloring === "color" ? say("The photo is in color: only its lightness is used.") : "";
  for (const canvas of [before, after])
    Object.assign(canvas, { width: photo.preview.width, height: photo.preview.height });
  view.fit(photo.preview.width, photo.preview.height);
  settled();
  drawBoth();
  if (left() === "classic") jobs.want("classic", 2, () => color("classic"));
}

async function slowly(work) {
  const slow = setTimeout(() => (find(".bar").hidden = false), SLOW);
  try {
    return await work();
  } finally {
    clearTimeout(slow);
    find(".bar").hidden = true;
  }
}

// ---- chroma: asked of the network, spread and painted here ----

function insideBox(
  { x, y, color },
  { box: [left, top, right, bottom], preview: { width, height } } = photo,
) {
  return { x: (x * width - left) / (right - left), y: (y * height - top) / (bottom - top), color };
}

function within({ x, y }) {
  return x >= 0 && x <= 1 && y >= 0 && y <= 1;
}

async function asked(photo, model, given) {
  const question = JSON.stringify([model, given]);
  if (photo.answers.has(question)) return photo.answers.get(question);
  const inside = given.map((hint) => insideBox(hint, photo)).filter(within);
  const query = {
    model,
    hints: listOf(inside),
    radius: radius(photo) / Math.min(...boxSize(photo)),
  };
  const answer = await post("photo/chroma", query, photo.seen);
  const fields = {
    shape: answer.headers.get("x-shape").split(",").map(Number),
    data: new Float32Array(await answer.arrayBuffer()),
  };
  photo.answers.set(question, fields);
  if (photo.answers.size > KEPT) photo.answers.delete(photo.answers.keys().next().value);
  return fields;
}

function listOf(hints) {
  return JSON.stringify(hints.map(({ x, y, color }) => [x, y, color]));
}
function boxSize({ box: [left, top, right, bottom] } = photo) {
  return [right - left, bottom - top];
}
function radius({ preview: { width, height } } = photo) {
  return RADIUS * Math.min(width, height);
} // px of the preview
function lightness() {
  return find(".restore").checked && photo.restored ? photo.restored : photo.lightness;
}
function left() {
  return find("[name=left]:checked").value;
}
function saturation() {
  return Number(find(".saturation").value);
}

function chromaIn(fields, given) {
  return spread(
    fields,
    photo.restored ?? photo.lightness,
    lightness(),
    ...boxSize(),
    given.map((hint) => insideBox(hint)),
    radius(),
  );
}

async function color(model) {
  const [now, shown, given] = [version, photo, model === "plus" ? hints : []];
  const fields = await slowly(() => asked(shown, model, given));
  if (photo !== shown) return;
  layers[model] = { version: now, fields, chroma: chromaIn(fields, given) };
  if (model === "plus" && version !== now) jobs.want("plus", 1, () => color("plus"));
  drawBoth();
  settled();
}

function changed() {
  // of the hints
  version += 1;
  marked();
  settled();
  jobs.want("plus", 1, () => color("plus"));
}

function settled() {
  pad.setAttribute("aria-busy", layers.plus?.version !== version);
}

function paint(canvas, chroma, lightness, amount) {
  const context = canvas.getContext("2d");
  const [left, top] = photo.box;
  const [width, height] = boxSize();
  photo.pixels ??= new ImageData(width, height);
  colorInto(photo.pixels, lightness, chroma, amount);
  if (!photo.corners) return context.putImageData(photo.pixels, left, top);
  const colored = Object.assign(document.createElement("canvas"), { width, height });
  colored.getContext("2d").putImageData(photo.pixels, 0, 0);
  context.drawImage(photo.preview, 0, 0);
  context.save();
  context.beginPath();
  for (const corner of photo.corners) context.lineTo(...corner);
  context.clip();
  context.drawImage(colored, left, top);
  context.restore();
}

function drawAfter() {
  if (layers.plus) paint(after, layers.plus.chroma, lightness(), saturation());
}

function drawBefore() {
  if (!layers.plus) return;
  if (left() === "own") before.getContext("2d").drawImage(photo.preview, 0, 0);
  else if (left() === "classic" && layers.classic)
    paint(before, layers.classic.chroma, lightness(), saturation());
  else paint(before, layers.plus.chroma, photo.lightness, 0);
}

function drawBoth() {
  drawBefore();
  drawAfter();
}

// ---- where things are on the screen ----

function placed(scale, x, y) {
  for (const canvas of [before, after])
    canvas.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
  if (photo && !reach.hidden) placeReach();
  marked();
  cut();
}

function seenRange() {
  // left and right end of what is seen of the photo, in px of the stage
  return [Math.max(0, view.x), Math.min(stage.clientWidth, view.x + view.width * view.scale)];
}

function cut() {
  const [from, to] = seenRange();
  const at = from + share * (to - from);
  find(".cut").style.clipPath = `inset(0 0 0 ${at}px)`;
  handle.style.left = `${at}px`;
  handle.setAttribute("aria-valuenow", Math.round(100 * share));
}

function marked() {
  const list = find(".hints");
  while (list.children.length > hints.length) list.lastChild.remove();
  while (list.children.length < hints.length)
    list.append(
      Object.assign(document.createElement("button"), { type: "button", className: "hint" }),
    );
  hints.forEach(({ x, y, color }, i) => {
    const [px, py] = view.outside([x, y]);
    const mark = list.children[i];
    mark.style.cssText = `left:${px}px;top:${py}px;background:${color}`;
    mark.setAttribute("aria-label", `${say("Hint")} ${i + 1}, ${color}`);
    mark.setAttribute("aria-pressed", i === selected);
  });
  find('[data-do="remove"]').hidden = selected < 0;
  find('[data-do="clear"]').hidden = !hints.length;
}

// ---- hints ----

function keep(after) {
  past.push(hints);
  future = [];
  hints = after;
  changed();
}

function put(x, y) {
  if (x < 0 || y < 0 || x > 1 || y > 1 || !photo) return;
  if (hints.length >= MOST_HINTS) return tell(say("No more than 100 hints fit on a photo."));
  selected = hints.length;
  remember(find(".color").value);
  keep([...hints, { x, y, color: find(".color").value }]);
}

function moved(index, x, y) {
  return hints.map((hint, i) =>
    i === index
      ? { ...hint, x: Math.min(1, Math.max(0, x)), y: Math.min(1, Math.max(0, y)) }
      : hint,
  );
}

function remove(index) {
  if (index < 0) return;
  selected = -1;
  hideReach();
  keep(hints.filter((_, i) => i !== index));
}

function travel(from, to) {
  if (!from.length) return;
  to.push(hints);
  hints = from.pop();
  selected = -1;
  changed();
}

function remember(color) {
  recent = [color, ...recent.filter((other) => other !== color)].slice(0, RECENT);
  localStorage.setItem(STORE, JSON.stringify(recent));
  find(".recent").innerHTML = recent
    .map(
      (color) =>
        `<button type="button" data-color="${color}" style="background:${color}" aria-label="${color}" title="${color}"></button>`,
    )
    .join("");
}

function setColor(color) {
  find(".color").value = color;
  if (selected >= 0) keep(hints.map((hint, i) => (i === selected ? { ...hint, color } : hint)));
}

function sample(x, y) {
  const [px, py] = [Math.floor(x * after.width), Math.floor(y * after.height)];
  if (px < 0 || py < 0 || px >= after.width || py >= after.height) return;
  const [from, to] = seenRange();
  const canvas = view.outside([x, y])[0] < from + share * (to - from) ? before : after;
  const [r, g, b] = canvas.getContext("2d").getImageData(px, py, 1, 1).data;
  setColor(`#${[r, g, b].map((n) => n.toString(16).padStart(2, "0")).join("")}`);
  remember(find(".color").value);
  choose("hint");
}

// The area that follows a hint: where the colors would be others without it.
async function showReach(index) {
  if (layers.plus?.version !== version || !hints[index]) return;
  const without = await asked(
    photo,
    "plus",
    hints.filter((_, i) => i !== index),
  ).catch(() => null);
  if (!without || !find(`.hint:nth-child(${index + 1}):is(:hover, :focus-visible)`)) return;
  const {
    shape: [, rows, columns],
    data,
  } = layers.plus.fields;
  const cells = new ImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) {
    const change = Math.hypot(
      data[i] - without.data[i],
      data[rows * columns + i] - without.data[rows * columns + i],
    );
    cells.data[4 * i + 3] = 150 * (1 - Math.min(1, change / REACHED));
  }
  Object.assign(reach, { width: columns, height: rows, hidden: false });
  reach.getContext("2d").putImageData(cells, 0, 0);
  placeReach();
}

function placeReach() {
  const [x, y] = view.outside([
    photo.box[0] / photo.preview.width,
    photo.box[1] / photo.preview.height,
  ]);
  const [width, height] = boxSize().map((n) => n * view.scale);
  reach.style.transform = `translate(${x}px, ${y}px) scale(${width / reach.width}, ${height / reach.height})`;
}

function hideReach() {
  reach.hidden = true;
}

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
for (const name of ["pointerover", "focusin"]) {
  find(".hints").addEventListener(name, ({ target }) => {
    if (!carried && target.matches(".hint"))
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

// ---- buttons ----

function choose(name) {
  tool = name;
  studio.dataset.tool = name;
  for (const button of studio.querySelectorAll("[data-tool]"))
    button.setAttribute("aria-pressed", button.dataset.tool === name);
}

function fit() {
  view.fit(view.width, view.height);
}

function settings() {
  return { saturation: saturation(), restore: find(".restore").checked ? 1 : 0 };
}

async function save() {
  if (!photo) return;
  tell("");
  const query = { ...settings(), lossless: 1, hints: listOf(hints) };
  try {
    const answer = await slowly(() => post("photo/save", query, photo.file));
    download(await answer.blob(), `${photo.file.name.replace(/\.[^.]*$/, "")}-colored.png`);
  } catch (error) {
    tell(error.message);
  }
}

function download(blob, name) {
  const link = Object.assign(document.createElement("a"), {
    href: URL.createObjectURL(blob),
    download: name,
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const ACTIONS = {
  open: () => find(".one").click(),
  add: () => find(".several").click(),
  folder: () => find(".directory").click(),
  save,
  undo: () => travel(past, future),
  redo: () => travel(future, past),
  remove: () => remove(selected),
  clear: () => {
    selected = -1;
    keep([]);
  },
  in: () => view.zoomBy(1.5),
  out: () => view.zoomBy(1 / 1.5),
  fit,
  cancel: () => {
    batch.cancelled = true;
    listed(batch);
  },
  zip: () => download(batch.zip.blob(), "colored-photos.zip"),
};
studio.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  ACTIONS[button.dataset.do]?.();
  if (button.dataset.tool) choose(tool === button.dataset.tool ? "hint" : button.dataset.tool);
  if (button.dataset.color) setColor(button.dataset.color);
  if (button.dataset.example) openExample(button.dataset.example);
});
find(".color").addEventListener("change", ({ target }) => setColor(target.value));
find(".saturation").addEventListener("input", () => {
  find("output").textContent = saturation().toFixed(2);
  if (!photo) return;
  drawAfter();
  if (left() === "classic") drawBefore();
});
find(".restore").addEventListener("change", () => {
  for (const [model, layer] of Object.entries(layers))
    layer.chroma = chromaIn(layer.fields, model === "plus" ? hints : []);
  drawBoth();
});
find(".views").addEventListener("change", () => {
  if (!photo) return;
  before.setAttribute(
    "aria-label",
    say(left() === "classic" ? "Colored by the classic network" : "Photo before"),
  );
  drawBefore();
  if (left() === "classic" && !layers.classic) jobs.want("classic", 2, () => color("classic"));
});

// ---- files ----

async function openExample(name) {
  const blob = await (await fetch(`${ROOT}/studio/static/examples/${name}`)).blob();
  await bring(new File([blob], name, { type: blob.type }));
}

function taken(files) {
  if (files.length === 1) bring(files[0]);
  else if (files.length) addAll(files);
}

function addAll(files) {
  const photos = files.filter(({ name }) => !name.startsWith("."));
  if (batch?.running) return tell(say("Photos are being colored: cancel that first."));
  if (!photos.length) return;
  const query = settings();
  batch = new Batch(photos, async (file) => (await post("photo/save", query, file)).blob(), listed);
  listed(batch);
  batch.run();
}

function listed({ files, done, running, cancelled, skipped, zip, left }) {
  find(".many").hidden = false;
  Object.assign(find("progress"), { value: done, max: files.length });
  const time = Number.isFinite(left)
    ? ` · ${left < 60 ? `${Math.ceil(left)} s` : `${Math.ceil(left / 60)} min`} ${say("left")}`
    : "";
  const state = cancelled ? ` · ${say("cancelled")}` : running ? time : "";
  find(".count").textContent = `${done} ${say("of")} ${files.length}${state}`;
  find(".skipped").replaceChildren(
    ...skipped.map((text) => Object.assign(document.createElement("li"), { textContent: text })),
  );
  find('[data-do="cancel"]').hidden = !running || cancelled;
  find('[data-do="zip"]').hidden = !zip.count || (running && !cancelled);
}

for (const [selector, use] of [
  [".one", taken],
  [".several", taken],
  [".directory", addAll],
]) {
  find(selector).addEventListener("change", ({ target }) => {
    use([...target.files]);
    target.value = "";
  });
}
studio.addEventListener("dragover", (event) => {
  event.preventDefault();
  studio.classList.add("dropping");
});
studio.addEventListener("dragleave", () => studio.classList.remove("dropping"));
studio.addEventListener("drop", (event) => {
  event.preventDefault();
  studio.classList.remove("dropping");
  taken([...event.dataTransfer.files]);
});
document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!files.length || !studio.offsetParent) return;
  event.preventDefault();
  taken(files);
});

find(".shelf").innerHTML = props.examples
  .map(
    (name, i) =>
      `<button type="button" data-example="${name}" aria-label="${say("Example")} ${i + 1}"><img src="${ROOT}/studio/static/examples/${name}" alt="" loading="lazy"></button>`,
  )
  .join("");
translate(element);
remember(recent[0]);
choose("hint");
const first = new IntersectionObserver(([{ isIntersecting }]) => {
  // nothing is computed before the tab is looked at
  if (!isIntersecting) return;
  first.disconnect();
  openExample(props.start);
});
first.observe(stage);
