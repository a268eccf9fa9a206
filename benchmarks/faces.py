"""Faces in benchmarks.page: the point between them and their changes, in real Chromium."""

import statistics
import time
from functools import partial

import torch
from PIL import Image
from playwright.sync_api import Page

from ae_models import tasks, zoo
from benchmarks.browser import heading, row
from benchmarks.timing import median_ms
from ui.elements import EXAMPLES

MOVES = 60  # of the point, and of a slider
PRESSED = 25  # ms between the repeats of a key that is held
START = """(button) => { window.times = {};
  const canvas = document.querySelector('[aria-label="Position"]'), box = canvas.closest('.people');
  new MutationObserver(() => {
    const now = performance.now() - window.begun;
    if (canvas.getAttribute('aria-busy') === 'true') window.times.begun ??= now;
    else if ('begun' in window.times) window.times.first ??= now;
    if ('begun' in window.times && box.dataset.full === 'true') window.times.all ??= now; })
    .observe(box, { attributes: true, subtree: true });
  window.begun = performance.now();
  box.dataset.full = false;
  document.querySelector(`.people ${button}`).click(); }"""
FACE = '.shelf [data-example="face-66.webp"]'
FOURTH = '[data-slot="add"]'
DRAG = """(moves) => new Promise((done) => {
  const canvas = document.querySelector('[aria-label="Position"]');
  const box = canvas.getBoundingClientRect(), times = [];
  const event = (type, i) => new PointerEvent(type, { pointerId: 1, button: 0, bubbles: true,
    clientX: box.left + (box.width * i) / moves, clientY: box.top + box.height / 2 });
  canvas.setPointerCapture = () => {};
  canvas.dispatchEvent(event('pointerdown', 0));
  const step = (i) => {
    if (i === moves) { canvas.dispatchEvent(new Event('lostpointercapture')); return done(times); }
    const start = performance.now();
    canvas.dispatchEvent(event('pointermove', i));
    canvas.getContext('2d').getImageData(0, 0, 1, 1); // waits for the drawing
    times.push(performance.now() - start);
    requestAnimationFrame(() => step(i + 1));
  };
  step(0); })"""
HOLD = """([moves, pressed]) => new Promise((done) => {
  const slider = document.querySelector('.people [data-name="Smiling"] input');
  const box = slider.closest('.people');
  const moved = [], times = [];
  let first = null; // the version of the first move: each move is a version
  const rate = () => (1e3 * times.length) / (performance.now() - moved[1] - 200);
  const move = (i) => {
    slider.value = -2.5 + (5 * i) / moves;
    moved.push(performance.now());
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    if (i + 1 < moves) setTimeout(() => move(i + 1), i ? pressed : 100);
    else setTimeout(() => done([times, rate()]), 200);
  };
  new MutationObserver(() => {
    first ??= Number(box.dataset.painted);
    times.push(performance.now() - moved[Number(box.dataset.painted) - first]);
  }).observe(box, { attributeFilter: ['data-painted'] });
  move(0); })"""


GRIDS = (33, 81)  # faces of the grids between two and between four, in mixing.js


def alone() -> list[float]:
    """Milliseconds of one decode, and of those of each grid, on one thread, as in the server."""
    torch.set_num_threads(1)
    network = zoo.load("face-vae-plus")
    face = Image.open(EXAMPLES / "face-30.webp").convert("RGB")
    latent = tasks.encode(network, face)
    one = median_ms(lambda: tasks.decode(network, latent), 9)
    grids = [partial(tasks.decode_all, network, latent.repeat(count, 1)) for count in GRIDS]
    return [one, *(median_ms(grid, 3) for grid in grids)]


def chosen(page: Page, button: str) -> dict[str, float]:
    """Milliseconds from a click until the first picture, and until all of the grid are there."""
    page.evaluate(START, button)
    page.wait_for_function("window.times.all")
    return page.evaluate("window.times")


def report(page: Page, url: str) -> None:
    """Print the table."""
    heading("faces")
    one, strip, square = alone()
    page.goto(f"{url}/?tab=morph")
    page.wait_for_selector("[data-full=true]")
    times = chosen(page, FACE)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    drag = page.evaluate(DRAG, MOVES)
    requests = len(asked)
    time.sleep(1)
    painted, rate = page.evaluate(HOLD, [MOVES, PRESSED])
    page.wait_for_selector("[data-full=true]")
    chosen(page, FOURTH)
    four = chosen(page, FOURTH)
    for line in (
        ("face chosen → first frame", f"{times['first']:.0f} ms", f"a decode {one:.0f} ms"),
        (
            "face chosen → all 33 in between",
            f"{times['all']:.0f} ms",
            f"33 decodes {strip:.0f} ms: {times['all'] / strip:.2f}x",
        ),
        ("fourth face added → first frame", f"{four['first']:.0f} ms", f"a decode {one:.0f} ms"),
        (
            "fourth face added → all 81 of the square",
            f"{four['all']:.0f} ms",
            f"81 decodes {square:.0f} ms: {four['all'] / square:.2f}x",
        ),
        (
            "point dragged → painted, p95",
            f"{statistics.quantiles(drag, n=20)[-1]:.1f} ms",
            f"{requests} requests",
        ),
        (
            "attribute moved → painted, held key, p50",
            f"{statistics.median(painted):.0f} ms",
            f"{rate:.1f} a second; network alone {1e3 / one:.1f}",
        ),
    ):
        row(*line)
