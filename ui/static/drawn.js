// New faces, drawn at random.

function drawNew() {
  const [seed, temperature] = [find(".seed").value, find(".temperature").value];
  find(".warmth").textContent = Number(temperature).toFixed(2);
  jobs.want("draw", 1, async () => {
    const answer = await post(
      "draw",
      { model: kind, count: DRAWN, seed, temperature, prior: find(".prior").value },
      "",
    );
    const numbers = new Float32Array(await answer.arrayBuffer());
    const latents = Array.from({ length: DRAWN }, (_, i) =>
      Array.from(numbers.subarray(i * total(), (i + 1) * total())),
    );
    const pictures = await decoded(latents);
    drawn = latents;
    find(".sampled").innerHTML = pictures
      .map(
        (_, i) =>
          `<button type="button" aria-label="${say("Drawn face")} ${i + 1}"
            aria-pressed="${i === marked}"><canvas width="128" height="128"></canvas></button>`,
      )
      .join("");
    pictures.forEach((picture, i) =>
      find(".sampled").children[i].firstChild.getContext("2d").drawImage(picture, 0, 0),
    );
    tell("");
  });
}
find(".sampled").addEventListener("click", ({ target }) => {
  marked = [...find(".sampled").children].indexOf(target.closest("button"));
  [...find(".sampled").children].forEach((button, i) =>
    button.setAttribute("aria-pressed", i === marked),
  );
});
for (const setting of [".seed", ".temperature", ".prior"])
  find(setting).addEventListener("change", drawNew);
