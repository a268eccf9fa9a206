// Two pictures of one size in a stage, one under the other up to a handle; fitted, zoomed and moved
// together. `moved(scale, x, y)` is called whenever they are, `pressed(x, y)` and `tapped(x, y)` at
// the beginning and the end of a click with its place in parts of their sides.
const TAP = 4; // px that a pointer may move in a click
const STEP = 1.5; // of a zoom by button or key
const ICON = {
  handle: "M9 7l-5 5 5 5 M15 7l5 5-5 5",
  fit: "M4 9V4h5 M15 4h5v5 M20 15v5h-5 M9 20H4v-5",
};

const ignored = () => {};

function furniture(compared, working) {
  const icon = (name) =>
    `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${ICON[name]}"/></svg>`;
  const button = (action, name, key, content) =>
    `<button type="button" data-do="${action}" aria-label="${say(name)}"
      title="${say(name)} (${key})">${content}</button>`;
  return `<div class="handle" role="slider" tabindex="0" aria-label="${say(compared)}"
      aria-valuemin="0" aria-valuemax="100" aria-valuenow="50"
      title="${say("Drag to compare")}">${icon("handle")}</div>
    <div class="bar" role="progressbar" aria-label="${say(working)}" hidden></div>
    <div class="zooms" role="group" aria-label="${say("Zoom")}">
      ${button("out", "Zoom out", "-", "−")}${button("fit", "Whole picture", "0", icon("fit"))}
      ${button("pixels", "Pixel by pixel", "1", "1:1")}${button("in", "Zoom in", "+", "+")}
    </div>`;
}

class Split {
  constructor(stage, { compared, working, moved = ignored, pressed = ignored, tapped = ignored }) {
    stage.insertAdjacentHTML("beforeend", furniture(compared, working));
    const find = (selector) => stage.querySelector(selector);
    const [layers, share] = [[find(".before"), find(".after")], 0.5]; // of what is seen, left
    Object.assign(this, { stage, layers, share, moved });
    Object.assign(this, { handle: find(".handle"), pad: find(".pad"), bar: find(".bar") });
    this.over = find(".cut");
    for (const canvas of layers) canvas.getContext("2d", { willReadFrequently: true });
    this.view = new View(stage, (scale, x, y) => this.place(scale, x, y));
    this.actions = {
      in: () => this.view.zoomBy(STEP),
      out: () => this.view.zoomBy(1 / STEP),
      fit: () => this.view.fit(this.view.width, this.view.height),
      pixels: () => this.view.zoomBy(1 / devicePixelRatio / this.view.scale),
    };
    const { in: closer, out, fit, pixels } = this.actions;
    this.keys = { "+": closer, "=": closer, "-": out, 0: fit, 1: pixels };
    this.dragHandle();
    this.followFingers(pressed, tapped);
  }

  fit(width, height) {
    for (const canvas of this.layers) {
      Object.assign(canvas, { width, height });
      Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    }
    this.stage.style.setProperty("--ratio", width / height);
    this.view.fit(width, height);
  }

  place(scale, x, y) {
    for (const canvas of this.layers)
      canvas.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    this.moved(scale, x, y);
    this.cut();
  }

  // Left and right end of what is seen of the pictures, in px of the stage.
  get range() {
    const { x, width, scale } = this.view;
    return [Math.max(0, x), Math.min(this.stage.clientWidth, x + width * scale)];
  }

  cut(share = this.share) {
    this.share = Math.min(1, Math.max(0, share));
    const [from, to] = this.range;
    const at = from + this.share * (to - from);
    this.over.style.clipPath = `inset(0 0 0 ${at}px)`;
    this.handle.style.left = `${at}px`;
    this.handle.setAttribute("aria-valuenow", Math.round(100 * this.share));
  }

  // A pointer -> px of the stage.
  on(event) {
    const box = this.stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  dragHandle() {
    const { handle } = this;
    handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId));
    handle.addEventListener("pointermove", (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const [from, to] = this.range;
      this.cut((this.on(event)[0] - from) / (to - from));
    });
    const steps = { ArrowLeft: -0.02, ArrowDown: -0.02, ArrowRight: 0.02, ArrowUp: 0.02 };
    Object.assign(steps, { PageUp: 0.1, PageDown: -0.1, Home: -1, End: 1 });
    handle.addEventListener("keydown", (event) => {
      const step = steps[event.key];
      if (!step) return;
      event.preventDefault();
      this.cut(this.share + step * (event.shiftKey ? 5 : 1));
    });
  }

  followFingers(pressed, tapped) {
    const { pad, view } = this;
    const fingers = new Map(); // pointer -> place on the stage
    let tap = null; // where a click began
    pad.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      pad.dataset.pointed = true; // the ring of the focus is for those with a keyboard
      pad.focus({ preventScroll: true });
      pad.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, this.on(event));
      tap = fingers.size === 1 && event.button === 0 ? this.on(event) : null;
      if (tap) pressed(...view.inside(tap));
    });
    pad.addEventListener("pointermove", (event) => {
      const last = fingers.get(event.pointerId);
      if (!last) return;
      const now = this.on(event);
      if (tap && Math.hypot(now[0] - tap[0], now[1] - tap[1]) > TAP) tap = null;
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      if (other) {
        const apart = ([x, y]) => Math.max(1, Math.hypot(x - other[0], y - other[1]));
        view.zoomBy(apart(now) / apart(last), other);
        view.moveBy((now[0] - last[0]) / 2, (now[1] - last[1]) / 2);
      } else if (!tap) view.moveBy(now[0] - last[0], now[1] - last[1]);
      if (!tap || other) fingers.set(event.pointerId, now);
    });
    for (const name of ["pointerup", "pointercancel"]) {
      pad.addEventListener(name, (event) => {
        fingers.delete(event.pointerId);
        if (tap && name === "pointerup") tapped(...view.inside(tap));
        tap = null;
      });
    }
    for (const name of ["keydown", "blur"])
      pad.addEventListener(name, () => delete pad.dataset.pointed);
    const zoom = (event) => {
      event.preventDefault();
      view.zoomBy(Math.exp(-event.deltaY / 400), this.on(event));
    };
    this.stage.addEventListener("wheel", zoom, { passive: false }); // the handle too
  }

  slowly(work) {
    return slowly(this.bar, work);
  }
}
