// The page: faces along a slider, a picture at each rate. The networks are in worker.js, slerp in
// mixing.js.
const find = (selector) => document.querySelector(selector);
const STEP = 1 / 32; // of an arrow key, in faces
const LEAST = 2; // faces on the way
const MOST = 4;
const COUNTED = 15; // faces whose median time is told
const LONGEST = 512; // px of a picture of the visitor's
const SHORTEST = 8;

// ---- the worker ----

const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
const waiting = new Map(); // id -> [resolve, reject]
let asked = 0;
worker.onmessage = ({ data: { id, result, error } }) => {
  const [resolve, reject] = waiting.get(id);
  waiting.delete(id);
  error ? reject(new Error(error)) : resolve(result);
};
worker.onerror = (event) => tell(event.message ?? "worker.js");

function ask(job, data) {
  return new Promise((resolve, reject) => {
    waiting.set(++asked, [resolve, reject]);
    worker.postMessage({ id: asked, job, ...data });
  });
}

function tell(message) {
  find(".told").textContent = message;
  find(".told").hidden = !message;
}

// Runs the latest of the calls that came while another was at work.
function latest(work) {
  let busy = false;
  let again = false;
  return async function call() {
    if (busy) return void (again = true);
    busy = true;
    do {
      again = false;
      await work().then(() => tell(""), (error) => tell(error.message));
    } while (again);
    busy = false;
  };
}

// ---- header ----

const language = find("header select");
language.value = document.documentElement.lang;
language.addEventListener("change", () => {
  localStorage.setItem("studio.language", language.value);
  location.reload();
});
find(".theme").addEventListener("click", () => {
  const chosen = document.body.classList.contains("dark") ? "light" : "dark";
  localStorage.setItem("studio.theme", chosen);
  setTheme(chosen);
});
translate(document.body);
const digits = (n, places = 0) =>
  n.toLocaleString(document.documentElement.lang, {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
  });

// ---- faces ----

const content = await (await fetch(new URL("content.json", import.meta.url))).json();
const way = find(".faces input");
const times = []; // ms of the last faces, the newest first
let chosen = [0, 1, 2]; // faces on the way, in its order

function paint(canvas, { pixels, width, height }) {
  Object.assign(canvas, { width, height });
  // Frequent reading keeps the pixels with the processor, where they come from.
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.putImageData(new ImageData(pixels, width, height), 0, 0);
}

function place() {
  const [at, last] = [Number(way.value), chosen.length - 2];
  const i = Math.min(Math.floor(at), last);
  return { from: chosen[i], to: chosen[i + 1], letters: [LETTERS[i], LETTERS[i + 1]], t: at - i };
}

const showFace = latest(async () => {
  const { from, to, letters, t } = place();
  const latent = slerp(content.faces[from], content.faces[to], t);
  const face = await ask("face", { latent });
  paint(find(".faces > canvas"), face);
  times.splice(0, 0, face.ms);
  times.length = Math.min(times.length, COUNTED);
  const median = [...times].sort((a, b) => a - b)[times.length >> 1];
  const share = [1 - t, t].map((part) => `${digits(100 * part)} %`);
  const told = letters.map((letter, i) => `${letter} ${share[i]}`).join(", ");
  way.setAttribute("aria-valuetext", told);
  find(".faces .figures").textContent = `${told} · ${digits(median)} ms ${say("a face")}`;
});

function markFaces() {
  for (const [i, button] of [...find(".faces .shelf").children].entries()) {
    const at = chosen.indexOf(i);
    button.setAttribute("aria-pressed", at >= 0);
    button.querySelector("b").textContent = LETTERS[at] ?? "";
  }
  way.max = chosen.length - 1;
}

function choose(face) {
  if (!chosen.includes(face)) chosen = [...chosen, face].slice(-MOST);
  else if (chosen.length > LEAST) chosen = chosen.filter((other) => other !== face);
  markFaces();
  showFace();
}

