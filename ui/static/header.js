// The switches of language and theme, and an address for each tab.
const language = element.querySelector("select");
language.value = document.documentElement.lang;
language.addEventListener("change", () => {
  localStorage.setItem("studio.language", language.value);
  location.reload();
});
element.querySelector(".theme").addEventListener("click", () => {
  const theme = document.body.classList.contains("dark") ? "light" : "dark";
  localStorage.setItem("studio.theme", theme);
  setTheme(theme);
});
translate(element);

const TABS = ["sketch", "faces", "photos", "compress", "morph", "models"];
const button = (name) => document.querySelector(`#${name}-button`);
const asked = () => {
  const name = new URLSearchParams(location.search).get("tab");
  return TABS.includes(name) ? name : TABS[0];
};
let moving = false; // by the address, not by a person
function go() {
  moving = true;
  button(asked())?.click();
  moving = false;
}
document.addEventListener("click", ({ target }) => {
  const tab = target.closest?.('[role="tab"]');
  const name = TABS.find((name) => tab?.id === `${name}-button`);
  if (!name || moving || name === asked()) return;
  const url = new URL(location);
  url.searchParams.set("tab", name);
  url.searchParams.delete("example");
  history.pushState({}, "", url);
});
window.addEventListener("popstate", go);
const waiting = setInterval(() => {
  if (!button(TABS[0])) return;
  clearInterval(waiting);
  if (asked() !== TABS[0]) go();
}, 30);
