"""Make docs/tabs.webp for the README: every tab of the running app, used as a person would, in headless Chromium.

python -m docs.make.screenshots        needs requirements-dev.txt and Chromium
"""

import math
import shutil

from PIL import Image
from playwright.sync_api import Page, sync_playwright

import app
from docs.make.sheets import DOCS

SIZE = (1240, 940)
FLAGS = ["--no-sandbox", "--disable-gpu"]


def draw(page: Page) -> None:
    page.locator("#canvas").wait_for()
    page.locator(".thumbnail-item").first.click()
    page.wait_for_timeout(2500)
    box = page.locator("#canvas canvas").bounding_box()
    x, y = box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.12
    page.mouse.move(x + 25, y)
    page.mouse.down()
    for step in range(21):
        page.mouse.move(x + 25 * math.cos(step / 20 * 6.3), y + 25 * math.sin(step / 20 * 6.3))
    page.mouse.up()


def examples(*which: int):
    def choose(page: Page) -> None:
        panel = page.get_by_role("tabpanel").locator("visible=true").last
        for i in which:
            panel.locator(".gallery-item").nth(i).click()
            page.wait_for_timeout(1500)

    return choose


def morph(page: Page) -> None:
    examples(0, 4)(page)
    page.get_by_role("button", name="Sample faces").click()


USE = (draw, examples(1), examples(1), examples(0), morph, lambda page: None)


def main() -> None:
    url = app.demo.launch(**app.LAUNCH, prevent_thread_lock=True, quiet=True)[1]
    shots = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        page.goto(url)
        for name, use in zip(app.TABS, USE):
            page.get_by_role("tab", name=name).first.click()
            page.wait_for_timeout(800)
            use(page)
            page.wait_for_timeout(4000)
            path = DOCS / "shot.png"
            page.evaluate("window.scrollTo(0, 0)")
            page.screenshot(path=path)
            shots.append(Image.open(path).convert("RGB"))
            path.unlink()
    w, h = SIZE[0] * 2 // 3, SIZE[1] * 2 // 3
    sheet = Image.new("RGB", (2 * w, 3 * h), "white")
    for i, shot in enumerate(shots):
        sheet.paste(shot.resize((w, h), Image.Resampling.LANCZOS), (i % 2 * w, i // 2 * h))
    DOCS.mkdir(exist_ok=True)
    sheet.save(DOCS / "tabs.webp", quality=85)


if __name__ == "__main__":
    main()
