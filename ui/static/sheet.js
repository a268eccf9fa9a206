// The sketch tab: one sheet that is colored under one's own lines while one draws.
const LIVE_SIDE = 256; // px of the longer side of what is sent while the pen moves
const FULL_SIDE = 512; // at rest; the server fills colors in at no more than that
const SMALL_SIDE = 128; // of a proposal
const SHEET_SIDE = 768; // px of a new sheet
const REST = 250; // ms without a change, after which the full picture and the proposals follow
const SLOW = 1000; // ms, after which progress is shown
const NEAR = 14; // px on the screen from a hint's mark that take hold of it
const PROPOSALS = 4;
const STORE = "studio.sheet";
const START = ["robot", [["#3f8fc4", 3], ["#f2b33d", 2], ["#e8563f", 1], ["#f7efe0", 1]]];

const studio = element.querySelector(".studio");
const find = (selector) => studio.querySelector(selector);
const [paper, pad, paint, marks, cursor] = [".paper", ".pad", ".paint", ".marks", ".cursor"].map(find);
const drawing = new Drawing(SHEET_SIDE, SHEET_SIDE);
drawing.lines.className = "lines";
paper.insertBefore(drawing.lines, marks);
const jobs = new Latest((message) => tell(message));
const palette = new Palette(find(".swatches"), () => changed());
const widths = { pen: 6, eraser: 30, hint: 18 };
let tool = "pen";
let held = null; // the pointer under way: {id, type, index?, hints?, from?}
let version = 0; // of the drawing, and the version that the colors on the sheet belong to
let painted = -1;
let epoch = 0; // counts sheets: an answer for another one is not shown
let selected = -1; // hint
let spot = null; // where the keyboard's tool is
let penSeen = false; // a resting palm never draws once there is a pen
let proposals = []; // palettes
let seed = 0;
let resting = null;

function tell(message) { find(".told").textContent = message; }

// ---- what is asked of the server ----

function query(entries, side, live = false) {
  const asked = { palette: JSON.stringify(entries), seed, live: live ? 1 : 0, side };
  if (drawing.hints.length) asked.hints = 1;
  return asked;
}

async function colored(options) {
  const body = await packed(drawing, options.side);
  const slow = setTimeout(() => (find(".bar").hidden = false), SLOW);
  try {
    const answer = await post("paint", options, body);
    return answer && (await createImageBitmap(await answer.blob()));
  } finally {
    clearTimeout(slow);
    find(".bar").hidden = true;
  }
}

function show(picture) {
  Object.assign(paint, { width: picture.width, height: picture.height });
  paint.getContext("2d").drawImage(picture, 0, 0);
}

function entries() { return JSON.parse(palette.toJSON()); }

async function paintNow() {
  const [asked, sheet] = [version, epoch];
  const picture = await colored(query(entries(), LIVE_SIDE, held !== null));
  if (picture === null) return null;
  if (sheet !== epoch) return;
  show(picture);
  painted = asked;
  if (version !== asked) jobs.want("paint", 1, paintNow);
  settle();
}

async function paintFull() {
  const asked = version;
  const picture = await colored(query(entries(), FULL_SIDE));
  if (version !== asked || !picture) return;
  show(picture);
  pad.dispatchEvent(new CustomEvent("rested", { bubbles: true }));
}

async function paintClassic() {
  const answer = await post("paint", { model: "classic", side: FULL_SIDE, ...(drawing.hints.length && { hints: 1 }) }, await packed(drawing, FULL_SIDE));
  find(".other img").src = URL.createObjectURL(await answer.blob());
}

async function askPalettes() {
  const answer = await post("palettes", query([], LIVE_SIDE), await packed(drawing, LIVE_SIDE));
  proposals = (await answer.json()).map((colors) => palette.merged(colors));
  proposals.forEach((colors, i) => jobs.want(`proposal ${i}`, 5, () => paintProposal(i, colors)));
}

async function paintProposal(index, colors) {
  const [asked, given] = [version, colors.map(({ color, weight }) => [color, weight])];
  const picture = await colored(query(given, SMALL_SIDE));
  if (version !== asked) return;
  const canvas = find(".four").children[index].querySelector("canvas");
  Object.assign(canvas, { width: 256, height: Math.round((256 * drawing.height) / drawing.width) });
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  context.drawImage(drawing.lines, 0, 0, canvas.width, canvas.height);
  canvas.parentElement.hidden = false;
}

