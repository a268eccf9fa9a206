"""A person at the photo tab and at the table of models; everything is found by its role and
name."""

import base64
import io
import re
import zipfile

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageOps
from playwright.sync_api import Page, expect

from ae_models import images, tasks, zoo
from tests.e2e import person
from tests.e2e.person import idle, on, pad, tool
from tests.pictures import blob, encoded, png_header
from ui import elements


@pytest.fixture
def page(stay):
    """The tab that tests share, at its first saturation; they leave no hint."""
    page = stay("?tab=photos")
    page.get_by_role("slider", name="Saturation", exact=True).fill("1")
    colored(page)
    return page


@pytest.fixture
def own(stay):
    """The tab of tests that open other photos."""
    page = stay("?tab=photos", "others")
    colored(page)
    return page


def colored(page: Page) -> None:
    """Wait until all pixels of the photo have their colors."""
    idle(page, "[role=application]:not([data-rough=true])")


def handle(page: Page):
    return page.get_by_role("slider", name="Before and after", exact=True)


def shown(page: Page, name: str = "Colored photo") -> np.ndarray:
    """Pixels of a canvas."""
    canvas = page.get_by_role("img", name=name, exact=True)
    return pixels(canvas.evaluate("canvas => canvas.toDataURL()"))


def pixels(url: str) -> np.ndarray:
    """Pixels of a picture that is in its address."""
    picture = Image.open(io.BytesIO(base64.b64decode(url.split(",")[1])))
    return np.asarray(picture.convert("RGB"), dtype=int)


def colorfulness(picture) -> float:
    """Mean difference between the largest and the least of R, G and B."""
    return float(np.ptp(np.asarray(picture, dtype=int), axis=2).mean())


def opened(page: Page, **files: bytes) -> None:
    """Choose a photo as a person does with `Open photo`."""
    [(name, body)] = files.items()
    with page.expect_file_chooser() as chooser:
        tool(page, "Open photo").click()
    chooser.value.set_files({"name": name, "mimeType": "image/jpeg", "buffer": body})


def added(page: Page, files: dict[str, bytes]) -> None:
    with page.expect_file_chooser() as chooser:
        tool(page, "Add photos").click()
    chooser.value.set_files(
        [{"name": n, "mimeType": "image/jpeg", "buffer": body} for n, body in files.items()]
    )


def downloaded(page: Page, name: str):
    with page.expect_download() as download:
        tool(page, name).click()
    return download.value


def test_the_handle_is_moved_by_keys_and_mouse_without_a_request(page):
    asked = []
    page.on("request", lambda r: asked.append(r.url) if "/photo" in r.url else None)
    assert colorfulness(shown(page)) > 5 > colorfulness(shown(page, "Photo before"))
    person.move_handle(page, handle(page), 100)
    assert not asked


def test_saturation_asks_nobody_and_the_saved_photo_is_what_is_shown(page):
    slider = page.get_by_role("slider", name="Saturation", exact=True)
    before = colorfulness(shown(page))
    asked = []
    page.on("request", lambda r: asked.append(r.url) if "/photo" in r.url else None)
    slider.fill("2")
    vivid = shown(page)
    slider.fill("0")
    gray = colorfulness(shown(page))
    assert gray < 1 < 1.5 * before < colorfulness(vivid) and not asked
    slider.fill("2")
    file = downloaded(page, "Save photo")
    assert file.suggested_filename == "landscape-lake-colored.png"
    saved = Image.open(file.path())
    assert np.abs(np.asarray(saved.convert("RGB"), dtype=int) - vivid).mean() < 3
    assert "predicted" in saved.getexif()[ExifTags.Base.ImageDescription]


def test_a_hint_colors_a_white_sky_in_the_page_as_in_the_file(own):
    """Without a hint white stays white."""
    picture = Image.open(elements.EXAMPLES / "landscape-lake.webp").resize((400, 300))
    picture.paste("white", (0, 0, 400, 140))
    opened(own, **{"sky.png": encoded(picture, "PNG")})
    own.wait_for_function("document.querySelector('.after').width === 400")
    colored(own)
    assert colorfulness(shown(own)[40:120]) < 1
    own.get_by_role("textbox", name="Hint color", exact=True).fill("#00a0a0")
    own.mouse.click(*on(own, 0.7, 0.25))
    colored(own)
    page, saved = shown(own), Image.open(downloaded(own, "Save photo").path()).convert("RGB")
    sky = np.asarray(saved, dtype=int)[20:100, 100:300]
    assert colorfulness(sky) > 3 and np.abs(sky - page[20:100, 100:300]).mean() < 1
    tool(own, "Undo").click()


