"""Make the README's pictures of the running app in headless Chromium: docs/tabs.webp, every tab
with its example at work, and docs/drawing.webp, an animation: a drawing is colored while it is
drawn, takes another palette, and one face becomes another.

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

SIZE = (1200, 750)
SHOWN = (720, 450)  # of a tab in docs/tabs.webp, and of the animation
FLAGS = ["--no-sandbox", "--disable-gpu"]
FRAME_MS, HELD_MS = 70, 900  # of the animation: a frame, and one to look at
EVERY = 10  # moves of the pen between two frames
MORPH_FRAMES = 24
PATIENCE = 120_000  # ms

Frame = tuple[Image.Image, int]  # and ms


def shot(page: Page) -> Image.Image:
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    return picture.resize(SHOWN, Image.Resampling.LANCZOS)


def tabs(page: Page, url: str) -> Image.Image:
    """All tabs, two in a row, as they open."""
    rows = math.ceil(len(app.TABS) / 2)
    sheet = Image.new("RGB", (2 * SHOWN[0], rows * SHOWN[1]), "white")
    for i, tab in enumerate(app.TABS):
        page.goto(f"{url}?tab={tab}")
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(2000)
        sheet.paste(shot(page), (i % 2 * SHOWN[0], i // 2 * SHOWN[1]))
    return sheet


def drawing(page: Page, url: str, name: str = "cat") -> list[Frame]:
    """An example drawn stroke by stroke; then a proposal is taken."""
    page.goto(url)
    pad = page.get_by_role("application")
    expect(pad).to_have_attribute("aria-busy", "false")
    page.get_by_role("button", name="Clear", exact=True).click()
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
            if i % EVERY == 0:
                frames.append((shot(page), FRAME_MS))
        page.mouse.up()
    proposals = page.get_by_role("region", name="Proposals", exact=True)
    for chosen in (None, 2, 1):
        if chosen is not None:
            proposals.get_by_role("button").nth(chosen).click()
        expect(pad).to_have_attribute("aria-busy", "false")
        expect(proposals).to_have_attribute("aria-busy", "false")
        frames.append((shot(page), HELD_MS))
    return frames


def morph(page: Page, url: str) -> list[Frame]:
    """The point dragged from one face to the other."""
    page.goto(f"{url}?tab=morph")
    page.wait_for_selector("[data-full=true]")
    stage = page.get_by_role("slider", name="Position", exact=True)
    box = stage.bounding_box()
    x, y, frames = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, []
    page.mouse.move(x, y)
    page.mouse.down()
    for i in range(MORPH_FRAMES):
        turn = 2 * math.pi * i / MORPH_FRAMES
        page.mouse.move(x - 0.48 * box["width"] * math.sin(turn), y)
        frames.append((shot(page), FRAME_MS))
    page.mouse.up()
    return frames


def main() -> None:
    url = app.demo.launch(**app.LAUNCH, prevent_thread_lock=True, quiet=True)[1]
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        page.set_default_timeout(PATIENCE)
        tabs(page, url).save(DOCS / "tabs.webp", quality=85)
        frames = drawing(page, url) + morph(page, url)
        first, *rest = [picture for picture, _ in frames]
        first.save(
            DOCS / "drawing.webp",
            save_all=True,
            append_images=rest,
            duration=[ms for _, ms in frames],
            loop=0,
            quality=70,
            method=6,
        )
        browser.close()
    app.demo.close()


if __name__ == "__main__":
    main()
