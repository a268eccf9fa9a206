// The workspace of faces: two to four of them as lists of numbers, a point that is dragged between them, and changes of
// each. The server only encodes photos and decodes numbers; what lies between is worked out here (mixing.js).
const SIDE = 128; // px of a decoded face
const BATCH = 11; // faces decoded by one request while the grid fills
const REST = 300; // ms without a change before what lies between is decoded anew
const REACH = 2.5; // of a slider of a direction
const TALL = 4; // of a bar
const LEG = 2600; // ms of a leg of the tour
const STEP = 1 / 32; // of an arrow key
const MOST_FRAMES = 257;
const DRAWN = 16;
const LEAST = 2, MOST = 4; // faces

const people = element.querySelector(".people");
const find = (selector) => people.querySelector(selector);
const [ring, stage, canvas, dot] = [".ring", ".stage", ".stage canvas", ".dot"].map(find);
const pen = canvas.getContext("2d");
const jobs = new Latest((message) => tell(message));
const eyes = new Eyes(find(".eyes"), realign, say("Photo of a face"));
const webcam = new Webcam(find(".camera"), (photo) => open(photo, chosen), (message) => tell(message));
const root = (window.gradio_config?.root ?? "").replace(/\/$/, "");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const total = 128; // numbers of a face
let sliders = []; // {name, direction, own, others}: what the plus network can change

let faces = []; // {crop, photo, latents: {plus, classic}, amounts: {name: n}, moved: {index: n}, kept}; never changed in place
let chosen = 0;
let point = [0.5, 0]; // [u, v] of mixing.js
let kind = props.kinds[0];
let way = "slerp";
let grid = new Grid(2);
let version = 0; // of what the grid shows
let past = [], future = []; // lists of faces
let playing = null;
let drawn = [], marked = 0; // new faces and which of them is marked
let bar = 0; // the number that the keyboard is at
let resting = null, exactly = null;
let coalescing = null; // the control whose moves are one step of undo

function tell(message) { find(".told").textContent = message; }

// ---- a face and its numbers ----

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

const isChanged = (face) => face.kept < total || Object.keys(face.moved).length > 0 || Object.values(face.amounts).some(Boolean);
const fresh = (parts) => ({ photo: null, amounts: {}, moved: {}, kept: total, ...parts });
const here = () => mixed(faces.map(numbersOf), point, way);

async function decoded(latents, options = {}) {
  const body = new Float32Array(latents.length * total);
  latents.forEach((z, i) => body.set(z, i * total));
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

// ---- the picture ----

function paint(frames) {
  let sum = 0;
  pen.imageSmoothingQuality = "high";
  for (const [frame, weight] of frames) {
    sum += weight;
    pen.globalAlpha = weight / sum; // so that each has its weight in the end
    pen.drawImage(frame, 0, 0, canvas.width, canvas.height);
  }
  pen.globalAlpha = 1;
}

function show() {
  const [x, y] = pointOf(faces.length, point);
  Object.assign(dot.style, { left: `${100 * x}%`, top: `${100 * y}%` });
  const parts = shares(faces.length, point).map((share, i) => `${LETTERS[i]} ${Math.round(100 * share)} %`);
  canvas.setAttribute("aria-valuetext", parts.join(", "));
  canvas.setAttribute("aria-valuenow", Math.round(100 * x));
  const frames = grid.around(point);
  if (frames) paint(frames);
  drawPlane();
}

function move(place) {
  point = place;
  show();
  clearTimeout(exactly);
  if (!playing) exactly = setTimeout(() => jobs.want("here", 1, decodeHere), REST);
}

async function decodeHere() {
  const [asked, at] = [version, point];
  const frames = grid.around(point);
  if (frames?.length === 1 && grid.full) return ready();
  const [picture] = await decoded([here()]);
  if (asked !== version || at !== point) return;
  paint([[picture, 1]]);
  ready();
}

function ready() { canvas.setAttribute("aria-busy", "false"); }

function rebuild() {
  version += 1;
  grid = new Grid(faces.length);
  canvas.setAttribute("aria-busy", "true");
  find("progress").hidden = false;
  jobs.want("here", 1, decodeHere);
  jobs.want("grid", 3, fill);
}

async function fill() {
  const asked = version;
  const wanted = grid.missing(BATCH);
  const latents = faces.map(numbersOf);
  const pictures = await decoded(wanted.map(([, cell]) => mixed(latents, grid.place(cell), way)));
  if (asked !== version) return;
  wanted.forEach(([name], i) => grid.frames.set(name, pictures[i]));
  find("progress").value = grid.frames.size / grid.order.length;
  find("progress").hidden = grid.full;
  people.dataset.full = grid.full;
  if (playing || held || grid.full) show();
  if (!grid.full) jobs.want("grid", 3, fill);
}

// ---- the point: mouse, finger, keys, play ----

let held = false;

function drag({ clientX, clientY }) {
  const box = stage.getBoundingClientRect();
  move(placeOf(faces.length, (clientX - box.left) / box.width, (clientY - box.top) / box.height));
}
canvas.addEventListener("pointerdown", (event) => {
  if (event.button) return;
  stop();
  held = true;
  canvas.setPointerCapture(event.pointerId);
  drag(event);
});
canvas.addEventListener("pointermove", (event) => held && drag(event));
canvas.addEventListener("lostpointercapture", () => (held = false));
canvas.addEventListener("keydown", (event) => {
  const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], Home: [-99, 0], End: [99, 0] }[event.key] ?? [0, 0];
  if (!dx && !dy) return;
  event.preventDefault();
  stop();
  const [x, y] = pointOf(faces.length, point);
  const step = STEP * (event.shiftKey ? 4 : 1);
  const along = faces.length === 2 ? dx - dy : dx;
  move(placeOf(faces.length, x + along * step, y + (faces.length === 2 ? 0 : dy * step)));
});

