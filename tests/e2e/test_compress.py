"""A person at the compress tab; everything is found by its role and name."""

import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from ae_models import tasks, zoo
from tests.e2e import person
from tests.e2e.person import colored, on, pad, tool
from tests.e2e.test_photos import shown
from tests.pictures import blob, encoded

OURS = "Ours"


@pytest.fixture
def page(stay):
    """The tab that tests share, as it is when it is opened but for the picture."""
    page = stay("?tab=compress")
    side(page, "Left").select_option("Original")
    side(page, "Right").select_option(OURS)
    size(page).fill("3")
    colored(page)
    return page


def handle(page: Page):
    return page.get_by_role("slider", name="Left and right")


def size(page: Page):
    return page.get_by_role("slider", name="Bytes")


def side(page: Page, name: str):
    return page.get_by_role("combobox", name=f"{name} of the handle")


def cell(page: Page, codec: str, column: int) -> str:
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=codec, exact=True))
    return row.get_by_role("cell").nth(column).inner_text()


def opened(page: Page, name: str, body: bytes) -> None:
    """Choose a file as a person does with `Open picture`."""
    with page.expect_file_chooser() as chooser:
        tool(page, "Open picture").click()
    chooser.value.set_files({"name": name, "mimeType": "", "buffer": body})


def saved(page: Page) -> tuple[str, bytes]:
    with page.expect_download() as download:
        tool(page, "Save .aes file").click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def picture(page: Page, seed: int, side: tuple[int, int] = (120, 80)) -> Image.Image:
    """A small picture on the tab, which is quick, and of a width of its own, by which one sees that
    it has come."""
    made = blob((side[0] + seed, side[1]), seed)
    opened(page, f"blob-{seed}.png", encoded(made, "PNG"))
    page.wait_for_function(f"document.querySelector('.after').width === {made.width}")
    colored(page)
    return made


def test_the_handle_is_moved_by_keys_and_mouse_without_a_request(page):
    expect(page.get_by_role("row")).to_have_count(7)
    asked = []  # again; the plot asks for other rates
    again = ("ours", "rate=3")
    page.on("request", lambda r: asked.append(r.url) if all(a in r.url for a in again) else None)
    person.move_handle(page, handle(page), 150)
    assert not asked
    assert 1 < np.abs(shown(page, "Original") - shown(page, OURS)).mean() < 5


def test_the_slider_is_followed_by_picture_and_bytes(page):
    made = picture(page, 1)
    network = zoo.load("dcae-plus")
    for rate in (1, 5):
        size(page).fill(str(rate))
        colored(page)
        data = tasks.compress(network, made, rate)
        expect(page.get_by_text(f"{len(data):,} bytes · rate {rate}")).to_be_visible()
        assert np.array_equal(shown(page, OURS), np.asarray(tasks.decompress(data)))
    size(page).press("ArrowRight")
    expect(page.get_by_text("not rounded").first).to_be_visible()
    colored(page)
    expect(tool(page, "Save .aes file")).to_be_disabled()
    assert np.array_equal(shown(page, OURS), tasks.reconstruct(network, made))


def test_either_side_shows_any_codec_at_as_many_bytes(page):
    picture(page, 2, (240, 180))
    most = int(cell(page, "Ours", 0).replace(",", ""))
    for name, codec in (("Left", "WebP"), ("Right", "AVIF"), ("Right", "JPEG")):
        side(page, name).select_option(codec)
        colored(page)
        expect(page.get_by_role("img", name=codec, exact=True)).to_be_visible()
        assert 0 < int(cell(page, codec, 0).replace(",", "")) <= most
        assert 20 < float(cell(page, codec, 2)) < 60 and 0.5 < float(cell(page, codec, 3)) < 1
    side(page, "Left").select_option("Classic network")
    colored(page)
    assert np.abs(shown(page, "Classic network") - shown(page, "JPEG")).mean() > 0.5


