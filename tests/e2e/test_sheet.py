"""Pictures that come to the sheet and leave it, examples, views, and what a browser keeps."""

import io
import json
import re
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.e2e.person import (
    cleared,
    color_at,
    colored,
    draw,
    drop,
    ink,
    pad,
    paste,
    rested,
    saved,
    tool,
    vivid,
)
from tests.pictures import circle
from tests.test_images import encoded
from ui import routes


@pytest.fixture
def page(stay):
    return cleared(stay())


def test_what_is_drawn_on_an_example_outlives_a_reload(visit):
    page = visit()
    colored(page)
    tool(page, "Example: house").click()
    rested(page)
    before = ink(page)
    draw(page)
    rested(page)
    drawn = ink(page)
    page.reload()
    colored(page)
    assert ink(page) == pytest.approx(drawn, abs=50) and drawn > before + 1000
    other = visit("", context=page.context)  # a new window begins with it, and keeps its own
    colored(other)
    tool(other, "Clear").click()
    draw(other, 0.1)
    rested(other)
    page.reload()
    colored(page)
    assert ink(page) == pytest.approx(drawn, abs=50)


def test_a_slow_file_replaces_no_example_that_was_chosen_later(page):
    held = []
    page.route("**/studio/open*", lambda route: held.append(route))
    drop(page, pad(page), encoded(circle((300, 200), width=6), "PNG"))
    page.wait_for_timeout(200)
    tool(page, "Example: cat").click()
    rested(page)
    with page.expect_response("**/studio/open*"):
        held[0].continue_()
    page.wait_for_timeout(300)
    assert saved(page).size == (768, 768)


