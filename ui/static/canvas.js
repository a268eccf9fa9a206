// A 2D drawing canvas with two layers, black lines on white and dabs of color under them. Its value is null while nothing
// is drawn, else the lines as a PNG data URL, followed by a space and the dabs as another if there are any. 'input' is
// triggered after each stroke. A value that comes from the server is shown and can be drawn on.
const canvas = element.querySelector("canvas");
const screen = canvas.getContext("2d", { willReadFrequently: true });
const [lines, dabs] = ["white", "transparent"].map((paper) => {
  const sheet = document.createElement("canvas");
  sheet.width = canvas.width;
  sheet.height = canvas.height;
  return { paper, sheet, context: sheet.getContext("2d", { willReadFrequently: true }), empty: true };
});
const UNDO_STEPS = 30;
const DAB_WIDTH = 22;
let past = []; // earlier drawings, the newest last, each the ImageData of both layers; null is an empty layer
let tool = "pen";
let last = null; // where the stroke under way is
let shown = null; // the value this canvas shows

function blank(layer) {
  layer.context.clearRect(0, 0, canvas.width, canvas.height);
  layer.context.fillStyle = layer.paper;
  layer.context.fillRect(0, 0, canvas.width, canvas.height);
  layer.empty = true;
}

function render() {
  screen.globalCompositeOperation = "source-over";
  screen.fillStyle = "white";
  screen.fillRect(0, 0, canvas.width, canvas.height);
  screen.drawImage(dabs.sheet, 0, 0);
  screen.globalCompositeOperation = "multiply";
  screen.drawImage(lines.sheet, 0, 0);
}

function remember() {
  past.push([lines, dabs].map((l) => (l.empty ? null : l.context.getImageData(0, 0, canvas.width, canvas.height))));
  if (past.length > UNDO_STEPS) past.shift();
}

function publish() {
  const urls = [lines, ...(dabs.empty ? [] : [dabs])].map((layer) => layer.sheet.toDataURL("image/png"));
  shown = lines.empty && dabs.empty ? null : urls.join(" ");
  props.value = shown;
  trigger("input");
}

function position(event) {
  const box = canvas.getBoundingClientRect();
  return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
}

function stroke(context, style, width, from, to, operation = "source-over") {
  Object.assign(context, { strokeStyle: style, lineWidth: width, lineCap: "round", lineJoin: "round" });
  context.globalCompositeOperation = operation;
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(to[0] + 0.01, to[1]); // a line of no length leaves no dot
  context.stroke();
  context.globalCompositeOperation = "source-over";
}

function line(from, to) {
  const width = element.querySelector("[data-width]").value;
  if (tool === "pen") stroke(lines.context, "black", width, from, to);
  if (tool === "dab") stroke(dabs.context, element.querySelector("[data-color]").value, DAB_WIDTH, from, to);
  if (tool === "eraser") {
    stroke(lines.context, "white", 3 * width, from, to);
    stroke(dabs.context, "black", 3 * width, from, to, "destination-out");
  }
  render();
}

canvas.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  event.preventDefault();
  canvas.setPointerCapture(event.pointerId);
  remember();
  if (tool === "dab") dabs.empty = false;
  else lines.empty = false;
  last = position(event);
  line(last, last);
});
canvas.addEventListener("pointermove", (event) => {
  if (!last) return;
  for (const step of event.getCoalescedEvents?.() ?? [event]) {
    const next = position(step);
    line(last, next);
    last = next;
  }
});
function lift() {
  if (!last) return;
  last = null;
  publish();
}
canvas.addEventListener("pointerup", lift);
canvas.addEventListener("pointercancel", lift);

function undo() {
  if (!past.length) return;
  const pictures = past.pop();
  [lines, dabs].forEach((layer, i) => {
    blank(layer);
    if (!pictures[i]) return;
    layer.context.putImageData(pictures[i], 0, 0);
    layer.empty = false;
  });
  render();
  publish();
}

function choose(name) {
  tool = name;
  for (const button of element.querySelectorAll("[data-tool]")) {
    button.setAttribute("aria-pressed", button.dataset.tool === name);
  }
}
for (const button of element.querySelectorAll("[data-tool]")) {
  button.addEventListener("click", () => choose(button.dataset.tool));
}
element.querySelector("[data-color]").addEventListener("input", () => choose("dab"));
element.querySelector("[data-undo]").addEventListener("click", undo);
element.querySelector("[data-clear]").addEventListener("click", () => {
  if (lines.empty && dabs.empty) return;
  remember();
  [lines, dabs].forEach(blank);
  render();
  publish();
});
canvas.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "z") {
    event.preventDefault();
    undo();
  }
});

function loaded(url) {
  return new Promise((resolve, reject) => {
    const picture = new Image();
    picture.onload = () => resolve(picture);
    picture.onerror = reject;
    picture.src = url;
  });
}

watch("value", async () => {
  if (!props.value || props.value === shown) return;
  shown = props.value;
  const pictures = await Promise.all(shown.split(" ").map(loaded));
  remember();
  [lines, dabs].forEach((layer, i) => {
    blank(layer);
    if (!pictures[i]) return;
    layer.context.drawImage(pictures[i], 0, 0, canvas.width, canvas.height);
    layer.empty = false;
  });
  render();
});
[lines, dabs].forEach(blank);
render();
