// The photo tab's buttons and files: what comes in, is saved and is colored by the dozen.

// ---- buttons ----

function choose(name) {
  tool = name;
  studio.dataset.tool = name;
  for (const button of studio.querySelectorAll("[data-tool]"))
    button.setAttribute("aria-pressed", button.dataset.tool === name);
}

function fit() {
  view.fit(view.width, view.height);
}

function settings() {
  return { saturation: saturation(), restore: find(".restore").checked ? 1 : 0 };
}

async function save() {
  if (!photo) return;
  tell("");
  const query = { ...settings(), lossless: 1, hints: listOf(hints) };
  try {
    const answer = await slowly(() => post("photo/save", query, photo.file));
    download(await answer.blob(), `${photo.file.name.replace(/\.[^.]*$/, "")}-colored.png`);
  } catch (error) {
    tell(error.message);
  }
}

function download(blob, name) {
  const link = Object.assign(document.createElement("a"), {
    href: URL.createObjectURL(blob),
    download: name,
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
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
  in: () => view.zoomBy(1.5),
  out: () => view.zoomBy(1 / 1.5),
  fit,
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
  if (button.dataset.example) openExample(button.dataset.example);
});
find(".color").addEventListener("change", ({ target }) => setColor(target.value));
find(".saturation").addEventListener("input", () => {
  find("output").textContent = saturation().toFixed(2);
  if (!photo) return;
  drawAfter();
  if (left() === "classic") drawBefore();
});
find(".restore").addEventListener("change", () => {
  for (const [model, layer] of Object.entries(layers))
    layer.chroma = chromaIn(layer.fields, model === "plus" ? hints : []);
  drawBoth();
});
find(".views").addEventListener("change", () => {
  if (!photo) return;
  before.setAttribute(
    "aria-label",
    say(left() === "classic" ? "Colored by the classic network" : "Photo before"),
  );
  drawBefore();
  if (left() === "classic" && !layers.classic) jobs.want("classic", 2, () => color("classic"));
});

// ---- files ----

async function openExample(name) {
  const blob = await (await fetch(`${ROOT}/studio/static/examples/${name}`)).blob();
  await bring(new File([blob], name, { type: blob.type }));
}

function taken(files) {
  if (files.length === 1) bring(files[0]);
  else if (files.length) addAll(files);
}

function addAll(files) {
  const photos = files.filter(({ name }) => !name.startsWith("."));
  if (batch?.running) return tell(say("Photos are being colored: cancel that first."));
  if (!photos.length) return;
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

for (const [selector, use] of [
  [".one", taken],
  [".several", taken],
  [".directory", addAll],
]) {
  find(selector).addEventListener("change", ({ target }) => {
    use([...target.files]);
    target.value = "";
  });
}
studio.addEventListener("dragover", (event) => {
  event.preventDefault();
  studio.classList.add("dropping");
});
studio.addEventListener("dragleave", () => studio.classList.remove("dropping"));
studio.addEventListener("drop", (event) => {
  event.preventDefault();
  studio.classList.remove("dropping");
  taken([...event.dataTransfer.files]);
});
document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!files.length || !studio.offsetParent) return;
  event.preventDefault();
  taken(files);
});

find(".shelf").innerHTML = props.examples
  .map(
    (name, i) =>
      `<button type="button" data-example="${name}" aria-label="${say("Example")} ${i + 1}"><img src="${ROOT}/studio/static/examples/${name}" alt="" loading="lazy"></button>`,
  )
  .join("");
translate(element);
remember(recent[0]);
choose("hint");
const first = new IntersectionObserver(([{ isIntersecting }]) => {
  // nothing is computed before the tab is looked at
  if (!isIntersecting) return;
  first.disconnect();
  openExample(props.start);
});
first.observe(stage);
