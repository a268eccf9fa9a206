"""A person with faces: by mouse, keys and files; everything is found by its role and name."""

import base64
import io
import json
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from ae_models import zoo
from tests.e2e.person import idle
from tests.e2e.test_frame import SHOWN, at_work, panel, picture
from tests.pictures import blob, encoded
from ui import elements

NUMBERS = zoo.config("face-vae-plus")["arguments"]["latent"]
FRAMES = 4  # of an animation: this is about the page
TWO_MOVES = """(slider) => {
  for (const count of [64, 8]) {
    slider.value = count;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  }
}"""


def position(page: Page):
    return page.get_by_role("slider", name="Position", exact=True)


def settled(page: Page) -> None:
    """Wait until the picture is that of the point and all faces in between are there."""
    idle(page, "[role=slider]")
    between = page.get_by_role("progressbar", name="Faces in between", exact=True)
    between.wait_for(state="hidden")


def asks(request) -> bool:
    """Whether the workspace asks the server for something."""
    return request.method == "POST" and "/studio/" in request.url


def button(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def pixels(page: Page) -> np.ndarray:
    """The large picture."""
    url = position(page).evaluate("canvas => canvas.toDataURL()")
    png = base64.b64decode(url.partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=int)


def difference(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a - b).mean())


@pytest.fixture
def page(stay):
    """The workspace that tests share, with two faces, whichever they are."""
    page = stay("?tab=morph")
    idle(page, "[role=slider]")
    page.get_by_role("radio", name="Change", exact=True).check()
    if button(page, "Face C").is_visible():
        button(page, "Face C: Remove").click()
    settled(page)
    return page


@pytest.fixture
def portrait(stay):
    """The tab of faces and sketches that tests share."""
    page = stay("?tab=faces")
    page.get_by_role("radio", name="Photo → sketch", exact=True).check()
    page.get_by_label("Network of sketches", exact=True).select_option("plus")
    at_work(page, "faces")
    return page


def saved(page: Page, name: str) -> tuple[bytes, str]:
    if name not in ("Save GIF", "Save this face"):
        page.get_by_text("More files", exact=True).click()
    with page.expect_download() as download:
        button(page, name).click()
    return download.value.path().read_bytes(), download.value.suggested_filename


def test_the_point_is_dragged_by_mouse_and_keys_without_a_request(page):
    settled(page)
    requests = []
    page.on("request", lambda r: requests.append(r.url) if asks(r) else None)
    box = position(page).bounding_box()
    x, y = box["x"], box["y"] + box["height"] / 2
    page.mouse.move(x + box["width"] / 2, y)
    page.mouse.down()
    seen = []
    for share in (0.02, 0.5, 0.98):
        page.mouse.move(x + share * box["width"], y)
        seen.append(pixels(page))
    asked = list(requests)
    page.mouse.up()
    assert not asked and min(difference(a, b) for a, b in zip(seen, seen[1:])) > 3
    position(page).press("Home")
    expect(position(page)).to_have_attribute("aria-valuetext", "A 100 %, B 0 %")
    position(page).press("ArrowRight")
    expect(position(page)).to_have_attribute("aria-valuetext", "A 97 %, B 3 %")


def test_both_networks_are_in_view_at_the_point(page):
    page.get_by_role("radio", name="Way", exact=True).check()
    panel(page).get_by_label("Both networks", exact=True).check()
    other = page.get_by_role("img", name="The same place by the other network", exact=True)
    expect(other).to_be_visible()
    before = other.evaluate("canvas => canvas.toDataURL()")
    position(page).press("End")
    page.wait_for_function(
        "before => document.querySelector('.people .other canvas').toDataURL() !== before",
        arg=before,
    )
    panel(page).get_by_label("Both networks", exact=True).uncheck()
    expect(other).to_be_hidden()


