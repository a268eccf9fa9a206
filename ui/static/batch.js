// Many photos, one request at a time: each file's outcome is kept, whatever becomes of the others.
// The server colors the next one while a result is put away.
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
    let asked = this.ask(this.files[0]);
    for (const [i, file] of this.files.entries()) {
      const { blob, error } = await asked;
      if (this.cancelled) break;
      if (i + 1 < this.files.length) asked = this.ask(this.files[i + 1]);
      if (error) this.skipped.push(`${file.name}: ${error.message}`);
      else await this.add(file, blob);
      this.done += 1;
      this.seconds = (performance.now() - start) / 1000;
      this.changed(this);
    }
    this.running = false;
    this.changed(this);
  }

  async ask(file) {
    try {
      return { blob: await this.colored(file) };
    } catch (error) {
      return { error };
    }
  }

  async add(file, blob) {
    const suffix = blob.type === "image/png" ? "png" : "jpg";
    const name = this.zip.unused(`${file.name.replace(/\.[^.]*$/, "")}-colored`, suffix);
    await this.zip.add(name, blob);
  }

  get left() {
    return this.done ? (this.seconds / this.done) * (this.files.length - this.done) : Infinity;
  } // seconds
}
