// The switches of language and theme, and an address for each tab.
const language = element.querySelector("select");
language.value = document.documentElement.lang;
let opened = false; // a file, outside the sheet, which alone outlives a reload
for (const name of ["change", "drop", "paste"])
  document.addEventListener(
    name,
    ({ target }) => {
      if (name === "change" && target.type !== "file") return;
      opened ||= !document.querySelector("#sketch")?.contains(target);
    },
    true,
  );
for (const name of ["dragover", "drop"])
  document.addEventListener(name, (event) => event.preventDefault()); // else the page is left
const LOST =
  "The page is loaded anew: the drawing is kept, photos and faces have to be opened again. Go on?";
language.addEventListener("change", () => {
  if (opened && !confirm(say(LOST))) {
    language.value = document.documentElement.lang;
    return;
  }
  localStorage.setItem("studio.language", language.value);
  location.reload();
});
element.querySelector(".theme").addEventListener("click", () => {
  const theme = document.body.classList.contains("dark") ? "light" : "dark";
  localStorage.setItem("studio.theme", theme);
  setTheme(theme);
});
translate(element);
setTheme(theme()); // Gradio has set the browser's

const TABS = ["sketch", "faces", "photos", "compress", "morph", "models"];
// Gradio's, to measure
const all = () => [...document.querySelectorAll(".tab-container.visually-hidden")[0].children];
const nameOf = (button) => TABS[all().findIndex((tab) => tab.textContent === button.textContent)];
const buttons = () => [
  ...document
    .querySelector(".tab-wrapper")
    .querySelectorAll('[role="tab"], .overflow-dropdown button'),
];
const asked = () => {
  const name = new URLSearchParams(location.search).get("tab");
  return TABS.includes(name) ? name : TABS[0];
};
let moving = false; // by the address, not by a person
function go() {
  moving = true;
  buttons()
    .find((button) => nameOf(button) === asked())
    ?.click();
  moving = false;
}
document.addEventListener(
  "click",
  ({ target }) => {
    const pressed = target.closest?.("button");
    if (moving || !pressed || !buttons().includes(pressed) || nameOf(pressed) === asked()) return;
    const url = new URL(location);
    url.searchParams.set("tab", nameOf(pressed));
    url.searchParams.delete("example");
    history.pushState({}, "", url);
  },
  true,
);
window.addEventListener("popstate", go);
const waiting = setInterval(() => {
  if (!document.querySelector('[role="tab"]')) return;
  clearInterval(waiting);
  if (asked() !== TABS[0]) go();
}, 30);
