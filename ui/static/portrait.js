// Photo, sketch and photo again, or sketch, photo and sketch again, in one row.
const DIRECTIONS = {
  photo: {
    systems: ["face-sketch", "sketch-face"],
    words: ["Photo of a face", "Sketch", "Photo again"],
    files: props.photos,
  },
  sketch: {
    systems: ["sketch-face", "face-sketch"],
    words: ["Sketch of a face", "Photo", "Sketch again"],
    files: props.sketches,
  },
};
const portrait = element.querySelector(".portrait");
const find = (selector) => portrait.querySelector(selector);
const jobs = new Latest((message) => tell(message));
const eyes = new Eyes(find(".eyes"), (places) => bring(places), say("Photo of a face"));
const webcam = new Webcam(
  find(".camera"),
  (photo) => open(photo),
  (message) => tell(message),
);
const blobs = {}; // of the two results
let from = "photo";
let photo = null;

function tell(message) {
  find(".told").textContent = message;
}

function put(place, blob) {
  const picture = find(place);
  URL.revokeObjectURL(picture.src);
  picture.src = URL.createObjectURL(blob);
}

async function open(file) {
  if (!file) return;
  photo = file;
  tell("");
  await eyes.open(URL.createObjectURL(file));
  bring();
}

// The face in its pose, by these eyes or by those that are found, and all that follows from it.
function bring(places) {
  if (!photo) return; // the example is still on its way
  delete portrait.dataset.done;
  const asked = photo;
  jobs.want("crop", 0, async () => {
    const answer = await (
      await post("crop", places ? { eyes: places.map((n) => n.toFixed(1)).join() } : {}, asked)
    ).json();
    if (asked !== photo) return;
    const crop = await (await fetch(answer.crop)).blob();
    put(".crop", crop);
    if (!places && answer.count === 0)
      tell(say("No face found: the whole picture is used. Move the marks to its eyes."));
    if (places) tell("");
    jobs.want("first", 1, () => translated(".first", 0, crop));
    if (beside() && from === "photo") jobs.want("other", 3, () => classic(crop));
    if (!places) jobs.want("faces", 4, () => look(asked));
  });
}

const beside = () => find("select").value === "both";

// The sketch by the classic network beside that of plus.
async function classic(source) {
  const query = { system: "face-sketch", model: "classic" };
  const answer = await post("translate", query, source);
  put(".other", await answer.blob());
}

async function translated(place, index, source) {
  const picture = find(place);
  picture.setAttribute("aria-busy", "true");
  const system = DIRECTIONS[from].systems[index];
  const model = system === "face-sketch" && !beside() ? find("select").value : "plus";
  try {
    const blob = await (await post("translate", { system, model }, source)).blob();
    blobs[place] = blob;
    put(place, blob);
    if (index === 0) return jobs.want("second", 2, () => translated(".second", 1, blob));
    portrait.dataset.done = true;
    if (beside() && from === "sketch") jobs.want("other", 3, () => classic(source));
  } finally {
    picture.setAttribute("aria-busy", "false");
  }
}

async function look(asked) {
  const answer = await (await post("faces", {}, asked)).json();
  if (asked !== photo) return;
  eyes.take(answer.eyes);
  if (answer.eyes.length > 1)
    tell(say("Several faces found: the largest is used. Click another one to take it."));
}

function begin(with_) {
  from = with_;
  const { words, files } = DIRECTIONS[from];
  [
    [".given img", ".giventext"],
    [".first", ".firsttext"],
    [".second", ".secondtext"],
  ].forEach(([picture, text], i) => {
    find(picture).alt = find(text).textContent = say(words[i]);
  });
  find(".shelf").innerHTML = files
    .map(
      (file, i) =>
        `<button type="button" data-file="${file}" aria-label="${say("Example")} ${i + 1}"><img
          src="${ROOT}/studio/static/examples/${file}" alt="" loading="lazy"></button>`,
    )
    .join("");
  openExample(files[0]);
}

async function openExample(name) {
  open(await (await fetch(`${ROOT}/studio/static/examples/${name}`)).blob());
}

function save(place, index) {
  if (!blobs[place]) return;
  const name = DIRECTIONS[from].words[index + 1].toLowerCase().replaceAll(" ", "-");
  const link = Object.assign(document.createElement("a"), {
    href: URL.createObjectURL(blobs[place]),
    download: `face-${name}.png`,
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const ACTIONS = {
  open: () => find("input[type=file]").click(),
  webcam: () => webcam.open(),
  "save-first": () => save(".first", 0),
  "save-second": () => save(".second", 1),
};
portrait.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  ACTIONS[button?.dataset.do]?.();
  if (button?.dataset.file) openExample(button.dataset.file);
});
find("input[type=file]").addEventListener("change", ({ target }) => {
  open(target.files[0]);
  target.value = "";
});
for (const radio of portrait.querySelectorAll('[name="portrait-from"]'))
  radio.addEventListener("change", () => begin(radio.value));
find("select").addEventListener("change", () => {
  find(".beside").hidden = !beside();
  bring(eyes.eyes ?? undefined);
});
portrait.addEventListener("dragover", (event) => event.preventDefault());
portrait.addEventListener("drop", (event) => {
  event.preventDefault();
  open(event.dataTransfer.files[0]);
});
document.addEventListener("paste", (event) => {
  const file = event.clipboardData?.files[0];
  if (!file || !portrait.offsetParent) return;
  event.preventDefault();
  open(file);
});
translate(element);

// Begins when the tab is first seen.
new IntersectionObserver((seen, watching) => {
  if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
  watching.disconnect();
  begin("photo");
}).observe(portrait);
