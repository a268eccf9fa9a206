// Many photos, one request at a time: each file's outcome is kept, whatever becomes of the others.
class Batch {
  constructor(files, colored, changed) {
    Object.assign(this, {
      files,
      colored,
      changed,
      done: 0,
      seconds: 0,
      skipped: [],
      zip: new Zip(),
      cancelled: false,
      running: true,
    });
  }

  async run() {
    const start = performance.now();
    for (const file of this.files) {
      if (this.cancelled) break;
      try {
        const blob = await this.colored(file);
        if (this.cancelled) break;
        const suffix = blob.type === "image/png" ? "png" : "jpg";
        await this.zip.add(
          this.zip.unused(`${file.name.replace(/\.[^.]*$/, "")}-colored`, suffix),
          blob,
        );
      } catch (error) {
        if (this.cancelled) break;
        this.skipped.push(`${file.name}: ${error.message}`);
      }
      this.done += 1;
      this.seconds = (performance.now() - start) / 1000;
      this.changed(this);
    }
    this.running = false;
    this.changed(this);
  }

  get left() {
    return this.done ? (this.seconds / this.done) * (this.files.length - this.done) : Infinity;
  } // seconds
}
