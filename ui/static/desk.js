// What comes into a workspace and what leaves it: files by drop and paste, downloads, shortcuts.
function download(blob, name) {
  const link = Object.assign(document.createElement("a"), {
    href: URL.createObjectURL(blob),
    download: name,
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function receive(desk, taken) {
  desk.addEventListener("dragover", (event) => {
    event.preventDefault();
    desk.classList.add("dropping");
  });
  desk.addEventListener("dragleave", () => desk.classList.remove("dropping"));
  desk.addEventListener("drop", (event) => {
    event.preventDefault();
    desk.classList.remove("dropping");
    taken([...event.dataTransfer.files]);
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || !desk.offsetParent) return;
    event.preventDefault();
    taken(files);
  });
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
  const blob = await (await fetch(`${ROOT}/studio/static/examples/${name}`)).blob();
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
  shelf.addEventListener("click", ({ target }) => {
    const name = target.closest("button")?.dataset.example;
    if (name) taken(name);
  });
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

// An example in the address, or none.
function address(example) {
  const url = new URL(location);
  if (example) url.searchParams.set("example", example);
  else url.searchParams.delete("example");
  history.replaceState(history.state, "", url);
}
