// The table of networks: sorted by its headings, with cards, sheets and the log in a window above
// it.
const root = (window.gradio_config?.root ?? "").replace(/\/$/, "");
const holder = element.querySelector(".holder");
const dialog = element.querySelector("dialog");
const text = element.querySelector(".text");

function fill() {
  if (!props.value) return;
  holder.innerHTML = props.value;
  for (const picture of holder.querySelectorAll("[data-docs]"))
    picture.src = `${root}/studio/docs/${picture.dataset.docs}`;
  translate(holder);
}

function worth(row, key) {
  // of a row that has no such figure: nothing, so that it comes last
  const value = row.dataset[key];
  return key === "name" ? value : value === undefined ? NaN : Number(value);
}

// The networks of a system stay together: systems are sorted by the first of their rows.
function sort(button) {
  const heading = button.closest("th");
  const rising = heading.getAttribute("aria-sort") !== "ascending";
  for (const other of holder.querySelectorAll("[aria-sort]"))
    other.setAttribute("aria-sort", "none");
  heading.setAttribute("aria-sort", rising ? "ascending" : "descending");
  const key = button.dataset.sort;
  const order = (one, two) => {
    const [a, b] = [worth(one, key), worth(two, key)];
    if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) - Number.isNaN(b);
    return (a < b ? -1 : a > b ? 1 : 0) * (rising ? 1 : -1);
  };
  const groups = [...holder.querySelectorAll("tbody")];
  for (const group of groups) group.append(...[...group.rows].sort(order));
  holder.querySelector("table").append(...groups.sort((a, b) => order(a.rows[0], b.rows[0])));
}

async function read(name) {
  const answer = await fetch(`${root}/studio/text/${name}`);
  text.innerHTML = (await answer.text()).replaceAll("../../docs/", `${root}/studio/docs/`);
  show(name);
}

function show(name) {
  dialog.setAttribute("aria-label", name);
  dialog.showModal();
  text.scrollTop = 0;
}

function enlarge(file, label) {
  text.replaceChildren(
    Object.assign(new Image(), {
      src: `${root}/studio/docs/${file}`,
      alt: label,
      className: "large",
    }),
  );
  show(label);
}

element.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (button?.dataset.sort) sort(button);
  if (button?.dataset.card) read(button.dataset.card);
  if (button?.dataset.sheet) enlarge(button.dataset.sheet, button.getAttribute("aria-label"));
  if (target === dialog) dialog.close(); // a click beside the window
});
translate(element);
watch("value", fill);
fill();
