// The compress tab: one large picture under a handle between what two codecs keep of it. Each
// answer of the server is kept with its picture, so that nothing is asked twice.
const NAMES = {
  original: "Original",
  ours: "Ours",
  classic: "Classic network",
  JPEG: "JPEG",
  WebP: "WebP",
  AVIF: "AVIF",
};
const OTHERS = ["JPEG", "WebP", "AVIF"];
const REST = 500; // ms without a change, after which the plot is filled in
const NEAR = 2; // screen px a pixel, from which on pixels are shown as squares
const BRIGHTEST = 32; // levels of 255 that the map of differences shows as white
const HEAT = [
  [0, 0, 4],
  [60, 15, 110],
  [165, 45, 95],
  [235, 105, 40],
  [250, 190, 60],
  [255, 255, 240],
];

const studio = element.querySelector(".studio");
const find = (selector) => studio.querySelector(selector);
const [stage, pad, slider] = [".stage", ".pad", ".rate"].map(find);
const jobs = new Latest((message) => tell(message));
const split = new Split(stage, {
  compared: "Left and right",
  working: "Compressing",
  moved: (scale) => stage.classList.toggle("near", scale * devicePixelRatio >= NEAR),
});
const sides = ["left", "right"].map((name, i) => {
  const place = find(`.side.${name}`);
  const [choice, facts] = [place.querySelector("select"), place.querySelector("span")];
  const kept = ["original", "ours"][i]; // what is chosen, also while a file has no original
  return { name, choice, facts, kept, canvas: split.layers[i], shown: null, heat: null };
});
// {name, blob, canvas, size, kept}, or of a file: {name, file, rate, canvas, kept}
let picture = null;
let muted = new Set(); // channels
let resting = null; // timer until the plot is filled in

function tell(message) {
  find(".told").textContent = message;
}

// 0 where the latent is not rounded, which is the slider's last step.
function wantedRate() {
  return Number(slider.value) > props.finest ? 0 : Number(slider.value);
}

function rate() {
  return picture?.file ? picture.rate : wantedRate();
}

// ---- what codecs keep: {canvas, bytes, psnr, similar, quality, file} ----

async function canvasOf(blob) {
  const bitmap = await createImageBitmap(blob);
  const { width, height } = bitmap;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(bitmap, 0, 0);
  return canvas;
}

async function kept(answer) {
  const number = (name) =>
    answer.headers.has(`x-${name}`) ? Number(answer.headers.get(`x-${name}`)) : undefined;
  const body = await answer.blob();
  const file = body.slice(0, number("file") ?? body.size);
  const shown = number("file") === undefined ? body : body.slice(file.size, body.size, body.type);
  return {
    canvas: await canvasOf(shown),
    bytes: number("bytes"),
    psnr: number("psnr"),
    similar: number("ms-ssim"),
    quality: number("quality"),
    file,
  };
}

// The name under which an answer is kept; others are as large as ours.
function keyOf(codec, at, off = muted) {
  if (codec === "original" || codec === "classic") return codec;
  const channels = codec === "ours" && off.size ? ` without ${[...off].sort().join()}` : "";
  return `${codec} ${at}${channels}`;
}

function known(codec, at = rate(), off = muted) {
  return picture?.kept.get(keyOf(codec, at, off));
}

async function asked(codec, at, off, of) {
  if (codec === "classic") return post("codec/classic", { live: 1 }, of.blob);
  const ours = of.kept.get(keyOf("ours", at, new Set()));
  if (codec !== "ours")
    return post("codec/other", { live: 1, codec, most: ours.bytes }, of.blob);
  if (!off.size) return post("codec/ours", { live: 1, rate: at }, of.blob);
  const query = { live: 1, file: ours.file.size, muted: [...off].join() };
  return post("codec/look", query, new Blob([ours.file, of.blob ?? ""]));
}

// Asks for what is not known yet; false if the server put it off.
async function learn(codec, at = rate(), off = muted, of = picture) {
  const key = keyOf(codec, at, off);
  if (of.kept.has(key)) return true;
  const answer = await asked(codec, at, off, of);
  if (!answer) return false;
  if (off.size) forgetMuted(of);
  of.kept.set(key, await kept(answer));
  return true;
}

// One of the many ways to mute channels is kept.
function forgetMuted({ kept }) {
  for (const key of kept.keys()) if (key.includes("without")) kept.delete(key);
}

