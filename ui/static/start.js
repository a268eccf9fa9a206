// What outlives a reload, in this browser alone; and how the sheet begins.
const KEEPERS = [sessionStorage, localStorage]; // of this window, and for new ones

function exampleIn({ search }) {
  return new URLSearchParams(search).get("example");
}

function store() {
  const kept = {
    lines: drawing.lines.toDataURL(),
    width: drawing.width,
    height: drawing.height,
    hints: drawing.hints,
    colors: palette.colors,
    seed,
    example: exampleIn(location),
  };
  try {
    for (const place of KEEPERS) place.setItem(STORE, JSON.stringify(kept));
  } catch {
    tell(say("This browser has no room to keep the drawing."));
  }
}

// The drawing that was kept; that of `example` alone, if one is given.
async function restored(example) {
  try {
    const text = KEEPERS.map((place) => place.getItem(STORE)).find(Boolean);
    const kept = JSON.parse(text ?? null);
    if (!kept || (example && kept.example !== example)) return false;
    const picture = Object.assign(new Image(), { src: kept.lines });
    await picture.decode();
    seed = kept.seed;
    palette.take(kept.colors);
    drawing.resize(kept.width, kept.height);
    drawing.context.drawImage(picture, 0, 0);
    drawing.hints = kept.hints;
    resized();
    changed();
    return true;
  } catch {
    return false;
  }
}

async function start() {
  const asked = new URLSearchParams(location.search);
  const elsewhere = asked.get("tab") in { faces: 1, photos: 1, compress: 1, morph: 1, models: 1 };
  const name = elsewhere ? null : exampleIn(location);
  const known = props.examples.includes(name);
  palette.take(START[1].map(([color, weight]) => ({ color, weight, locked: false })));
  if (await restored(known ? name : null)) return;
  if (await openExample(known ? name : START[0])) drawing.past = [];
}

find(".shelf").style.cssText =
  `--count:${props.examples.length};--sketches:url("${ROOT}/studio/static/examples/shelf.webp")`;
find(".shelf").innerHTML = props.examples
  .map((name, i) => {
    const named = `aria-label="${say("Example")}: ${say(name)}" title="${say(name)}"`;
    return `<button type="button" data-example="${name}" ${named} style="--at:${i}"></button>`;
  })
  .join("");
find(".shelf").addEventListener("click", ({ target }) => {
  const name = target.dataset.example;
  if (!name) return;
  address(name);
  openExample(name);
});
find(".four").innerHTML = Array.from({ length: PROPOSALS }, (_, i) => {
  const named = `aria-label="${say("Proposal")} ${i + 1}"`;
  return `<button type="button" hidden ${named}><canvas></canvas></button>`;
}).join("");
find(".four").addEventListener("click", ({ target }) => {
  const index = [...find(".four").children].indexOf(target.closest("button"));
  if (index < 0) return;
  palette.take(proposals[index]);
  changed();
});
translate(element);
choose("pen");
resized();
start();
