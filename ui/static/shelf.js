// Example pictures as a row of buttons; the value is the name of the file that was clicked.
const row = element.querySelector(".shelf");
const folder = `${(window.gradio_config?.root ?? "").replace(/\/$/, "")}/studio/static/examples`;
row.innerHTML = props.files
  .map((file, i) => {
    const picture = `<img src="${folder}/${file}" alt="" loading="lazy">`;
    const named = `aria-label="${say("Example")} ${i + 1}"`;
    return `<button type="button" data-file="${file}" ${named}>${picture}</button>`;
  })
  .join("");
row.setAttribute("aria-label", say("Examples"));
row.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  props.value = button.dataset.file;
  trigger("input");
});
