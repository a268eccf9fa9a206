// A zip of files that are stored as they are, since pictures do not get smaller. One of its files
// is in memory at a time.
const SIGNS = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

function crc32(bytes) {
  let sum = -1;
  for (const byte of bytes) sum = SIGNS[(sum ^ byte) & 255] ^ (sum >>> 8);
  return ~sum >>> 0;
}

class Zip {
  constructor() {
    this.parts = []; // of the file: headers and blobs
    this.entries = []; // of the directory at its end
    this.offset = 0;
    this.names = new Set();
  }

  // A name like `stem.suffix` that no other file here has.
  unused(stem, suffix) {
    let name = `${stem}.${suffix}`;
    for (let count = 2; this.names.has(name.toLowerCase()); count++)
      name = `${stem}-${count}.${suffix}`;
    this.names.add(name.toLowerCase());
    return name;
  }

  async add(name, blob) {
    const label = new TextEncoder().encode(name);
    const sum = crc32(new Uint8Array(await blob.arrayBuffer()));
    // version, flags (UTF-8), stored, time, date (1980-01-01), CRC-32, sizes, lengths of name and
    // extra
    const shared = [
      [20, 2],
      [0x0800, 2],
      [0, 2],
      [0, 2],
      [0x21, 2],
      [sum, 4],
      [blob.size, 4],
      [blob.size, 4],
      [label.length, 2],
      [0, 2],
    ];
    const header = packedNumbers([[0x04034b50, 4], ...shared]);
    this.entries.push(
      packedNumbers([
        [0x02014b50, 4],
        [20, 2],
        ...shared,
        [0, 2],
        [0, 2],
        [0, 2],
        [0, 4],
        [this.offset, 4],
      ]),
      label,
    );
    this.parts.push(header, label, blob);
    this.offset += header.length + label.length + blob.size;
  }

  get count() {
    return this.entries.length / 2;
  }

  blob() {
    const size = this.entries.reduce((sum, part) => sum + part.length, 0);
    const end = packedNumbers([
      [0x06054b50, 4],
      [0, 2],
      [0, 2],
      [this.count, 2],
      [this.count, 2],
      [size, 4],
      [this.offset, 4],
      [0, 2],
    ]);
    return new Blob([...this.parts, ...this.entries, end], { type: "application/zip" });
  }
}

function packedNumbers(fields) {
  // [[number, bytes], ...], the lowest byte first
  return Uint8Array.from(
    fields.flatMap(([number, bytes]) =>
      Array.from({ length: bytes }, (_, i) => (number >>> (8 * i)) & 255),
    ),
  );
}
