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
  (photo) => openOwn(photo),
  (message) => tell(message),
);
const pencil = new Pencil(
  find(".pencil"),
  (sketch) =>
    jobs.want("pencil", 0, async () => {
      const answer = await post("translate", { system: "sketch-face" }, sketch);
      put(".drawn", await answer.blob());
    }),
  (sketch) => {
    address(null);
    open(sketch, true);
  },
);
const blobs = {}; // of the two results
const CAPTIONS = [
  [".given img", ".giventext"],
  [".first", ".firsttext"],
  [".second", ".secondtext"],
];
let from = "photo";
let photo = null;
let seen = null; // of it by the networks
let posed = false; // the photo is in the networks' pose
let opening = 0; // counts files: a slow answer replaces none chosen later

function tell(message) {
  find(".told").textContent = message;
}

function put(place, blob) {
  const picture = find(place);
  URL.revokeObjectURL(picture.src);
  picture.src = URL.createObjectURL(blob);
}

// inPose: the face is as the networks know faces, nobody has to look for it.
async function open(file, inPose = false) {
  if (!file) return;
  const mine = (opening += 1);
  tell("");
  try {
    const found = await slowly(find(".bar"), () => showable(file));
    if (mine !== opening) return;
    photo = found;
  } catch (error) {
    return tell(error.message);
  }
  await eyes.open(URL.createObjectURL(photo));
  caption(0);
  posed = inPose;
  bring();
}

function caption(index) {
  const [picture, text] = CAPTIONS[index];
  find(picture).alt = find(text).textContent = say(DIRECTIONS[from].words[index]);
}

// The face in its pose, by these eyes or by those that are found, and all that follows from it.
function bring(places) {
  if (!photo) return; // the example is still on its way
  delete portrait.dataset.done;
  const asked = photo;
  jobs.want("crop", 0, async () => {
    const where = places?.map((n) => n.toFixed(1)).join() ?? (posed ? "whole" : "");
    const query = where ? { eyes: where } : {};
    const answer = await (await slowly(find(".bar"), () => post("crop", query, asked))).json();
    if (asked !== photo) return;
    const crop = await (await fetch(answer.crop)).blob();
    put(".crop", crop);
    seen = crop;
    if (!places && answer.count === 0)
      tell(say("No face found: the whole picture is used. Move the marks to its eyes."));
    if (places) tell("");
    jobs.want("first", 1, () => translated(".first", 0, crop));
    if (beside() && from === "photo") jobs.want("other", 3, () => classic(crop));
    if (!where) jobs.want("faces", 4, () => look(asked));
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
    caption(index + 1);
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
  const { files } = DIRECTIONS[from];
  for (const name of ["draw", "over"]) find(`[data-do="${name}"]`).hidden = from === "photo";
  shelve(find(".shelf"), files, (name) => {
    address(stem(name));
    tryExample(name, open, tell);
  });
  tryExample(exampleAsked(files) ?? files[0], open, tell);
}

function openOwn(file) {
  address(null);
  open(file);
}

function save(place, index) {
  if (!blobs[place]) return;
  const name = DIRECTIONS[from].words[index + 1].toLowerCase().replaceAll(" ", "-");
  download(blobs[place], `face-${name}.png`);
}

const ACTIONS = {
  open: () => find("input[type=file]").click(),
  webcam: () => webcam.open(),
  draw: () => pencil.open(null),
  over: () => pencil.open(seen),
  "save-first": () => save(".first", 0),
  "save-second": () => save(".second", 1),
};
portrait.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  ACTIONS[button?.dataset.do]?.();
});
fromDialog(find("input[type=file]"), ([file]) => openOwn(file));
receive(portrait, (files) => openOwn(pictureOf(files)));
for (const radio of portrait.querySelectorAll('[name="portrait-from"]'))
  radio.addEventListener("change", () => begin(radio.value));
find("select").addEventListener("change", () => {
  find(".beside").hidden = !beside();
  bring(eyes.eyes ?? undefined);
});
translate(element);
whenSeen(portrait, () => {
  const asked = Object.keys(DIRECTIONS).find((name) => exampleAsked(DIRECTIONS[name].files));
  if (asked) find(`[value="${asked}"]`).checked = true;
  begin(asked ?? "photo");
});