// ---- following: ours first, then what the sides show, at rest all the rest ----

async function follow() {
  if (!picture) return undefined;
  const [of, at] = [picture, rate()];
  const wanted = ["ours", ...sides.map(({ choice }) => choice.value)];
  if (muted.size && !of.kept.has(keyOf("ours", at, new Set()))) {
    if (!(await learn("ours", at, new Set()))) return null;
  }
  for (const codec of wanted) {
    if (known(codec)) continue;
    if (!(await learn(codec))) return null;
    if (picture !== of || rate() !== at) return follow();
    show();
  }
  show();
  jobs.want("channels", 2, drawChannels);
  return undefined;
}

function changed() {
  show();
  jobs.drop("rest");
  clearTimeout(resting);
  jobs.want("follow", 1, () => split.slowly(follow));
  resting = setTimeout(() => jobs.want("rest", 5, rest), REST);
}

// One point of the plot after another: those of the present size first.
async function rest() {
  if (!picture || picture.file) return undefined;
  const rates = Array.from({ length: props.finest }, (_, i) => i + 1);
  rates.sort((a, b) => (b === rate()) - (a === rate()) || a - b);
  const points = rates.flatMap((at) => [["ours", at], ...OTHERS.map((codec) => [codec, at])]);
  const here = ["ours", ...OTHERS].map((codec) => [codec, rate()]);
  const next = [...here, ["classic", 0], ...points].find(
    ([codec, at]) => !known(codec, at, new Set()),
  );
  if (!next) return undefined;
  const of = picture;
  const answered = await learn(...next, new Set(), of);
  if (of !== picture) return undefined;
  drawFigures();
  if (!answered) return null;
  if (!jobs.jobs.has("rest")) jobs.want("rest", 5, rest);
  return undefined;
}

// ---- what is shown ----

function show() {
  for (const side of sides) {
    const codec = side.choice.value;
    const found = known(codec);
    if (found) side.shown = found;
    if (!side.shown) continue;
    const heat = find(".different").checked && side.shown !== known("original");
    const context = side.canvas.getContext("2d");
    context.drawImage(heat ? heatOf(side) : side.shown.canvas, 0, 0);
    if (found) named(side, codec, heat);
  }
  const settled = picture && sides.every(({ choice }) => known(choice.value));
  pad.setAttribute("aria-busy", !settled);
  const ours = known("ours");
  if (ours) find(".cost").textContent = `${amount(ours.bytes)} · ${rateName(rate())}`;
  slider.setAttribute("aria-valuetext", find(".cost").textContent);
  find('[data-do="save"]').disabled = !known("ours", rate(), new Set())?.file.size;
  drawFigures();
}

function named({ canvas, facts }, codec, heat) {
  const found = known(codec);
  const name = say(NAMES[codec]);
  canvas.setAttribute("aria-label", heat ? `${say("Difference")}: ${name}` : name);
  const quality = found.quality === undefined ? "" : `${say("quality")} ${found.quality} · `;
  const psnr = found.psnr === undefined ? "" : ` · ${found.psnr.toFixed(1)} dB`;
  const less = codec === "ours" && muted.size ? ` · ${muted.size} ${say("muted")}` : "";
  facts.textContent = `${quality}${amount(found.bytes)}${psnr}${less}`;
}

function rateName(at) {
  return at ? `${say("rate")} ${at}` : say("not rounded");
}

function amount(bytes) {
  return `${bytes.toLocaleString(document.documentElement.lang)} ${say("bytes")}`;
}

function pixels(canvas) {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

// Mean absolute difference of the three channels, from black over red to white.
function heatOf(side) {
  if (side.heat?.of === side.shown) return side.heat.canvas;
  const [a, b] = [pixels(known("original").canvas).data, pixels(side.shown.canvas)];
  for (let i = 0; i < a.length; i += 4) {
    let sum = 0;
    for (let c = 0; c < 3; c++) sum += Math.abs(a[i + c] - b.data[i + c]);
    const place = Math.min(1, sum / 3 / BRIGHTEST) * (HEAT.length - 1);
    const step = Math.min(HEAT.length - 2, Math.floor(place));
    for (let c = 0; c < 3; c++)
      b.data[i + c] = HEAT[step][c] + (place - step) * (HEAT[step + 1][c] - HEAT[step][c]);
  }
  const { width, height } = b;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d").putImageData(b, 0, 0);
  side.heat = { of: side.shown, canvas };
  return canvas;
}
