// A drawing: lines on a transparent canvas, hints of color as a list of strokes, and what it takes
// to undo each change.
const MOST_STEPS = 200;
const MOST_UNDO_BYTES = 64e6;

class Drawing {
  constructor(width, height) {
    this.lines = document.createElement("canvas");
    // the lines as they were before the stroke under way
    this.before = document.createElement("canvas");
    this.hints = []; // of {color, width, points: [[x, y], ...]}; never changed in place
    this.past = [];
    this.future = [];
    this.stroke = null;
    this.blank = null; // whether no line is drawn; null until somebody asks
    this.resize(width, height);
  }

  get width() {
    return this.lines.width;
  }
  get height() {
    return this.lines.height;
  }
  get context() {
    return this.lines.getContext("2d", { willReadFrequently: true });
  }

  resize(width, height) {
    for (const canvas of [this.lines, this.before]) Object.assign(canvas, { width, height });
    this.blank = null;
  }

  // ---- strokes of pen and eraser ----

  begin(tool, x, y) {
    const copy = this.before.getContext("2d", { willReadFrequently: true });
    copy.globalCompositeOperation = "copy";
    copy.drawImage(this.lines, 0, 0);
    this.stroke = { tool, hints: this.hints, last: [x, y], middle: [x, y], box: [x, y, x, y] };
  }

  extend(x, y, width) {
    const { tool, last, middle } = this.stroke;
    const next = [(last[0] + x) / 2, (last[1] + y) / 2];
    const pen = this.context;
    Object.assign(pen, {
      lineWidth: width,
      lineCap: "round",
      lineJoin: "round",
      strokeStyle: "black",
    });
    pen.globalCompositeOperation = tool === "eraser" ? "destination-out" : "source-over";
    pen.beginPath();
    pen.moveTo(...middle);
    pen.quadraticCurveTo(...last, ...next);
    pen.lineTo(x + 0.01, y); // a line of no length leaves no dot
    pen.stroke();
    this.blank = tool === "eraser" ? null : false;
    if (tool === "eraser")
      this.hints = this.hints.filter((hint) => !touches(hint, x, y, width / 2));
    Object.assign(this.stroke, {
      last: [x, y],
      middle: next,
      box: grown(this.stroke.box, x, y, width),
    });
  }

  end() {
    const { hints, box } = this.stroke;
    this.stroke = null;
    const [left, top] = [Math.max(0, Math.floor(box[0])), Math.max(0, Math.floor(box[1]))];
    const width = Math.min(this.width, Math.ceil(box[2])) - left;
    const height = Math.min(this.height, Math.ceil(box[3])) - top;
    const seen = width > 0 && height > 0;
    const part = (canvas) =>
      canvas.getContext("2d", { willReadFrequently: true }).getImageData(left, top, width, height);
    const pixels = seen ? [this.before, this.lines].map(part) : [null, null];
    this.keep({ left, top, pixels, hints: [hints, this.hints] });
  }

  cancel() {
    if (!this.stroke) return;
    this.hints = this.stroke.hints;
    this.stroke = null;
    this.context.globalCompositeOperation = "copy";
    this.context.drawImage(this.before, 0, 0);
    this.blank = null;
  }

  // ---- changes as a whole ----

  setHints(hints) {
    if (hints !== this.hints)
      this.keep({ pixels: [null, null], hints: [this.hints, (this.hints = hints)] });
  }

  replace(draw, width, height) {
    const whole = () => this.context.getImageData(0, 0, this.width, this.height);
    const [before, hints] = [whole(), this.hints];
    this.resize(width, height);
    this.hints = [];
    draw(this.context);
    this.blank = null;
    this.keep({ left: 0, top: 0, pixels: [before, whole()], whole: true, hints: [hints, []] });
  }

  get isEmpty() {
    if (this.hints.length) return false;
    this.blank ??= this.hasNoPixel();
    return this.blank;
  }

  hasNoPixel() {
    const { data } = this.context.getImageData(0, 0, this.width, this.height);
    return new Uint32Array(data.buffer).every((pixel) => pixel === 0);
  }

  // ---- undo ----

  keep(step) {
    step.bytes = step.pixels.reduce((sum, pixels) => sum + (pixels ? pixels.data.length : 0), 0);
    this.past.push(step);
    this.future = [];
    let bytes = this.past.reduce((sum, { bytes }) => sum + bytes, 0);
    while (this.past.length > MOST_STEPS || (bytes > MOST_UNDO_BYTES && this.past.length > 1))
      bytes -= this.past.shift().bytes;
  }

  undo() {
    return this.travel(this.past, this.future, 0);
  }
  redo() {
    return this.travel(this.future, this.past, 1);
  }

  travel(from, to, side) {
    const step = from.pop();
    if (!step) return false;
    to.push(step);
    const pixels = step.pixels[side];
    if (step.whole) this.resize(pixels.width, pixels.height);
    if (pixels) this.context.putImageData(pixels, step.left, step.top);
    this.blank = null;
    this.hints = step.hints[side];
    return true;
  }
}

function grown([left, top, right, bottom], x, y, width) {
  const reach = width / 2 + 2;
  return [
    Math.min(left, x - reach),
    Math.min(top, y - reach),
    Math.max(right, x + reach),
    Math.max(bottom, y + reach),
  ];
}

function touches(hint, x, y, reach) {
  return hint.points.some(([px, py]) => Math.hypot(px - x, py - y) < reach + hint.width / 2);
}

function paintHint(context, { color, width, points }, least = 0) {
  Object.assign(context, {
    strokeStyle: color,
    lineWidth: Math.max(width, least),
    lineCap: "round",
    lineJoin: "round",
  });
  context.beginPath();
  context.moveTo(...points[0]);
  for (const point of points) context.lineTo(point[0] + 0.01, point[1]);
  context.stroke();
}

// Lines, and below them the hints if there are any, as one PNG with a longest side of at most
// `side`.
function packed(drawing, side) {
  const scale = Math.min(1, side / Math.max(drawing.width, drawing.height));
  const [width, height] = [drawing.width, drawing.height].map((n) =>
    Math.max(8, Math.round(n * scale)),
  );
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height: height * (drawing.hints.length ? 2 : 1) });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(drawing.lines, 0, 0, width, height);
  context.setTransform(width / drawing.width, 0, 0, height / drawing.height, 0, height);
  for (const hint of drawing.hints) paintHint(context, hint, 4 / scale);
  return pngOf(canvas);
}

// At once: toBlob waits for a moment in which the browser has nothing else to do.
function pngOf(canvas) {
  const text = atob(canvas.toDataURL("image/png").split(",")[1]);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return new Blob([bytes], { type: "image/png" });
}