function stop() {
  if (!playing) return;
  cancelAnimationFrame(playing.frame);
  clearInterval(playing.timer);
  playing = null;
  const button = find('[data-do="play"]');
  button.textContent = say("Play");
  button.setAttribute("aria-pressed", "false");
  move(point);
}

// Less motion: from face to face, one a second, instead of gliding.
function play() {
  if (playing) return stop();
  const legs = tour(faces.length);
  playing = {};
  const button = find('[data-do="play"]');
  button.textContent = say("Pause");
  button.setAttribute("aria-pressed", "true");
  if (still.matches) {
    let leg = 0;
    playing.timer = setInterval(() => move(legs[leg++ % legs.length][1]), 1000);
    return;
  }
  const start = performance.now();
  const turn = (now) => {
    if (!element.isConnected || !people.offsetParent) return stop();
    move(along(legs, (Math.max(0, now - start) / (LEG * legs.length)) % 1));
    if (playing) playing.frame = requestAnimationFrame(turn);
  };
  playing.frame = requestAnimationFrame(turn);
}

// ---- faces in and out ----

function remember() {
  past = [...past.slice(-99), faces];
  future = [];
}

function travel(from, to) {
  if (!from.length) return;
  to.push(faces);
  faces = from.pop();
  chosen = Math.min(chosen, faces.length - 1);
  arrived();
}

function replace(index, face) {
  faces = faces.map((old, i) => (i === index ? face : old));
  if (index === faces.length) faces = [...faces, face];
}

function arrived() {
  clearTimeout(resting);
  coalescing = null;
  stop();
  if (faces.some(({ latents }) => !latents[kind])) return changeKind(kind);
  const [x, y] = pointOf(Number(ring.dataset.count), point);
  point = placeOf(faces.length, x, Number(ring.dataset.count) === 2 ? 0.5 : y);
  drawSlots();
  drawChanges();
  rebuild();
  show();
}

function put(index, face) {
  remember();
  replace(index, face);
  chosen = index;
  tell("");
  arrived();
}

async function open(file, index, options = {}) {
  if (!file) return;
  jobs.want(`open ${index}`, 0, async () => {
    const found = await encoded(file, options);
    put(Math.min(index, faces.length), fresh({ crop: found.crop, photo: file, latents: { [kind]: found.latent }, eyes: options.eyes }));
    if (found.count === 0) tell(say("No face found: the whole picture is used. Move the marks to its eyes."));
    if (found.count > 1) tell(say("Several faces found: the largest is used. Click another one to take it."));
    if (found.count !== 1) pick(index);
  });
}

async function openExample(name, index) {
  const answer = await fetch(`${root}/studio/static/examples/${name}`);
  return open(await answer.blob(), index);
}

