// The workspace of faces: two to four of them as lists of numbers, a point that is dragged between
// them, and changes of each. The server only encodes photos and decodes numbers; what lies between
// is worked out here (mixing.js).
const SIDE = 128; // px of a decoded face
const BATCH = 17; // faces decoded by one request while the grid fills
const REST = 300; // ms without a change before what lies between is decoded anew
const REACH = 2.5; // of a slider of a direction
const TALL = 4; // of a bar
const LEG = 2600; // ms of a leg of the tour
const STEP = 1 / 32; // of an arrow key
const MOST_FRAMES = 257;
const DRAWN = 16;
// Instead of eyes: a picture that is a face and nothing else, as our examples are
const WHOLE = "whole";
const LEAST = 2,
  MOST = 4; // faces

const people = element.querySelector(".people");
const find = (selector) => people.querySelector(selector);
const [ring, stage, canvas, dot] = [".ring", ".stage", ".stage canvas", ".dot"].map(find);
const pen = canvas.getContext("2d");
const jobs = new Latest((message) => tell(message));
const eyes = new Eyes(find(".eyes"), realign, say("Photo of a face"));
const webcam = new Webcam(
  find(".camera"),
  (photo) => open(photo, chosen),
  (message) => tell(message),
);
const still = matchMedia("(prefers-reduced-motion: reduce)");
const total = (network = kind) => props.numbers[network]; // numbers of a face
const most = Math.max(...Object.values(props.numbers));
let sliders = []; // {name, direction, own, others}: what the plus network can change

// {crop, photo, latents: {plus, classic}, amounts: {name: n}, moved: {index: n}, kept}; never
// changed in place
let faces = [];
let chosen = 0;
let point = [0.5, 0]; // [u, v] of mixing.js
let kind = props.kinds[0];
let way = "slerp";
let grid = new Grid(2);
let version = 0; // of what the grid shows
let past = [],
  future = []; // lists of faces
let playing = null;
let drawn = [],
  marked = 0; // new faces and which of them is marked
let bar = 0; // the number that the keyboard is at
let resting = null,
  exactly = null;
let coalescing = null; // the control whose moves are one step of undo

function tell(message) {
  for (const place of people.querySelectorAll(".told")) place.textContent = message;
}

const changeable = () => kind === props.kinds[0]; // changes are those of the plus network's numbers

function numbersOf(face) {
  const z = Array.from(face.latents[kind]);
  if (!changeable()) return z;
  for (const { name, direction } of sliders) {
    const amount = face.amounts[name];
    if (amount) direction.forEach((n, i) => (z[i] += amount * n));
  }
  for (const [i, n] of Object.entries(face.moved)) z[i] = n;
  return z.fill(0, face.kept);
}

const isChanged = (face) =>
  face.kept < most ||
  Object.keys(face.moved).length > 0 ||
  Object.values(face.amounts).some(Boolean);
const fresh = (parts) => ({ photo: null, amounts: {}, moved: {}, kept: most, ...parts });
const here = () => mixed(faces.map(numbersOf), point, way);

async function decoded(latents, options = {}) {
  const body = new Float32Array(latents.flat());
  const answer = await post("decode", { model: kind, ...options }, body);
  if (!answer) return null;
  const strip = await createImageBitmap(await answer.blob());
  return Promise.all(latents.map((_, i) => createImageBitmap(strip, 0, i * SIDE, SIDE, SIDE)));
}

function urlOf(picture) {
  const small = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
  small.getContext("2d").drawImage(picture, 0, 0);
  return small.toDataURL("image/jpeg", 0.92);
}

async function encoded(photo, options = {}) {
  const answer = await post("face", { model: kind, ...options }, photo);
  return answer.json();
}
