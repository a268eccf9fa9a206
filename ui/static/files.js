// Take home: animations, pictures, numbers and back.

const names = () => LETTERS.slice(0, faces.length).join("-");

async function saveAnimation(format) {
  const count = Number(find(".frames").value);
  if (!Number.isInteger(count) || count < 2 || count > MOST_FRAMES) {
    return tell(say("Choose a whole number of frames, 2 to 257."));
  }
  const legs = format === "strip" && faces.length === 2 ? tour(2).slice(0, 1) : tour(faces.length);
  const last = format === "strip" ? count - 1 : count; // an animation begins again where it ends
  const latents = faces.map(numbersOf);
  const at = (frame) => mixed(latents, along(legs, frame / last), way);
  const frames = Array.from({ length: count }, (_, i) => at(i));
  const body = new Float32Array(frames.flat());
  tell("");
  const work = () => post("animate", { model: kind, format }, body);
  jobs.want("animate", 1, async () => {
    const answer = await slowly(find(".bar"), work);
    const ending = format === "strip" ? "png" : format;
    download(await answer.blob(), `faces-${names()}-${count}-frames.${ending}`);
  });
}

function saveFrame() {
  jobs.want("frame", 1, async () => {
    const body = new Float32Array(here());
    const answer = await post("decode", { model: kind, png: 1 }, body);
    const parts = shares(faces.length, point).map(
      (share, i) => `${LETTERS[i]}${Math.round(100 * share)}`,
    );
    download(await answer.blob(), `face-${parts.join("-")}.png`);
  });
}

function saveNumbers() {
  const content = {
    network: kind,
    faces: Object.fromEntries(
      faces.map((face, i) => [LETTERS[i], numbersOf(face).map((n) => Number(n.toFixed(5)))]),
    ),
  };
  download(
    new Blob([JSON.stringify(content, null, 1)], { type: "application/json" }),
    `faces-${names()}.json`,
  );
}

// Raises Error with a sentence.
function checked(text) {
  let content;
  try {
    content = JSON.parse(text);
  } catch {
    throw new Error(say("That file is no JSON. Open one that Save the numbers wrote."));
  }
  const lists = Object.values(content?.faces ?? {});
  if (lists.length < LEAST || lists.length > MOST)
    throw new Error(`${say("Expected the numbers of 2 to 4 faces, got")} ${lists.length}.`);
  if (!props.kinds.includes(content.network))
    throw new Error(say("Expected the name of a network in that file: plus or classic."));
  for (const list of lists) {
    if (list?.length !== total(content.network))
      throw new Error(
        say("Expected {wanted} numbers for each face, got {got}.")
          .replace("{wanted}", total(content.network))
          .replace("{got}", list?.length ?? 0),
      );
    if (!list.every((n) => typeof n === "number" && Math.abs(n) < 1e3))
      throw new Error(say("Expected finite numbers for each face, got something else."));
  }
  return content;
}

async function openNumbers(file) {
  try {
    const content = checked(await file.text());
    if (content.network !== kind)
      throw new Error(say("Those numbers belong to the other network: choose it under Way."));
    const lists = Object.values(content.faces);
    const pictures = await decoded(lists);
    remember();
    faces = lists.map((list, i) => fresh({ crop: urlOf(pictures[i]), latents: { [kind]: list } }));
    chosen = 0;
    tell("");
    arrived();
  } catch (error) {
    tell(error.message);
  }
}
fromDialog(find("input.numbers"), ([file]) => file && openNumbers(file));
