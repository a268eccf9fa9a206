// The networks, in a thread of their own: one request after another, {id, job, ...} -> {id, result}
// or {id, error}.
import * as ort from "./ort.js";

ort.env.logLevel = "error";
ort.env.wasm.numThreads = 1; // more would need headers that plain hosts do not send
const runtime = unpacked("ort-wasm.bin").then((binary) => (ort.env.wasm.wasmBinary = binary));
const sessions = {};
let turn = Promise.resolve();

onmessage = ({ data }) => {
  turn = turn
    .then(() => jobs[data.job](data))
    .then(
      (result) => postMessage({ id: data.id, result }),
      (error) => postMessage({ id: data.id, error: String(error.message ?? error) }),
    );
};

async function unpacked(name) {
  const answer = await fetch(new URL(name, import.meta.url));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return new Response(answer.body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

const loaded = (name) =>
  (sessions[name] ??= Promise.all([unpacked(`${name}.bin`), runtime]).then(([network]) =>
    ort.InferenceSession.create(network, { executionProviders: ["wasm"] }),
  ));

// Inputs by name -> the network's one output.
async function run(name, inputs) {
  const session = await loaded(name);
  const outputs = await session.run(inputs);
  return Object.values(outputs)[0];
}

const jobs = {
  // Numbers of a face -> {pixels, width, height, ms}
  async face({ latent }) {
    await loaded("face-vae-plus-decode"); // so that loading is not timed
    const start = performance.now();
    const z = new ort.Tensor("float32", Float32Array.from(latent), [1, latent.length]);
    const face = await run("face-vae-plus-decode", { z });
    const [, , height, width] = face.dims;
    const pixels = shown(face, width, height, [0, 1]);
    return { pixels, width, height, ms: performance.now() - start };
  },
  // RGBA pixels -> the same as the network rebuilds them at a rate, and PSNR in dB
  async rebuilt({ pixels, width, height, rate: number }) {
    const rate = new ort.Tensor("int64", [BigInt(number)], [1]);
    const x = new ort.Tensor("float32", planes(pixels), [1, 3, height, width]);
    const latent = await run("dcae-plus-encode", { x, rate });
    const rounded = await run("dcae-plus-round", { latent, rate });
    const again = await run("dcae-plus-decode", { latent: rounded, rate });
    const result = shown(again, width, height, [-1, 1]);
    return { pixels: result, width, height, psnr: psnr(pixels, result) };
  },
};

// RGBA bytes -> planes of red, green and blue in [-1, 1].
function planes(pixels) {
  const area = pixels.length / 4;
  const x = new Float32Array(3 * area);
  for (let i = 0; i < area; i++)
    for (let c = 0; c < 3; c++) x[c * area + i] = pixels[4 * i + c] / 127.5 - 1;
  return x;
}

// The upper left part of planes (1, 3, H, W) in a range -> RGBA bytes.
function shown({ data, dims }, width, height, [low, high]) {
  const [, , tall, wide] = dims;
  const pixels = new Uint8ClampedArray(4 * width * height).fill(255); // rounds and clamps
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++)
        pixels[4 * (y * width + x) + c] =
          (255 * (data[(c * tall + y) * wide + x] - low)) / (high - low);
  return pixels;
}

function psnr(a, b) {
  let sum = 0; // alpha is the same in both
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return 10 * Math.log10(255 ** 2 / Math.max(1e-9, sum / ((3 * a.length) / 4)));
}
