// What comes into a workspace and what leaves it: files by drop and paste, downloads, shortcuts.
const SLOW = 1000; // ms, after which progress is shown

// Work that shows its progress where it takes long.
async function slowly(bar, work) {
  const slow = setTimeout(() => (bar.hidden = false), SLOW);
  try {
    return await work();
  } finally {
    clearTimeout(slow);
    bar.hidden = true;
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

// Files that are dropped, also in folders; `taken` is given the element that they fell on, too.
function catchDrops(place, taken) {
  place.addEventListener("dragover", (event) => {
    event.preventDefault();
    event.stopPropagation();
    place.classList.add("dropping");
  });
  place.addEventListener("dragleave", () => place.classList.remove("dropping"));
  place.addEventListener("drop", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    place.classList.remove("dropping");
    const files = await filesIn(event.dataTransfer);
    if (files.length) taken(files, event.target);
  });
}

async function filesIn({ items, files }) {
  const [entries, all] = [[...items].map((item) => item.webkitGetAsEntry?.()), [...files]];
  if (!entries.some((entry) => entry?.isDirectory)) return all;
  return (await Promise.all(entries.filter(Boolean).map(filesOf))).flat();
}

async function filesOf(entry) {
  if (entry.isFile) return [await new Promise((done, failed) => entry.file(done, failed))];
  const [reader, found] = [entry.createReader(), []];
  while (true) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) break; // it gives a hundred at most
    found.push(...some);
  }
  return (await Promise.all(found.map(filesOf))).flat();
}

// The first picture of these files, or the first file.
function pictureOf(files) {
  return files.find(({ type }) => type.startsWith("image/")) ?? files[0];
}

function receive(desk, taken) {
  catchDrops(desk, taken);
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || !desk.offsetParent) return;
    event.preventDefault();
    taken(files, desk);
  });
}

// A photo that this browser can show: the file, or what the server made of it.
async function showable(file) {
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap) return (await post("preview", {}, file)).blob();
  bitmap.close();
  return file;
}

// Files chosen in a dialog.
function fromDialog(input, taken) {
  input.addEventListener("change", () => {
    taken([...input.files]);
    input.value = "";
  });
}

// Keys, and keys with Ctrl or Cmd (in capitals with Shift), while the workspace is seen and nobody
// types.
const TYPED =
  "input:not([type=range], [type=radio], [type=color], [type=checkbox]), textarea, select";
function shortcuts(desk, keys, control) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || !desk.offsetParent || event.altKey) return;
    if (event.target.closest?.(TYPED)) return;
    const pressed = event.ctrlKey || event.metaKey;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const action = pressed ? control[event.shiftKey ? key.toUpperCase() : key] : keys[key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

async function exampleFile(name) {
  const blob = await fetched(`${ROOT}/studio/static/examples/${name}`);
  return new File([blob], name, { type: blob.type });
}

function shelve(shelf, names, taken) {
  shelf.innerHTML = names
    .map((name, i) => {
      const picture = `<img src="${ROOT}/studio/static/examples/${name}" alt="" loading="lazy">`;
      const named = `aria-label="${say("Example")} ${i + 1}"`;
      return `<button type="button" data-example="${name}" ${named}>${picture}</button>`;
    })
    .join("");
  shelf.onclick = ({ target }) => {
    const name = target.closest("button")?.dataset.example;
    if (name) taken(name);
  };
}

// Open an example; `failed` is told why it did not come.
async function tryExample(name, open, failed) {
  try {
    await open(await exampleFile(name));
  } catch (error) {
    failed(error.message);
  }
}

// The name of a file without its ending.
function stem(name) {
  return name.replace(/\.[^.]*$/, "");
}

// Begins when the workspace is first looked at.
function whenSeen(desk, begin) {
  const watching = new IntersectionObserver((seen) => {
    if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
    watching.disconnect();
    begin();
  });
  watching.observe(desk);
}

// The one of these files that the address names, without its ending.
function exampleAsked(files) {
  const name = new URLSearchParams(location.search).get("example");
  return files.find((file) => stem(file) === name);
}

// An example in the address, or none.
function address(example) {
  const url = new URL(location);
  if (example) url.searchParams.set("example", example);
  else url.searchParams.delete("example");
  history.replaceState(history.state, "", url);
}
