// The way between faces, drawn in the plane of the first two; and the network that knows them.

function drawPlane() {
  if (!faces.length || find('[data-view="way"]').hidden) return;
  const [a, b] = faces.map(numbersOf);
  const angle = angleBetween(a, b),
    most = Math.max(length(a), length(b));
  const at = (long, turn) =>
    [((105 * long) / most) * Math.sin(turn), ((-105 * long) / most) * Math.cos(turn)].map((n) =>
      n.toFixed(1),
    );
  const steps = Array.from({ length: 33 }, (_, i) => i / 32);
  const place = (z) => {
    // its angle from A and its length in that plane
    const across =
      angle > 1e-3
        ? Math.sqrt(
            Math.max(
              0,
              length(z) ** 2 - (z.reduce((sum, x, i) => sum + x * a[i], 0) / length(a)) ** 2,
            ),
          )
        : 0;
    return at(length(z), Math.asin(Math.min(1, across / length(z))) - angle / 2);
  };
  const path = (between) => `M${steps.map((t) => place(between(a, b, t)).join(" ")).join("L")}`;
  const [x, y] = place(mixed([a, b], [point[0], 0], way));
  find(".plane").innerHTML =
    `<path d="M${at(length(a), -angle / 2).join(" ")}L0 0L${at(length(b), angle / 2).join(" ")}"
      stroke-dasharray="3 4"/>
    <path class="${way === "lerp" ? "way" : ""}" d="${path(lerp)}"/>
    <path class="${way === "slerp" ? "way" : ""}" d="${path(slerp)}"/>
    <circle cx="${x}" cy="${y}" r="5"/>
    ${[
      ["A", a, -angle / 2],
      ["B", b, angle / 2],
    ]
      .map(([letter, z, turn]) => {
        const [tx, ty] = at(length(z) * 1.1, turn);
        return `<text x="${tx}" y="${ty}">${letter}</text>`;
      })
      .join("")}`;
  const lengths = faces.map((face, i) => `${LETTERS[i]} ${length(numbersOf(face)).toFixed(1)}`);
  find(".lengths").textContent =
    `${say("Distance from the mean face")}: ${lengths.join(", ")}; ` +
    `${say("here")} ${length(here()).toFixed(1)}`;
}

for (const input of people.querySelectorAll('[name="people-way"]')) {
  input.addEventListener("change", () => {
    way = input.value;
    rebuild();
    show();
  });
}

// Another network knows other numbers: those of each face are worked out once and kept.
function changeKind(other) {
  jobs.want("kind", 0, async () => {
    const latents = await Promise.all(
      faces.map((face) => face.latents[other] ?? encodedBy(other, face)),
    );
    faces.forEach((face, i) => (face.latents[other] = latents[i]));
    kind = other;
    find(".prior").disabled = !changeable(); // only plus has a mixture
    tell("");
    for (const input of people.querySelectorAll('[name="people-kind"]'))
      input.checked = input.value === kind;
    arrived();
  });
}

async function encodedBy(model, { photo, crop, eyes }) {
  const source = photo ?? (await (await fetch(crop)).blob());
  return (await encoded(source, { model, eyes: photo ? eyes : "whole" })).latent;
}

// The other network's face at the point, in a corner of the large picture; changes are those of
// plus alone.
async function decodeBeside() {
  const [asked, at, other] = [version, point, props.kinds.find((name) => name !== kind)];
  const latents = await Promise.all(
    faces.map(async (face) => (face.latents[other] ??= await encodedBy(other, face))),
  );
  const [picture] = await decoded([mixed(latents, at, way)], { model: other });
  if (asked !== version || at !== point) return;
  find(".other canvas").getContext("2d").drawImage(picture, 0, 0, SIDE, SIDE);
  find(".other figcaption").textContent = other;
  find(".other").hidden = !find(".both").checked;
}
find(".both").addEventListener("change", ({ target }) => {
  if (target.checked) jobs.want("beside", 2, decodeBeside);
  else find(".other").hidden = true;
});
