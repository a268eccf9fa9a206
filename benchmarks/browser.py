"""Pages in real Chromium, their servers, and the rows of the tables that benchmarks.page prints."""

import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[1]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
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
canvas.onpointermove = (event) => {
  if (drawing) pen.fillRect(event.offsetX, event.offsetY, 5, 5); };
canvas.onpointerup = () => { drawing = false; canvas.setAttribute("aria-busy", "true");
  props.value = canvas.toDataURL(); trigger("input"); };
watch("value", () => canvas.setAttribute("aria-busy", "false"));'''
READY = '''watch("value", () =>
  document.querySelector("canvas").setAttribute("aria-busy", "false"));'''
with gr.Blocks(analytics_enabled=False) as demo:
    html = '<canvas role="application" width="512" height="512" style="background: white"></canvas>'
    sheet = gr.HTML("", html_template=html, js_on_load=CODE)
    back = gr.HTML("", html_template="<p>${(value || '').length}</p>", js_on_load=READY)
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
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(
            [sys.executable, str(file)], env=os.environ | settings, **quiet
        )
        self.url = f"http://127.0.0.1:{PORTS[name]}"

    def cpu(self) -> float:
        """Seconds of CPU so far."""
        used = psutil.Process(self.process.pid).cpu_times()
        return used.user + used.system

    def memory(self) -> float:
        """MB in use."""
        return psutil.Process(self.process.pid).memory_info().rss / 1e6


def answers(server: Server) -> bool:
    try:
        urllib.request.urlopen(server.url).close()
    except OSError:
        assert server.process.poll() is None, f"{server.url}: ended"
        return False
    return True


def opened(browser: Browser, server: Server, ready: str) -> tuple[Page, int, float]:
    """A page in a fresh profile, the bytes that came in, and seconds until `ready` is there."""
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


LIFTED = """() => new Promise((done) => {
  const pads = document.querySelectorAll('[role="application"]');
  const pad = [...pads].find((pad) => pad.offsetParent); // those of other tabs are hidden
  pad.addEventListener("pointerup", () => {
    const start = performance.now();
    const look = () => pad.getAttribute("aria-busy") === "false"
      ? done(performance.now() - start) : requestAnimationFrame(look);
    queueMicrotask(look);
  }, { once: true });
})"""


def lift(page: Page) -> float:
    """Seconds from pen up until what belongs to the stroke is painted."""
    page.evaluate(f"void (window.measured = ({LIFTED})())")
    page.mouse.up()
    return page.evaluate("window.measured") / 1000


def ms(value: float) -> str:
    return f"{1000 * value:.0f} ms"


def heading(what: str) -> None:
    print(f"\n| {what} | here | beside |\n|---|--:|--:|", flush=True)


def row(what: str, here: str, beside: str) -> None:
    """Print a row as soon as it is measured: a run that is cut off has measured something."""
    print(f"| {what} | {here} | {beside} |", flush=True)