// Eyes: the photo with its faces.
async function pick(index) {
  const { photo } = faces[index];
  if (!photo) return tell(say("This face was not made from a photo: it has no eyes to move."));
  chosen = index;
  drawSlots();
  find(".picker").showModal();
  const source = URL.createObjectURL(photo);
  await eyes.open(source);
  jobs.want("faces", 0, async () => {
    const answer = await post("faces", {}, photo);
    const found = (await answer.json()).eyes;
    eyes.take(found);
    if (faces[index].eyes) eyes.choose(faces[index].eyes.split(",").map(Number));
  });
}

function realign(places) {
  const face = faces[chosen];
  const asked = places.map((n) => n.toFixed(1)).join();
  if (face?.photo && asked !== face.eyes) open(face.photo, chosen, { eyes: asked });
}

function remove(index) {
  if (faces.length <= LEAST) return;
  remember();
  faces = faces.filter((_, i) => i !== index);
  chosen = Math.min(chosen, faces.length - 1);
  arrived();
}

async function use(latent, index) {
  const [picture] = await decoded([latent]);
  put(index, fresh({ crop: urlOf(picture), latents: { [kind]: Array.from(latent) } }));
}

const ICONS = {
  open: ["Open a photo", "M3 19V6h6l2 2h10v11z M12 17v-6 M9 14l3-3 3 3"],
  webcam: ["Take a photo with the webcam", "M4 8h4l2-3h4l2 3h4v11H4z M12 16a3 3 0 1 0 0-6 3 3 0 0 0 0 6z"],
  eyes: ["Move the eyes", "M2 12s4-6 10-6 10 6 10 6-4 6-10 6S2 12 2 12z M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z"],
  remove: ["Remove", "M6 6l12 12 M18 6L6 18"],
};

function drawSlots() {
  const next = LETTERS[faces.length];
  ring.dataset.count = faces.length;
  find(".slots").innerHTML = faces.map((face, i) => {
    const name = `${say("Face")} ${LETTERS[i]}`;
    const icons = Object.entries(ICONS).filter(([action]) => (action !== "remove" || faces.length > LEAST) && (action !== "eyes" || face.photo));
    const buttons = icons.map(([action, [words, path]]) =>
      `<button type="button" data-slot="${action}" aria-label="${name}: ${say(words)}" title="${say(words)}"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="${path}"/></svg></button>`).join("");
    return `<div class="slot" data-index="${i}"><button type="button" class="face" data-slot="choose" aria-label="${name}" aria-pressed="${i === chosen}"><img src="${face.shown ?? face.crop}" alt=""><span class="letter" aria-hidden="true">${LETTERS[i]}${isChanged(face) ? " *" : ""}</span></button><span class="icons">${buttons}</span></div>`;
  }).join("") + (next ? `<div class="slot" data-index="${faces.length}"><button type="button" class="add" data-slot="add">${say("Add face")} ${next}</button></div>` : "");
  const paths = { 2: "M0 50H100", 3: "M0 0H100L50 100Z", 4: "M0 0" };
  find(".paths").innerHTML = `<path d="${paths[faces.length]}"/>`;
  for (const place of people.querySelectorAll(".chosen")) place.textContent = `${say("Face")} ${LETTERS[chosen]}`;
  find(".into").textContent = `${say("Put an example into the chosen face:")} ${LETTERS[chosen]}`;
  for (const group of people.querySelectorAll(".use, .as")) {
    [...group.querySelectorAll("button")].forEach((button, i) => (button.disabled = i > faces.length));
  }
}

function choose(index) {
  chosen = index;
  coalescing = null;
  drawSlots();
  drawChanges();
  stop();
  move(cornerOf(faces.length, index));
}

const SLOT = {
  choose, remove, eyes: pick,
  open: (index) => { choose(index); find("input.photo").click(); },
  webcam: (index) => { choose(index); webcam.open(); },
  add: (index) => openExample(props.start[index], index),
};
find(".slots").addEventListener("click", ({ target }) => {
  const button = target.closest("[data-slot]");
  if (button) SLOT[button.dataset.slot](Number(button.closest(".slot").dataset.index));
});
find("input.photo").addEventListener("change", ({ target }) => {
  open(target.files[0], chosen);
  target.value = "";
});
const pictureOf = ({ files }) => [...files].find(({ type }) => type.startsWith("image/")) ?? files[0];
people.addEventListener("dragover", (event) => event.preventDefault());
people.addEventListener("drop", (event) => {
  event.preventDefault();
  const slot = event.target.closest(".slot");
  open(pictureOf(event.dataTransfer), slot ? Number(slot.dataset.index) : chosen);
});
document.addEventListener("paste", (event) => {
  const file = event.clipboardData && pictureOf(event.clipboardData);
  if (!file || !people.offsetParent) return;
  event.preventDefault();
  open(file, chosen);
});

