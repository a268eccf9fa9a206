// Example pictures as a row of buttons; the value is the name of the file that was clicked.
const row = element.querySelector(".shelf");
const root = (window.gradio_config?.root ?? "").replace(/\/$/, "");
row.innerHTML = props.files.map((file, i) =>
  `<button type="button" data-file="${file}" aria-label="${say("Example")} ${i + 1}"><img src="${root}/studio/static/examples/${file}" alt="" loading="lazy"></button>`).join("");
row.setAttribute("aria-label", say("Examples"));
row.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  props.value = button.dataset.file;
  trigger("input");
});
