// The sketch tab: one sheet that is colored under one's own lines while one draws.
const LIVE_SIDE = 256; // px of the longer side of what is sent while the pen moves
const FULL_SIDE = 512; // at rest; the server fills colors in at no more than that
const SMALL_SIDE = 128; // of what palettes are shuffled for
const SHEET_SIDE = 768; // px of a new sheet
const REST = 250; // ms without a change, after which the full picture and the proposals follow
const NEAR = 14; // px on the screen from a hint's mark that take hold of it
const PROPOSALS = 4;
const STORE = "studio.sheet";
const START = [
  "robot",
  [
    ["#e8563f", 3],
    ["#f2b33d", 2],
    ["#3f8fc4", 1],
    ["#34405a", 1],
    ["#f7efe0", 1],
  ],
];

const studio = element.querySelector(".studio");
const find = (selector) => studio.querySelector(selector);
const [paper, pad, paint, marks, cursor] = [".paper", ".pad", ".paint", ".marks", ".cursor"].map(
  find,
);
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
let full = -1; // the version that the full picture belongs to
let epoch = 0; // counts sheets: an answer for another one is not shown
let selected = -1; // hint
let selectedFresh = false; // just put: another color is for the next one
let spot = null; // where the keyboard's tool is
let penSeen = false; // a resting palm never draws once there is a pen
let proposals = []; // palettes
let seed = 0;
let resting = null;

// good: all is well.
function tell(message, good = false) {
  find(".told").textContent = message;
  find(".told").classList.toggle("good", good);
}

// ---- what is asked of the server ----

function query(entries, side, live = false) {
  const asked = { palette: JSON.stringify(entries), seed, live: live ? 1 : 0, side };
  if (drawing.hints.length) asked.hints = 1;
  return asked;
}

function show(picture) {
  Object.assign(paint, { width: picture.width, height: picture.height });
  paint.getContext("2d").drawImage(picture, 0, 0);
}

function entries() {
  return JSON.parse(palette.toJSON());
}

async function paintNow() {
  const [asked, sheet] = [version, epoch];
  const options = query(entries(), LIVE_SIDE, held !== null);
  const lines = packed(drawing, LIVE_SIDE);
  const answer = await slowly(find(".bar"), () => post("paint", options, lines));
  if (answer === null) return null;
  const picture = await createImageBitmap(await answer.blob());
  if (sheet !== epoch || asked < painted || asked === full) return;
  show(picture);
  painted = asked;
  settle();
}

// The full picture, then palettes and the drawing in each of them, all in one request.
async function paintAtRest(signal) {
  const asked = version;
  const locked = JSON.stringify(palette.locked.map(({ color }) => [color, 1]));
  const options = { ...query(entries(), FULL_SIDE), locked };
  const lines = packed(drawing, FULL_SIDE);
  const answer = await slowly(find(".bar"), () => post("rest", options, lines, signal));
  const parts = partsOf(answer);
  const next = async () => (await parts.next()).value;
  const picture = await createImageBitmap(await next());
  if (version !== asked) return;
  showFull(picture);
  const found = JSON.parse(await (await next()).text());
  const pictures = found.length && (await createImageBitmap(await next()));
  if (version !== asked) return;
  if (found.length) showProposals(found, pictures);
  else noProposals();
}

function showFull(picture) {
  show(picture);
  painted = full = version;
  settle();
}

async function paintClassic() {
  const sheet = epoch;
  const answer = await post(
    "paint",
    { model: "classic", side: FULL_SIDE, ...(drawing.hints.length && { hints: 1 }) },
    packed(drawing, FULL_SIDE),
  );
  const picture = await answer.blob();
  if (sheet === epoch) find(".other img").src = URL.createObjectURL(picture);
}

function noProposals() {
  for (const button of find(".four").children) button.hidden = true;
  find(".proposals").setAttribute("aria-busy", "false");
}

// pictures: one below the other.
function showProposals(found, pictures) {
  proposals = found.map((colors) => palette.merged(colors));
  const [width, height] = [pictures.width, pictures.height / found.length];
  const size = { width: 256, height: Math.round((256 * drawing.height) / drawing.width) };
  found.forEach((_, i) => {
    const canvas = Object.assign(find(".four").children[i].querySelector("canvas"), size);
    const context = canvas.getContext("2d");
    context.drawImage(pictures, 0, i * height, width, height, 0, 0, size.width, size.height);
    context.drawImage(drawing.lines, 0, 0, size.width, size.height);
    canvas.parentElement.hidden = false;
  });
  find(".proposals").setAttribute("aria-busy", "false");
}

function settle() {
  pad.setAttribute("aria-busy", painted !== version);
}

// ---- what happens when something has changed ----

function changed() {
  version += 1;
  if (!drawing.isEmpty) {
    // before the page is laid out anew
    jobs.outdate(1);
    jobs.want("paint", 1, paintNow);
    if (held) jobs.hurry("paint", 1); // one is computed while another is on its way
  }
  tell("");
  settle();
  marked();
  find(".proposals").setAttribute("aria-busy", "true");
  if (drawing.isEmpty) empty();
  else awaitRest();
}

function awaitRest() {
  clearTimeout(resting);
  if (!held) resting = setTimeout(rest, REST);
}

function rest() {
  clearTimeout(resting);
  store();
  if (studio.dataset.view === "networks") jobs.want("classic", 2, paintClassic);
  jobs.want("rest", 3, paintAtRest);
}

function empty() {
  clearTimeout(resting);
  epoch += 1;
  jobs.outdate(0);
  paint.getContext("2d").clearRect(0, 0, paint.width, paint.height);
  find(".other img").removeAttribute("src");
  noProposals();
  painted = full = version;
  settle();
  store();
}

function marked() {
  marks.setAttribute("viewBox", `0 0 ${drawing.width} ${drawing.height}`);
  const scale = drawing.width / (paper.clientWidth || drawing.width);
  marks.innerHTML = drawing.hints
    .map(({ color, width, points }, i) => {
      const [x, y] = points[0];
      const path =
        points.length > 1
          ? `<polyline points="${points.join(" ")}" stroke="${color}" stroke-width="${width}"/>`
          : "";
      const dot = `cx="${x}" cy="${y}" r="${8 * scale}" stroke-width="${2.5 * scale}"`;
      const kind = i === selected ? "selected" : "";
      return `<g class="${kind}">${path}<circle ${dot} fill="${color}"/></g>`;
    })
    .join("");
  find('[data-do="unhint"]').hidden = selected < 0;
}

function resized() {
  paper.style.setProperty("--ratio", drawing.width / drawing.height);
  marked();
}

new ResizeObserver(marked).observe(paper);
window.addEventListener("online", () => painted === version || changed());