def test_another_color_is_for_the_next_hint_or_for_one_that_is_clicked(page):
    hints = page.get_by_role("group", name="Hints", exact=True).get_by_role("button")
    color = page.get_by_role("textbox", name="Hint color", exact=True)
    for value, place in (("#c02020", 0.2), ("#2020c0", 0.3)):
        color.fill(value)
        page.mouse.click(*on(page, place, 0.3))
    expect(hints).to_have_count(2)
    assert [h.get_attribute("aria-label")[-7:] for h in hints.all()] == ["#c02020", "#2020c0"]
    hints.first.click()
    color.fill("#20c020")
    expect(hints.first).to_have_attribute("aria-label", "Hint 1, #20c020")
    tool(page, "Clear hints").click()
    colored(page)


def test_a_slow_answer_replaces_no_photo_that_was_chosen_later(own):
    held = []
    own.route("**/photo/open*", lambda route: route.continue_() if held else held.append(route))
    tool(own, "Example 1").click()
    own.wait_for_timeout(300)
    opened(own, **{"later.png": encoded(blob((222, 100), 5), "PNG")})
    own.wait_for_function("document.querySelector('.after').width === 222")
    with own.expect_response("**/photo/chroma*"):
        held[0].continue_()
    own.wait_for_timeout(500)
    assert shown(own).shape == (100, 222, 3)


def test_an_example_that_does_not_come_is_told(own, refusals):
    before = shown(own)
    own.route("**/examples/landscape-*", lambda route: route.fulfill(status=422))
    tool(own, "Example 2").click()
    expect(own.get_by_role("status").locator("visible=true").first).to_contain_text("not answer")
    assert np.array_equal(shown(own), before)


def test_an_example_has_an_address(visit):
    page = visit("?tab=photos&example=landscape-sea")
    colored(page)
    tool(page, "Example 1").click()
    expect(page).not_to_have_url(re.compile("landscape-sea"))
    expect(page).to_have_url(re.compile("example="))


FOLDER = """(target) => {
  const file = new File(["no picture"], "inside.txt");
  const entry = { isFile: true, file: (done) => done(file) };
  let given = [[entry, entry], []];
  const reader = { readEntries: (done) => done(given.shift()) };
  const folder = { isDirectory: true, createReader: () => reader };
  const event = new Event("drop", { bubbles: true, cancelable: true });
  event.dataTransfer = { items: [{ webkitGetAsEntry: () => folder }], files: [] };
  target.dispatchEvent(event);
}"""


def test_a_folder_that_is_dropped_is_opened(own, refusals):
    pad(own).evaluate(FOLDER)
    expect(own.get_by_role("list", name="Skipped files").get_by_role("listitem")).to_have_count(2)


ROUGH = """() => { window.rough = null;
  const pad = [...document.querySelectorAll(".pad")].find((one) => one.offsetParent);
  new MutationObserver(() => {
    if (pad.dataset.rough) window.rough ??= document.querySelector(".after").toDataURL();
  }).observe(pad, { attributeFilter: ["data-rough"] }); }"""