// ---- changes of the chosen face ----


function change(control, parts) {
  if (!changeable()) return tell(say("Changes belong to the plus network: choose it under Way."));
  if (coalescing !== control) remember();
  coalescing = control;
  stop();
  const corner = cornerOf(faces.length, chosen);
  replace(chosen, { ...faces[chosen], ...parts });
  point = corner;
  canvas.setAttribute("aria-busy", "true");
  clearTimeout(resting);
  clearTimeout(exactly);
  jobs.drop("grid");
  version += 1;
  grid.frames.clear();
  jobs.want("edit", 0, decodeChanged);
}

async function decodeChanged() {
  const [asked, index] = [version, chosen];
  const pictures = await decoded([numbersOf(faces[index])], { live: 1 });
  if (!pictures) return null;
  if (index !== chosen) return;
  paint([[pictures[0], 1]]);
  people.dataset.painted = asked;
  if (asked !== version) return;
  ready();
  clearTimeout(resting);
  resting = setTimeout(() => settle(index, pictures[0]), REST);
}

function settle(index, picture) {
  coalescing = null;
  replace(index, { ...faces[index], shown: isChanged(faces[index]) ? urlOf(picture) : undefined });
  drawSlots();
  rebuild();
  show();
}

const label = (name) => say(name.replace("component_", "Direction ").replaceAll("_", " ").replace(/^(.)(.*)$/, (_, first, rest) => first + rest.toLowerCase()));

async function askSliders() {
  const answer = await post("directions", {}, "");
  ({ sliders } = await answer.json());
  find(".changes").innerHTML = sliders.map(({ name }) =>
    `<label data-name="${name}"><span>${label(name)}</span><input type="range" min="${-REACH}" max="${REACH}" step="0.05" value="0" aria-label="${label(name)}"><output>0</output></label>`).join("");
  drawChanges();
}
find(".changes").addEventListener("input", ({ target }) => {
  const { name } = target.closest("label").dataset;
  target.nextElementSibling.textContent = Number(target.value);
  change(name, { amounts: { ...faces[chosen].amounts, [name]: Number(target.value) } });
});
for (const event of ["pointerover", "focusin"]) {
  find(".changes").addEventListener(event, ({ target }) => {
    const slider = sliders.find(({ name }) => name === target.closest("label")?.dataset.name);
    if (slider) find(".effect").textContent = effect(slider);
  });
}

function effect({ name, own, others }) {
  if (own === undefined) return say("A direction that changes pictures most among all faces: one step is a standard deviation. It carries several attributes at once.");
  return say("Measured, two steps: {name} moves by {own}, each other attribute by {others} on average, in standard deviations of a classifier.")
    .replace("{name}", label(name)).replace("{own}", own.toFixed(2)).replace("{others}", others.toFixed(2));
}

function drawChanges() {
  const face = faces[chosen];
  for (const row of find(".changes").querySelectorAll("label")) {
    const amount = face.amounts[row.dataset.name] ?? 0;
    row.querySelector("input").value = amount;
    row.querySelector("output").textContent = amount;
    row.querySelector("input").disabled = !changeable();
  }
  find(".kept").disabled = !changeable();
  find(".kept").value = find(".keptout").textContent = face.kept;
  drawBars();
}

function reset() {
  if (!isChanged(faces[chosen])) return;
  remember();
  replace(chosen, { ...faces[chosen], amounts: {}, moved: {}, kept: total, shown: undefined });
  arrived();
}

// ---- the numbers as bars ----

const bars = find(".bars");

