"""A person at the sheet, with mouse, pen, fingers and keyboard, and what comes back meanwhile."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.person import (
    cleared,
    color_at,
    colored,
    draw,
    ink,
    on,
    pad,
    rested,
    ring,
    saved,
    tool,
    vivid,
)
from tests.test_images import encoded
from ui import routes


@pytest.fixture
def page(stay):
    return cleared(stay())


def test_colors_appear_under_the_lines_while_the_pen_moves(page):
    points = ring(page)
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points:
        page.mouse.move(*point)
    colored(page)  # the pen is still down
    assert vivid(Image.open(io.BytesIO(pad(page).locator("xpath=..").screenshot()))) > 0.1
    page.mouse.up()
    colored(page)
    picture = saved(page)
    assert picture.size == (768, 768) and vivid(picture) > 0.1
    assert color_at(picture, 0.8, 0.5).max() < 60, "no line on the color"


def test_undo_and_redo_work_straight_after_a_stroke(page):
    draw(page)
    one = ink(page)
    assert one > 500
    draw(page, 0.15)
    page.keyboard.press("Control+z")
    assert ink(page) == one
    page.keyboard.press("Control+Shift+z")
    assert ink(page) > one
    tool(page, "Undo").click()
    tool(page, "Undo").click()
    assert ink(page) == 0
    tool(page, "Redo").click()
    assert ink(page) == one
    tool(page, "Clear").click()
    tool(page, "Undo").click()
    assert ink(page) == one


def test_the_eraser_rubs_out_and_width_is_that_of_the_tool(page):
    draw(page)
    before = ink(page)
    page.keyboard.press("e")
    expect(tool(page, "Eraser")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Width of the tool in pixels").fill("60")
    page.mouse.click(*on(page, 0.8, 0.5))
    assert ink(page) < before - 100
    page.keyboard.press("b")
    expect(page.get_by_label("Width of the tool in pixels")).to_have_value("6")


def test_a_hint_is_set_moved_and_removed(page):
    draw(page)
    colored(page)
    plain = saved(page)
    page.keyboard.press("h")
    page.get_by_label("Hint color", exact=True).last.fill("#00c000")
    page.mouse.click(*on(page, 0.5, 0.5))
    colored(page)
    green = color_at(saved(page), 0.5, 0.5)
    assert green[1] > green[0] + 60 and green[1] > green[2] + 60
    page.mouse.move(*on(page, 0.5, 0.5))
    page.mouse.down()
    page.mouse.move(*on(page, 0.1, 0.1), steps=4)
    page.mouse.up()
    colored(page)
    inside = color_at(saved(page), 0.5, 0.5)
    assert inside[1] < inside[2] + 60, "the color stayed when its hint was moved out"
    tool(page, "Remove hint").click()
    colored(page)
    assert np.abs(np.asarray(saved(page), int) - np.asarray(plain, int)).mean() < 1


def test_another_color_is_for_the_next_hint(page):
    draw(page)
    page.keyboard.press("h")
    color = page.get_by_label("Hint color", exact=True).last
    color.fill("#c00000")
    page.mouse.click(*on(page, 0.5, 0.5))
    color.fill("#00c000")
    colored(page)
    red = color_at(saved(page), 0.5, 0.5)
    assert red[0] > red[1] + 60
    tool(page, "Remove hint").click()


def test_nothing_of_the_classic_network_stays_on_a_cleared_sheet(page):
    draw(page)
    page.get_by_role("radio", name="Both networks", exact=True).check()
    classic = page.get_by_role("img", name="Colored by the classic network", exact=True)
    expect(classic).to_have_attribute("src", re.compile("blob:"))
    tool(page, "Clear").click()
    expect(classic).to_have_count(0)


def test_everything_can_be_done_with_the_keyboard(page):
    pad(page).focus()
    page.keyboard.press(" ")
    for key in ("ArrowRight",) * 6 + ("ArrowDown",) * 6 + ("ArrowLeft",) * 6 + ("ArrowUp",) * 6:
        page.keyboard.press(f"Shift+{key}")
    page.keyboard.press(" ")
    assert ink(page) > 1000
    colored(page)
    page.keyboard.press("h")
    pad(page).focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowDown"):
        page.keyboard.press(f"Shift+{key}")
    page.keyboard.press(" ")
    expect(tool(page, "Remove hint")).to_be_visible()
    page.keyboard.press("Delete")
    expect(tool(page, "Remove hint")).to_be_hidden()


POINTER = """([kind, id, type, points, pressure]) => {
  const pad = document.querySelector('[role="application"]');
  pad.setPointerCapture = () => {};
  const button = kind === "pointermove" ? -1 : 0;
  const given = { pointerId: id, pointerType: type, pressure, button };
  for (const [clientX, clientY] of points) pad.dispatchEvent(new PointerEvent(kind, { ...given,
    clientX, clientY, bubbles: true, cancelable: true }));
}"""


def pointer(page: Page, kind: str, number: int, points, type_: str = "touch", pressure=0.5) -> None:
    page.evaluate(POINTER, [f"pointer{kind}", number, type_, points, pressure])


def stroke(page: Page, number: int, points, type_: str = "touch", pressure=0.5) -> None:
    pointer(page, "down", number, points[:1], type_, pressure)
    pointer(page, "move", number, points, type_, pressure)
    pointer(page, "up", number, points[-1:], type_, pressure)


def test_one_finger_draws_two_do_not(page):
    points = ring(page)
    stroke(page, 1, points)
    one = ink(page)
    assert one > 500
    pointer(page, "down", 1, [on(page, 0.2, 0.2)])
    pointer(page, "move", 1, [on(page, 0.3, 0.2)])
    pointer(page, "down", 2, [on(page, 0.8, 0.8)])
    for finger, end in ((1, 0.1), (2, 0.9)):
        pointer(page, "move", finger, [on(page, end, end)])
        pointer(page, "up", finger, [on(page, end, end)])
    assert ink(page) == one


def test_a_pen_draws_with_its_pressure_and_a_palm_does_not(page):
    pointer(page, "down", 7, [on(page, 0.9, 0.9)])  # the palm comes first
    stroke(page, 1, ring(page), "pen", pressure=0.1)
    pointer(page, "move", 7, [on(page, 0.2, 0.9)])
    pointer(page, "up", 7, [on(page, 0.2, 0.9)])
    light = ink(page)
    assert light > 200
    tool(page, "Undo").click()
    assert ink(page) == 0, "the palm has left a line"
    stroke(page, 1, ring(page), "pen", pressure=1)
    assert ink(page) > 1.5 * light


def test_the_last_update_waits_for_none_before_it_and_a_late_answer_is_not_shown_last(page):
    """Answers in the place of the network's: the first and the full picture are held back, those in
    between are blue."""
    held, blue = [], encoded(Image.new("RGB", (256, 256), (0, 0, 255)), "PNG")
    red = encoded(Image.new("RGB", (256, 256), (255, 0, 0)), "PNG")

    def answer(route):
        if held and "side=256" in route.request.url:
            route.fulfill(body=blue)
        else:
            held.append(route)

    rested(page)
    for path in ("paint", "rest"):
        page.route(f"**/studio/{path}?*", answer)
    draw(page)
    colored(page)
    with page.expect_request("**/studio/rest?*"):
        held[0].fulfill(body=red)
    page.wait_for_timeout(300)
    seen = Image.open(io.BytesIO(pad(page).locator("xpath=..").screenshot()))
    assert np.abs(color_at(seen, 0.2, 0.06) - (0, 0, 255)).max() < 20
    held[1].fulfill(body=b"".join(map(routes.framed, (blue, b"[]"))))
    rested(page)


def test_the_full_picture_stays_when_an_update_of_the_same_lines_comes_after_it(page):
    """Answers in the place of the network's: updates are held back, blue; at rest all is red."""
    held, blue, red = (
        [],
        *(encoded(Image.new("RGB", (256, 256), ink), "PNG") for ink in ((0, 0, 255), (255, 0, 0))),
    )
    rested(page)
    page.route("**/studio/paint?*", lambda route: held.append(route))
    page.route(
        "**/studio/rest?*",
        lambda route: route.fulfill(body=b"".join(map(routes.framed, (red, b"[]")))),
    )
    draw(page)
    while len(held) < 3:  # two while the pen moves, and the last one
        page.wait_for_timeout(50)
    first, second, last = held
    first.fulfill(body=blue)
    second.fulfill(body=blue)
    rested(page)
    last.fulfill(body=blue)
    page.wait_for_timeout(300)
    seen = Image.open(io.BytesIO(pad(page).locator("xpath=..").screenshot()))
    assert np.abs(color_at(seen, 0.2, 0.06) - (255, 0, 0)).max() < 20


