// The photo tab's buttons and files: what comes in, is saved and is colored by the dozen.

// ---- buttons ----

function choose(name) {
  tool = name;
  studio.dataset.tool = name;
  for (const button of studio.querySelectorAll("[data-tool]"))
    button.setAttribute("aria-pressed", button.dataset.tool === name);
}

function settings() {
  return { saturation: saturation(), restore: find(".restore").checked ? 1 : 0 };
}

async function save() {
  if (!photo) return;
  tell("");
  const query = { ...settings(), lossless: 1, hints: listOf(hints) };
  try {
    const answer = await split.slowly(() => post("photo/save", query, photo.file));
    download(await answer.blob(), `${stem(photo.file.name)}-colored.png`);
  } catch (error) {
    tell(error.message);
  }
}

const ACTIONS = {
  open: () => find(".one").click(),
  add: () => find(".several").click(),
  folder: () => find(".directory").click(),
  save,
  undo: () => travel(past, future),
  redo: () => travel(future, past),
  remove: () => remove(selected),
  clear: () => {
    selected = -1;
    keep([]);
  },
  ...split.actions,
  cancel: () => {
    batch.cancelled = true;
    listed(batch);
  },
  zip: () => download(batch.zip.blob(), "colored-photos.zip"),
};
studio.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  ACTIONS[button.dataset.do]?.();
  if (button.dataset.tool) choose(tool === button.dataset.tool ? "hint" : button.dataset.tool);
  if (button.dataset.color) setColor(button.dataset.color);
});
find(".color").addEventListener("change", ({ target }) => setColor(target.value));
find(".saturation").addEventListener("input", () => {
  find("output").textContent = saturation().toFixed(2);
  if (!photo) return;
  drawAfter();
  if (OTHERS[left()]) drawBefore();
});
find(".restore").addEventListener("change", () => {
  for (const layer of Object.values(layers)) layer.chroma = null;
  drawBoth();
});
find(".views").addEventListener("change", () => {
  if (!photo) return;
  before.setAttribute("aria-label", say(OTHERS[left()] ?? "Photo before"));
  drawBefore();
  askOther();
});

// ---- files ----

function openExample(name) {
  return tryExample(name, bring, tell);
}

function taken(files) {
  address(null);
  if (files.length === 1) bring(files[0]);
  else if (files.length) addAll(files);
}

function addAll(files) {
  const photos = files.filter(({ name }) => !name.startsWith("."));
  if (batch?.running) return tell(say("Photos are being colored: cancel that first."));
  if (!photos.length) return;
  tell("");
  const query = settings();
  batch = new Batch(photos, async (file) => (await post("photo/save", query, file)).blob(), listed);
  listed(batch);
  batch.run();
}

function listed({ files, done, running, cancelled, skipped, zip, left }) {
  find(".many").hidden = false;
  Object.assign(find("progress"), { value: done, max: files.length });
  const time = Number.isFinite(left)
    ? ` · ${left < 60 ? `${Math.ceil(left)} s` : `${Math.ceil(left / 60)} min`} ${say("left")}`
    : "";
  const state = cancelled ? ` · ${say("cancelled")}` : running ? time : "";
  find(".count").textContent = `${done} ${say("of")} ${files.length}${state}`;
  find(".skipped").replaceChildren(
    ...skipped.map((text) => Object.assign(document.createElement("li"), { textContent: text })),
  );
  find('[data-do="cancel"]').hidden = !running || cancelled;
  find('[data-do="zip"]').hidden = !zip.count || (running && !cancelled);
}

fromDialog(find(".one"), taken);
fromDialog(find(".several"), taken);
fromDialog(find(".directory"), addAll);
receive(studio, taken);
shelve(find(".shelf"), props.examples, (name) => {
  address(stem(name));
  openExample(name);
});
translate(element);
remember(recent[0]);
choose("hint");
window.addEventListener("online", () => layers.plus?.version === version || changed());
whenSeen(stage, () => openExample(exampleAsked(props.examples) ?? props.start)); // not before
