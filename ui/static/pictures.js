// Pictures that come onto the sheet and leave it as files.

let opening = 0; // counts what is brought or asked for: a slow answer replaces nothing newer

function bring(picture, width, height) {
  opening += 1;
  if (held) abandon();
  drawing.replace((context) => context.drawImage(picture, 0, 0, width, height), width, height);
  epoch += 1;
  selected = -1;
  offerOriginal(null);
  resized();
  changed();
}

// The file whose paper was cleaned, if that is what lies on the sheet: it may be used as it was.
let original = null;

function offerOriginal(file) {
  original = file;
  find('[data-do="original"]').hidden = !file;
}

async function open(file, clean = true) {
  if (!file) return;
  tell("");
  const mine = (opening += 1);
  try {
    const answer = await slowly(find(".bar"), () => post("open", { clean: clean ? 1 : 0 }, file));
    const picture = await createImageBitmap(await answer.blob());
    if (mine !== opening) return;
    address(null);
    bring(picture, picture.width, picture.height);
    if (answer.headers.get("x-cleaned") !== "1") return;
    offerOriginal(file);
    tell(say("The paper was cleaned."), true);
  } catch (error) {
    tell(error.message);
  }
}

// Whether it is there.
async function openExample(name) {
  const source = `${ROOT}/studio/static/examples/sketch-${name}.png`;
  const mine = (opening += 1);
  let picture;
  try {
    picture = await createImageBitmap(await fetched(source));
  } catch (error) {
    tell(error.message);
    return false;
  }
  if (mine !== opening) return false;
  const canvas = Object.assign(document.createElement("canvas"), {
    width: picture.width,
    height: picture.height,
  });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(picture, 0, 0);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  for (let i = 0; i < pixels.data.length; i += 4) {
    pixels.data[i + 3] = 255 - pixels.data[i];
    pixels.data.fill(0, i, i + 3);
  }
  context.putImageData(pixels, 0, 0);
  bring(canvas, SHEET_SIDE, SHEET_SIDE);
  return true;
}

async function takeColors(file) {
  try {
    palette.take(palette.merged(colorsOf(await createImageBitmap(file))));
    changed();
  } catch {
    tell(say("That file is no picture that this browser can read."));
  }
}

fromDialog(find("input[type=file]"), ([file]) => open(file));
fromDialog(find(".colored"), ([file]) => file && takeColors(file));
receive(studio, (files) => open(pictureOf(files)));
catchDrops(find(".colors"), (files) => takeColors(pictureOf(files)));

// Wait for the full picture of what is drawn, unless the server refuses it.
async function finished() {
  if (full !== version) rest();
  while (full !== version && jobs.running) await new Promise((done) => setTimeout(done, 30));
}

async function save(kind) {
  if (kind !== "lines") await finished();
  const canvas = Object.assign(document.createElement("canvas"), {
    width: drawing.width,
    height: drawing.height,
  });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  const { width, height } = drawing;
  if (kind !== "clear") {
    context.fillStyle = "white";
    context.fillRect(0, 0, width, height);
  }
  if (kind !== "lines" && paint.width > 8)
    context.drawImage(kind === "clear" ? withoutPaper(paint) : paint, 0, 0, width, height);
  context.drawImage(drawing.lines, 0, 0);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  const name = {
    picture: "colored-drawing",
    lines: "drawing-lines",
    clear: "colored-drawing-transparent",
  }[kind];
  download(blob, `${name}.png`);
}

// The colors, transparent where white reaches in from the border.
function withoutPaper(source) {
  const canvas = Object.assign(document.createElement("canvas"), {
    width: source.width,
    height: source.height,
  });
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
  for (let x = 0; x < width; x++) (visit(x, 0), visit(x, height - 1));
  for (let y = 0; y < height; y++) (visit(0, y), visit(width - 1, y));
  while (queue.length) {
    const [x, y] = queue.pop();
    (visit(x + 1, y), visit(x - 1, y), visit(x, y + 1), visit(x, y - 1));
  }
  context.putImageData(pixels, 0, 0);
  return canvas;
}
