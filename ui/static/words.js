// The page's language: that of the browser unless the switch says otherwise; Gradio asks the
// browser, so it is told the same.
(() => {
  const chosen = localStorage.getItem("studio.language");
  const language = chosen ?? (navigator.language.startsWith("id") ? "id" : "en");
  if (chosen) {
    Object.defineProperty(navigator, "language", { get: () => chosen });
    Object.defineProperty(navigator, "languages", { get: () => [chosen] });
  }
  document.documentElement.lang = language;
  if (language === "id" && !window.gradio_config?.i18n_translations?.id) {
    const root = (window.gradio_config?.root ?? "").replace(/\/$/, "");
    document.write(`<script src="${root}/studio/id.js"><\/script>`); // before Gradio's own
  }
  const words = () => window.gradio_config?.i18n_translations?.[language] ?? {};
  const NAMED = ["data-label", "aria-label", "title", "placeholder", "alt"];
  // Sentences with something in them, {so}: what is in braces may be anything.
  let templates = null;
  const templated = () =>
    Object.entries(words())
      .filter(([english]) => english.includes("{"))
      .map(([english, other]) => {
        const plain = english.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
        return [new RegExp(`^${plain.replace(/\{(\w+)\}/g, "(?<$1>.+)")}$`), other];
      });
  const fitted = (text) => {
    if (language === "en") return undefined;
    templates ??= templated();
    for (const [pattern, other] of templates) {
      const groups = text.match(pattern)?.groups;
      if (groups) return other.replace(/\{(\w+)\}/g, (_, name) => say(groups[name]));
    }
    return undefined;
  };
  window.say = (text) => words()[text] ?? fitted(text) ?? text;
  window.translate = (element) => {
    if (language === "en") return;
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const node = texts.currentNode;
      const text = node.data.trim().replace(/\s+/g, " ");
      if (say(text) !== text) node.data = node.data.replace(node.data.trim(), say(text));
    }
    for (const owner of element.querySelectorAll(NAMED.map((name) => `[${name}]`).join())) {
      for (const name of NAMED)
        if (owner.hasAttribute(name)) owner.setAttribute(name, say(owner.getAttribute(name)));
    }
  };
  const dark = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  window.theme = () => localStorage.getItem("studio.theme") ?? dark;
  window.setTheme = (theme) => {
    document.body.classList.toggle("dark", theme === "dark");
    document.documentElement.style.colorScheme = theme;
  };
  document.addEventListener("DOMContentLoaded", () => setTheme(theme()));
})();
