"""Photos in benchmarks.page: saturation, hints, and many photos, in real Chromium."""

import io
import statistics
import time
import urllib.request

import torch
from PIL import Image
from playwright.sync_api import Page

from ae_models import tasks, zoo
from benchmarks.browser import Server, heading, lift, ms, row
from benchmarks.timing import median_ms
from ui.elements import EXAMPLES

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


def photo_network() -> tuple[float, float]:
    """Seconds of the network for one photo of PHOTO at the size at which it sees it, and of the
    part that runs again after a hint; on one thread, as in the server."""
    torch.set_num_threads(1)
    network = zoo.load("photo-color-plus")
    seen = torch.full((1, 1, *tasks.working_size(network, *PHOTO[::-1])), 50.0)
    recognized = tasks.recognize(network, seen)
    whole = median_ms(lambda: tasks.chroma_fields(network, seen), 9)
    again = median_ms(lambda: tasks.chroma_fields(network, seen, recognized=recognized), 9)
    return whole / 1000, again / 1000


def many(page: Page, files: list[dict]) -> float:
    """Seconds from the choice of photos until their zip can be saved."""
    start = time.perf_counter()
    choose(page, "Add photos", files)
    page.get_by_role("button", name="Save zip").wait_for(timeout=600_000)
    return time.perf_counter() - start


def single(server: Server, body: bytes, count: int) -> float:
    """Seconds of so many requests for one photo each, one after the other."""
    start = time.perf_counter()
    for _ in range(count):
        urllib.request.urlopen(f"{server.url}/studio/photo/save", body).read()
    return time.perf_counter() - start


def report(page: Page, server: Server) -> None:
    """Print the table. page: the app's, at any tab."""
    heading(f"photos of {'x'.join(map(str, PHOTO))}")
    page.goto(f"{server.url}/?tab=photos")
    page.locator('.pad[aria-busy="false"]').locator("visible=true").wait_for()
    choose(page, "Open photo", [photo_file(PHOTO)])
    page.wait_for_function(f"document.querySelector('.after').width === {PHOTO[0]}")
    saturation = statistics.median(page.evaluate(PAINTED) / 1000 for _ in range(9))
    row("saturation → painted, p50", ms(saturation), "no request")
    hints = statistics.median(hint(page, 0.55 + 0.05 * i) for i in range(8))  # beside the handle
    whole, again = photo_network()
    row("hint → painted, p50", ms(hints), f"network {ms(whole)}: {hints / whole:.2f}x")
    row("", "", f"the part that a hint runs again {ms(again)}: {hints / again:.2f}x")
    file, before = photo_file((640, 480)), server.memory()
    single(server, file["buffer"], 1)
    alone = single(server, file["buffer"], MANY // 2)  # half of them before the others, half after
    together = many(page, [file | {"name": f"{i}.jpg"} for i in range(MANY)])
    alone += single(server, file["buffer"], MANY - MANY // 2)
    ratio = f"{MANY} single ones {alone:.1f} s: {together / alone:.2f}x"
    row(f"{MANY} photos of 640x480", f"{together:.1f} s", ratio)
    row("memory of the server after them", f"{server.memory():.0f} MB", f"before {before:.0f} MB")
