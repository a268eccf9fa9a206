// Two pictures in one place, the left one up to a line that the slider or the pointer moves.
// The value is a gallery: pictures of one size, with their names as captions.
const ZOOMS = [1, 3, 6];
const find = (selector) => element.querySelector(selector);
const stage = find(".stage");
const slider = find("input");
const zoom = find(".zoom");
const sides = [
  { image: find(".left"), choice: find(".first") },
  { image: find(".right"), choice: find(".second") },
];
let pictures = [];
let scale = 0; // index in ZOOMS
let center = "50% 50%";

function draw() {
  sides.forEach(({ image, choice }) => {
    const picture = pictures[choice.selectedIndex];
    image.hidden = !picture;
    if (!picture) return;
    image.src = picture.image.url;
    image.alt = say(picture.caption);
    image.style.transform = `scale(${ZOOMS[scale]})`;
    image.style.transformOrigin = center;
  });
  const part = slider.value / 10;
  find(".cut").style.clipPath = `inset(0 ${100 - part}% 0 0)`;
  find(".bar").style.left = `${part}%`;
  stage.classList.toggle("near", scale > 0);
  zoom.textContent = `${ZOOMS[scale]} ×`;
}

function load() {
  pictures = props.value?.root ?? props.value ?? [];
  const any = pictures.length > 1;
  slider.disabled = zoom.disabled = !any;
  find(".bar").hidden = !any;
  find(".hint").hidden = any;
  sides.forEach(({ choice }, i) => {
    const kept = pictures.findIndex(({ caption }) => caption === choice.value);
    const options = pictures.map(({ caption }) => new Option(say(caption), caption));
    choice.replaceChildren(...options);
    if (any) choice.selectedIndex = kept >= 0 ? kept : i + 1; // not the original
  });
  draw();
}

function place(event) {
  const box = stage.getBoundingClientRect();
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
}

stage.addEventListener("pointermove", (event) => {
  if (slider.disabled || (event.pointerType === "mouse" && !event.buttons)) return;
  slider.value = 1000 * place(event)[0];
  draw();
});
stage.addEventListener("dblclick", (event) => {
  if (slider.disabled) return;
  center = place(event)
    .map((part) => `${100 * part}%`)
    .join(" ");
  zoom.click();
});
zoom.addEventListener("click", () => {
  scale = (scale + 1) % ZOOMS.length;
  draw();
});
slider.addEventListener("input", draw);
for (const { choice } of sides) choice.addEventListener("change", draw);
watch("value", load);
load();
translate(element);