function drawBars() {
  const context = bars.getContext("2d"), style = getComputedStyle(people);
  const z = numbersOf(faces[chosen]);
  const [width, middle] = [bars.width / total, bars.height / 2];
  context.clearRect(0, 0, bars.width, bars.height);
  z.forEach((n, i) => {
    const tall = (Math.max(-TALL, Math.min(TALL, n)) * middle) / TALL;
    context.fillStyle = style.getPropertyValue(i === bar ? "--focus" : i in faces[chosen].moved ? "--warn" : "--accent");
    context.globalAlpha = i < faces[chosen].kept ? 1 : 0.25;
    context.fillRect(i * width + 0.5, middle - Math.max(0, tall), width - 1, Math.max(2, Math.abs(tall)));
  });
  context.globalAlpha = 1;
  bars.setAttribute("aria-label", `${say("Number")} ${bar + 1} ${say("of")} ${total}`);
  bars.setAttribute("aria-valuenow", z[bar].toFixed(2));
  find(".which").textContent = `${say("Number")} ${bar + 1}: ${z[bar].toFixed(2)}`;
}

function setBar(index, value) {
  change(`number ${index}`, { moved: { ...faces[chosen].moved, [index]: Math.max(-TALL, Math.min(TALL, value)) } });
  drawBars();
}

function lookAt(index) {
  bar = index;
  if (!faces.length) return;
  drawBars();
  jobs.want("what", 2, async () => {
    const z = numbersOf(faces[chosen]);
    const pictures = await decoded([-TALL, TALL].map((n) => z.map((own, i) => (i === index ? n : own))));
    if (index !== bar) return;
    [".less", ".more4"].forEach((place, i) => Object.assign(find(place), { hidden: false, src: urlOf(pictures[i]) }));
  });
}

function barAt({ clientX, clientY }) {
  const box = bars.getBoundingClientRect();
  const index = Math.min(total - 1, Math.max(0, Math.floor(((clientX - box.left) / box.width) * total)));
  return [index, TALL * (1 - (2 * (clientY - box.top)) / box.height)];
}
bars.addEventListener("pointerdown", (event) => {
  bars.setPointerCapture(event.pointerId);
  [bar] = barAt(event);
  setBar(...barAt(event));
});
bars.addEventListener("pointermove", (event) => {
  const [index, value] = barAt(event);
  if (bars.hasPointerCapture(event.pointerId)) setBar(bar, value);
  else if (index !== bar) lookAt(index);
});
bars.addEventListener("keydown", (event) => {
  const across = { ArrowLeft: -1, ArrowRight: 1 }[event.key], up = { ArrowUp: 0.1, ArrowDown: -0.1 }[event.key];
  if (!across && !up) return;
  event.preventDefault();
  if (across) lookAt(Math.min(total - 1, Math.max(0, bar + across)));
  else setBar(bar, numbersOf(faces[chosen])[bar] + up * (event.shiftKey ? 5 : 1));
});
find(".kept").addEventListener("input", ({ target }) => {
  find(".keptout").textContent = target.value;
  change("kept", { kept: Number(target.value) });
  drawBars();
});

// ---- new faces ----

function drawNew() {
  const [seed, temperature] = [find(".seed").value, find(".temperature").value];
  find(".warmth").textContent = Number(temperature).toFixed(2);
  jobs.want("draw", 1, async () => {
    const answer = await post("draw", { model: kind, count: DRAWN, seed, temperature, prior: find(".prior").value }, "");
    const numbers = new Float32Array(await answer.arrayBuffer());
    const latents = Array.from({ length: DRAWN }, (_, i) => Array.from(numbers.subarray(i * total, (i + 1) * total)));
    const pictures = await decoded(latents);
    drawn = latents;
    find(".sampled").innerHTML = pictures.map((_, i) => `<button type="button" aria-label="${say("Drawn face")} ${i + 1}" aria-pressed="${i === marked}"><canvas width="128" height="128"></canvas></button>`).join("");
    pictures.forEach((picture, i) => find(".sampled").children[i].firstChild.getContext("2d").drawImage(picture, 0, 0));
    tell("");
  });
}
find(".sampled").addEventListener("click", ({ target }) => {
  marked = [...find(".sampled").children].indexOf(target.closest("button"));
  [...find(".sampled").children].forEach((button, i) => button.setAttribute("aria-pressed", i === marked));
});
for (const setting of [".seed", ".temperature", ".prior"]) find(setting).addEventListener("change", drawNew);

// ---- the way, drawn: the plane of the first two faces ----