function settle() {
  pad.setAttribute("aria-busy", painted !== version);
}

// ---- what happens when something has changed ----

function changed() {
  version += 1;
  settle();
  marked();
  clearTimeout(resting);
  if (drawing.isEmpty) return empty();
  jobs.want("paint", 1, paintNow);
  if (!held) resting = setTimeout(rest, REST);
}

function rest() {
  tell("");
  store();
  jobs.want("full", 2, paintFull);
  if (studio.dataset.view === "networks") jobs.want("classic", 3, paintClassic);
  jobs.want("palettes", 4, askPalettes);
}

function empty() {
  epoch += 1;
  jobs.jobs.clear();
  paint.getContext("2d").clearRect(0, 0, paint.width, paint.height);
  for (const button of find(".four").children) button.hidden = true;
  painted = version;
  settle();
  store();
}

function marked() {
  marks.setAttribute("viewBox", `0 0 ${drawing.width} ${drawing.height}`);
  const scale = drawing.width / (paper.clientWidth || drawing.width);
  marks.innerHTML = drawing.hints.map(({ color, width, points }, i) => {
    const [x, y] = points[0];
    const path = points.length > 1 ? `<polyline points="${points.join(" ")}" stroke="${color}" stroke-width="${width}"/>` : "";
    return `<g class="${i === selected ? "selected" : ""}">${path}<circle cx="${x}" cy="${y}" r="${8 * scale}" fill="${color}" stroke-width="${2.5 * scale}"/></g>`;
  }).join("");
  find('[data-do="unhint"]').hidden = selected < 0;
}

function resized() {
  paper.style.setProperty("--ratio", drawing.width / drawing.height);
  marked();
}

// ---- pointers: one draws, two and palms do not ----

function position({ clientX, clientY }) {
  const box = pad.getBoundingClientRect();
  return [((clientX - box.left) * drawing.width) / box.width, ((clientY - box.top) * drawing.height) / box.height];
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
  const index = drawing.hints.findIndex(({ points }) => Math.hypot(points[0][0] - x, points[0][1] - y) < NEAR * scale);
  Object.assign(held, { hints: drawing.hints, from: [x, y], index: index < 0 ? drawing.hints.length : index, fresh: index < 0 });
  if (index < 0) drawing.hints = [...drawing.hints, { color: find(".hintcolor").value, width: widths.hint, points: [[x, y]] }];
  selected = held.index;
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
  if (tool !== "hint") drawing.end();
  else {
    const after = drawing.hints.filter((hint, i) => i !== index || inside(hint.points[0]));
    if (after.length < drawing.hints.length) selected = -1;
    drawing.hints = hints;
    drawing.setHints(after);
  }
  changed();
}

function abandon() {
  if (!held) return;
  if (held.hints) drawing.hints = held.hints;
  drawing.cancel();
  held = null;
  changed();
}

function inside([x, y]) { return x >= 0 && y >= 0 && x <= drawing.width && y <= drawing.height; }

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
  cursor.style.cssText = `width:${size}px;height:${size}px;left:${x * scale - size / 2}px;top:${y * scale - size / 2}px`;
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
  spot = [0, 1].map((i) => Math.min([drawing.width, drawing.height][i], Math.max(0, spot[i] + reach * step[i])));
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

const KEYS = { b: () => choose("pen"), p: () => choose("pen"), e: () => choose("eraser"), h: () => choose("hint"), r: () => shuffle(),
  "[": () => widen(-2), "]": () => widen(2) };
const CONTROL = { z: () => travel("undo"), y: () => travel("redo"), o: () => find("input[type=file]").click(), s: () => save("picture"), Backspace: () => clear() };
document.addEventListener("keydown", (event) => {
  if (!studio.offsetParent || event.altKey || event.target.closest?.("input:not([type=range], [type=radio], [type=color]), textarea, select")) return;
  const control = event.ctrlKey || event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const action = control && key === "z" && event.shiftKey ? () => travel("redo") : (control ? CONTROL : KEYS)[key];
  if (!action) return;
  event.preventDefault();
  action();
});

// ---- tools ----

function choose(name) {
  if (held) lift();
  tool = name;
  if (name !== "hint") selected = -1;
  for (const button of studio.querySelectorAll("[data-tool]")) button.setAttribute("aria-pressed", button.dataset.tool === name);
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
  if (width !== drawing.width || height !== drawing.height) resized();
  changed();
}