def test_four_faces_make_a_square_and_the_tour_plays_and_stops(page):
    button(page, "Add face C").click()
    expect(button(page, "Face C")).to_be_visible()
    button(page, "Add face D").click()
    expect(button(page, "Face D")).to_have_attribute("aria-pressed", "true")
    button(page, "Face A").click()
    expect(position(page)).to_have_attribute("aria-valuetext", "A 100 %, B 0 %, C 0 %, D 0 %")
    button(page, "Play").click()
    expect(position(page)).not_to_have_attribute("aria-valuetext", "A 100 %, B 0 %, C 0 %, D 0 %")
    button(page, "Pause").click()
    button(page, "Face D: Remove").click()
    expect(button(page, "Add face D")).to_be_visible()


def test_changes_add_up_and_are_undone(page):
    button(page, "Face A").click()
    settled(page)
    before = pixels(page)
    for name, amount in (("Smiling", "-2.5"), ("Blond hair", "2.5")):
        page.get_by_role("slider", name=name, exact=True).fill(amount)
        settled(page)
    both = pixels(page)
    assert difference(before, both) > 5
    button(page, "Undo").click()
    settled(page)
    expect(page.get_by_role("slider", name="Blond hair", exact=True)).to_have_value("0")
    expect(page.get_by_role("slider", name="Smiling", exact=True)).to_have_value("-2.5")
    button(page, "Reset").click()
    settled(page)
    assert difference(before, pixels(page)) < 2


