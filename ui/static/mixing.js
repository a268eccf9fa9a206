// Faces as lists of numbers, and the lists that lie between them. A place is [u, v] in the unit
// square: u goes from face A to B and, on the other side, from C to D; v from one side to the
// other. Three faces are a square whose C and D are one, two a line with v = 0. The Python of slerp
// is ae_models/face/latents.py.
const LETTERS = ["A", "B", "C", "D"];
const CORNERS = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
];

const length = (a) => Math.hypot(...a);
const lerp = (a, b, t) => a.map((x, i) => x + (b[i] - x) * t);

function angleBetween(a, b) {
  const dot = a.reduce((sum, x, i) => sum + x * b[i], 0);
  return Math.acos(Math.max(-1, Math.min(1, dot / Math.max(1e-12, length(a) * length(b)))));
}

function slerp(a, b, t) {
  const angle = angleBetween(a, b);
  const [la, lb] = [length(a), length(b)];
  if (Math.sin(angle) < 1e-4 || la * lb === 0) return lerp(a, b, t);
  const [wa, wb] = [Math.sin((1 - t) * angle) / la, Math.sin(t * angle) / lb];
  const long = (la + (lb - la) * t) / Math.sin(angle);
  return a.map((x, i) => (wa * x + wb * b[i]) * long);
}

// Two to four latents and a place -> the latent there.
function mixed(latents, [u, v], way) {
  const between = way === "lerp" ? lerp : slerp;
  const [a, b, c, d = c] = latents;
  const side = between(a, b, u);
  return c && v > 0 ? between(side, between(c, d, u), v) : side;
}

// How much of each face is in a place; the shares add up to 1.
function shares(count, [u, v]) {
  if (count === 2) return [1 - u, u];
  if (count === 3) return [(1 - u) * (1 - v), u * (1 - v), v];
  return [(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v];
}

// The picture's square, x and y from 0 to 1, and places in it. Three faces stand in a triangle with
// its point below.
function placeOf(count, x, y) {
  const inside = (n) => Math.min(1, Math.max(0, n));
  if (count === 2) return [inside(x), 0];
  if (count === 4) return [inside(x), inside(y)];
  const v = inside(y);
  return [v > 0.999 ? 0.5 : inside((x - v / 2) / (1 - v)), v];
}

function pointOf(count, [u, v]) {
  if (count === 2) return [u, 0.5];
  return count === 3 ? [v / 2 + u * (1 - v), v] : [u, v];
}

// The corner of a face.
function cornerOf(count, index) {
  return count === 3 && index === 2 ? [0.5, 1] : CORNERS[index];
}

// The legs of a tour through all faces and back: [[from, to], ...].
function tour(count) {
  const [a, b, c, d] = CORNERS;
  if (count === 2)
    return [
      [a, b],
      [b, a],
    ];
  return count === 3
    ? [
        [a, b],
        [b, d],
        [c, a],
      ]
    : [
        [a, b],
        [b, d],
        [d, c],
        [c, a],
      ];
}

// The place on a tour, t from 0 to 1.
function along(legs, t) {
  const at = Math.min(t * legs.length, legs.length - 1e-9);
  return lerp(...legs[Math.floor(at)], at % 1);
}

// Faces at the nodes of a grid, decoded coarse to fine: with the first four every place can be
// painted.
class Grid {
  constructor(count) {
    this.count = count;
    this.columns = count === 2 ? 32 : 8; // cells
    this.rows = count === 2 ? 0 : 8;
    this.frames = new Map(); // "column,row" -> ImageBitmap
    this.order = this.coarseToFine();
  }

  coarseToFine() {
    const order = new Map();
    for (let step = this.columns; step >= 1; step /= 2) {
      for (let row = 0; row <= this.rows; row += step) {
        for (let column = 0; column <= this.columns; column += step)
          order.set(this.name(column, row), [column, row]);
      }
    }
    return [...order];
  }

  // All of a triangle's last row are face C.
  name(column, row) {
    return this.count === 3 && row === this.rows ? `0,${row}` : `${column},${row}`;
  }

  place([column, row]) {
    return [column / this.columns, this.rows ? row / this.rows : 0];
  }

  missing(most) {
    return this.order.filter(([name]) => !this.frames.has(name)).slice(0, most);
  }

  get full() {
    return this.frames.size === this.order.length;
  }

  // [[frame, weight], ...] around a place, from the finest cell whose corners are there; null if
  // none is.
  around([u, v]) {
    for (let step = 1; step <= this.columns; step *= 2) {
      const cell = this.cell(u * this.columns, v * this.rows, step);
      if (cell.every(([name]) => this.frames.has(name)))
        return cell.map(([name, weight]) => [this.frames.get(name), weight]);
    }
    return null;
  }

  cell(x, y, step) {
    const from = (n, most) => Math.max(0, Math.min(Math.floor(n / step) * step, most - step));
    const [left, top] = [from(x, this.columns), this.rows ? from(y, this.rows) : 0];
    const [s, t] = [(x - left) / step, this.rows ? (y - top) / step : 0];
    const corners = [
      [left, top, (1 - s) * (1 - t)],
      [left + step, top, s * (1 - t)],
      [left, top + step, (1 - s) * t],
      [left + step, top + step, s * t],
    ];
    return corners
      .filter(([, , weight]) => weight > 1e-3)
      .map(([column, row, weight]) => [this.name(column, row), weight]);
  }
}
