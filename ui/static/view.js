// A picture in a window: fitted, zoomed and moved. `place(scale, x, y)` is called whenever that
// changes.
const MOST_ZOOM = 16; // times the picture fitted into its window

class View {
  constructor(stage, place) {
    Object.assign(this, { stage, place, width: 1, height: 1, zoom: 1, x: 0, y: 0 });
    new ResizeObserver(() => this.update()).observe(stage);
  }

  fit(width, height) {
    Object.assign(this, { width, height, zoom: 1 });
    this.update();
  }

  get scale() {
    return (
      this.zoom *
      Math.min(this.stage.clientWidth / this.width, this.stage.clientHeight / this.height)
    );
  }

  update() {
    if (!this.stage.clientWidth) return;
    const kept = (at, shown, room) =>
      shown <= room ? (room - shown) / 2 : Math.min(0, Math.max(room - shown, at));
    this.x = kept(this.x, this.width * this.scale, this.stage.clientWidth);
    this.y = kept(this.y, this.height * this.scale, this.stage.clientHeight);
    this.place(this.scale, this.x, this.y);
  }

  zoomBy(factor, at = [this.stage.clientWidth / 2, this.stage.clientHeight / 2]) {
    const before = this.scale;
    const least = Math.min(1, this.zoom / before / devicePixelRatio); // fitted, or pixel by pixel
    this.zoom = Math.min(MOST_ZOOM, Math.max(least, this.zoom * factor));
    const by = this.scale / before;
    this.x = at[0] - (at[0] - this.x) * by;
    this.y = at[1] - (at[1] - this.y) * by;
    this.update();
  }

  moveBy(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.update();
  }

  // px of the stage -> parts of the picture's sides, and back
  inside([x, y]) {
    return [(x - this.x) / (this.width * this.scale), (y - this.y) / (this.height * this.scale)];
  }
  outside([x, y]) {
    return [this.x + x * this.width * this.scale, this.y + y * this.height * this.scale];
  }
}
