"""Make the README's pictures of the running app in headless Chromium: docs/tabs.webp, every tab
with its example at work, and docs/drawing.webp, an animation of a drawing that is colored while it
is drawn.

python -m docs.make.screenshots        needs requirements-dev.txt and Chromium
"""

import io
import math
import shutil

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

import app
from docs.make.examples import SKETCHES, smooth
from docs.make.sheets import DOCS

SIZE = (1440, 900)
SMALL = (720, 450)  # of a tab in docs/tabs.webp
FLAGS = ["--no-sandbox", "--disable-gpu"]
FRAME_MS, SHOWN = 70, (640, 400)  # of the animation
PATIENCE = 60_000  # ms


def shot(page: Page, size: tuple[int, int]) -> Image.Image:
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB").resize(size, Image.LANCZOS)


def tabs(page: Page, url: str) -> Image.Image:
    """All tabs, two in a row, as they open."""
    sheet = Image.new("RGB", (2 * SMALL[0], math.ceil(len(app.TABS) / 2) * SMALL[1]), "white")
    for i, tab in enumerate(app.TABS):
        page.goto(f"{url}?tab={tab}")
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(2000)
        sheet.paste(shot(page, SMALL), (i % 2 * SMALL[0], i // 2 * SMALL[1]))
    return sheet


def drawing(page: Page, url: str, name: str = "cat") -> list[Image.Image]:
    """An example drawn stroke by stroke, photographed on the way."""
    page.goto(url)
    pad = page.get_by_role("application")
    expect(pad).to_have_attribute("aria-busy", "false")
    page.get_by_role("button", name="Clear").click()
    box, frames = pad.bounding_box(), []
    for curve in SKETCHES[name]:
        points = smooth(curve) if len(curve) < 12 else curve
        where = [
            (box["x"] + x * box["width"] / 100, box["y"] + y * box["height"] / 100)
            for x, y in points
        ]
        page.mouse.move(*where[0])
        page.mouse.down()
        for i, point in enumerate(where):
            page.mouse.move(*point)
            if i % 8 == 0:
                frames.append(shot(page, SHOWN))
        page.mouse.up()
    expect(pad).to_have_attribute("aria-busy", "false")
    page.wait_for_timeout(4000)  # the proposals
    return [*frames, *[shot(page, SHOWN)] * 12]


def main() -> None:
    url = app.demo.launch(**app.LAUNCH, prevent_thread_lock=True, quiet=True)[1]
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        tabs(page, url).save(DOCS / "tabs.webp", quality=85)
        first, *rest = drawing(page, url)
        first.save(
            DOCS / "drawing.webp",
            save_all=True,
            append_images=rest,
            duration=FRAME_MS,
            loop=0,
            quality=70,
        )
        browser.close()
    app.demo.close()


if __name__ == "__main__":
    main()
