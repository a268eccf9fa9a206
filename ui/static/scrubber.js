// Shows one frame of a strip that was computed once: moving the slider asks the server for nothing.
// The value is a list of JPEG data URLs.
const picture = element.querySelector("img");
const slider = element.querySelector("input");
const save = element.querySelector(".save");
let frames = [];

function show() {
  if (!frames.length) return;
  picture.src = save.href = frames[slider.value];
  picture.alt = `${say("Face between the two")}: ${Number(slider.value) + 1} / ${frames.length}`;
  save.download = `morph-${Number(slider.value) + 1}-of-${frames.length}.jpg`;
}

function load() {
  frames = Array.isArray(props.value) ? props.value : [];
  const any = frames.length > 0;
  picture.hidden = !any;
  save.hidden = slider.disabled = !any;
  element.querySelector(".hint").hidden = any;
  if (!any) return;
  slider.max = frames.length - 1;
  slider.value = Math.floor((frames.length - 1) / 2);
  show();
}

slider.addEventListener("input", () => {
  show();
  document.dispatchEvent(new CustomEvent("scrubbed", { detail: slider.value / slider.max }));
});
document.addEventListener("scrubbed", ({ detail }) => {
  slider.value = Math.round(detail * slider.max); // both networks show the same place
  show();
});
watch("value", load);
load();
translate(element);
