"""Tab: gray photo -> color, steered by points of color."""

import re

import gradio as gr
import numpy as np
from PIL import Image, ImageDraw

from ae_models import tasks
from ui import explain, parts
from ui.words import t

Point = tuple[
    float, float, str
]  # x and y in parts of the photo's sides, color as the picker gives it
RADIUS = 0.02  # of a point, in parts of the shorter side
SHOWN = 1024  # px, longest side of the picture to click on
MOST_POINTS = 100
GRAY = 8  # largest difference between R, G and B, of 255, in a picture that passes for gray


def colorize(
    photo: Image.Image, saturation: float, model: str, hints: Image.Image | None = None, points=()
):
    """Color a gray photo; of a color photo only the lightness is used.

    photo: PNG, JPEG, WebP, AVIF, GIF, TIFF or HEIC. saturation: 0 (gray) to 3, 1 is what the network says. model: which network.
    hints: picture of the photo's size, opaque where its color is wanted and transparent elsewhere; the classic network
    ignores it. Returns an RGB picture of the photo's size."""
    photo = parts.needs(photo, "a photo")
    if points:
        hints = with_points(hints, points, photo.size)
    return tasks.colorize(parts.load("photo-color", model), photo, saturation, hints)


def beside(
    photo: Image.Image | None, saturation: float, hints, points, model: str
) -> Image.Image | None:
    """colorize for the other network, where the photo may be missing."""
    return None if photo is None else colorize(photo, saturation, model, hints, points)


def with_points(
    hints: Image.Image | None, points: list[Point], size: tuple[int, int]
) -> Image.Image:
    """A layer of hints with a disc for each point."""
    layer = Image.new("RGBA", size) if hints is None else hints.copy()
    return dotted(layer, points)


def dotted(image: Image.Image, points: list[Point], outline: str | None = None) -> Image.Image:
    """The picture with the points drawn on it."""
    draw, radius = ImageDraw.Draw(image), max(1.0, RADIUS * min(image.size))
    for x, y, color in points:
        x, y = x * image.width, y * image.height
        draw.ellipse(
            (x - radius, y - radius, x + radius, y + radius), fill=rgb(color), outline=outline
        )
    return image


def rgb(color: str) -> tuple[int, int, int]:
    """What the color picker gives, #rrggbb or rgba(r, g, b, a) -> 8-bit color. Raises ValueError."""
    if re.fullmatch(r"#[0-9a-fA-F]{6}", str(color)):
        return tuple(bytes.fromhex(color[1:]))
    numbers = re.findall(r"\d+(?:\.\d+)?", str(color))
    if (
        not str(color).startswith("rgb")
        or len(numbers) < 3
        or any(float(n) > 255 for n in numbers[:3])
    ):
        raise ValueError(f"expected a color such as #3366cc, got {color!r}")
    return tuple(round(float(n)) for n in numbers[:3])


def seen(photo: Image.Image | None, points: list[Point]) -> Image.Image | None:
    """What the network sees: the lightness, and the points."""
    if photo is None:
        return None
    gray = photo.convert("L")
    gray.thumbnail((SHOWN, SHOWN))
    return dotted(gray.convert("RGB"), points, outline="white")


def note(photo: Image.Image | None) -> str:
    """A sentence on what happens to a color photo; nothing for a gray one."""
    if photo is None:
        return ""
    pixels = np.asarray(photo.resize((64, 64)), dtype=np.int16)
    colored = np.ptp(pixels, axis=2).max() > GRAY
    return "The photo is in color: only its lightness is used." if colored else ""


def added(
    points: list[Point], photo: Image.Image | None, color: str, event: gr.SelectData
) -> list[Point]:
    """The points and one more, where the shown picture was clicked."""
    if len(points) >= MOST_POINTS:
        raise ValueError(f"expected at most {MOST_POINTS} points, got one more")
    rgb(color)
    shown = seen(parts.needs(photo, "a photo"), [])
    x, y = event.index
    return [*points, (x / shown.width, y / shown.height, color)]


def build(tab: gr.Tab) -> None:
    points = gr.State([])
    with parts.row():
        photo = parts.picture("Photo, gray or in color", "landscape-lake.webp")
        gray = parts.result("Seen by the network: click to put a color", buttons=())
        colored, other = parts.result("Colored photo"), parts.result("Colored photo", visible=False)
    with parts.tools():
        color = gr.ColorPicker(
            "#2f6fd0",
            label=t("Color of the next point"),
            info=t("The color spreads to similar areas; the classic network ignores points"),
            min_width=160,
        )
        with gr.Column(min_width=160):
            undo = gr.Button(t("Undo point"), size="sm")
            clear = gr.Button(t("Clear points"), size="sm")
        saturation = gr.Slider(
            0,
            3,
            value=1,
            step=0.1,
            label=t("Saturation"),
            info=t("1 = as predicted"),
            min_width=160,
        )
        model = parts.choice("photo-color")
        inputs = [photo, saturation, hints := gr.State(), points]
        parts.beside("photo-color", beside, colored, inputs, model, other)
        said = parts.note()
    parts.shelf("landscape-*.webp", photo)
    explain.fold(
        "photo-color",
        ["lightness", "encoder", "grid of numbers", "decoder", "two color channels"],
        "The network sees only the lightness and guesses two color channels, which are joined with the photo's own "
        "lightness: nothing gets blurred. It learned from landscapes: seas, forests, mountains, glaciers, streets.",
    )
    with gr.Column(visible=False):  # of the endpoint alone
        layer = parts.layer("Hints")
    given = [photo, saturation, model, layer, points]
    parts.run([], colorize, given, colored, api_name="colorize")
    parts.answer_at_once(photo, [saturation, model, hints, points], colorize, colored, tab)
    told = {"api_visibility": "private", "show_progress": "hidden"}
    gray.select(parts.plain_errors(added), [points, photo, color], points, **told)
    undo.click(lambda points: points[:-1], points, points, **told)
    gr.on([clear.click, photo.change], lambda: [], None, points, **told)
    photo.change(note, photo, said, **told)
    gr.on([photo.change, points.change, tab.select], seen, [photo, points], gray, **told)