function clear() {
  if (drawing.isEmpty) return;
  drawing.replace(() => {}, SHEET_SIDE, SHEET_SIDE);
  selected = -1;
  resized();
  address(null);
  changed();
  tell(say("A new sheet. Undo brings the drawing back."));
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
    const answer = await post("palettes", query([], LIVE_SIDE), await packed(drawing, LIVE_SIDE));
    const found = await answer.json();
    if (!found.length) return tell(say("Draw a few lines first."));
    palette.take(palette.merged(found[seed % found.length]));
    changed();
  });
}

const ACTIONS = {
  undo: () => travel("undo"), redo: () => travel("redo"), clear, shuffle, unhint: removeHint,
  open: () => find("input[type=file]").click(),
  save: () => save("picture"), "save-lines": () => save("lines"), "save-clear": () => save("clear"),
};
studio.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (button?.dataset.tool) choose(button.dataset.tool);
  if (button && ACTIONS[button.dataset.do] && !button.closest(".swatches")) ACTIONS[button.dataset.do]();
  if (!target.closest(".more") || button) find(".more").open = false;
});
find(".width").addEventListener("input", ({ target }) => (widths[tool] = Number(target.value)));
find(".hintcolor").addEventListener("input", ({ target }) => {
  if (tool !== "hint") choose("hint");
  if (selected < 0) return;
  drawing.setHints(drawing.hints.map((hint, i) => (i === selected ? { ...hint, color: target.value } : hint)));
  changed();
});
find(".swatches").addEventListener("chosen", () => {
  find(".typed").value = palette.colors.length ? palette.current : "";
  find(".hintcolor").value = palette.current;
});
find(".typed").addEventListener("change", ({ target }) => {
  const good = palette.type(target.value);
  target.setAttribute("aria-invalid", !good);
  tell(good ? "" : `“${target.value}” ${say("is not a color. Write it like #3366cc, rgb(51, 102, 204) or teal.")}`);
});
find(".views").addEventListener("change", ({ target }) => {
  studio.dataset.view = target.value;
  marked();
  if (target.value === "networks" && !drawing.isEmpty) jobs.want("classic", 3, paintClassic);
});

// ---- pictures in and out ----

function bring(picture, width, height) {
  if (held) abandon();
  drawing.replace((context) => context.drawImage(picture, 0, 0, width, height), width, height);
  epoch += 1;
  selected = -1;
  resized();
  changed();
}

async function open(file) {
  if (!file) return;
  tell("");
  try {
    const answer = await post("open", {}, file);
    const picture = await createImageBitmap(await answer.blob());
    address(null);
    bring(picture, picture.width, picture.height);
  } catch (error) {
    tell(error.message);
  }
}

async function openExample(name) {
  const source = name.startsWith("data:") ? name : `${(window.gradio_config?.root ?? "").replace(/\/$/, "")}/studio/static/examples/sketch-${name}.png`;
  const picture = Object.assign(new Image(), { src: source });
  await picture.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: picture.width, height: picture.height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(picture, 0, 0);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  for (let i = 0; i < pixels.data.length; i += 4) {
    pixels.data[i + 3] = 255 - pixels.data[i];
    pixels.data.fill(0, i, i + 3);
  }
  context.putImageData(pixels, 0, 0);
  bring(canvas, SHEET_SIDE, SHEET_SIDE);
}

async function takeColors(file) {
  try {
    palette.take(palette.merged(colorsOf(await createImageBitmap(file))));
    changed();
  } catch {
    tell(say("That file is no picture that this browser can read."));
  }
}

function firstPicture({ files }) { return [...files].find(({ type }) => type.startsWith("image/")) ?? files[0]; }

find("input[type=file]").addEventListener("change", ({ target }) => {
  open(target.files[0]);
  target.value = "";
});
for (const [place, taken] of [[studio, open], [find(".colors"), takeColors]]) {
  place.addEventListener("dragover", (event) => {
    event.preventDefault();
    place.classList.add("dropping");
  });
  place.addEventListener("dragleave", () => place.classList.remove("dropping"));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation();
    studio.classList.remove("dropping");
    place.classList.remove("dropping");
    taken(firstPicture(event.dataTransfer));
  });
}
document.addEventListener("paste", (event) => {
  const file = event.clipboardData && firstPicture(event.clipboardData);
  if (!file || !studio.offsetParent) return;
  event.preventDefault();
  open(file);
});