def test_fewer_numbers_are_less_of_a_face(page):
    button(page, "Face A").click()
    settled(page)
    whole, apart = pixels(page), []
    page.get_by_role("radio", name="Numbers", exact=True).check(force=True)
    kept = page.get_by_role("slider", name="Numbers kept")
    expect(kept).to_have_value(str(NUMBERS))
    for count in (NUMBERS // 2, 8):
        kept.fill(str(count))
        settled(page)
        apart.append(difference(whole, pixels(page)))
    assert 0 < apart[0] < apart[1]
    page.get_by_role("button", name="Reset", exact=True).locator("visible=true").click()
    expect(kept).to_have_value(str(NUMBERS))
    kept.evaluate(TWO_MOVES)
    expect(kept).to_have_value("8")
    page.get_by_role("button", name="Undo", exact=True).locator("visible=true").click()
    expect(kept).to_have_value(str(NUMBERS))  # moves of one control are one step
    settled(page)
    assert difference(whole, pixels(page)) < 2
    page.get_by_role("radio", name="Change", exact=True).check(force=True)


def test_files_are_taken_home_and_numbers_come_back(page, tmp_path):
    settled(page)
    page.get_by_text("More files", exact=True).click()
    page.get_by_role("spinbutton", name="Frames", exact=True).fill(str(FRAMES))
    page.get_by_text("More files", exact=True).click()
    content, name = saved(page, "Save GIF")
    gif = Image.open(io.BytesIO(content))
    assert gif.format == "GIF" and gif.n_frames == FRAMES and name == "faces-A-B-4-frames.gif"
    numbers = json.loads(saved(page, "Save the numbers (JSON)")[0])
    assert [len(face) for face in numbers["faces"].values()] == [NUMBERS, NUMBERS]
    wanted = pixels(page)
    (tmp_path / "bad.json").write_text('{"network": "plus", "faces": {"A": [NaN]}}')
    page.get_by_label("File of numbers", exact=True).set_input_files(tmp_path / "bad.json")
    expect(panel(page)).to_contain_text("That file is no JSON")
    for bad, told in (
        ({"A": [0] * 127, "B": [0] * 128}, f"Expected {NUMBERS} numbers for each face, got 127."),
        ({"A": [None] * NUMBERS, "B": [0] * NUMBERS}, "Expected finite numbers"),
        ({"A": [0] * NUMBERS}, "Expected the numbers of 2 to 4 faces, got 1"),
    ):
        (tmp_path / "bad.json").write_text(json.dumps({"network": "plus", "faces": bad}))
        page.get_by_label("File of numbers", exact=True).set_input_files(tmp_path / "bad.json")
        expect(panel(page)).to_contain_text(told)
    (tmp_path / "good.json").write_text(json.dumps(numbers))
    page.get_by_label("File of numbers", exact=True).set_input_files(tmp_path / "good.json")
    expect(button(page, "Face A: Move the eyes")).to_be_hidden()  # no photo belongs to numbers
    settled(page)
    assert difference(wanted, pixels(page)) < 2
    page.get_by_text("More files", exact=True).click()
    page.get_by_role("spinbutton", name="Frames", exact=True).fill("258")
    button(page, "Save GIF").click()
    expect(panel(page)).to_contain_text("Choose a whole number of frames, 2 to 257")


def test_a_photo_without_a_face_is_told_and_its_eyes_are_moved(page, tmp_path):
    blob((300, 200), 1).save(tmp_path / "plain.png")
    button(page, "Face A").click()
    before = button(page, "Face A").locator("img").get_attribute("src")
    panel(page).get_by_label("Photo of a face", exact=True).first.set_input_files(
        tmp_path / "plain.png"
    )
    expect(panel(page)).to_contain_text("No face found")
    left = button(page, "Left eye: arrow keys move it")
    with page.expect_response(lambda answer: "eyes=" in answer.url):
        left.press("ArrowUp")
    button(page, "Done").click()
    expect(button(page, "Face A").locator("img")).not_to_have_attribute("src", before)


def test_an_example_is_taken_without_a_search(page):
    with page.expect_request("**/studio/face?*") as asked:
        button(page, "Example 1").click()
    assert "eyes=whole" in asked.value.url
    settled(page)
    expect(page.get_by_role("dialog")).to_be_hidden()
    button(page, "Undo").click()
    settled(page)


def test_a_drawn_face_becomes_an_end_and_a_refused_webcam_is_told(page):
    page.get_by_role("radio", name="New faces", exact=True).check()
    button(page, "Drawn face 2").click()
    page.get_by_role("group", name="Use the marked face as", exact=True).get_by_role(
        "button", name="Use as B", exact=True
    ).click()
    expect(button(page, "Face B")).to_have_attribute("aria-pressed", "true")
    button(page, "Face A: Take a photo with the webcam").click()
    expect(panel(page)).to_contain_text("The webcam was refused")
    expect(button(page, "Face B")).to_be_visible()


def test_photo_sketch_and_photo_again_follow_the_eyes(portrait):
    page = portrait
    for name in ("Photo of a face", "What the network sees", "Sketch", "Photo again"):
        expect(picture(page, name)).to_be_visible()
    sketch, eye = picture(page, "Sketch"), button(page, "Right eye: arrow keys move it")
    expect(eye).to_be_visible()  # once the faces of the photo are known
    before = sketch.get_attribute("src")
    eye.press("Shift+ArrowDown")
    expect(sketch).not_to_have_attribute("src", before)
    page.get_by_role("radio", name="Sketch → photo", exact=True).check()
    expect(picture(page, "Sketch of a face")).to_be_visible()
    expect(picture(page, "Sketch again")).to_be_visible()
    assert len(elements.examples("drawn-*.png")) == len(
        page.get_by_role("group", name="Examples")
        .locator("visible=true")
        .get_by_role("button")
        .all()
    )


def test_a_network_chosen_before_the_photo_is_there_asks_for_nothing(visit):
    page, held = visit("?tab=compress"), []
    page.route("**/examples/portrait-1.webp", lambda route: held.append(route))
    page.get_by_role("tab", name="Face ↔ sketch", exact=True).click()
    network = page.get_by_label("Network of sketches", exact=True)
    network.select_option("classic")  # a request without a photo is refused, which fails the test
    for route in held:
        route.continue_()
    page.unroute_all()
    at_work(page, "faces")
    expect(picture(page, "Sketch")).to_be_visible()


def chosen(page: Page, name: str, body: bytes) -> None:
    panel(page).get_by_label("Picture of a face", exact=True).set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": body}
    )


def test_a_bad_file_leaves_the_face_and_one_that_browsers_cannot_show_is_shown(portrait, refusals):
    page = portrait
    expect(picture(page, "Photo again")).to_be_visible()
    given = picture(page, "Photo of a face")
    before = given.get_attribute("src")
    chosen(page, "a.txt", b"no picture")
    expect(panel(page).get_by_role("status")).to_contain_text("Expected a PNG")
    assert given.get_attribute("src") == before
    photo = Image.open(elements.EXAMPLES / "portrait-2.webp").convert("RGB")
    chosen(page, "a.tif", encoded(photo, "TIFF"))
    expect(given).not_to_have_attribute("src", before)
    assert given.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [*photo.size]
    expect(button(page, "Left eye: arrow keys move it")).to_be_visible()


