// Predicted chroma on a photo's own lightness, in the browser: what color.py does on the server, so
// that saturation and the handle ask nobody. Lightness and chroma are CIE Lab in Float32Arrays, a
// value a pixel.
const EPSILON = 216 / 24389;
const KAPPA = 24389 / 27;
const WHITE = [0.95047, 1, 1.08883]; // D65
const TO_RGB = [
  3.2404542, -1.5371385, -0.4985314, -0.969266, 1.8760108, 0.041556, 0.0556434, -0.2040259,
  1.0572252,
].map((weight, i) => weight * WHITE[i % 3]);
const LEVELS = 8191;
const LINEAR = Float32Array.from({ length: 256 }, (_, i) =>
  i / 255 <= 0.04045 ? i / 255 / 12.92 : ((i / 255 + 0.055) / 1.055) ** 2.4,
);
const ENCODED = Uint8ClampedArray.from({ length: LEVELS + 1 }, (_, i) => {
  const x = i / LEVELS;
  return 255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055);
});
const root3 = (x) => (x > EPSILON ? Math.cbrt(x) : (KAPPA * x + 16) / 116);

function lightnessOf({ data }) {
  const lightness = new Float32Array(data.length / 4);
  for (let i = 0, j = 0; i < lightness.length; i++, j += 4) {
    lightness[i] =
      116 *
        root3(
          0.2126729 * LINEAR[data[j]] +
            0.7151522 * LINEAR[data[j + 1]] +
            0.072175 * LINEAR[data[j + 2]],
        ) -
      16;
  }
  return lightness;
}

