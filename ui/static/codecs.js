// The compress tab's buttons, keys and files.

async function openPicture(file) {
  const answer = await post("codec/open", {}, file);
  const blob = await answer.blob();
  const canvas = await canvasOf(blob);
  const bytes = 3 * canvas.width * canvas.height;
  const coming = { name: stem(file.name), blob, canvas, size: answer.headers.get("x-size") };
  coming.kept = new Map([["original", { canvas, bytes }]]);
  await learnFirst(coming);
  return coming;
}

// So that the old picture stays until all is there.
async function learnFirst(coming) {
  for (const codec of ["ours", ...sides.map(({ kept }) => kept)]) {
    while (!(await learn(codec, wantedRate(), new Set(), coming)))
      await new Promise((done) => setTimeout(done, PATIENCE));
  }
}

async function openFile(file) {
  const answer = await post("codec/look", { file: file.size }, file);
  const at = Number(answer.headers.get("x-rate"));
  const found = { ...(await kept(answer)), file };
  const coming = { name: stem(file.name), file, rate: at, canvas: found.canvas };
  coming.kept = new Map([[keyOf("ours", at, new Set()), found]]);
  return coming;
}

async function isOurs(file) {
  const [first] = new Uint8Array(await file.slice(0, 1).arrayBuffer());
  return file.name.endsWith(".aes") || first === 0xae;
}

let opening = 0;
async function open(file) {
  if (!file) return;
  tell("");
  const mine = (opening += 1); // the last one opened is shown, whichever comes first
  try {
    const of = (await isOurs(file)) ? openFile : openPicture;
    const coming = await split.slowly(() => of(file));
    if (mine === opening) arrived(coming);
  } catch (error) {
    if (mine === opening) tell(error.message);
  }
}

function arrived(coming) {
  picture = coming;
  muted = new Set();
  studio.classList.toggle("alone", Boolean(picture.file));
  slider.disabled = find(".different").disabled = Boolean(picture.file);
  if (picture.file) find(".different").checked = false;
  for (const side of sides) {
    side.shown = null;
    side.choice.disabled = Boolean(picture.file);
    side.choice.value = picture.file ? "ours" : side.kept;
  }
  split.fit(picture.canvas.width, picture.canvas.height);
  marked();
  changed();
}

function save() {
  const ours = known("ours", rate(), new Set());
  if (!ours?.file.size) return;
  const name = picture.file ? picture.name : `${picture.name}-rate${rate()}`;
  download(ours.file, `${name}.aes`);
}

const ACTIONS = {
  open: () => find(".one").click(),
  save,
  all: () => mute(new Set()),
  ...split.actions,
};
studio.addEventListener("click", ({ target }) => {
  ACTIONS[target.closest("button")?.dataset.do]?.();
});
shortcuts(studio, split.keys, { o: ACTIONS.open, s: save });
const MOVES = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
pad.addEventListener("keydown", (event) => {
  const move = MOVES[event.key];
  if (!move) return;
  event.preventDefault();
  split.view.moveBy(...move.map((n) => n * (event.shiftKey ? 200 : 40)));
});

slider.max = props.finest + 1;
slider.addEventListener("input", changed);
find(".different").addEventListener("change", show);
for (const side of sides) {
  side.choice.innerHTML = Object.entries(NAMES)
    .map(([codec, name]) => `<option value="${codec}">${say(name)}</option>`)
    .join("");
  side.choice.value = side.kept;
  side.choice.addEventListener("change", () => {
    side.kept = side.choice.value;
    changed();
  });
}
fromDialog(find(".one"), ([file]) => open(file));
receive(studio, ([file]) => open(file));

async function openExample(name) {
  address(name.replace(".webp", ""));
  await open(await exampleFile(name));
}

shelve(find(".shelf"), props.examples, openExample);
translate(element);
whenSeen(stage, async () => {
  const wanted = `${new URLSearchParams(location.search).get("example")}.webp`;
  open(await exampleFile(props.examples.includes(wanted) ? wanted : props.start));
});
