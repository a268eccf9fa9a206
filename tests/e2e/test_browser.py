"""A person at the page: real Chromium, the app started as the README says."""

import io
import math
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from ae_models import zoo

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
FLAGS += ["--disable-component-update", "--disable-sync"]

if not CHROMIUM and not os.environ.get("REQUIRE_BROWSER"):
    pytest.skip("Chromium is not installed: apt-get install chromium", allow_module_level=True)


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """`python app.py` from a folder that is not the checkout."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"GRADIO_SERVER_PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "app.py")],
        cwd=tmp_path_factory.mktemp("elsewhere"),
        env=environment,
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            urllib.request.urlopen(address)
            break
        except OSError:
            assert process.poll() is None, "app.py ended"
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser, url):
    """The app's page; at the end no error may have been logged and no request have left the machine."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    errors, outside = [], []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console", lambda message: errors.append(message.text) if message.type == "error" else None
    )
    page.on(
        "request",
        lambda r: (
            outside.append(r.url)
            if r.url.startswith("http") and not r.url.startswith(url)
            else None
        ),
    )
    page.goto(url)
    expect(page.locator("#canvas canvas")).to_be_visible(timeout=60_000)
    page.wait_for_timeout(500)
    yield page
    page.close()
    assert not errors and not outside


def shown(page: Page, label: str) -> Image.Image:
    """The picture that an output shows, fetched at its full size."""
    image = page.locator(f'.block:has(label:has-text("{label}")) img').first
    expect(image).to_be_visible(timeout=30_000)
    data = page.request.get(image.get_attribute("src")).body()
    return Image.open(io.BytesIO(data)).convert("RGB")


def draw_circle(page: Page, radius: float) -> None:
    box = page.locator("#canvas canvas").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x + radius, y)
    page.mouse.down()
    for step in range(31):
        angle = step / 30 * 2 * math.pi
        page.mouse.move(x + radius * math.cos(angle), y + radius * math.sin(angle))
    page.mouse.up()


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).first.click()
    page.wait_for_timeout(300)


def drawn(page: Page) -> int:
    """Dark pixels on the canvas."""
    return page.evaluate(
        """() => { const c = document.querySelector('#canvas canvas');
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        let n = 0; for (let i = 0; i < d.length; i += 4) n += d[i] < 128; return n; }"""
    )


def test_draw_on_the_canvas_and_see_colors(page):
    draw_circle(page, 120)
    first = shown(page, "Colored")
    assert first.size == (512, 512)
    draw_circle(page, 60)
    for _ in range(30):
        page.wait_for_timeout(500)
        second = shown(page, "Colored")
        if second.tobytes() != first.tobytes():
            break
    assert second.tobytes() != first.tobytes()
    pixels = np.asarray(second, dtype=int)
    assert (pixels.max(2) - pixels.min(2) > 8).mean() > 0.02, "the result is gray"


def test_undo_and_clear(page):
    draw_circle(page, 120)
    one = drawn(page)
    draw_circle(page, 60)
    assert drawn(page) > one > 500
    page.get_by_role("button", name="Undo").click()
    assert drawn(page) == one
    page.get_by_role("button", name="Clear").click()
    assert drawn(page) == 0


def test_an_example_sketch_lands_on_the_canvas_and_is_colored(page):
    page.locator(".grid-wrap button, .thumbnail-item").first.click()
    page.wait_for_timeout(1500)
    assert drawn(page) > 1000
    assert shown(page, "Colored").size == (512, 512)


@pytest.mark.parametrize(
    ("tab", "output"),
    [("Face → sketch", "Sketch"), ("Gray → color", "Colored"), ("Compress", "Reconstruction")],
)
def test_an_example_is_one_click_from_a_result(page, tab, output):
    open_tab(page, tab)
    panel = page.get_by_role("tabpanel").locator("visible=true").last
    panel.locator(".gallery-item").first.click()
    image = panel.locator(f'.block:has(label:has-text("{output}")) img').last
    expect(image).to_be_visible(timeout=30_000)
    if tab == "Compress":
        expect(panel.locator("table")).to_contain_text("WebP", timeout=30_000)
    expect(page.locator(".toast-body")).to_have_count(0)