function drawPlane() {
  if (!faces.length || find('[data-view="way"]').hidden) return;
  const [a, b] = faces.map(numbersOf);
  const angle = angleBetween(a, b), most = Math.max(length(a), length(b));
  const at = (long, turn) => [((105 * long) / most) * Math.sin(turn), ((-105 * long) / most) * Math.cos(turn)].map((n) => n.toFixed(1));
  const steps = Array.from({ length: 33 }, (_, i) => i / 32);
  const place = (z) => { // its angle from A and its length in that plane
    const across = angle > 1e-3 ? Math.sqrt(Math.max(0, length(z) ** 2 - (z.reduce((sum, x, i) => sum + x * a[i], 0) / length(a)) ** 2)) : 0;
    return at(length(z), Math.asin(Math.min(1, across / length(z))) - angle / 2);
  };
  const path = (between) => `M${steps.map((t) => place(between(a, b, t)).join(" ")).join("L")}`;
  const [x, y] = place(mixed([a, b], [point[0], 0], way));
  find(".plane").innerHTML = `<path d="M${at(length(a), -angle / 2).join(" ")}L0 0L${at(length(b), angle / 2).join(" ")}" stroke-dasharray="3 4"/>
    <path class="${way === "lerp" ? "way" : ""}" d="${path(lerp)}"/><path class="${way === "slerp" ? "way" : ""}" d="${path(slerp)}"/><circle cx="${x}" cy="${y}" r="5"/>
    ${[["A", a, -angle / 2], ["B", b, angle / 2]].map(([letter, z, turn]) => { const [tx, ty] = at(length(z) * 1.1, turn); return `<text x="${tx}" y="${ty}">${letter}</text>`; }).join("")}`;
  find(".lengths").textContent = `${say("Distance from the mean face")}: ${faces.map((face, i) => `${LETTERS[i]} ${length(numbersOf(face)).toFixed(1)}`).join(", ")}; ${say("here")} ${length(here()).toFixed(1)}`;
}

for (const input of people.querySelectorAll('[name="people-way"]')) {
  input.addEventListener("change", () => {
    way = input.value;
    rebuild();
    show();
  });
}

// Another network knows other numbers: those of each face are worked out once and kept.
function changeKind(other) {
  jobs.want("kind", 0, async () => {
    const latents = await Promise.all(faces.map((face) => face.latents[other] ?? encodedBy(other, face)));
    faces.forEach((face, i) => (face.latents[other] = latents[i]));
    kind = other;
    for (const input of people.querySelectorAll('[name="people-kind"]')) input.checked = input.value === kind;
    arrived();
  });
}

async function encodedBy(model, { photo, crop, eyes }) {
  const source = photo ?? (await (await fetch(crop)).blob());
  return (await encoded(source, { model, eyes: photo ? eyes : "whole" })).latent;
}

// ---- take home ----