def test_other_windows_and_a_visitor_who_leaves_in_the_middle_of_a_stroke_disturb_nobody(
    page, visit
):
    """Two windows of one visitor, and `page` of another."""
    one = visit()
    other = visit(context=one.context)
    for window in (one, other):
        rested(window)
    example = ink(other)
    tool(one, "Clear").click()
    draw(one)
    draw(other, 0.1)
    draw(page, 0.2)
    for window in (one, other, page):
        rested(window)
    assert ink(other) > example > ink(one) > ink(page)
    kept = ink(page)
    points = ring(one)
    one.mouse.move(*points[0])
    one.mouse.down()
    for point in points:
        one.mouse.move(*point)
    one.close()
    page.reload()
    colored(page)
    assert ink(page) == kept
    draw(page)
    rested(page)
    assert vivid(saved(page)) > 0.1


FLOOD = """([points, seconds]) => new Promise((done) => {
  const pad = document.querySelector('[role="application"]');
  const move = ([x, y]) => pad.dispatchEvent(new PointerEvent("pointermove", { pointerId: 1,
    pointerType: "mouse", clientX: x, clientY: y, button: -1, bubbles: true }));
  let count = 0;
  const timer = setInterval(() => {
    for (let i = 0; i < 4; i++) move(points[count++ % points.length]);
    if (count < 200 * seconds) return;
    clearInterval(timer);
    done();
  }, 20);
})"""


def test_two_hundred_moves_a_second_ask_no_more_than_the_server_answers(page):
    asked, answered = [], []
    page.on("request", lambda r: asked.append(r.url) if "/paint" in r.url else None)
    page.on("response", lambda r: answered.append(r.url) if "/paint" in r.url else None)
    points = ring(page)
    pointer(page, "down", 1, points[:1], "mouse")
    page.evaluate(FLOOD, [points, 2])
    assert len(asked) - len(answered) <= 2 and len(asked) < 200
    pointer(page, "up", 1, points[-1:], "mouse")
    rested(page)
    assert vivid(saved(page)) > 0.1


def test_a_sheet_all_black_is_colored_like_any_other(page):
    page.get_by_label("Width of the tool in pixels", exact=True).fill("64")
    for row in range(14):
        page.mouse.move(*on(page, 0.01, row / 13))
        page.mouse.down()
        page.mouse.move(*on(page, 0.99, row / 13), steps=3)
        page.mouse.up()
    colored(page)
    rested(page)
    assert ink(page) > 0.9 * 768 * 768
    tool(page, "Undo").click()
    colored(page)
