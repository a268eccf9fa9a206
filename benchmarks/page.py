"""Weight of the page and speed of the sheet in real Chromium, beside the floor in the same run.

python -m benchmarks.page [--strokes 12] [--sheet | --photos | --faces]

Prints Markdown tables; needs requirements-dev.txt and Chromium.

The floor is an empty Gradio page for bytes and time, and for strokes a page with the same canvas whose event has no
work: its PNG goes through Gradio's queue and comes back. Network alone is the time of one update inside the process.
"""

import argparse
import io
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil
import torch
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from ae_models import tasks, zoo
from benchmarks import faces
from benchmarks.timing import median_ms
from ui import photos
from ui.parts import EXAMPLES

ROOT = Path(__file__).resolve().parents[1]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
SIDE = 256  # px of a live update
PARTS = {"sheet": "weight and sketch sheet", "photos": "photo tab", "faces": "tab of faces"}
PORTS = {"app": 7871, "empty": 7872, "floor": 7873}
EMPTY = """
import gradio as gr
with gr.Blocks(analytics_enabled=False) as demo:
    gr.Markdown("# Empty")
demo.launch(ssr_mode=False)
"""
FLOOR = """
import gradio as gr
CODE = '''const canvas = element.querySelector("canvas"), pen = canvas.getContext("2d");
let drawing = false;
canvas.onpointerdown = () => { drawing = true; };
canvas.onpointermove = (event) => { if (drawing) pen.fillRect(event.offsetX, event.offsetY, 5, 5); };
canvas.onpointerup = () => { drawing = false; canvas.setAttribute("aria-busy", "true");
  props.value = canvas.toDataURL(); trigger("input"); };
watch("value", () => canvas.setAttribute("aria-busy", "false"));'''
with gr.Blocks(analytics_enabled=False) as demo:
    html = '<canvas role="application" width="512" height="512" style="background: white"></canvas>'
    sheet = gr.HTML("", html_template=html, js_on_load=CODE)
    back = gr.HTML("", html_template="<p>${(value || '').length}</p>",
                   js_on_load='watch("value", () => document.querySelector("canvas").setAttribute("aria-busy", "false"))')
    sheet.input(lambda value: value, sheet, back, show_progress="hidden")
demo.launch(ssr_mode=False)
"""


class Server:
    """A page served by a process of its own."""

    def __init__(self, name: str, folder: Path):
        scripts = {"empty": EMPTY, "floor": FLOOR}
        file = ROOT / "app.py"
        if name in scripts:
            file = folder / f"{name}.py"
            file.write_text(scripts[name])
        settings = {"GRADIO_SERVER_PORT": str(PORTS[name]), "OMP_NUM_THREADS": "1"}
        settings["GRADIO_ANALYTICS_ENABLED"] = "False"
        command, quiet = [sys.executable, str(file)], subprocess.DEVNULL
        self.process = subprocess.Popen(command, env=os.environ | settings, stdout=quiet)
        self.url = f"http://127.0.0.1:{PORTS[name]}"

    def cpu(self) -> float:
        """Seconds of CPU so far."""
        used = psutil.Process(self.process.pid).cpu_times()
        return used.user + used.system


def opened(browser: Browser, server: Server, ready: str) -> tuple[Page, int, float]:
    """A page in a fresh profile, the bytes that came over the line, and seconds until `ready` is there."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page, received = context.new_page(), []
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    start = time.perf_counter()
    page.goto(server.url)
    page.locator(ready).first.wait_for()
    took = time.perf_counter() - start
    page.wait_for_timeout(3000)
    return page, int(sum(received)), took


def stroke(page: Page, radius: float) -> None:
    """A circle, without lifting the mouse."""
    box = page.get_by_role("application").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x + radius, y)
    page.mouse.down()
    for step in range(17):
        turn = step / 8 * math.pi
        page.mouse.move(x + radius * math.cos(turn), y + radius * math.sin(turn))


LIFTED = """() => new Promise((done) => {
  const pad = document.querySelector('[role="application"]');
  pad.addEventListener("pointerup", () => {
    const start = performance.now();
    const look = () => pad.getAttribute("aria-busy") === "false" ? done(performance.now() - start) : requestAnimationFrame(look);
    queueMicrotask(look);
  }, { once: true });
})"""


def lift(page: Page) -> float:
    """Seconds from pen up until what belongs to the stroke is painted."""
    page.evaluate(f"window.measured = ({LIFTED})()")
    page.mouse.up()
    return page.evaluate("window.measured") / 1000


def strokes(page: Page, count: int) -> list[float]:
    times = []
    for i in range(count):
        stroke(page, 40 + 12 * (i % 12))
        times.append(lift(page))
        page.wait_for_timeout(1500)  # the full picture and the proposals, as when a person looks
    return times


def updates(page: Page, server: Server, seconds_: float = 4) -> tuple[float, float]:
    """Updates a second while the pen moves, and the server's CPU seconds for each."""
    page.evaluate(
        """() => { window.painted = 0;
        const draw = CanvasRenderingContext2D.prototype.drawImage;
        CanvasRenderingContext2D.prototype.drawImage = function (...given) {
          if (given[0] instanceof ImageBitmap && this.canvas.className === "paint") window.painted += 1;
          return draw.apply(this, given); }; }"""
    )
    stroke(page, 60)
    before, start = server.cpu(), time.perf_counter()
    first, box = page.evaluate("window.painted"), page.get_by_role("application").bounding_box()
    turn = 0
    while time.perf_counter() - start < seconds_:
        turn += 0.05
        page.mouse.move(
            box["x"] + 250 + 150 * math.cos(turn), box["y"] + 250 + 150 * math.sin(turn)
        )
        page.wait_for_timeout(10)
    count, took = page.evaluate("window.painted") - first, time.perf_counter() - start
    page.mouse.up()
    return count / took, (server.cpu() - before) / max(1, count)