function download(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const names = () => LETTERS.slice(0, faces.length).join("-");

async function saveAnimation(format) {
  const count = Number(find(".frames").value);
  if (!Number.isInteger(count) || count < 2 || count > MOST_FRAMES) {
    return tell(say("Choose 2 to 257 frames: more make no smoother picture."));
  }
  const legs = format === "strip" && faces.length === 2 ? tour(2).slice(0, 1) : tour(faces.length);
  const last = format === "strip" ? count - 1 : count; // an animation begins again where it ends
  const latents = faces.map(numbersOf);
  const body = new Float32Array(count * total);
  for (let i = 0; i < count; i++) body.set(mixed(latents, along(legs, i / last), way), i * total);
  tell("");
  jobs.want("animate", 1, async () => {
    const answer = await post("animate", { model: kind, format }, body);
    download(await answer.blob(), `faces-${names()}-${count}-frames.${format === "strip" ? "png" : format}`);
  });
}

function saveFrame() {
  jobs.want("frame", 1, async () => {
    const body = new Float32Array(here());
    const answer = await post("decode", { model: kind, png: 1 }, body);
    const parts = shares(faces.length, point).map((share, i) => `${LETTERS[i]}${Math.round(100 * share)}`);
    download(await answer.blob(), `face-${parts.join("-")}.png`);
  });
}

function saveNumbers() {
  const content = { network: kind, faces: Object.fromEntries(faces.map((face, i) => [LETTERS[i], numbersOf(face).map((n) => Number(n.toFixed(5)))])) };
  download(new Blob([JSON.stringify(content, null, 1)], { type: "application/json" }), `faces-${names()}.json`);
}

// Raises Error with a sentence.
function checked(text) {
  let content;
  try {
    content = JSON.parse(text);
  } catch {
    throw new Error(say("That file is no JSON. Open one that Save the numbers wrote."));
  }
  const lists = Object.values(content?.faces ?? {});
  if (lists.length < LEAST || lists.length > MOST) throw new Error(`${say("Expected the numbers of 2 to 4 faces, got")} ${lists.length}.`);
  if (!props.kinds.includes(content.network)) throw new Error(say("Expected the name of a network in that file: plus or classic."));
  for (const list of lists) {
    if (list?.length !== total) throw new Error(`${say("Expected 128 numbers for each face, got")} ${list?.length ?? 0}.`);
    if (!list.every((n) => typeof n === "number" && Math.abs(n) < 1e3)) throw new Error(say("Expected finite numbers for each face, got something else."));
  }
  return content;
}

async function openNumbers(file) {
  try {
    const content = checked(await file.text());
    if (content.network !== kind) throw new Error(say("Those numbers belong to the other network: choose it under Way."));
    const lists = Object.values(content.faces);
    const pictures = await decoded(lists);
    remember();
    faces = lists.map((list, i) => fresh({ crop: urlOf(pictures[i]), latents: { [kind]: list } }));
    chosen = 0;
    tell("");
    arrived();
  } catch (error) {
    tell(error.message);
  }
}
find("input.numbers").addEventListener("change", ({ target }) => {
  if (target.files[0]) openNumbers(target.files[0]);
  target.value = "";
});

// ---- the buttons ----

const ACTIONS = {
  play, reset, gif: () => saveAnimation("gif"), webp: () => saveAnimation("webp"), strip: () => saveAnimation("strip"), frame: saveFrame,
  json: saveNumbers, load: () => find("input.numbers").click(), undo: () => travel(past, future), redo: () => travel(future, past),
  draw: () => { find(".seed").value = Math.floor(Math.random() * 1e6); drawNew(); },
  done: () => find(".picker").close(),
};
people.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  ACTIONS[button?.dataset.do]?.();
  if (!target.closest(".more") || button) find(".more").open = false;
});
document.addEventListener("keydown", (event) => {
  if (!people.offsetParent || !(event.ctrlKey || event.metaKey) || event.target.closest?.("input:not([type=range], [type=radio]), textarea, select")) return;
  const key = event.key.toLowerCase();
  if (key !== "z" && key !== "y") return;
  event.preventDefault();
  ACTIONS[key === "y" || event.shiftKey ? "redo" : "undo"]();
});
find(".views").addEventListener("change", ({ target }) => {
  for (const section of people.querySelectorAll("section[data-view]")) section.hidden = section.dataset.view !== target.value;
  if (target.value === "new" && !drawn.length) drawNew();
  if (target.value === "numbers") lookAt(bar);
  drawPlane();
});
find(".views").querySelector("input").checked = true;
for (const [place, taken] of [[".use", here], [".as", () => drawn[marked]]]) {
  find(place).insertAdjacentHTML("beforeend", LETTERS.map((letter, i) => `<button type="button" class="small" data-as="${i}" aria-label="${say("Use as")} ${letter}">${letter}</button>`).join(""));
  find(place).addEventListener("click", ({ target }) => {
    const latent = target.dataset.as && taken();
    if (latent) jobs.want("use", 0, () => use(latent, Number(target.dataset.as)).then(() => true));
  });
}
find(".kinds").insertAdjacentHTML("beforeend", props.kinds.map((name, i) => `<label><input type="radio" name="people-kind" value="${name}" ${i ? "" : "checked"}> ${name}</label>`).join(""));
find(".kinds").addEventListener("change", ({ target }) => changeKind(target.value));
find(".shelf").innerHTML = props.files.map((file, i) =>
  `<button type="button" data-file="${file}" aria-label="${say("Example")} ${i + 1}"><img src="${root}/studio/static/examples/${file}" alt="" loading="lazy"></button>`).join("");
find(".shelf").addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (button) openExample(button.dataset.file, chosen);
});
translate(element);

// Begins when the tab is first seen.
new IntersectionObserver(async (seen, watching) => {
  if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
  watching.disconnect();
  try {
    faces = await Promise.all(props.start.slice(0, 2).map(async (name) => {
      const photo = await (await fetch(`${root}/studio/static/examples/${name}`)).blob();
      const found = await encoded(photo);
      return fresh({ crop: found.crop, photo, latents: { [kind]: found.latent } });
    }));
    arrived();
    jobs.want("sliders", 2, askSliders);
  } catch (error) {
    tell(error.message);
  }
}).observe(people);
