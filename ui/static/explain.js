// The fold at the foot of a tab: its words, and its links to lessons, in the page's language.
translate(element);
const root = (window.gradio_config?.root ?? "").replace(/\/$/, "");
const suffix = document.documentElement.lang === "id" ? ".id" : "";
for (const link of element.querySelectorAll("a[data-lesson]")) {
  const { lesson, part } = link.dataset;
  link.href = `${root}/studio/docs/lessons/${lesson}${suffix}.html${part ? `#${part}` : ""}`;
}