def test_a_face_is_drawn_by_mouse_and_keyboard_and_becomes_a_photo(portrait):
    page = portrait
    page.get_by_role("radio", name="Sketch → photo", exact=True).check()
    expect(picture(page, "Sketch again")).to_be_visible()
    button(page, "Draw a face").click()
    sheet = page.get_by_role("application", name="Face to draw")
    drawn = page.get_by_role("img", name="Photo of what is drawn", exact=True)
    box = sheet.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 80, y)
    page.mouse.down()
    page.mouse.move(x, y + 120, steps=5)
    page.mouse.move(x + 80, y, steps=5)
    page.mouse.up()
    expect(drawn).to_have_attribute("src", re.compile("blob:"))
    for key in (" ", *["Shift+ArrowRight"] * 3, " "):
        sheet.press(key)
    before = picture(page, "Photo").get_attribute("src")
    button(page, "Use this drawing").click()
    expect(picture(page, "Photo")).not_to_have_attribute("src", before)
    given = picture(page, "Sketch of a face").evaluate(DRAWN)
    ink = np.asarray(Image.open(io.BytesIO(base64.b64decode(given.partition(",")[2]))).convert("L"))
    assert 0.005 < (ink < 200).mean() < 0.2  # lines on white
    assert ink[38:42, 34:41].min() < 200 < ink[30:37].min(), "no line by the keyboard"
    assert ink[44:57, 20:44].min(1).max() < 200, "no line by the mouse"


def test_captions_are_those_of_the_pictures(portrait):
    page, held = portrait, []
    expect(picture(page, "Photo again")).to_be_visible()
    page.route("**/translate*", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request("**/translate*"):
        page.get_by_role("radio", name="Sketch → photo", exact=True).check()
    expect(picture(page, "Sketch of a face")).to_be_visible()
    expect(picture(page, "Sketch")).to_be_visible()  # the old one, until the new one is there
    held[0].continue_()
    expect(picture(page, "Sketch again")).to_be_visible()


def test_an_error_is_in_view(page, refusals):
    panel(page).get_by_label("Photo of a face", exact=True).first.set_input_files(
        {"name": "a.txt", "mimeType": "text/plain", "buffer": b"no picture"}
    )
    sentence = panel(page).get_by_text("Expected a PNG").locator("visible=true")
    expect(sentence).to_be_in_viewport(ratio=1)


DRAWN = """image => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 80 });
  canvas.getContext("2d").drawImage(image, 0, 0, 64, 80);
  return canvas.toDataURL();
}"""


def test_the_classic_sketch_stands_beside_that_of_plus(portrait):
    page = portrait
    expect(picture(page, "Photo again")).to_be_visible()
    page.get_by_label("Network of sketches", exact=True).select_option("both")
    ours, classic = picture(page, "Sketch"), picture(page, "Sketch by the classic network")
    expect(classic).to_have_js_property("complete", True)
    page.wait_for_function("document.querySelector('.portrait .other').naturalWidth > 0")
    boxes = ours.bounding_box(), classic.bounding_box()
    assert abs(boxes[0]["y"] - boxes[1]["y"]) < 2
    assert abs(boxes[0]["height"] - boxes[1]["height"]) < 2
    assert ours.evaluate(DRAWN) != classic.evaluate(DRAWN)


def test_the_old_result_stays_until_the_new_one_is_there(portrait):
    page = portrait
    result = picture(page, SHOWN["faces"])
    before = result.get_attribute("src")
    page.evaluate(
        """name => { window.gone = 0;
          const there = (image) => image.alt === name && image.offsetParent;
          const seen = () => { if (![...document.images].some(there)) window.gone += 1; };
          new MutationObserver(seen)
            .observe(document.body, { childList: true, subtree: true }); }""",
        SHOWN["faces"],
    )
    panel(page).get_by_role("button", name="Example 1", exact=True).click()
    expect(result).not_to_have_attribute("src", before)
    assert page.evaluate("window.gone") == 0
