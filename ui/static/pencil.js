// Draw a face, or on a sketch of one: a sheet in a dialog, and beside it a photo of what is drawn.
const PAGE = [400, 500]; // px
const POINT = { pen: 3, eraser: 26 }; // px
const KEY_STEP = 6; // px of an arrow key
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

class Pencil {
  // changed: called with the drawing, PNG, after each stroke; done: with what is to be used.
  constructor(dialog, changed, done) {
    const find = (selector) => dialog.querySelector(selector);
    Object.assign(this, { dialog, changed, tool: "pen", spot: null });
    this.page = find(".page");
    this.drawing = new Drawing(...PAGE);
    this.drawing.lines.setAttribute("aria-hidden", "true");
    this.page.append(this.drawing.lines);
    const actions = {
      pen: () => this.choose("pen"),
      eraser: () => this.choose("eraser"),
      undo: () => this.drawing.undo() && this.tell(),
      redo: () => this.drawing.redo() && this.tell(),
      clear: () => {
        this.drawing.replace(() => {}, ...PAGE);
        this.tell();
      },
      use: () => {
        this.dialog.close();
        done(this.picture());
      },
      leave: () => this.dialog.close(),
    };
    dialog.addEventListener("click", ({ target }) => actions[target.dataset.pencil]?.());
    this.listen();
    this.choose("pen");
  }

  async open(sketch) {
    const base = sketch && (await createImageBitmap(sketch));
    this.drawing.replace((pen) => base && pen.drawImage(base, 0, 0, ...PAGE), ...PAGE);
    this.drawing.past = [];
    this.dialog.showModal();
    this.tell();
  }

  choose(tool) {
    this.tool = tool;
    for (const button of this.dialog.querySelectorAll("[aria-pressed]"))
      button.setAttribute("aria-pressed", button.dataset.pencil === tool);
  }

  picture() {
    const [width, height] = PAGE;
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const context = canvas.getContext("2d");
    context.fillStyle = "white";
    context.fillRect(0, 0, width, height);
    context.drawImage(this.drawing.lines, 0, 0);
    return pngOf(canvas);
  }

  tell() {
    this.changed(this.picture());
  }

  begin(x, y) {
    this.drawing.begin(this.tool, x, y);
    this.extend(x, y);
  }

  extend(x, y) {
    this.drawing.extend(x, y, POINT[this.tool]);
  }

  end() {
    if (!this.drawing.stroke) return;
    this.drawing.end();
    this.tell();
  }

  listen() {
    const { page } = this;
    let held = null; // the pointer that draws
    const place = ({ clientX, clientY }) => {
      const box = page.getBoundingClientRect();
      return [
        ((clientX - box.left) * PAGE[0]) / box.width,
        ((clientY - box.top) * PAGE[1]) / box.height,
      ];
    };
    page.addEventListener("pointerdown", (event) => {
      if (held !== null || event.button !== 0) return;
      event.preventDefault();
      page.focus();
      page.setPointerCapture((held = event.pointerId));
      this.begin(...place(event));
    });
    page.addEventListener("pointermove", (event) => {
      if (event.pointerId === held) this.extend(...place(event));
    });
    for (const name of ["pointerup", "pointercancel"])
      page.addEventListener(name, (event) => {
        if (event.pointerId !== held) return;
        held = null;
        this.end();
      });
    page.addEventListener("blur", () => this.end());
    page.addEventListener("keydown", (event) => this.press(event));
  }

  press(event) {
    const move = MOVES[event.key];
    if (!move && event.key !== " ") return;
    event.preventDefault();
    this.spot ??= [PAGE[0] / 2, PAGE[1] / 2];
    if (!move) return this.drawing.stroke ? this.end() : this.begin(...this.spot);
    this.spot = this.spot.map((at, i) =>
      Math.min(PAGE[i], Math.max(0, at + KEY_STEP * (event.shiftKey ? 4 : 1) * move[i])),
    );
    const dot = this.page.querySelector(".dot");
    Object.assign(dot.style, {
      left: `${(100 * this.spot[0]) / PAGE[0]}%`,
      top: `${(100 * this.spot[1]) / PAGE[1]}%`,
    });
    dot.hidden = false;
    if (this.drawing.stroke) this.extend(...this.spot);
    return undefined;
  }
}
