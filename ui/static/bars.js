// The first numbers of a face as bars that are dragged: those that change the picture most.

const BARS = 128;
const bars = find(".bars");
find(".kept").max = most;

function drawBars() {
  const context = bars.getContext("2d"),
    style = getComputedStyle(people);
  const z = numbersOf(faces[chosen]);
  const [width, middle] = [bars.width / BARS, bars.height / 2];
  context.clearRect(0, 0, bars.width, bars.height);
  z.slice(0, BARS).forEach((n, i) => {
    const tall = (Math.max(-TALL, Math.min(TALL, n)) * middle) / TALL;
    context.fillStyle = style.getPropertyValue(
      i === bar ? "--focus" : i in faces[chosen].moved ? "--warn" : "--accent",
    );
    context.globalAlpha = i < faces[chosen].kept ? 1 : 0.25;
    context.fillRect(
      i * width + 0.5,
      middle - Math.max(0, tall),
      width - 1,
      Math.max(2, Math.abs(tall)),
    );
  });
  context.globalAlpha = 1;
  bars.setAttribute("aria-label", `${say("Number")} ${bar + 1} ${say("of")} ${total()}`);
  bars.setAttribute("aria-valuenow", z[bar].toFixed(2));
  find(".which").textContent = `${say("Number")} ${bar + 1}: ${z[bar].toFixed(2)}`;
}

function setBar(index, value) {
  change(`number ${index}`, {
    moved: { ...faces[chosen].moved, [index]: Math.max(-TALL, Math.min(TALL, value)) },
  });
  drawBars();
}

function lookAt(index) {
  bar = index;
  if (!faces.length) return;
  drawBars();
  jobs.want("what", 2, async () => {
    const z = numbersOf(faces[chosen]);
    const pictures = await decoded(
      [-TALL, TALL].map((n) => z.map((own, i) => (i === index ? n : own))),
    );
    if (index !== bar) return;
    [".less", ".more4"].forEach((place, i) =>
      Object.assign(find(place), { hidden: false, src: urlOf(pictures[i]) }),
    );
  });
}

function barAt({ clientX, clientY }) {
  const box = bars.getBoundingClientRect();
  const index = Math.min(
    BARS - 1,
    Math.max(0, Math.floor(((clientX - box.left) / box.width) * BARS)),
  );
  return [index, TALL * (1 - (2 * (clientY - box.top)) / box.height)];
}
bars.addEventListener("pointerdown", (event) => {
  bars.setPointerCapture(event.pointerId);
  [bar] = barAt(event);
  setBar(...barAt(event));
});
bars.addEventListener("pointermove", (event) => {
  const [index, value] = barAt(event);
  if (bars.hasPointerCapture(event.pointerId)) setBar(bar, value);
  else if (index !== bar) lookAt(index);
});
bars.addEventListener("keydown", (event) => {
  const across = { ArrowLeft: -1, ArrowRight: 1 }[event.key],
    up = { ArrowUp: 0.1, ArrowDown: -0.1 }[event.key];
  if (!across && !up) return;
  event.preventDefault();
  if (across) lookAt(Math.min(BARS - 1, Math.max(0, bar + across)));
  else setBar(bar, numbersOf(faces[chosen])[bar] + up * (event.shiftKey ? 5 : 1));
});
find(".kept").addEventListener("input", ({ target }) => {
  find(".keptout").textContent = target.value;
  change("kept", { kept: Number(target.value) });
  drawBars();
});
