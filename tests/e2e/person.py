"""Actions of a person at a page, and what is seen there; all is found by its role and name."""

import math

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect


def pad(page: Page):
    return page.get_by_role("application")


IDLE = """(selector) => [...document.querySelectorAll(selector)]
  .some((element) => element.offsetParent && element.ariaBusy === "false")"""


def idle(page: Page, selector: str) -> None:
    """Wait until an element in view is not busy. Asks 30 times a second, where expect() soon asks
    once a second."""
    page.wait_for_function(IDLE, arg=selector, polling=33)


def colored(page: Page) -> None:
    """Wait until the colors are those of what is drawn."""
    idle(page, "[role=application]")


def rested(page: Page) -> None:
    """Wait until the proposals, too, are those of what is drawn."""
    idle(page, "section[aria-label=Proposals]")


def tool(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def on(page: Page, x: float, y: float) -> tuple[float, float]:
    """A place on the sheet, in parts of its sides -> in the window."""
    box = pad(page).bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def ring(page: Page, radius: float = 0.3, steps: int = 20) -> list[tuple[float, float]]:
    turns = [2 * math.pi * step / steps for step in range(steps + 1)]
    return [on(page, 0.5 + radius * math.cos(a), 0.5 + radius * math.sin(a)) for a in turns]


def draw(page: Page, radius: float = 0.3) -> None:
    points = ring(page, radius)
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points:
        page.mouse.move(*point)
    page.mouse.up()


def saved(page: Page, how: str = "Save picture") -> Image.Image:
    """The file that a button saves."""
    if how != "Save picture":
        page.get_by_label("More ways to save", exact=True).click()
    with page.expect_download() as download:
        tool(page, how).click()
    assert download.value.suggested_filename.endswith(".png")
    return Image.open(download.value.path())


def ink(page: Page) -> int:
    """Dark pixels of the lines alone."""
    return int((np.asarray(saved(page, "Save lines alone").convert("L")) < 128).sum())


def color_at(picture: Image.Image, x: float, y: float) -> np.ndarray:
    rgb = picture.convert("RGB")
    return np.array(rgb.getpixel((int(x * rgb.width), int(y * rgb.height))), dtype=int)


def move_handle(page: Page, handle, below: int) -> None:
    """Move the handle between two pictures by keys, then from `below` px under its top by mouse to
    the middle."""
    for key, place in (("End", "100"), ("Home", "0"), ("ArrowRight", "2")):
        handle.press(key)
        expect(handle).to_have_attribute("aria-valuenow", place)
    box = handle.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + below)
    page.mouse.down()
    page.mouse.move(*on(page, 0.5, 0.5), steps=4)
    page.mouse.up()
    expect(handle).to_have_attribute("aria-valuenow", "50")


def vivid(picture: Image.Image) -> float:
    """Share of pixels that are neither gray nor white."""
    pixels = np.asarray(picture.convert("RGB"), dtype=int)
    return (np.ptp(pixels, axis=2) > 40).mean()


FILE = """([bytes, name]) => {
  const transfer = new DataTransfer();
  const type = name.endsWith("png") ? "image/png" : "text/plain";
  transfer.items.add(new File([new Uint8Array(bytes)], name, { type }));
  return transfer;
}"""


def drop(page: Page, target, content: bytes, name: str = "picture.png") -> None:
    transfer = page.evaluate_handle(FILE, [list(content), name])
    target.dispatch_event("drop", {"dataTransfer": transfer})


def paste(page: Page, content: bytes) -> None:
    transfer = page.evaluate_handle(FILE, [list(content), "picture.png"])
    page.evaluate(
        "data => document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data }))",
        transfer,
    )


def cleared(page: Page) -> Page:
    """The sheet without a line, with the pen in hand and the palette as it begins."""
    colored(page)
    page.get_by_role("radio", name="Picture", exact=True).check()
    tool(page, "Pen").click()
    page.get_by_label("Width of the tool in pixels", exact=True).fill("6")
    tool(page, "Clear").click()
    return page