def test_two_clicks_on_the_eyes_align_a_photo_without_a_face(page, tmp_path):
    open_tab(page, "Face → sketch")
    panel = page.get_by_role("tabpanel").locator("visible=true").last
    Image.new("RGB", (400, 400), "teal").save(tmp_path / "plain.png")
    panel.locator("input[type=file]").first.set_input_files(tmp_path / "plain.png")
    expect(panel).to_contain_text("No face found", timeout=30_000)
    photo = panel.locator('.block:has(label:has-text("Photo of a face")) img')
    box = photo.bounding_box()
    for share, told in ((0.45, "other eye"), (0.55, "Aligned by your clicks")):
        photo.click(position={"x": box["width"] * share, "y": box["height"] / 2})
        expect(panel).to_contain_text(told, timeout=30_000)
    expect(panel.locator('.block:has(label:has-text("Sketch")) img').last).to_be_visible(
        timeout=30_000
    )


def test_morph_is_scrubbed_without_asking_the_server(page):
    open_tab(page, "Morph faces")
    panel = page.get_by_role("tabpanel").locator("visible=true").last
    for i in (0, 4):  # the first example on either side
        panel.locator(".gallery-item").nth(i).click()
        page.wait_for_timeout(800)
    slider, picture = page.locator("#scrubber input"), page.locator("#scrubber img")
    expect(picture).to_be_visible(timeout=30_000)
    page.wait_for_timeout(1500)
    requests = []
    page.on("request", lambda r: requests.append(r.url) if r.url.startswith("http") else None)
    seen = set()
    for value in (0, 8, 16, 24, 32):
        slider.fill(str(value))
        seen.add(picture.get_attribute("src"))
    assert len(seen) == 5 and not requests
    slider.focus()
    before = picture.get_attribute("src")
    page.keyboard.press("ArrowLeft")
    assert picture.get_attribute("src") != before


def test_a_bad_file_shows_one_sentence_and_the_page_goes_on(page, tmp_path):
    bad = tmp_path / "text.png"
    bad.write_bytes(b"not a picture")
    open_tab(page, "Gray → color")
    panel = page.get_by_role("tabpanel").locator("visible=true").last
    panel.locator("input[type=file]").first.set_input_files(str(bad))
    expect(page.locator(".toast-body").first).to_contain_text(
        "Expected a PNG, JPEG, WebP", timeout=15_000
    )
    panel.locator(".gallery-item").first.click()
    expect(panel.locator('.block:has(label:has-text("Colored")) img').last).to_be_visible(
        timeout=30_000
    )


@pytest.mark.parametrize("tab", ["Sketch → color", "Gray → color", "Morph faces", "Models"])
def test_the_page_fits_a_telephone(page, tab):
    open_tab(page, tab)
    page.set_viewport_size({"width": 400, "height": 860})
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_words_of_the_table_of_bytes_stay_whole_on_a_telephone(page):
    page.set_viewport_size({"width": 400, "height": 860})
    page.get_by_role("tab", name="Sketch → color").locator("visible=true").first.wait_for()
    page.locator(".overflow-menu button").first.click()
    page.locator(".overflow-dropdown button", has_text="Compress").click()
    panel = page.get_by_role("tabpanel").locator("visible=true").last
    panel.locator(".gallery-item").first.click()
    expect(panel.locator("table")).to_contain_text("WebP", timeout=30_000)
    assert panel.locator("tbody td").first.bounding_box()["width"] > 100
    assert panel.locator("table").bounding_box()["width"] <= 400


def test_models_tab_shows_each_figure(page):
    open_tab(page, "Models")
    rows = page.locator("table.models tr")
    expect(rows).to_have_count(1 + len(zoo.ROWS))
    expect(page.locator("table.models svg")).to_have_count(len(zoo.ROWS))
    for i, row in enumerate(zoo.ROWS, 1):
        assert ("KLT" in rows.nth(i).inner_text()) == row.slug.startswith("dcae")


def test_a_dab_changes_the_colors_and_can_be_taken_back(page):
    draw_circle(page, 120)
    page.wait_for_timeout(3000)
    plain = shown(page, "Colored")
    page.get_by_role("button", name="Dab", exact=True).click()
    box = page.locator("#canvas canvas").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_timeout(3000)
    assert shown(page, "Colored").tobytes() != plain.tobytes()
    page.get_by_role("button", name="Undo").click()
    page.wait_for_timeout(3000)
    assert shown(page, "Colored").tobytes() == plain.tobytes()


def test_a_surprise_gives_its_colors_to_the_pickers(page):
    draw_circle(page, 120)
    page.get_by_role("button", name="Surprise me").first.click()
    surprises = page.locator(
        '.block:has(label:has-text("Surprises")) .gallery-item, .block:has-text("Surprises") .thumbnail-item'
    )
    expect(surprises.nth(3)).to_be_visible(timeout=30_000)
    surprises.nth(1).click()
    expect(page.get_by_text("Color 1", exact=True)).to_be_visible(timeout=10_000)
