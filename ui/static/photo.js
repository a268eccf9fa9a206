// The photo tab: one large photo under a handle between before and after, colored by hints that one
// puts on it.
const RADIUS = 0.02; // of a hint's disc, in parts of the shorter side of the photo
const MOST_HINTS = 100;
const RECENT = 6; // colors
const KEPT = 40; // answers of the network
const QUICK = 2; // px of the photo a px of its first picture after a hint
const REST = 120; // ms without a hint before all pixels are painted
const REACHED = 6; // units of Lab from which a place is shown as fully reached by a hint
const STORE = "studio.colors";
// What stands left of the handle, by the network that made it.
const OTHERS = {
  classic: "Colored by the classic network",
  rgb: "Painted by the network that guesses the lightness, too",
};

const studio = element.querySelector(".studio");
const find = (selector) => studio.querySelector(selector);
const [stage, pad, reach] = [".stage", ".pad", ".reach"].map(find);
const jobs = new Latest((message) => {
  tell(message);
  if (pad.dataset.rough) drawAfter();
});
const split = new Split(stage, {
  compared: "Before and after",
  working: "Coloring",
  moved: () => placed(),
  pressed: (x, y) => expect(x, y),
  tapped: (x, y) => act(x, y),
});
const {
  view,
  layers: [before, after],
} = split;
let opening = 0; // counts photos that were asked for: a slow answer replaces none chosen later
let photo = null; // what is shown: file, size, preview, box, corners, lightness, seen, ...
let hints = []; // of {x, y, color}, places in parts of the photo's sides; never changed in place
let [past, future] = [[], []]; // of hints
let selected = -1;
let selectedFresh = false; // just put: another color is for the next one
let tool = "hint";
let spot = null; // where the keyboard's place is
let version = 0;
let layers = {}; // network -> {version, fields, given hints, chroma once it is needed}
let resting = null;
let batch = null;
let reaching = false; // the reach of a hint is being asked for
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

// Whether it is what is shown now.
async function open(file) {
  const mine = (opening += 1);
  tell("");
  return split.slowly(async () => {
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
      thin: new Map(), // planes of lightness -> fewer of their pixels
      pixels: {}, // step -> ImageData
    };
    const fields = await asked(coming, "plus", []);
    if (mine !== opening) return false;
    [photo, hints, past, future, selected] = [coming, [], [], [], -1];
    layers = { plus: { version: (version += 1), fields, given: [] } };
    return true;
  });
}

async function bring(file) {
  try {
    if (!(await open(file))) return;
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
  split.fit(photo.preview.width, photo.preview.height);
  settled();
  drawBoth();
  askOther();
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

// Each question is asked once: its answer is kept, also while it is on its way.
function asked(photo, model, given) {
  const { answers } = photo;
  const question = JSON.stringify([model, given]);
  if (!answers.has(question)) {
    const answer = ask(photo, model, given);
    answer.catch(() => answers.delete(question));
    answers.set(question, answer);
    if (answers.size > KEPT) answers.delete(answers.keys().next().value);
  }
  return answers.get(question);
}

async function ask(photo, model, given) {
  const inside = given.map((hint) => insideBox(hint, photo)).filter(within);
  const query = {
    model,
    hints: listOf(inside),
    radius: radius(photo) / Math.min(...boxSize(photo)),
  };
  const answer = await post("photo/chroma", query, photo.seen);
  return {
    shape: answer.headers.get("x-shape").split(",").map(Number),
    data: new Float32Array(await answer.arrayBuffer()),
  };
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

// step: px of the photo a px of the result.
function chromaIn({ fields, given, own }, step = 1) {
  return spread(
    fields,
    thinned(own ?? photo.restored ?? photo.lightness, step),
    thinned(own ?? lightness(), step),
    ...boxSize().map((side) => Math.ceil(side / step)),
    given.map((hint) => insideBox(hint)),
    radius() / step,
  );
}

function thinned(plane, step) {
  if (step === 1) return plane;
  if (!photo.thin.has(plane)) photo.thin.set(plane, everyOf(plane, ...boxSize(), step));
  return photo.thin.get(plane);
}

async function color(model) {
  const [now, shown, given] = [version, photo, model === "plus" ? hints : []];
  const fields = await split.slowly(() => asked(shown, model, given));
  if (photo !== shown) return;
  layers[model] = { version: now, fields, given };
  if (model === "rgb") layers.rgb.own = lightnessIn(fields, ...boxSize());
  if (model === "plus" && version !== now) jobs.want("plus", 1, () => color("plus"));
  if (model === "plus") drawQuickly();
  else drawBefore();
  settled();
}

function askOther() {
  const model = left();
  if (OTHERS[model] && !layers[model]) jobs.want(model, 2, () => color(model));
}

function changed() {
  // of the hints
  version += 1;
  clearTimeout(resting);
  jobs.want("plus", 1, () => color("plus")); // before the page is laid out anew
  marked();
  settled();
}

function settled() {
  pad.setAttribute("aria-busy", layers.plus?.version !== version);
}

// step: px of the photo a px of the canvas, which is shown as large.
function paint(canvas, chroma, lightness, amount, step = 1) {
  const scaled = (side) => Math.ceil(side / step);
  const [width, height] = [photo.preview.width, photo.preview.height].map(scaled);
  if (canvas.width !== width) Object.assign(canvas, { width, height });
  photo.pixels[step] ??= new ImageData(...boxSize().map(scaled));
  colorInto(photo.pixels[step], lightness, chroma, amount);
  const context = canvas.getContext("2d");
  if (photo.corners) paintInside(context, photo.pixels[step], step);
  else context.putImageData(photo.pixels[step], 0, 0);
}

// Pixels inside the border of a photo, and the border as it is.
function paintInside(context, pixels, step) {
  const { width, height } = pixels;
  const colored = Object.assign(document.createElement("canvas"), { width, height });
  colored.getContext("2d").putImageData(pixels, 0, 0);
  context.save();
  context.scale(1 / step, 1 / step);
  context.drawImage(photo.preview, 0, 0);
  context.beginPath();
  for (const corner of photo.corners) context.lineTo(...corner);
  context.clip();
  context.drawImage(colored, photo.box[0], photo.box[1], ...boxSize());
  context.restore();
}

// Chroma of a layer, in all pixels of the photo.
function whole(layer) {
  return (layer.chroma ??= chromaIn(layer));
}

function drawAfter() {
  clearTimeout(resting);
  delete pad.dataset.rough;
  if (layers.plus) paint(after, whole(layers.plus), lightness(), saturation());
}

// What follows a hint: fewer pixels at once, all of them at rest, when no other hint waits for its
// answer.
function drawQuickly() {
  const light = thinned(lightness(), QUICK);
  paint(after, chromaIn(layers.plus, QUICK), light, saturation(), QUICK);
  clearTimeout(resting);
  pad.dataset.rough = true;
  if (layers.plus.version === version) resting = setTimeout(drawAfter, REST);
}

function drawBefore() {
  if (!layers.plus) return;
  if (left() === "own") before.getContext("2d").drawImage(photo.preview, 0, 0);
  else if (layers[left()]) {
    const layer = layers[left()];
    paint(before, whole(layer), layer.own ?? lightness(), saturation());
  } else paint(before, whole(layers.plus), photo.lightness, 0);
}

function drawBoth() {
  drawBefore();
  drawAfter();
}

// ---- where things are on the screen ----

function placed() {
  if (photo && !reach.hidden) placeReach();
  marked();
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
