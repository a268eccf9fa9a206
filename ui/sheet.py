"""Answers to the sheet: colors for its lines, palettes that suit them, and any picture as lines."""

import io
import json
from collections.abc import Callable

from PIL import Image
from starlette.responses import JSONResponse, Response

from ae_models import images, tasks
from ae_models.sketch import drawing
from ui import lanes, parts
from ui.answers import number
from ui.palettes import entries, holding, rows

MOST_SIDE = 1024  # px of a sheet's longer side
PROPOSED = 128  # px of the longer side of a proposal
FULL = 512  # px of the longer side from which on the answer is lossless


def paint(body: bytes, query: dict) -> Response:
    """Lines and hints -> the colors under them, without the lines.

    query: model, "plus" or "classic"; palette as JSON; seed; hints, "1" if the lower half of the
    picture is a layer of hints. The answer is a WebP, lossless at rest."""
    lines, hints = layers(body, query.get("hints") == "1")
    network = parts.load("sketch-color", query.get("model", "plus"))
    colors = tasks.paint_sketch(
        network, lines, entries(query.get("palette")), hints, number(query, "seed"), clean=False
    )
    return webp(colors, lossless=max(colors.size) >= FULL)


def palettes(body: bytes, query: dict) -> Response:
    """Lines and hints -> four palettes that suit them: [[["#rrggbb", weight], ...], ...]."""
    lines, hints = layers(body, query.get("hints") == "1")
    network = parts.load("sketch-color", "plus")
    seed = number(query, "seed")
    proposed = tasks.propose_palettes(network, lines, seed, hints=hints, clean=False)
    return JSONResponse([rows(palette) for palette in proposed])


def rest(body: bytes, query: dict, send: Callable[[bytes], None]) -> None:
    """Lines and hints -> what a sheet shows at rest, each part as soon as it is there: the colors,
    as of `paint`; four palettes that suit them, as of `palettes`; the colors in each of those, of
    PROPOSED px, one picture below the other: WebP, not sent for a blank sheet.

    query: locked, colors that each palette has to hold, as a palette; the others as for paint."""
    locked = entries(query.get("locked"))
    send(paint(body, query).body)
    lines, hints = (
        layer and images.resize(layer, inside(layer.size, PROPOSED))
        for layer in layers(body, query.get("hints") == "1")
    )
    network, seed = parts.load("sketch-color", "plus"), number(query, "seed")
    lanes.still_wanted()
    found = tasks.propose_palettes(network, lines, seed, hints=hints, clean=False)
    found = [holding(palette, locked) for palette in found]
    send(json.dumps([rows(palette) for palette in found]).encode())
    whole = Image.new("RGB", (lines.width, lines.height * len(found)))
    for i, palette in enumerate(found):
        lanes.still_wanted()
        colors = tasks.paint_sketch(network, lines, palette, hints, seed, clean=False)
        whole.paste(colors, (0, i * colors.height))
    if found:
        send(webp(whole, lossless=False).body)


def open_picture(body: bytes, query: dict) -> Response:
    """Any picture of a drawing -> its lines in the colors of their pens on nothing, of at most
    MOST_SIDE px: WebP, lossless.

    query: clean, "0" to leave the paper as it is. The header x-cleaned is 1 if cleaning changed
    something."""
    layer = images.read_layer(body)
    as_it_is = images.to_rgb(layer)
    picture = as_it_is if query.get("clean") == "0" else tasks.clean_sketch(layer)
    cleaned = picture.tobytes() != as_it_is.tobytes()
    picture = images.resize(picture, inside(picture.size, MOST_SIDE))
    ink = drawing.ink_of(picture)
    (sheet,) = images.to_images(drawing.pens_of(images.to_tensor(picture)) / ink.clamp_min(1 / 255))
    sheet.putalpha(images.to_images(ink)[0])
    answer = webp(sheet, lossless=True)
    answer.headers["x-cleaned"] = str(int(cleaned))
    return answer


def layers(body: bytes, with_hints: bool) -> tuple[Image.Image, Image.Image | None]:
    """A sheet's picture -> lines on white, RGB, and hints, RGBA, that lie below them in it. Raises
    ValueError."""
    whole = images.read_layer(body)
    width, height = whole.size
    if with_hints:
        height //= 2
    if not 8 <= min(width, height) <= max(width, height) <= MOST_SIDE:
        raise ValueError(f"expected a drawing of 8 to {MOST_SIDE} px a side, got {width}x{height}")
    lines = Image.new("RGBA", (width, height), "white")
    lines.alpha_composite(whole.crop((0, 0, width, height)))
    hints = whole.crop((0, height, width, 2 * height)) if with_hints else None
    return lines.convert("RGB"), hints


def inside(size: tuple[int, int], side: int) -> tuple[int, int]:
    """A size, shrunk until its longer side is at most this."""
    scale = min(1, side / max(size))
    width, height = (max(8, round(n * scale)) for n in size)
    return width, height


def webp(picture: Image.Image, lossless: bool) -> Response:
    """Smaller than answers.encoded, and lossless faster too; a strip of faces is too long for
    it."""
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", lossless=lossless, quality=0 if lossless else 90, method=0)
    return Response(buffer.getvalue(), media_type="image/webp")