def test_a_cleaned_file_is_offered_as_it_was_only_while_it_lies_there(page):
    dim = circle((300, 300), width=8).point(lambda level: 60 + level // 3)
    drop(page, pad(page), encoded(dim, "PNG"))
    expect(tool(page, "Use it as it was")).to_be_visible()
    tool(page, "Undo").click()
    expect(tool(page, "Use it as it was")).to_be_hidden()


def test_an_example_that_does_not_come_is_told_and_the_sheet_stays(page, refusals):
    draw(page)
    colored(page)
    page.route("**/examples/sketch-cat.png", lambda route: route.fulfill(status=422))
    tool(page, "Example: cat").click()
    expect(page.get_by_role("status").first).to_contain_text("The server does not answer")
    assert ink(page) > 1000


def test_colors_come_from_a_chosen_picture(page):
    with page.expect_file_chooser() as chooser:
        tool(page, "choose one").click()
    flag = Image.new("RGB", (60, 60), (200, 30, 40))
    flag.paste((250, 250, 250), (0, 30, 60, 60))
    chooser.value.set_files(
        {"name": "flag.png", "mimeType": "image/png", "buffer": encoded(flag, "PNG")}
    )
    first = page.get_by_label("Color 1", exact=True)
    expect(first).to_have_value(re.compile("#(c8|c9|c7)1"))


@pytest.mark.parametrize("way", ["button", "drop", "paste"])
def test_a_picture_is_opened_on_the_sheet_and_saved_at_its_size(page, way):
    content = encoded(circle((400, 300), width=8, paper=210), "PNG")
    draw(page)
    if way == "button":
        with page.expect_file_chooser() as chooser:
            tool(page, "Open picture").click()
        chooser.value.set_files({"name": "a.png", "mimeType": "image/png", "buffer": content})
    elif way == "drop":
        drop(page, pad(page), content)
    else:
        paste(page, content)
    page.wait_for_function("document.querySelector('.lines').width === 400")
    colored(page)
    lines, picture = saved(page, "Save lines alone"), saved(page)
    assert lines.size == picture.size == (400, 300) and vivid(picture) > 0.1
    assert color_at(lines, 0.02, 0.02).min() > 240, "the paper is not white"
    assert "cleaned" in page.locator(".told").first.inner_text()
    clear = saved(page, "Save without paper")
    assert clear.getpixel((2, 2))[3] == 0 and clear.getpixel((200, 150))[3] == 255
    tool(page, "Undo").click()
    assert saved(page, "Save lines alone").size == (768, 768)


def test_a_file_that_is_no_picture_is_refused_in_a_sentence_and_the_drawing_stays(page, refusals):
    draw(page)
    before = ink(page)
    drop(page, pad(page), b"no picture", "notes.txt")
    expect(page.get_by_role("status").first).to_contain_text("Expected a PNG, JPEG, WebP")
    assert ink(page) == before


def test_a_reload_keeps_the_drawing(page):
    draw(page)
    rested(page)
    kept = ink(page)
    page.reload()
    colored(page)
    assert ink(page) == kept


def test_an_example_has_an_address_and_takes_one_click(visit):
    page = visit("?tab=sketch&example=cat")
    colored(page)
    cat = ink(page)
    tool(page, "Example: house").click()
    expect(page).to_have_url(re.compile("example=house"))
    colored(page)
    assert ink(page) != cat and vivid(saved(page)) > 0.1


def test_views_show_lines_colors_and_both_networks(page):
    draw(page)
    colored(page)
    page.get_by_role("radio", name="Both networks", exact=True).check()
    other = page.get_by_role("img", name="Colored by the classic network", exact=True)
    expect(other).to_have_js_property("naturalWidth", 512)
    ours, classic = pad(page).bounding_box(), other.bounding_box()
    assert abs(ours["y"] - classic["y"]) < 2 and abs(ours["width"] - classic["width"]) < 2
    assert ours["x"] + ours["width"] <= classic["x"]
    page.get_by_role("radio", name="Lines", exact=True).check()
    assert vivid(Image.open(io.BytesIO(pad(page).locator("xpath=..").screenshot()))) < 0.01


def test_each_network_is_where_its_name_is(page):
    """Answers in the place of the networks': each picture has the color of who was asked for it."""
    inks = {"classic": (0, 0, 255), "plus": (255, 0, 0)}

    def answer(route):
        model = parse_qs(urlsplit(route.request.url).query).get("model", ["plus"])[0]
        route.fulfill(body=encoded(Image.new("RGB", (512, 512), inks[model]), "PNG"))

    def answer_at_rest(route):
        picture = encoded(Image.new("RGB", (512, 512), inks["plus"]), "PNG")
        route.fulfill(body=b"".join(map(routes.framed, (picture, b"[]"))))

    page.route("**/studio/paint?*", answer)
    page.route("**/studio/rest?*", answer_at_rest)
    page.get_by_role("radio", name="Both networks", exact=True).check()
    draw(page)
    other = page.get_by_role("img", name="Colored by the classic network", exact=True)
    expect(other).to_have_js_property("naturalWidth", 512)
    rested(page)
    for place, kind in ((pad(page).locator("xpath=.."), "plus"), (other, "classic")):
        seen = Image.open(io.BytesIO(place.screenshot()))
        assert np.abs(color_at(seen, 0.2, 0.06) - inks[kind]).max() < 20, kind


def test_a_file_of_forty_megabytes_is_refused_before_it_is_sent(page, tmp_path):
    draw(page)
    before = ink(page)
    (tmp_path / "large.png").write_bytes(bytes(40_000_000))
    with page.expect_file_chooser() as chooser:
        tool(page, "Open picture").click()
    chooser.value.set_files(tmp_path / "large.png")
    expect(page.get_by_role("status").first).to_contain_text("larger than 30 MB")
    assert ink(page) == before


def test_a_picture_saved_at_once_has_the_colors_of_the_finished_sheet(page):
    draw(page)
    at_once = saved(page)
    rested(page)
    assert np.array_equal(saved(page), at_once)


def test_what_a_browser_keeps_may_be_damaged(visit):
    page = visit()
    colored(page)
    for kept in ("{", json.dumps({"lines": "data:,x", "colors": []}), "null"):
        page.evaluate("kept => localStorage.setItem('studio.sheet', kept)", kept)
        page.reload()
        colored(page)
    assert ink(page) > 1000
