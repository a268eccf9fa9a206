// An element of a tab, asked for when it is first looked at, or looked at again if that failed.
const root = (window.gradio_config?.root ?? "").replace(/\/$/, "");
let asking = false;

async function parts() {
  try {
    return await (await fetch(`${root}/studio/part/${props.part}.json`)).json();
  } catch {
    return null;
  }
}

const looking = new IntersectionObserver(async (seen) => {
  if (asking || !seen.some(({ isIntersecting }) => isIntersecting)) return;
  asking = true;
  const found = await parts();
  asking = false;
  if (!found) {
    element.textContent = say("The server does not answer. Open the tab again.");
    return;
  }
  looking.disconnect();
  element.innerHTML = `<style>#${element.id} { ${found.css} }</style>${found.html}`;
  new Function("element", "props", found.js)(element, props);
});
looking.observe(element);