def heap(page: Page) -> float:
    """MB of the tab's JavaScript heap and canvases after a collection."""
    wire = page.context.new_cdp_session(page)
    wire.send("HeapProfiler.collectGarbage")
    return wire.send("Runtime.getHeapUsage")["usedSize"] / 1e6


def memory(page: Page) -> tuple[float, float]:
    """MB after 20 and after 200 strokes; the undo stack holds 200."""
    sizes = []
    for i in range(200):
        stroke(page, 20 + i % 180)
        page.mouse.up()
        if i in (19, 199):
            page.wait_for_timeout(3000)
            sizes.append(heap(page))
    return tuple(sizes)


def crowd(browser: Browser, server: Server, count: int, rounds: int = 4) -> list[float]:
    """Seconds from pen up to painted, of visitors who draw at once."""
    pages = [opened(browser, server, '[role="application"]')[0] for _ in range(count)]
    times = []
    for i in range(rounds):
        for page in pages:
            stroke(page, 50 + 10 * i)
        for page in pages:
            page.evaluate(f"window.measured = ({LIFTED})()")
            page.mouse.up()
        times += [page.evaluate("window.measured") / 1000 for page in pages]
    for page in pages:
        page.context.close()
    return times


def network_alone() -> float:
    """Seconds of one live update inside a process."""
    sketch = Image.open(EXAMPLES / "sketch-robot.png").resize((SIDE, SIDE))
    palette = [((232, 86, 63), 1), ((63, 143, 196), 1)]
    network = zoo.load("sketch-color-plus")
    return median_ms(lambda: tasks.paint_sketch(network, sketch, palette), 9) / 1000


def late(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def ms(value: float) -> str:
    return f"{1000 * value:.0f} ms"


# ---- photos ----

PHOTO = (1600, 900)  # px
MANY = 50  # photos
PAINTED = """() => new Promise((done) => {
  const start = performance.now(), slider = document.querySelector(".saturation");
  slider.value = slider.value === "1" ? 2 : 1;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  requestAnimationFrame(() => done(performance.now() - start));
})"""


def photo_file(size: tuple[int, int]) -> dict:
    buffer = io.BytesIO()
    Image.open(EXAMPLES / "landscape-lake.webp").resize(size).convert("L").save(buffer, "JPEG")
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def choose(page: Page, button: str, files: list[dict]) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=button, exact=True).click()
    chooser.value.set_files(files)