def test_half_of_the_pixels_come_first(page):
    plain = shown(page)
    page.evaluate(ROUGH)
    page.mouse.click(*on(page, 0.3, 0.3))
    colored(page)
    rough, whole = pixels(page.evaluate("window.rough")), shown(page)
    assert rough.shape == (whole.shape[0] // 2, whole.shape[1] // 2, 3)
    rough = rough.repeat(2, 0).repeat(2, 1)
    assert 0 < np.abs(rough - whole).mean() < 0.2 * np.abs(plain - whole).mean() + 2
    tool(page, "Undo").click()
    colored(page)
    assert np.array_equal(shown(page), plain)


def test_all_pixels_wait_until_the_last_hint_is_answered(page):
    held = []
    page.route("**/photo/chroma*", lambda route: held.append(route))
    for place in ((0.35, 0.4), (0.62, 0.35)):
        with page.expect_request("**/photo/chroma*"):
            page.mouse.click(*on(page, *place))
    held[0].continue_()
    page.wait_for_timeout(400)
    expect(pad(page)).to_have_attribute("data-rough", "true")
    held[1].continue_()
    colored(page)
    tool(page, "Undo").click()
    tool(page, "Undo").click()
    colored(page)


def test_a_hint_is_asked_for_when_the_button_is_pressed_and_asked_for_once(page):
    asked, plain = [], shown(page)
    page.on("request", lambda r: asked.append(r.url) if "/photo/chroma" in r.url else None)
    page.mouse.move(*on(page, 0.35, 0.6))
    with page.expect_response("**/photo/chroma*"):
        page.mouse.down()
    assert np.array_equal(shown(page), plain)
    page.mouse.up()
    colored(page)
    assert np.abs(shown(page) - plain).mean() > 0.1 and len(asked) == 1
    tool(page, "Undo").click()
    colored(page)


def test_a_hint_is_put_moved_undone_and_removed(page):
    plain = shown(page)
    page.get_by_role("textbox", name="Hint color").fill("#d02020")
    page.mouse.click(*on(page, 0.3, 0.3))
    colored(page)
    red = shown(page)
    hint = page.get_by_role("button", name="Hint 1, #d02020")
    expect(hint).to_have_count(1)
    y, x = int(0.3 * red.shape[0]), int(0.28 * red.shape[1])
    assert np.abs(red - plain)[y - 20 : y + 20, x - 20 : x + 20].mean() > 15
    expect(page.locator(".reach")).to_be_hidden()
    page.mouse.move(*on(page, 0.3, 0.303))
    expect(page.locator(".reach")).to_be_visible()
    tool(page, "Undo").click()
    colored(page)
    expect(page.locator(".reach")).to_be_hidden()
    assert np.array_equal(shown(page), plain)
    tool(page, "Redo").click()
    colored(page)
    box = hint.bounding_box()
    page.mouse.move(box["x"] + 12, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(*on(page, 0.7, 0.3), steps=3)
    page.mouse.up()
    colored(page)
    assert not np.array_equal(shown(page), red)
    assert hint.bounding_box()["x"] > box["x"] + 100
    hint.press("Delete")
    colored(page)
    expect(hint).to_have_count(0)
    assert np.array_equal(shown(page), plain)


def test_a_hint_by_keyboard_and_a_color_from_the_photo(own):
    tool(own, "Pick from photo").click()
    own.mouse.click(*on(own, 0.7, 0.1))
    picked = own.get_by_role("textbox", name="Hint color").input_value()
    assert picked != "#2f6fd0"
    expect(
        own.get_by_role("group", name="Recent colors").get_by_role("button").first
    ).to_have_attribute("aria-label", picked)
    pad(own).focus()
    pad(own).press("ArrowLeft")
    pad(own).press(" ")
    colored(own)
    hint = own.get_by_role("button", name=f"Hint 1, {picked}")
    hint.press("ArrowUp")
    colored(own)
    hint.press("Delete")
    expect(hint).to_have_count(0)


def colored_before(page):
    """Wait until the picture left of the handle is colored."""
    page.wait_for_function(
        """() => { const canvas = document.querySelector(".before");
        const { data } = canvas.getContext("2d").getImageData(0, 0, 40, 40);
        return data.some((v, i) => i % 4 === 0 && Math.abs(v - data[i + 2]) > 4); }"""
    )


def test_the_rgb_network_on_the_left_shows_the_picture_that_it_painted(own):
    lake = elements.EXAMPLES / "landscape-lake.webp"
    with own.expect_response(lambda answer: "model=rgb" in answer.url):
        own.get_by_role("radio", name="RGB network", exact=True).check(force=True)
    with own.expect_response(lambda answer: "model=rgb" in answer.url):
        opened(own, lake=lake.read_bytes())
    colored_before(own)
    shot = shown(own, "Painted by the network that guesses the lightness, too")
    painted = tasks.colorize(zoo.load("photo-color-rgb"), images.read(lake))
    assert np.abs(shot - np.asarray(painted, dtype=int)).mean() < 2
    own.get_by_role("radio", name="Gray", exact=True).check(force=True)


def test_zoom_and_the_classic_network_on_the_left(own):
    picture = own.get_by_role("img", name="Colored photo")
    width = picture.bounding_box()["width"]
    tool(own, "Zoom in").click()
    assert picture.bounding_box()["width"] > 1.4 * width
    own.mouse.move(*on(own, 0.5, 0.5))
    own.mouse.wheel(0, 200)
    tool(own, "Whole picture").click()
    assert picture.bounding_box()["width"] == pytest.approx(width)
    own.get_by_role("radio", name="Classic network", exact=True).check(force=True)
    colored_before(own)
    classic = shown(own, "Colored by the classic network")
    assert not np.array_equal(classic, shown(own))


def test_a_bad_file_gets_a_sentence_and_a_border_stays(own, refusals):
    before = shown(own)
    opened(own, bad=png_header(30000, 30000))
    expect(own.get_by_role("status").locator("visible=true").first).to_contain_text("megapixels")
    assert np.array_equal(shown(own), before)
    framed = ImageOps.expand(blob((300, 200), 3), 30, (250, 240, 220))
    opened(own, framed=encoded(framed, "PNG"))
    own.wait_for_function("document.querySelector('.after').width === 360")
    assert np.abs(shown(own)[8, 8] - [250, 240, 220]).max() < 4


def test_many_photos_come_as_a_zip_and_a_bad_one_is_named(own, refusals):
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = "Ann"
    photos = {f"{i}.jpg": encoded(blob((80, 60), i), "JPEG", exif=exif) for i in range(3)}
    added(own, photos | {"broken.jpg": photos["0.jpg"][:500]})
    expect(own.get_by_role("list", name="Skipped files")).to_contain_text("broken.jpg: Expected")
    expect(own.get_by_role("region", name="Many photos")).to_contain_text("4 of 4")
    with zipfile.ZipFile(downloaded(own, "Save zip").path()) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [f"{i}-colored.jpg" for i in range(3)]
        first = Image.open(io.BytesIO(archive.read("0-colored.jpg")))
        assert first.size == (80, 60) and first.getexif()[ExifTags.Base.Artist] == "Ann"


def test_many_photos_are_cancelled_and_what_is_done_is_kept(visit):
    own = visit("?tab=photos")
    colored(own)
    photos = {f"{i}.jpg": encoded(blob((80, 60), i), "JPEG") for i in range(5)}
    held = []  # from the third photo on, until the batch is cancelled

    def third_waits(route):
        held.append(route)
        if len(held) < 3:
            route.continue_()

    own.route("**/photo/save*", third_waits)
    added(own, photos)
    region = own.get_by_role("region", name="Many photos", exact=True)
    expect(region).to_contain_text(re.compile("2 of 5 · .* left"))
    tool(own, "Cancel").click()
    expect(region).to_contain_text("cancelled")
    with zipfile.ZipFile(downloaded(own, "Save zip").path()) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["0-colored.jpg", "1-colored.jpg"]
    held[2].continue_()
    expect(tool(own, "Cancel")).to_be_hidden()


def test_models_are_sorted_and_read(visit):
    page = visit("?tab=models")
    rows = page.get_by_role("row")
    expect(rows.nth(1)).to_be_visible()

    def column(index: int) -> list[str]:
        return [row.get_by_role("cell").nth(index).inner_text() for row in rows.all()[1:]]

    heading = page.get_by_role("columnheader", name=re.compile("^Parameters"))
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    first = [int(text.split()[-1].replace(",", "")) for text in column(2)]
    heading.get_by_role("button").click()
    last = [int(text.split()[-1].replace(",", "")) for text in column(2)]
    assert first[0] == min(first) and last[0] == max(last)
    systems = [zoo.row(text.split()[0]).system for text in column(0)]
    kept = [name for i, name in enumerate(systems) if i == 0 or name != systems[i - 1]]
    assert len(kept) == len(set(kept)), "the networks of a system are apart"
    page.get_by_role("button", name="photo-color-plus", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Limits")).to_be_visible()
    expect(dialog.get_by_role("img")).to_have_js_property("complete", True)
    assert dialog.get_by_role("img").evaluate("image => image.naturalWidth") > 100
    tool(page, "Close").click()
    tool(page, "What was tried").click()
    expect(dialog.get_by_role("heading", name="Log", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    tool(page, "What dcae does well, and where it fails").click()
    assert (
        dialog.get_by_role("img").evaluate("image => image.decode().then(() => image.naturalWidth)")
        > 100
    )
