// Hints: colors that one puts on the photo, and the area that follows each.
function keep(after) {
  past.push(hints);
  future = [];
  hints = after;
  changed();
}

function withHint(x, y) {
  return [...hints, { x, y, color: find(".color").value }];
}

// A hint is about to be put: ask before the pointer is lifted.
function expect(x, y) {
  if (tool === "hint" && photo && within({ x, y }) && hints.length < MOST_HINTS)
    asked(photo, "plus", withHint(x, y)).catch(() => {}); // told when it is put
}

function put(x, y) {
  if (!photo || !within({ x, y })) return;
  if (hints.length >= MOST_HINTS) return tell(say("No more than 100 hints fit on a photo."));
  [selected, selectedFresh] = [hints.length, true];
  remember(find(".color").value);
  keep(withHint(x, y));
}

function moved(index, x, y) {
  return hints.map((hint, i) =>
    i === index
      ? { ...hint, x: Math.min(1, Math.max(0, x)), y: Math.min(1, Math.max(0, y)) }
      : hint,
  );
}

function remove(index) {
  if (index < 0) return;
  selected = -1;
  hideReach();
  keep(hints.filter((_, i) => i !== index));
}

function travel(from, to) {
  if (!from.length) return;
  to.push(hints);
  hints = from.pop();
  selected = -1;
  changed();
}

function remember(color) {
  recent = [color, ...recent.filter((other) => other !== color)].slice(0, RECENT);
  localStorage.setItem(STORE, JSON.stringify(recent));
  find(".recent").innerHTML = recent
    .map(
      (color) =>
        `<button type="button" data-color="${color}" style="background:${color}"
          aria-label="${color}" title="${color}"></button>`,
    )
    .join("");
}

function setColor(color) {
  find(".color").value = color;
  if (selected >= 0 && !selectedFresh)
    keep(hints.map((hint, i) => (i === selected ? { ...hint, color } : hint)));
}

function sample(x, y) {
  const [from, to] = split.range;
  const canvas = view.outside([x, y])[0] < from + split.share * (to - from) ? before : after;
  const [px, py] = [Math.floor(x * canvas.width), Math.floor(y * canvas.height)];
  if (px < 0 || py < 0 || px >= canvas.width || py >= canvas.height) return;
  const [r, g, b] = canvas.getContext("2d").getImageData(px, py, 1, 1).data;
  setColor(`#${[r, g, b].map((n) => n.toString(16).padStart(2, "0")).join("")}`);
  remember(find(".color").value);
  choose("hint");
}

// The area that follows a hint: where the colors would be others without it.
async function showReach(index) {
  if (layers.plus?.version !== version || !hints[index] || reaching) return;
  const now = version;
  reaching = true;
  const others = hints.filter((_, i) => i !== index);
  const without = await asked(photo, "plus", others).catch(() => null);
  reaching = false;
  if (
    !without ||
    version !== now ||
    !find(`.hint:nth-child(${index + 1}):is(:hover, :focus-visible)`)
  )
    return;
  const {
    shape: [, rows, columns],
    data,
  } = layers.plus.fields;
  const cells = new ImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) {
    const change = Math.hypot(
      data[i] - without.data[i],
      data[rows * columns + i] - without.data[rows * columns + i],
    );
    cells.data[4 * i + 3] = 150 * (1 - Math.min(1, change / REACHED));
  }
  Object.assign(reach, { width: columns, height: rows, hidden: false });
  reach.getContext("2d").putImageData(cells, 0, 0);
  placeReach();
}

function placeReach() {
  const [x, y] = view.outside([
    photo.box[0] / photo.preview.width,
    photo.box[1] / photo.preview.height,
  ]);
  const [width, height] = boxSize().map((n) => n * view.scale);
  const scale = `scale(${width / reach.width}, ${height / reach.height})`;
  reach.style.transform = `translate(${x}px, ${y}px) ${scale}`;
}

function hideReach() {
  reach.hidden = true;
}