async function save(kind) {
  const canvas = Object.assign(document.createElement("canvas"), { width: drawing.width, height: drawing.height });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  const { width, height } = drawing;
  if (kind !== "clear") {
    context.fillStyle = "white";
    context.fillRect(0, 0, width, height);
  }
  if (kind !== "lines" && paint.width > 8) context.drawImage(kind === "clear" ? withoutPaper(paint) : paint, 0, 0, width, height);
  context.drawImage(drawing.lines, 0, 0);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  const name = { picture: "colored-drawing", lines: "drawing-lines", clear: "colored-drawing-transparent" }[kind];
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: `${name}.png` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// The colors, transparent where white reaches in from the border.
function withoutPaper(source) {
  const canvas = Object.assign(document.createElement("canvas"), { width: source.width, height: source.height });
  const context = canvas.getContext("2d");
  context.drawImage(source, 0, 0);
  const { width, height } = canvas;
  const pixels = context.getImageData(0, 0, width, height);
  const inks = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
  inks.drawImage(drawing.lines, 0, 0, width, height);
  const ink = inks.getImageData(0, 0, width, height).data;
  const data = pixels.data;
  const queue = [];
  const visit = (x, y) => {
    const i = 4 * (y * width + x);
    if (x < 0 || y < 0 || x >= width || y >= height || data[i + 3] === 0) return;
    if (Math.min(data[i], data[i + 1], data[i + 2]) < 225 || ink[i + 3] > 60) return;
    data[i + 3] = 0;
    queue.push([x, y]);
  };
  for (let x = 0; x < width; x++) visit(x, 0), visit(x, height - 1);
  for (let y = 0; y < height; y++) visit(0, y), visit(width - 1, y);
  while (queue.length) {
    const [x, y] = queue.pop();
    visit(x + 1, y), visit(x - 1, y), visit(x, y + 1), visit(x, y - 1);
  }
  context.putImageData(pixels, 0, 0);
  return canvas;
}

// ---- what outlives a reload: in this browser alone ----

function store() {
  const kept = { lines: drawing.lines.toDataURL(), width: drawing.width, height: drawing.height, hints: drawing.hints, colors: palette.colors, seed };
  try {
    localStorage.setItem(STORE, JSON.stringify(kept));
  } catch {
    tell(say("This browser has no room to keep the drawing."));
  }
}

async function restored() {
  try {
    const kept = JSON.parse(localStorage.getItem(STORE));
    if (!kept) return false;
    const picture = Object.assign(new Image(), { src: kept.lines });
    await picture.decode();
    seed = kept.seed;
    palette.take(kept.colors);
    drawing.resize(kept.width, kept.height);
    drawing.context.drawImage(picture, 0, 0);
    drawing.hints = kept.hints;
    resized();
    changed();
    return true;
  } catch {
    return false;
  }
}

function address(example) {
  const url = new URL(location);
  if (example) url.searchParams.set("example", example);
  else url.searchParams.delete("example");
  history.replaceState(history.state, "", url);
}

async function start() {
  const asked = new URLSearchParams(location.search);
  const name = asked.get("tab") in { faces: 1, photos: 1, compress: 1, morph: 1, models: 1 } ? null : asked.get("example");
  const known = props.examples.includes(name);
  palette.take(START[1].map(([color, weight]) => ({ color, weight, locked: false })));
  if (!known && (await restored())) return;
  await openExample(known ? name : START[0]);
  drawing.past = [];
}

const root = (window.gradio_config?.root ?? "").replace(/\/$/, "");
find(".shelf").style.cssText = `--count:${props.examples.length};--sketches:url("${root}/studio/static/examples/shelf.webp")`;
find(".shelf").innerHTML = props.examples.map((name, i) =>
  `<button type="button" data-example="${name}" aria-label="${say("Example")}: ${say(name)}" title="${say(name)}" style="--at:${i}"></button>`).join("");
find(".shelf").addEventListener("click", ({ target }) => {
  const name = target.dataset.example;
  if (!name) return;
  address(name);
  openExample(name);
});
find(".four").innerHTML = Array.from({ length: PROPOSALS }, (_, i) => `<button type="button" hidden aria-label="${say("Proposal")} ${i + 1}"><canvas></canvas></button>`).join("");
find(".four").addEventListener("click", ({ target }) => {
  const index = [...find(".four").children].indexOf(target.closest("button"));
  if (index < 0) return;
  palette.take(proposals[index]);
  changed();
});
translate(element);
choose("pen");
resized();
start();