def hint(page: Page, x: float) -> float:
    """Seconds from a click on the photo until the colors that follow it are painted."""
    box = page.get_by_role("application").bounding_box()
    page.mouse.move(box["x"] + x * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    return lift(page)


def photo_network() -> float:
    """Seconds of the network for one photo of PHOTO, at the size at which it sees it."""
    network = zoo.load("photo-color-plus")
    seen = torch.full((1, 1, *tasks.working_size(network, *PHOTO[::-1])), 50.0)
    return median_ms(lambda: tasks.chroma_fields(network, seen), 9) / 1000


def many(page: Page, files: list[dict]) -> float:
    """Seconds from the choice of photos until their zip can be saved."""
    start = time.perf_counter()
    choose(page, "Add photos", files)
    page.get_by_role("button", name="Save zip").wait_for(timeout=600_000)
    return time.perf_counter() - start


def photo_report(server: Server, browser: Browser) -> None:
    page = opened(browser, server, "h1")[0]
    page.goto(f"{server.url}/?tab=photos")
    page.locator('.pad[aria-busy="false"]').locator("visible=true").wait_for()
    choose(page, "Open photo", [photo_file(PHOTO)])
    page.wait_for_function(f"document.querySelector('.after').width === {PHOTO[0]}")
    saturation = statistics.median(page.evaluate(PAINTED) / 1000 for _ in range(9))
    hints = statistics.median(hint(page, 0.55 + 0.05 * i) for i in range(8))  # beside the handle
    network = photo_network()
    file = photo_file((640, 480))
    alone = median_ms(lambda: photos.save(file["buffer"], {}), 5) / 1000
    together = many(page, [file | {"name": f"{i}.jpg"} for i in range(MANY)])
    page.context.close()
    size = "x".join(map(str, PHOTO))
    print(f"\n| photos of {size} | here | beside |\n|---|--:|--:|")
    print(f"| saturation → painted, p50 | {ms(saturation)} | no request |")
    print(f"| hint → painted, p50 | {ms(hints)} | network {ms(network)}: {hints / network:.2f}x |")
    single = MANY * alone
    print(f"| {MANY} photos of 640x480 | {together:.1f} s ", end="")
    print(f"| {MANY} single ones {single:.1f} s: {together / single:.2f}x |")


def report(servers: dict[str, Server], browser: Browser, count: int) -> None:
    for name, server in servers.items():  # the first page of a server pays for its imports
        opened(browser, server, "[role=application]" if name != "empty" else "h1")[
            0
        ].context.close()
    empty, empty_bytes, empty_time = opened(browser, servers["empty"], "h1")
    page, size, took = opened(browser, servers["app"], "[role=application]")
    floor, _, _ = opened(browser, servers["floor"], "[role=application]")
    at_floor = statistics.median(strokes(floor, count))
    ours, network = statistics.median(strokes(page, count)), network_alone()
    rate, cpu = updates(page, servers["app"])
    early, after = memory(page)
    for closed in (empty, floor, page):
        closed.context.close()
    alone, together = crowd(browser, servers["app"], 1, 8), crowd(browser, servers["app"], 8)
    rows = [
        ("pen up → painted, p50", ms(ours), f"floor {ms(at_floor)}: {ours / at_floor:.2f}x"),
        ("", "", f"network {ms(network)}: {ours / network:.2f}x"),
        ("updates a second while drawing", f"{rate:.1f}", f"network alone {1 / network:.1f}"),
        ("server CPU of an update, network aside", ms(cpu - network), f"with it {ms(cpu)}"),
        ("bytes of the page", f"{size:,}", f"empty {empty_bytes:,}: {size / empty_bytes:.2f}x"),
        (
            "until the canvas",
            ms(took),
            f"empty's heading {ms(empty_time)}: {took / empty_time:.2f}x",
        ),
        ("heap after 200 strokes", f"{after:.1f} MB", f"after 20 strokes {early:.1f} MB"),
        (
            "8 visitors, p95",
            ms(late(together)),
            f"alone {ms(late(alone))}: {late(together) / late(alone):.2f}x",
        ),
    ]
    print("| what | here | beside |\n|---|--:|--:|")
    for row in rows:
        print("| " + " | ".join(row) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__)
    parser.add_argument("--strokes", type=int, default=12)
    only = parser.add_mutually_exclusive_group()
    for part, what in PARTS.items():
        help_ = f"{what} alone"
        only.add_argument(f"--{part}", dest="part", action="store_const", const=part, help=help_)
    args = parser.parse_args()
    wanted = [args.part] if args.part else list(PARTS)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        names = PORTS if "sheet" in wanted else ["app"]
        servers = {name: Server(name, Path(folder)) for name in names}
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            for server in servers.values():
                while not answers(server):
                    time.sleep(0.2)
            if "sheet" in wanted:
                report(servers, browser, args.strokes)
            if "photos" in wanted:
                photo_report(servers["app"], browser)
            if "faces" in wanted:
                faces.report(opened(browser, servers["app"], "h1")[0], servers["app"].url)
        finally:
            browser.close()
            for server in servers.values():
                server.process.terminate()


def answers(server: Server) -> bool:
    try:
        urllib.request.urlopen(server.url).close()
    except OSError:
        assert server.process.poll() is None, f"{server.url}: ended"
        return False
    return True


if __name__ == "__main__":
    main()
