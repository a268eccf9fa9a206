// A photo with its eyes: two handles that are dragged or moved by arrow keys, and a frame on each
// face that was found.
const EYES_APART = 2.7; // a face's width over the distance of its eyes

class Eyes {
  // place: an element of class "eyes"; moved: called with [x, y, x, y] in px of the photo when a
  // person has chosen.
  constructor(place, moved, label) {
    this.moved = moved;
    place.innerHTML = `<div class="photo"><img alt="${label}"><div class="found"></div>
      <button type="button" class="eye"
        aria-label="${say("Left eye: arrow keys move it")}"></button>
      <button type="button" class="eye"
        aria-label="${say("Right eye: arrow keys move it")}"></button></div>`;
    this.picture = place.querySelector("img");
    this.found = place.querySelector(".found");
    this.handles = [...place.querySelectorAll(".eye")];
    this.eyes = null;
    this.handles.forEach((handle, i) => this.listen(handle, i));
    this.picture.addEventListener("load", () => this.place());
  }

  async open(source) {
    this.eyes = null;
    this.found.textContent = "";
    this.picture.src = source;
    await this.picture.decode().catch(() => {});
    this.place();
  }

  get size() {
    return [this.picture.naturalWidth, this.picture.naturalHeight];
  }

  take(faces) {
    const [width, height] = this.size;
    this.eyes = faces[0] ?? [0.42 * width, 0.42 * height, 0.58 * width, 0.42 * height];
    this.frame(faces.length > 1 ? faces : []);
    this.place();
  }

  frame(faces) {
    const [width, height] = this.size;
    this.found.innerHTML = faces
      .map((_, i) => `<button type="button" aria-label="${say("Use face")} ${i + 1}"></button>`)
      .join("");
    faces.forEach((eyes, i) => {
      const [x1, y1, x2, y2] = eyes;
      const side = EYES_APART * Math.hypot(x2 - x1, y2 - y1);
      const box = this.found.children[i];
      Object.assign(box.style, {
        left: `${(100 * ((x1 + x2 - side) / 2)) / width}%`,
        top: `${(100 * ((y1 + y2) / 2 - 0.38 * side)) / height}%`,
        width: `${(100 * side) / width}%`,
        height: `${(100 * side) / height}%`,
      });
      box.addEventListener("click", () => this.choose(eyes));
    });
  }

  choose(eyes) {
    this.eyes = eyes;
    this.place();
    this.moved(this.eyes);
  }

  place() {
    const [width, height] = this.size;
    if (height) this.picture.parentElement.style.setProperty("--ratio", width / height);
    this.handles.forEach((handle, i) => {
      handle.hidden = !this.eyes || !width;
      if (!handle.hidden)
        Object.assign(handle.style, {
          left: `${(100 * this.eyes[2 * i]) / width}%`,
          top: `${(100 * this.eyes[2 * i + 1]) / height}%`,
        });
    });
  }

  shift(i, x, y) {
    const [width, height] = this.size;
    this.eyes = [...this.eyes];
    this.eyes[2 * i] = Math.min(width, Math.max(0, x));
    this.eyes[2 * i + 1] = Math.min(height, Math.max(0, y));
    this.place();
  }

  listen(handle, i) {
    handle.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      handle.focus();
      handle.setPointerCapture(event.pointerId);
    });
    handle.addEventListener("pointermove", (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const box = this.picture.getBoundingClientRect();
      this.shift(
        i,
        ((event.clientX - box.left) * this.size[0]) / box.width,
        ((event.clientY - box.top) * this.size[1]) / box.height,
      );
    });
    handle.addEventListener("lostpointercapture", () => this.moved(this.eyes));
    handle.addEventListener("keydown", (event) => {
      const [dx, dy] = {
        ArrowLeft: [-1, 0],
        ArrowRight: [1, 0],
        ArrowUp: [0, -1],
        ArrowDown: [0, 1],
      }[event.key] ?? [0, 0];
      if (!dx && !dy) return;
      event.preventDefault();
      const step = (event.shiftKey ? 8 : 1) * Math.max(1, this.size[0] / 400);
      this.shift(i, this.eyes[2 * i] + dx * step, this.eyes[2 * i + 1] + dy * step);
      clearTimeout(this.resting);
      this.resting = setTimeout(() => this.moved(this.eyes), 300);
    });
  }
}
