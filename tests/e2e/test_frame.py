"""All tabs: addresses, languages, themes, examples at work; and a person at each of the other
tabs."""

import io
import re

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

from ae_models import zoo
from tests.e2e.person import colored, idle, pad, tool, vivid

TABS = {
    "sketch": "Sketch",
    "faces": "Face ↔ sketch",
    "photos": "Photos",
    "compress": "Compress",
    "morph": "Morph",
    "models": "Models",
}

SHOWN = {"faces": "Sketch", "photos": "Colored photo", "compress": "Ours"}
AT_ONCE = "* { transition: none !important }"  # else axe sees colors on their way to a theme
SMALL, LARGE = {"width": 390, "height": 844}, {"width": 1280, "height": 720}


TOOLS = ("Pen", "Eraser", "Hint", "Undo", "Redo", "Clear", "Open picture", "Save picture")


def panel(page: Page):
    return page.get_by_role("tabpanel").locator("visible=true").first


def picture(page: Page, name: str):
    return panel(page).get_by_role("img", name=name, exact=True).locator("visible=true").first


def at_work(page: Page, tab: str) -> None:
    """Wait until a tab shows a result."""
    if tab == "sketch":
        colored(page)
    elif tab in SHOWN:
        if tab != "faces":
            colored(page)
        expect(picture(page, SHOWN[tab])).to_be_visible()
    elif tab == "morph":
        idle(page, "[role=slider]")
    else:
        expect(page.get_by_role("row")).to_have_count(1 + len(zoo.ROWS))


def test_each_tab_has_an_example_at_work_in_view_and_axe_finds_nothing(visit):
    page = visit(viewport=SMALL, color_scheme="dark")
    page.add_style_tag(content=AT_ONCE)
    for tab, name in TABS.items():
        for size, theme in ((SMALL, "dark"), (LARGE, "light")):
            look(page, size, theme)
            page.get_by_role("tab", name=name, exact=True).click()
            at_work(page, tab)
            fits(page, tab, size)
            fold = panel(page).get_by_text("How it works", exact=True)
            fold.click()
            found = Axe().run(page).response["violations"]
            assert not [(r["id"], [n["html"] for n in r["nodes"]]) for r in found], (tab, theme)
            fold.click()
            page.evaluate("scrollTo(0, 0)")  # as a tab is when it is opened


def look(page: Page, size: dict, theme: str) -> None:
    page.set_viewport_size(size)
    if page.locator("body.dark").count() != (theme == "dark"):
        tool(page, "Light or dark").click()


def fits(page: Page, tab: str, size: dict) -> None:
    """Check that the main part of a tab is in view on the first screen, also on a telephone."""
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert panel(page).bounding_box()["y"] <= 130
    for text in page.get_by_role("tab").all():
        expect(text).to_be_in_viewport(ratio=1)
    if tab == "sketch":
        for name in TOOLS:
            expect(tool(page, name)).to_be_in_viewport(ratio=1)
            box = tool(page, name).bounding_box()
            assert min(box["width"], box["height"]) >= 24
        expect(pad(page)).to_be_in_viewport(ratio=1)
        assert pad(page).bounding_box()["y"] <= 130
        assert vivid(Image.open(io.BytesIO(page.screenshot()))) > 0.05
    if tab in ("photos", "compress"):
        expect(pad(page)).to_be_in_viewport(ratio=0.95)
    if tab == "faces":
        expect(picture(page, "Sketch")).to_be_in_viewport(ratio=0.95)
        given, result = (picture(page, n).bounding_box() for n in ("Photo of a face", "Sketch"))
        assert abs(given["height"] - result["height"]) < 2
        assert size == SMALL or abs(given["y"] - result["y"]) < 2


def test_a_tab_has_an_address_and_back_works_and_the_models_say_that_they_are_coming(visit):
    held, page = [], visit("?tab=photos")
    photos, models = (page.get_by_role("tab", name=n, exact=True) for n in ("Photos", "Models"))
    expect(photos).to_have_attribute("aria-selected", "true")
    page.route("**/gradio_api/run/predict*", lambda route: held.append(route))
    models.click()
    coming = page.get_by_text("The networks are being read.")
    expect(coming).to_be_visible()
    page.wait_for_timeout(300)
    held[0].continue_()
    at_work(page, "models")
    expect(coming).to_have_count(0)
    expect(page).to_have_url(re.compile("tab=models"))
    page.go_back()
    expect(photos).to_have_attribute("aria-selected", "true")
    page.go_forward()
    expect(models).to_have_attribute("aria-selected", "true")
    at_work(page, "models")


def test_what_a_tab_needs_comes_when_it_is_opened_or_when_it_is_opened_again(visit):
    asked = []
    page = visit()
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    colored(page)
    page.route("**/studio/part/*", lambda route: route.fulfill(status=200, body="cut o"))
    photos, sketch = (page.get_by_role("tab", name=n, exact=True) for n in ("Photos", "Sketch"))
    photos.click()
    expect(
        panel(page).get_by_text("The server does not answer. Open the tab again.")
    ).to_be_visible()
    page.unroute("**/studio/part/*")
    sketch.click()
    photos.click()
    at_work(page, "photos")
    parts = [url.rsplit("/", 1)[1] for url in asked if "/studio/part/" in url]
    assert parts == ["photo.json", "photo.json"]
    assert not any(url.endswith("/studio/id.js") for url in asked), "Indonesian for nobody"


def test_what_the_server_says_and_the_table_of_models_are_indonesian_too(visit, refusals):
    page = visit("?tab=photos", locale="id-ID")
    colored(page)
    panel(page).get_by_label("Foto untuk dibuka", exact=True).set_input_files(
        {"name": "a.txt", "mimeType": "text/plain", "buffer": b"no picture"}
    )
    expect(panel(page).get_by_role("status").first).to_contain_text(
        "berkas ini bukan salah satunya"
    )
    page.get_by_role("tab", name="Model", exact=True).click()
    at_work(page, "models")
    table = panel(page).inner_text()
    assert "205 wajah uji CelebA" in table and "galat mutlak rata-rata" in table
    for english in ("pictures,", "loss after", "embedded", "is better", "mean training"):
        assert english not in table


def test_the_language_is_the_browsers_and_can_be_switched(visit):
    page = visit(locale="id-ID")
    expect(page.get_by_role("button", name="Penghapus", exact=True)).to_be_visible()
    expect(page.get_by_role("tab", name="Wajah ↔ sketsa", exact=True)).to_be_visible()
    page.get_by_role("combobox", name="Bahasa", exact=True).select_option("en")
    expect(page.get_by_role("button", name="Eraser", exact=True)).to_be_visible()
    expect(page.get_by_role("tab", name="Face ↔ sketch", exact=True)).to_be_visible()
    page.get_by_role("combobox", name="Language", exact=True).select_option("id")
    page.get_by_role("tab", name="Foto", exact=True).click()
    expect(picture(page, "Foto berwarna")).to_be_visible()


def test_the_theme_can_be_switched_and_is_kept(visit):
    page = visit(color_scheme="light")
    colored(page)
    shade = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(shade)
    page.get_by_role("button", name="Light or dark", exact=True).click()
    page.wait_for_function(f"light => {shade} !== light", arg=light)
    dark = page.evaluate(shade)
    page.reload()
    colored(page)
    page.wait_for_function(f"dark => {shade} === dark", arg=dark)
