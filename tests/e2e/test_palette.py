"""A person at the colors of the sheet: the palette, and proposals of others."""

import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.person import color_at, colored, draw, drop, rested, saved, tool
from tests.test_images import encoded


@pytest.fixture
def page(stay):
    """The sheet that tests share, cleared, with any palette."""
    page = stay()
    colored(page)
    tool(page, "Clear").click()
    return page


def swatches(page: Page) -> list[str]:
    wells = page.get_by_role("group").get_by_label(re.compile(r"^Color \d$"))
    return [well.input_value() for well in wells.all()]


def test_shuffle_keeps_what_is_locked(page):
    draw(page)
    colored(page)
    before = swatches(page)
    tool(page, "Lock color 2").click()
    tool(page, "Shuffle").click()
    page.wait_for_function(
        """old => [...document.querySelectorAll('.swatches input')]
          .map(input => input.value).join() !== old""",
        arg=",".join(before),
    )
    colored(page)
    assert before[1] in swatches(page)
    tool(page, "Lock color 2").click()


def test_a_typed_color_counts_and_nonsense_is_refused_in_a_sentence(page):
    draw(page)
    for number in range(len(swatches(page)), 1, -1):
        tool(page, f"Remove color {number}").click()
    typed = page.get_by_label("Selected color, as text", exact=True)
    typed.fill("rgb(0, 160, 0)")
    typed.press("Enter")
    assert swatches(page) == ["#00a000"]
    colored(page)
    inside = color_at(saved(page), 0.5, 0.5)
    assert inside[1] > inside[0] + 25 and inside[1] > inside[2] + 25
    typed.fill("bluish")
    typed.press("Enter")
    told = page.get_by_role("status").first
    expect(told).to_contain_text("is not a color. Write it like #3366cc")
    assert swatches(page) == ["#00a000"]


def test_proposals_follow_the_drawing_and_one_click_takes_one(page):
    draw(page)
    rested(page)
    region = page.get_by_role("region", name="Proposals", exact=True)
    proposals = region.get_by_role("button")
    expect(proposals).to_have_count(4)
    first, asked = proposals.nth(1).screenshot(), []
    page.on("request", lambda r: asked.append(r.url))
    draw(page, 0.12)
    rested(page)
    at_rest = [url for url in asked if "side=256" not in url]  # those are while one draws
    assert len(at_rest) == 1 and "/rest" in at_rest[0] and "side=512" in at_rest[0]
    assert proposals.nth(1).screenshot() != first
    before = swatches(page)
    proposals.nth(1).click()
    assert swatches(page) != before
    colored(page)


def test_a_dropped_picture_gives_its_colors(page):
    drop(page, page.get_by_role("region", name="Palette", exact=True), encoded(stripes(), "PNG"))
    expect(page.get_by_label("Color 2", exact=True)).to_have_value("#0000ff")
    assert set(swatches(page)) == {"#ff0000", "#0000ff"}


def stripes() -> Image.Image:
    picture = Image.new("RGB", (96, 96), (255, 0, 0))
    picture.paste((0, 0, 255), (0, 60, 96, 96))
    return picture


def test_proposals_for_a_cleared_drawing_are_not_shown(page):
    held = []
    rested(page)
    page.route("**/studio/rest*", lambda route: held.append(route))
    with page.expect_request("**/studio/rest*"):
        draw(page)
    region = page.get_by_role("region", name="Proposals", exact=True)
    with page.expect_event("requestfailed", lambda request: "/rest" in request.url):
        tool(page, "Clear").click()
    page.unroute("**/studio/rest*")
    page.wait_for_timeout(300)
    expect(region.get_by_role("button")).to_have_count(0)
    draw(page, 0.1)
    rested(page)
    expect(region.get_by_role("button")).to_have_count(4)