function chromaOf(color) {
  // "#rrggbb" -> [a, b]
  const [r, g, b] = [1, 3, 5].map((i) => LINEAR[parseInt(color.slice(i, i + 2), 16)]);
  const x = root3((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / WHITE[0]);
  const y = root3(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = root3((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / WHITE[2]);
  return [500 * (x - y), 200 * (y - z)];
}

// For each of `size` pixels, the first of the two cells that it lies between and how far it is from
// that.
function between(cells, size) {
  const first = new Int32Array(size);
  const share = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    const place = Math.max(0, Math.min(cells - 1, ((i + 0.5) * cells) / size - 0.5));
    first[i] = Math.max(0, Math.min(cells - 2, Math.floor(place)));
    share[i] = place - first[i];
  }
  return [first, share];
}

// Fields of cells (color.chroma_fields: a, b, their slopes over lightness, lightness) -> chroma
// with the edges of the lightness that the network saw, and the hints' own on their discs. Without
// hints, which may mean a white sky, black and white of the lightness that is shown get none.
function spread(
  { shape: [channels, rows, columns], data },
  seen,
  shown,
  width,
  height,
  hints,
  radius,
) {
  const [a, b] = [new Float32Array(width * height), new Float32Array(width * height)];
  const [row, down] = between(rows, height);
  const [column, right] = between(columns, width);
  const mixed = new Float32Array(channels * columns);
  const next = Math.min(1, columns - 1);
  const [B, DA, DB, L] = [1, 2, 3, 4].map((c) => c * columns); // where they begin in a row
  for (let y = 0; y < height; y++) {
    for (let c = 0; c < channels; c++) {
      const from = (c * rows + row[y]) * columns;
      const below = rows > 1 ? from + columns : from;
      for (let k = 0; k < columns; k++)
        mixed[c * columns + k] = data[from + k] + (data[below + k] - data[from + k]) * down[y];
    }
    for (let x = 0, i = y * width; x < width; ) {
      const k = column[x];
      const a0 = mixed[k];
      const b0 = mixed[B + k];
      const da0 = mixed[DA + k];
      const db0 = mixed[DB + k];
      const l0 = mixed[L + k];
      const a1 = mixed[k + next] - a0;
      const b1 = mixed[B + k + next] - b0;
      const da1 = mixed[DA + k + next] - da0;
      const db1 = mixed[DB + k + next] - db0;
      const l1 = mixed[L + k + next] - l0;
      for (; x < width && column[x] === k; x++, i++) {
        const t = right[x];
        const detail = seen[i] - (l0 + l1 * t);
        const kept = hints.length ? 1 : Math.max(0, Math.min(1, shown[i], 100 - shown[i]));
        a[i] = kept * (a0 + a1 * t + (da0 + da1 * t) * detail);
        b[i] = kept * (b0 + b1 * t + (db0 + db1 * t) * detail);
      }
    }
  }
  for (const { x, y, color } of hints)
    disc(a, b, width, height, x * width, y * height, radius, chromaOf(color));
  return { a, b };
}

function disc(a, b, width, height, x, y, radius, [ca, cb]) {
  for (let j = Math.max(0, Math.ceil(y - radius)); j <= Math.min(height - 1, y + radius); j++) {
    const half = Math.sqrt(radius * radius - (j - y) ** 2);
    const [from, to] = [
      Math.max(0, Math.ceil(x - half)),
      Math.min(width - 1, Math.floor(x + half)),
    ];
    if (from > to) continue;
    a.fill(ca, j * width + from, j * width + to + 1);
    b.fill(cb, j * width + from, j * width + to + 1);
  }
}

// Fields of cells -> their lightness, in all pixels.
function lightnessIn({ shape: [, rows, columns], data }, width, height) {
  const plane = new Float32Array(width * height);
  const cells = data.subarray(4 * rows * columns);
  const [row, down] = between(rows, height);
  const [column, right] = between(columns, width);
  const at = (y, x) => cells[Math.min(y, rows - 1) * columns + Math.min(x, columns - 1)];
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const [j, k, t] = [row[y], column[x], right[x]];
      const above = at(j, k) + (at(j, k + 1) - at(j, k)) * t;
      plane[i] = above + (at(j + 1, k) + (at(j + 1, k + 1) - at(j + 1, k)) * t - above) * down[y];
    }
  return plane;
}

// One pixel of each square of `step` a side.
function everyOf(plane, width, height, step) {
  const thin = new Float32Array(Math.ceil(width / step) * Math.ceil(height / step));
  for (let y = 0, i = 0; y < height; y += step)
    for (let x = 0; x < width; x += step, i++) thin[i] = plane[y * width + x];
  return thin;
}

// Lab with its chroma times the saturation -> the pixels of an ImageData.
function colorInto({ data }, lightness, { a, b }, saturation) {
  const pixels = new Uint32Array(data.buffer);
  const [r0, r1, r2, g0, g1, g2, b0, b1, b2] = TO_RGB;
  const across = saturation / 500;
  const along = saturation / 200;
  for (let i = 0; i < pixels.length; i++) {
    const f = (lightness[i] + 16) / 116;
    const fx = f + a[i] * across;
    const fz = f - b[i] * along;
    const x = fx > 6 / 29 ? fx * fx * fx : (116 * fx - 16) / KAPPA;
    const y = f > 6 / 29 ? f * f * f : (116 * f - 16) / KAPPA;
    const z = fz > 6 / 29 ? fz * fz * fz : (116 * fz - 16) / KAPPA;
    let red = r0 * x + r1 * y + r2 * z;
    let green = g0 * x + g1 * y + g2 * z;
    let blue = b0 * x + b1 * y + b2 * z;
    red = red < 0 ? 0 : red > 1 ? 1 : red;
    green = green < 0 ? 0 : green > 1 ? 1 : green;
    blue = blue < 0 ? 0 : blue > 1 ? 1 : blue;
    pixels[i] =
      0xff000000 |
      (ENCODED[(blue * LEVELS + 0.5) | 0] << 16) |
      (ENCODED[(green * LEVELS + 0.5) | 0] << 8) |
      ENCODED[(red * LEVELS + 0.5) | 0];
  }
}
