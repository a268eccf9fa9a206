// A 2D drawing canvas. Its value is the drawing as a PNG data URL, or null while nothing is drawn;
// 'input' is triggered after each stroke. A value that comes from the server is shown and can be drawn on.
const canvas = element.querySelector("canvas");
const context = canvas.getContext("2d", { willReadFrequently: true });
const UNDO_STEPS = 30;
let past = []; // earlier drawings as ImageData, the newest last; null is the empty one
let empty = true;
let tool = "pen";
let last = null; // where the stroke under way is

function blank() {
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  empty = true;
}

function remember() {
  past.push(empty ? null : context.getImageData(0, 0, canvas.width, canvas.height));
  if (past.length > UNDO_STEPS) past.shift();
}

function publish() {
  shown = empty ? null : canvas.toDataURL("image/png");
  props.value = shown;
  trigger("input");
}

function position(event) {
  const box = canvas.getBoundingClientRect();
  return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
}

function line(from, to) {
  context.strokeStyle = tool === "pen" ? "black" : "white";
  context.lineWidth = element.querySelector("[data-width]").value * (tool === "pen" ? 1 : 3);
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
}

canvas.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  event.preventDefault();
  canvas.setPointerCapture(event.pointerId);
  remember();
  empty = false;
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
  const picture = past.pop();
  blank();
  if (picture) {
    context.putImageData(picture, 0, 0);
    empty = false;
  }
  publish();
}

for (const button of element.querySelectorAll("[data-tool]")) {
  button.addEventListener("click", () => {
    tool = button.dataset.tool;
    for (const other of element.querySelectorAll("[data-tool]")) other.setAttribute("aria-pressed", other === button);
  });
}
element.querySelector("[data-undo]").addEventListener("click", undo);
element.querySelector("[data-clear]").addEventListener("click", () => {
  if (empty) return;
  remember();
  blank();
  publish();
});
canvas.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "z") {
    event.preventDefault();
    undo();
  }
});

let shown = null; // the value this canvas shows
watch("value", () => {
  if (!props.value || props.value === shown) return;
  shown = props.value;
  const picture = new Image();
  picture.onload = () => {
    remember();
    blank();
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    empty = false;
  };
  picture.src = shown;
});
blank();
