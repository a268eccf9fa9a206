// Faces in and out: photos, eyes, examples, the row of faces A to D.

function remember() {
  past = [...past.slice(-99), faces];
  future = [];
}

function travel(from, to) {
  if (!from.length) return;
  to.push(faces);
  faces = from.pop();
  chosen = Math.min(chosen, faces.length - 1);
  arrived();
}

function replace(index, face) {
  faces = faces.map((old, i) => (i === index ? face : old));
  if (index === faces.length) faces = [...faces, face];
}

function arrived() {
  clearTimeout(resting);
  coalescing = null;
  stop();
  if (faces.some(({ latents }) => !latents[kind])) return changeKind(kind);
  const [x, y] = pointOf(Number(ring.dataset.count), point);
  point = placeOf(faces.length, x, Number(ring.dataset.count) === 2 ? 0.5 : y);
  drawSlots();
  drawChanges();
  rebuild();
  show();
}

function put(index, face) {
  remember();
  replace(index, face);
  chosen = index;
  tell("");
  arrived();
}

async function open(file, index, options = {}) {
  if (!file) return;
  jobs.want(`open ${index}`, 0, async () => {
    const photo = await showable(file);
    const found = await slowly(find(".bar"), () => encoded(photo, options));
    put(
      Math.min(index, faces.length),
      fresh({
        crop: found.crop,
        photo,
        latents: { [kind]: found.latent },
        eyes: options.eyes === WHOLE ? null : options.eyes,
      }),
    );
    if (found.count === 0)
      tell(say("No face found: the whole picture is used. Move the marks to its eyes."));
    if (found.count > 1)
      tell(say("Several faces found: the largest is used. Click another one to take it."));
    if (found.count !== 1) pick(index);
  });
}

function openExample(name, index) {
  return tryExample(name, (file) => open(file, index, { eyes: WHOLE }), tell);
}

// Eyes: the photo with its faces.
async function pick(index) {
  const { photo } = faces[index];
  if (!photo) return tell(say("This face was not made from a photo: it has no eyes to move."));
  chosen = index;
  drawSlots();
  find(".picker").showModal();
  const source = URL.createObjectURL(photo);
  await eyes.open(source);
  jobs.want("faces", 0, async () => {
    const answer = await slowly(find(".picker .bar"), () => post("faces", {}, photo));
    const found = (await answer.json()).eyes;
    eyes.take(found);
    if (faces[index].eyes) eyes.choose(faces[index].eyes.split(",").map(Number));
  });
}

function realign(places) {
  const face = faces[chosen];
  const asked = places.map((n) => n.toFixed(1)).join();
  if (face?.photo && asked !== face.eyes) open(face.photo, chosen, { eyes: asked });
}

function remove(index) {
  if (faces.length <= LEAST) return;
  remember();
  faces = faces.filter((_, i) => i !== index);
  chosen = Math.min(chosen, faces.length - 1);
  arrived();
}

async function use(latent, index) {
  const [picture] = await decoded([latent]);
  put(index, fresh({ crop: urlOf(picture), latents: { [kind]: Array.from(latent) } }));
}

const ICONS = {
  open: ["Open a photo", "M3 19V6h6l2 2h10v11z M12 17v-6 M9 14l3-3 3 3"],
  webcam: [
    "Take a photo with the webcam",
    "M4 8h4l2-3h4l2 3h4v11H4z M12 16a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  ],
  eyes: [
    "Move the eyes",
    "M2 12s4-6 10-6 10 6 10 6-4 6-10 6S2 12 2 12z M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  ],
  remove: ["Remove", "M6 6l12 12 M18 6L6 18"],
};

function drawSlots() {
  const next = LETTERS[faces.length];
  ring.dataset.count = faces.length;
  find(".slots").innerHTML =
    faces
      .map((face, i) => {
        const name = `${say("Face")} ${LETTERS[i]}`;
        const icons = Object.entries(ICONS).filter(
          ([action]) =>
            (action !== "remove" || faces.length > LEAST) && (action !== "eyes" || face.photo),
        );
        const buttons = icons
          .map(
            ([action, [words, path]]) =>
              `<button type="button" data-slot="${action}" aria-label="${name}: ${say(words)}"
                title="${say(words)}"><svg viewBox="0 0 24 24" aria-hidden="true"><path
                d="${path}"/></svg></button>`,
          )
          .join("");
        return `<div class="slot" data-index="${i}"><button type="button" class="face"
          data-slot="choose" aria-label="${name}" aria-pressed="${i === chosen}"><img
          src="${face.shown ?? face.crop}" alt=""><span class="letter" aria-hidden="true"
          >${LETTERS[i]}${isChanged(face) ? " *" : ""}</span></button><span
          class="icons">${buttons}</span></div>`;
      })
      .join("") +
    (next
      ? `<div class="slot" data-index="${faces.length}"><button type="button" class="add"
          data-slot="add">${say("Add face")} ${next}</button></div>`
      : "");
  const paths = { 2: "M0 50H100", 3: "M0 0H100L50 100Z", 4: "M0 0" };
  find(".paths").innerHTML = `<path d="${paths[faces.length]}"/>`;
  for (const place of people.querySelectorAll(".chosen"))
    place.textContent = `${say("Face")} ${LETTERS[chosen]}`;
  find(".into").textContent = `${say("Example for face")} ${LETTERS[chosen]}:`;
  for (const group of people.querySelectorAll(".use, .as")) {
    [...group.querySelectorAll("button")].forEach(
      (button, i) => (button.disabled = i > faces.length),
    );
  }
}

function choose(index) {
  chosen = index;
  coalescing = null;
  drawSlots();
  drawChanges();
  stop();
  move(cornerOf(faces.length, index));
}

const SLOT = {
  choose,
  remove,
  eyes: pick,
  open: (index) => {
    choose(index);
    find("input.photo").click();
  },
  webcam: (index) => {
    choose(index);
    webcam.open();
  },
  add: (index) => openExample(props.start[index], index),
};
find(".slots").addEventListener("click", ({ target }) => {
  const button = target.closest("[data-slot]");
  if (button) SLOT[button.dataset.slot](Number(button.closest(".slot").dataset.index));
});
fromDialog(find("input.photo"), ([file]) => open(file, chosen));
receive(people, (files, place) => {
  const slot = place.closest(".slot");
  open(pictureOf(files), slot ? Number(slot.dataset.index) : chosen);
});
