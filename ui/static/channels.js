// The latent's channels as small pictures, each of which a click mutes.
async function drawChannels() {
  const [of, at] = [picture, rate()];
  const ours = known("ours", at, new Set());
  if (!ours) return undefined;
  if (!ours.channels) {
    const body = ours.file.size ? ours.file : of.blob;
    const answer = await post("codec/latent", { live: 1, file: ours.file.size }, body);
    if (!answer) return null;
    const count = Number(answer.headers.get("x-channels"));
    ours.channels = { count, strip: await canvasOf(await answer.blob()) };
  }
  if (of === picture && at === rate()) paintChannels(ours.channels);
  return undefined;
}

function paintChannels({ count, strip }) {
  const [grid, height] = [find(".grid"), strip.height / count];
  while (grid.children.length < count) {
    const button = Object.assign(document.createElement("button"), { type: "button" });
    const canvas = document.createElement("canvas");
    button.append(canvas);
    grid.append(button);
  }
  [...grid.children].forEach((button, i) => {
    const canvas = button.firstChild;
    Object.assign(canvas, { width: strip.width, height });
    canvas.getContext("2d").drawImage(strip, 0, -i * height);
  });
  marked();
}

function marked() {
  [...find(".grid").children].forEach((button, i) => {
    const name = `${say("Channel")} ${i + 1}`;
    button.setAttribute("aria-label", name);
    button.setAttribute("aria-pressed", !muted.has(i));
    button.title = `${name}: ${say(muted.has(i) ? "muted" : "on")}`;
  });
  find('[data-do="all"]').disabled = !muted.size;
}

function mute(channels) {
  muted = channels;
  marked();
  changed();
}

find(".grid").addEventListener("click", ({ target }) => {
  const index = [...find(".grid").children].indexOf(target.closest("button"));
  if (index >= 0) mute(toggled(index));
});

function toggled(index) {
  return new Set(muted.has(index) ? [...muted].filter((i) => i !== index) : [...muted, index]);
}