function shelfButton(shelf, label, act) {
  const button = document.createElement("button");
  const picture = document.createElement("canvas");
  Object.assign(picture, { width: 4, height: 4 });
  button.type = "button";
  button.setAttribute("aria-label", label);
  button.append(picture, document.createElement("b"));
  button.addEventListener("click", act);
  find(shelf).append(button);
  return picture;
}

async function openFaces() {
  way.step = STEP;
  const shelf = content.faces.map((_, i) =>
    shelfButton(".faces .shelf", `${say("Face")} ${i + 1}`, () => choose(i)),
  );
  markFaces();
  way.value = 0.5;
  way.addEventListener("input", showFace);
  await showFace();
  way.disabled = false;
  for (const [i, latent] of content.faces.entries())
    paint(shelf[i], await ask("face", { latent }));
}

// ---- pictures ----

const rate = find(".pictures input[type=range]");
const file = find(".pictures input[type=file]");
const drawing = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
// {original: {pixels, width, height}, bytes: at each rate or null, rebuilt: {rate: result}}
let picture = null;

function pixelsOf(bitmap) {
  const shrink = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((n) => Math.round(n * shrink));
  if (Math.min(width, height) < SHORTEST) throw new Error(say("This picture is too narrow."));
  Object.assign(drawing.canvas, { width, height });
  drawing.fillStyle = "white";
  drawing.fillRect(0, 0, width, height);
  drawing.drawImage(bitmap, 0, 0, width, height);
  return { pixels: drawing.getImageData(0, 0, width, height).data, width, height };
}

const rebuild = latest(async () => {
  const [shown, at] = [picture, Number(rate.value)];
  paint(find(".before"), shown.original);
  shown.rebuilt[at] ??= await ask("rebuilt", { ...shown.original, rate: at });
  paint(find(".after"), shown.rebuilt[at]);
  rate.setAttribute("aria-valuetext", `${at} / ${rate.max}`);
  find(".pictures .figures").textContent = figures(shown, at);
});

// The bytes are those of the file that the app writes, so only pictures that it has seen have them.
function figures({ original: { width, height }, bytes, rebuilt }, at) {
  const area = width * height;
  const quality = `${digits(rebuilt[at].psnr, 1)} dB PSNR`;
  const which = `${say("Rate")} ${at}`;
  if (!bytes) return `${which} · ${quality}`;
  const [size, bits] = [digits(bytes[at - 1]), digits((8 * bytes[at - 1]) / area, 2)];
  const kept = `${size} ${say("bytes as a file of the app")}`;
  const instead = `${say("instead of")} ${digits(3 * area)}`;
  return `${which} · ${kept}, ${instead} · ${bits} ${say("bits per pixel")} · ${quality}`;
}

function look(original, bytes, pressed = null) {
  picture = { original, bytes, rebuilt: {} };
  for (const button of find(".pictures .shelf").children)
    button.setAttribute("aria-pressed", button === pressed);
  return rebuild();
}

async function openPictures() {
  rate.max = content.rates;
  rate.addEventListener("input", rebuild);
  for (const [i, { name, bytes }] of content.pictures.entries()) {
    const answer = await fetch(new URL(`${name}.png`, import.meta.url));
    const original = pixelsOf(await createImageBitmap(await answer.blob()));
    const act = () => look(original, bytes, small.parentElement);
    const small = shelfButton(".pictures .shelf", say(name), act);
    paint(small, original);
    if (!i) await act();
  }
  rate.disabled = find(".open").disabled = false;
}

find(".open").addEventListener("click", () => file.click());
file.addEventListener("change", async () => {
  const [opened] = file.files;
  file.value = "";
  if (!opened) return;
  try {
    await look(pixelsOf(await createImageBitmap(opened)), null);
  } catch (error) {
    const unread = error.name === "InvalidStateError" || error.name === "EncodingError";
    tell(unread ? say("This file is no picture that the browser can read.") : error.message);
  }
});

await openFaces();
await openPictures();
document.documentElement.dataset.ready = ""; // for tests and timings
