// Figures: a table of what each codec costs and keeps at the present size, and a plot of all sizes.
const [WIDE, HIGH] = [306, 144]; // px of the plot
const LOOKS = { ours: "", JPEG: "2 3", WebP: "7 3", AVIF: "9 3 2 3" }; // dashes: color is not all
const MARKS = { left: 34, right: 78, top: 8, bottom: 34 }; // px around the plot

function drawFigures() {
  if (!picture) return;
  const { width, height } = picture.canvas;
  find(".size").textContent = `${width} × ${height} px`;
  const codecs = Object.keys(NAMES).filter((codec) => !picture.file || codec === "ours");
  const seen = sides.map(({ choice }) => choice.value);
  find(".figures tbody").innerHTML = codecs
    .map((codec) => {
      const { bytes, psnr, similar } = known(codec) ?? {};
      const none = codec === "original" ? say("exact") : bytes === undefined ? "…" : "–";
      const bits = bytes && ((8 * bytes) / (width * height)).toFixed(2);
      const cells = [
        bytes?.toLocaleString(document.documentElement.lang) ?? "…",
        bits ?? "…",
        psnr?.toFixed(1) ?? none,
        similar?.toFixed(3) ?? none,
      ];
      const marked = seen.includes(codec) ? ' class="seen"' : "";
      const numbers = cells.map((cell) => `<td>${cell}</td>`).join("");
      const name = `<th scope="row"><i class="${codec}"></i>${nameOf(codec)}</th>`;
      return `<tr${marked}>${name}${numbers}</tr>`;
    })
    .join("");
  find(".figures .about").textContent = remark(width, height);
  find(".curves").hidden = Boolean(picture.file);
  if (!picture.file) drawPlot();
}

function nameOf(codec) {
  return say({ ours: "Ours", classic: "Classic" }[codec] ?? NAMES[codec]);
}

function remark(width, height) {
  if (picture.file) return say("A file holds no original to compare with.");
  if (Math.min(width, height) < 176) return say("MS-SSIM needs sides of at least 176 px.");
  if (!rate()) return say("Not rounded, each number of the latent costs four bytes.");
  return "";
}

// Points [bits per pixel, dB, bytes] of a codec, from small to large.
function curve(codec, area) {
  const rates = Array.from({ length: props.finest }, (_, i) => i + 1);
  return rates
    .map((at) => known(codec, at, new Set()))
    .filter((found) => found)
    .map(({ bytes, psnr }) => [(8 * bytes) / area, psnr, bytes])
    .sort((a, b) => a[0] - b[0]);
}

function drawPlot() {
  const plot = find(".plot");
  const area = picture.canvas.width * picture.canvas.height;
  const curves = Object.keys(LOOKS).map((codec) => ({ codec, points: curve(codec, area) }));
  const all = curves.flatMap(({ points }) => points);
  if (!all.length) return;
  const { x, y, axes } = scaled(all);
  const now = curves.map(({ codec }) => [codec, rate() && known(codec, rate(), new Set())]);
  plot.innerHTML =
    axes +
    curves.map(({ codec, points }) => line(codec, points, x, y)).join("") +
    now
      .filter(([, found]) => found)
      .map(
        ([codec, { bytes, psnr }]) =>
          `<circle class="now ${codec}" cx="${x((8 * bytes) / area)}" cy="${y(psnr)}" r="5.5"/>`,
      )
      .join("") +
    labels(curves, y);
  plot.setAttribute("aria-label", toldPlot(curves));
}

function line(codec, points, x, y) {
  const path = points.map(([bits, psnr]) => [x(bits).toFixed(1), y(psnr).toFixed(1)]);
  const dots = path.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="2"/>`);
  return `<g class="${codec}"><polyline points="${path.join(" ")}"
    stroke-dasharray="${LOOKS[codec]}"/>${dots.join("")}</g>`;
}

// Names at the right ends of the curves, moved apart.
function labels(curves, y) {
  const ends = curves
    .filter(({ points }) => points.length)
    .map(({ codec, points }) => ({ codec, at: y(points.at(-1)[1]) }))
    .sort((a, b) => a.at - b.at);
  const floor = HIGH - MARKS.bottom;
  ends.forEach((end, i) => (end.at = Math.max(end.at, i ? ends[i - 1].at + 13 : MARKS.top)));
  for (let i = ends.length - 1; i >= 0; i--)
    ends[i].at = Math.min(ends[i].at, floor - 13 * (ends.length - 1 - i));
  const left = WIDE - MARKS.right + 22;
  return ends
    .map(({ codec, at }) => {
      const look = `<path d="M${left - 15} ${at}h12" stroke-dasharray="${LOOKS[codec]}"/>`;
      const name = `<text x="${left}" y="${at + 4}">${nameOf(codec)}</text>`;
      return `<g class="${codec}">${look}${name}</g>`;
    })
    .join("");
}

// Bits per pixel on a logarithmic axis, dB on a linear one: px of each, and the axes.
function scaled(points) {
  const [xs, ys] = [0, 1].map((i) => points.map((point) => point[i]));
  const [least, most] = [Math.min(...xs) / 1.1, Math.max(...xs) * 1.1];
  const step = [1, 2, 5, 10].find((n) => (Math.max(...ys) - Math.min(...ys)) / n <= 5) ?? 20;
  const low = step * Math.floor((Math.min(...ys) - 0.2) / step);
  const high = step * Math.ceil((Math.max(...ys) + 0.2) / step);
  const [right, bottom] = [WIDE - MARKS.right, HIGH - MARKS.bottom];
  const x = (bits) =>
    MARKS.left + (Math.log(bits / least) / Math.log(most / least)) * (right - MARKS.left);
  const y = (psnr) => bottom - ((psnr - low) / (high - low)) * (bottom - MARKS.top);
  const count = Math.round((high - low) / step) + 1;
  const rows = Array.from({ length: count }, (_, i) => low + i * step);
  const columns = [1e-3, 1e-2, 0.1, 1, 10]
    .flatMap((ten) => [1, 1.5, 2, 3, 5, 7].map((n) => Number((ten * n).toPrecision(2))))
    .filter((n) => n >= least && n <= most)
    .filter((n, i, list) => !i || x(n) - x(list[i - 1]) > 24 || i % 2 === 0);
  const text = (x, y, anchor, words) =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}">${words}</text>`;
  const across = rows.map(
    (n) => `<path d="M${MARKS.left} ${y(n)}H${right}"/>${text(MARKS.left - 5, y(n) + 4, "end", n)}`,
  );
  const down = columns.map(
    (n) => `<path d="M${x(n)} ${MARKS.top}V${bottom}"/>${text(x(n), bottom + 14, "middle", n)}`,
  );
  const middle = (MARKS.top + bottom) / 2;
  const axes = `<g class="axes">${across.join("")}${down.join("")}
    ${text((MARKS.left + right) / 2, HIGH - 4, "middle", say("bits per pixel"))}
    <g transform="rotate(-90 10 ${middle})">
      ${text(10, middle, "middle", say("PSNR in dB"))}</g></g>`;
  return { x, y, axes };
}

function toldPlot(curves) {
  const told = curves
    .filter(({ points }) => points.length)
    .map(({ codec, points }) => {
      const pairs = points.map(([, psnr, bytes]) => `${amount(bytes)} ${psnr.toFixed(1)} dB`);
      return `${say(NAMES[codec])}: ${pairs.join(", ")}`;
    });
  return `${say("PSNR in dB over bits per pixel of this picture")}. ${told.join(". ")}.`;
}
