// The row of swatches: up to five colors, each with a lock; and the colors of any picture.
const MOST_COLORS = 5;
const FRESH = ["#e8563f", "#f4c95d", "#5b8e7d", "#3a6ea5", "#2b2d42"]; // of swatches that are added

class Palette {
  constructor(row, changed) {
    this.row = row;
    this.changed = changed;
    this.colors = []; // of {color, weight, locked}
    this.chosen = 0;
    row.addEventListener("input", (event) => this.onInput(event));
    row.addEventListener("click", (event) => this.onClick(event));
  }

  get current() {
    return this.colors[this.chosen]?.color ?? FRESH[0];
  }

  get locked() {
    return this.colors.filter((entry) => entry.locked);
  }

  toJSON() {
    return JSON.stringify(this.colors.map(({ color, weight }) => [color, weight]));
  }

  // Colors proposed by the network or taken from a picture; what is locked stays, in the place of
  // the color most like it.
  merged(entries) {
    const merged = entries
      .slice(0, MOST_COLORS)
      .map(([color, weight]) => ({ color, weight, locked: false }));
    for (const kept of this.locked) {
      const free = merged.filter((entry) => !entry.locked);
      const nearest = free.sort(
        (a, b) => apart(a.color, kept.color) - apart(b.color, kept.color),
      )[0];
      if (nearest) Object.assign(nearest, { color: kept.color, locked: true });
    }
    return merged;
  }

  take(colors) {
    this.colors = colors.map((entry) => ({ ...entry }));
    this.chosen = Math.min(this.chosen, Math.max(0, colors.length - 1));
    this.show();
  }

  onInput({ target }) {
    const index = Number(target.closest("[data-index]")?.dataset.index);
    if (target.type !== "color") return;
    this.colors[index].color = target.value;
    this.chosen = index;
    this.show(false);
    this.changed();
  }

  onClick({ target }) {
    const button = target.closest("button");
    const index = Number(target.closest("[data-index]")?.dataset.index);
    if (target.type === "color") this.choose(index);
    if (!button) return;
    if (button.dataset.do === "lock") this.colors[index].locked = !this.colors[index].locked;
    if (button.dataset.do === "remove") this.colors.splice(index, 1);
    if (button.dataset.do === "add") this.add();
    this.show();
    if (button.dataset.do !== "lock") this.changed();
    const again = this.row.querySelector(
      `[data-index="${index}"] [data-do="${button.dataset.do}"]`,
    );
    (again ?? this.row.querySelector('[data-do="add"]')).focus();
  }

  add() {
    const used = this.colors.map(({ color }) => color);
    this.colors.push({
      color: FRESH.find((color) => !used.includes(color)) ?? FRESH[0],
      weight: 1,
      locked: false,
    });
    this.chosen = this.colors.length - 1;
  }

  choose(index) {
    this.chosen = index;
    this.show(false);
  }

  // A color as a person types it, anything CSS knows. Returns whether it is one.
  type(text) {
    const color = named(text);
    if (!color) return false;
    if (!this.colors.length) this.add();
    this.colors[this.chosen].color = color;
    this.show();
    this.changed();
    return true;
  }

  show(anew = true) {
    if (anew) this.row.innerHTML = this.colors.map(swatch).join("") + adding(this.colors.length);
    this.row.querySelectorAll("[data-index]").forEach((element, index) => {
      element.classList.toggle("chosen", index === this.chosen);
      element.querySelector("input").value = this.colors[index].color;
    });
    translate(this.row);
    this.row.dispatchEvent(new CustomEvent("chosen"));
  }
}

function swatch({ color, locked }, index) {
  const name = (text) => `aria-label="${say(text)} ${index + 1}"`;
  return `<div class="swatch" role="group" data-index="${index}">
    <input type="color" value="${color}" ${name("Color")}>
    <button type="button" data-do="lock" aria-pressed="${locked}" ${name("Lock color")}
      title="Locked colors stay when you shuffle or take a proposal"
      >${locked ? ICON.locked : ICON.open}</button>
    <button type="button" data-do="remove" ${name("Remove color")} title="Remove"
      >${ICON.cross}</button>
  </div>`;
}

function adding(count) {
  return count < MOST_COLORS
    ? `<button type="button" class="add" data-do="add" aria-label="Add a color">+</button>`
    : "";
}

const ICON = {
  locked: icon("M3 7h10v7H3z M5 7V5a3 3 0 0 1 6 0v2", "currentColor"),
  open: icon("M3 7h10v7H3z M5 7V5a3 3 0 0 1 5.8-1"),
  cross: icon("M4 4l8 8M12 4l-8 8"),
};

function icon(path, fill = "none") {
  return `<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${path}" fill="${fill}"/></svg>`;
}

function named(text) {
  if (
    !CSS.supports("color", text) ||
    /^(inherit|initial|unset|revert|currentcolor|transparent|var)/i.test(text.trim())
  )
    return null;
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  context.fillStyle = text;
  context.fillRect(0, 0, 1, 1);
  return hexadecimal(context.getImageData(0, 0, 1, 1).data);
}

function hexadecimal([red, green, blue]) {
  return "#" + [red, green, blue].map((n) => Math.round(n).toString(16).padStart(2, "0")).join("");
}

function rgb(color) {
  return [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16));
}

function apart(a, b) {
  const [x, y] = [rgb(a), rgb(b)];
  return Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
}

// The five colors that a picture is made of (k-means from far apart beginnings), with their shares,
// the largest first.
function colorsOf(picture) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 48, height: 48 });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "white";
  context.fillRect(0, 0, 48, 48);
  context.drawImage(picture, 0, 0, 48, 48);
  const data = context.getImageData(0, 0, 48, 48).data;
  const pixels = Array.from({ length: 48 * 48 }, (_, i) => [
    data[4 * i],
    data[4 * i + 1],
    data[4 * i + 2],
  ]);
  const far = (a, b) => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
  const centers = [pixels[0]];
  while (centers.length < MOST_COLORS) {
    const distance = (pixel) => Math.min(...centers.map((center) => far(pixel, center)));
    centers.push(pixels.reduce((a, b) => (distance(b) > distance(a) ? b : a)));
  }
  let groups;
  for (let round = 0; round < 8; round++) {
    groups = centers.map(() => []);
    for (const pixel of pixels) {
      groups[
        centers.reduce(
          (best, center, i) => (far(pixel, center) < far(pixel, centers[best]) ? i : best),
          0,
        )
      ].push(pixel);
    }
    groups.forEach((group, i) => {
      if (group.length)
        centers[i] = [0, 1, 2].map(
          (c) => group.reduce((sum, pixel) => sum + pixel[c], 0) / group.length,
        );
    });
  }
  const entries = centers.map((center, i) => [
    hexadecimal(center),
    groups[i].length / pixels.length,
  ]);
  return entries.filter(([, share]) => share > 0.005).sort((a, b) => b[1] - a[1]);
}
