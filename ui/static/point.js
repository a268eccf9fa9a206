// The large picture and the point on it: mouse, finger, keys, play.

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
  const parts = shares(faces.length, point).map(
    (share, i) => `${LETTERS[i]} ${Math.round(100 * share)} %`,
  );
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
  if (!playing && !held) exactly = setTimeout(() => jobs.want("here", 1, decodeHere), REST);
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

function ready() {
  canvas.setAttribute("aria-busy", "false");
  if (find(".both").checked) jobs.want("beside", 2, decodeBeside);
}

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
canvas.addEventListener("lostpointercapture", () => {
  held = false;
  move(point);
});
canvas.addEventListener("keydown", (event) => {
  const [dx, dy] = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
    Home: [-99, 0],
    End: [99, 0],
  }[event.key] ?? [0, 0];
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