def test_the_plot_fills_in_and_is_told(page):
    picture(page, 3)
    plot = page.get_by_role("img", name=re.compile("PSNR in dB over bits per pixel"))
    for codec in (re.escape(OURS), "JPEG", "WebP", "AVIF"):
        five = re.compile(rf"{codec}: (?:[\d,]+ bytes [\d.]+ dB,? ?){{5}}\.")
        expect(plot).to_have_attribute("aria-label", five)
    expect(plot.locator(".now")).to_have_count(4)


def test_the_difference_is_a_map_of_heat(page):
    picture(page, 4)
    plain = shown(page, OURS)
    page.get_by_role("checkbox", name="Difference").check()
    heat = shown(page, f"Difference: {OURS}")
    assert heat.mean() < plain.mean() and heat.max() > 20
    assert np.ptp(shown(page, "Original"), axis=(0, 1)).max() > 20  # that side stays
    page.get_by_role("checkbox", name="Difference").uncheck()
    assert np.array_equal(shown(page, OURS), plain)


def test_a_channel_is_muted_and_all_are_on_again(page):
    picture(page, 5)
    plain, figure = shown(page, OURS), cell(page, "Ours", 2)
    channel = page.get_by_role("button", name="Channel 1", exact=True)
    expect(page.get_by_role("group", name="Channels").get_by_role("button")).to_have_count(16)
    channel.click()
    expect(channel).to_have_attribute("aria-pressed", "false")
    colored(page)
    assert np.abs(shown(page, OURS) - plain).mean() > 5
    assert float(cell(page, "Ours", 2)) < float(figure)
    tool(page, "All on").click()
    colored(page)
    assert np.array_equal(shown(page, OURS), plain)


def test_a_file_is_saved_and_opened_again(page):
    made = picture(page, 6)
    name, data = saved(page)
    assert name == "blob-6-rate3.aes"
    assert data == tasks.compress(zoo.load("dcae-plus"), made, 3)
    assert np.array_equal(shown(page, OURS), tasks.decompress(data))
    picture(page, 7, (96, 64))
    opened(page, name, data)
    page.wait_for_function("document.querySelector('.after').width === 126")
    colored(page)
    assert np.array_equal(shown(page, OURS), tasks.decompress(data))
    expect(page.get_by_text("A file holds no original")).to_be_visible()
    expect(handle(page)).to_be_hidden()
    expect(page.get_by_role("row")).to_have_count(2)
    assert cell(page, "Ours", 0) == f"{len(data):,}"
    assert saved(page) == (name, data)
    picture(page, 9)  # with an original, for other tests


def test_a_bad_file_gets_a_sentence_and_the_picture_stays(page, refusals):
    picture(page, 8)
    before = shown(page, OURS)
    _, data = saved(page)
    told = page.get_by_role("status").locator("visible=true").first
    for name, body, sentence in (
        ("damaged.aes", data[:-3] + b"bad", "damaged"),
        ("text.aes", b"no such file", "Expected an .aes file"),
        ("text.png", b"no picture", "PNG, JPEG, WebP"),
    ):
        opened(page, name, body)
        expect(told).to_contain_text(sentence)
        assert np.array_equal(shown(page, OURS), before)
    page.get_by_role("button", name="Example 1", exact=True).click()
    page.wait_for_function("document.querySelector('.after').width === 768")
    expect(told).to_be_empty()


def test_zoom_to_pixels_by_key_and_an_example_by_address(visit):
    page = visit("?tab=compress&example=face-09")
    colored(page)
    canvas = page.get_by_role("img", name=OURS, exact=True)
    page.wait_for_function("document.querySelector('.after').width === 128")
    expect(page.get_by_text("MS-SSIM needs sides of at least 176 px")).to_be_visible()
    width = canvas.bounding_box()["width"]
    pad(page).press("1")
    assert canvas.bounding_box()["width"] == pytest.approx(128, abs=1)
    pad(page).press("0")
    page.mouse.move(*on(page, 0.5, 0.5))
    page.mouse.wheel(0, -400)
    page.wait_for_function(
        f"document.querySelector('.after').getBoundingClientRect().width > {2 * width}"
    )
    assert canvas.evaluate("canvas => getComputedStyle(canvas).imageRendering") == "pixelated"
