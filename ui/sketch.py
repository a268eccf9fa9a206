"""Tab: one sheet, colored under one's own lines while one draws: with a palette and hints of
color."""

import gradio as gr
from PIL import Image

from ae_models import tasks, zoo
from ui import elements, explain, parts
from ui.palettes import entries, rows

SCRIPTS = (
    *("transport", "desk", "canvas", "palette"),  # what the rest is made of
    *("sheet", "hand", "tools", "pictures", "start"),
)
SKETCHES = (  # in the order of ui/static/examples/shelf.webp
    *("bird", "cat", "house", "flower", "car", "person", "robot", "dragon", "fish", "turtle"),
    *("rabbit", "octopus", "snail", "beetle", "dinosaur"),
)


def color_sketch(
    sketch: Image.Image,
    model: str,
    palette: str = "",
    hints: Image.Image | None = None,
    seed: int = 0,
) -> Image.Image:
    """Color a line sketch.

    Args:
        sketch: PNG, JPEG, WebP, AVIF, GIF, TIFF or HEIC of a drawing; clean_sketch comes first.
        model: "plus" or "classic", which ignores palette, hints and seed.
        palette: Up to 5 colors with weights, [["#e8563f", 2], ["#f4c95d", 1]]; or empty.
        hints: Picture of the sketch's size, opaque where its color is wanted, clear elsewhere.
        seed: A whole number; another one proposes another palette.

    Returns:
        RGB picture of the sketch's size.
    """
    sketch = parts.needs(sketch, "a sketch")
    return tasks.color_sketch(
        parts.load("sketch-color", model), sketch, entries(palette), hints, seed
    )


def clean_sketch(picture: Image.Image) -> Image.Image:
    """Turn a photo or scan of a drawing into dark lines on white.

    A sheet of paper is squared up, its light evened, and rules and frames are left out; light lines
    on dark are inverted. A clean drawing on white stays as it is.

    Args:
        picture: PNG, JPEG, WebP, AVIF, GIF, TIFF or HEIC of a drawing.

    Returns:
        RGB picture of its size.
    """
    return tasks.clean_sketch(parts.needs(picture, "a picture of a drawing"))


def surprise(
    sketch: Image.Image, seed: int = 0, count: int = 4, hints: Image.Image | None = None
) -> tuple[list[Image.Image], list[list[tuple[str, float]]]]:
    """Color a line sketch in several palettes that suit it and differ from each other.

    Args:
        sketch: PNG, JPEG, WebP, AVIF, GIF, TIFF or HEIC of a drawing; clean_sketch comes first.
        seed: A whole number; another one proposes other palettes.
        count: How many, 1 to 8.
        hints: Picture of the sketch's size, opaque where its color is wanted, clear elsewhere.

    Returns:
        RGB pictures of the sketch's size.
        Their palettes, as color_sketch takes them.
    """
    network, sketch = parts.load("sketch-color", "plus"), parts.needs(sketch, "a sketch")
    pictures, palettes = zip(*tasks.surprise(network, sketch, seed, count, hints))
    return list(pictures), [rows(palette) for palette in palettes]


def build(tab: gr.Tab) -> None:
    elements.component("sheet", *SCRIPTS, examples=SKETCHES)
    explain.fold(
        "sketch-color",
        ["lines and palette", "encoder", "8 × 8 × 256", "decoder", "colors"],
        "The encoder shrinks the lines to a grid of 8 × 8 places with 256 numbers each, which say "
        "what is where: a wing, an eye, paper; finer grids go to the decoder directly. The decoder "
        "does not guess a color for each pixel, which would give the brown mean of all colors: it "
        "points at one of the palette's. Then the color flows up to your own lines. The classic "
        "network has two layers on each side and no palette: it paints the mean.",
        classic=["lines", "encoder", "32 × 32 × 128", "decoder", "picture"],
    )
    with elements.hidden():  # of the endpoints: the sheet has routes of its own
        endpoints()


def endpoints() -> None:
    sketch, hints = parts.layer("Sketch"), parts.layer("Hints")  # lines may lie on nothing
    model = gr.Radio(list(zoo.networks("sketch-color")), value="plus")
    palette, seed = gr.Textbox(""), gr.Number(0, precision=0)
    colored = gr.Image(format="png", type="pil")
    given = [sketch, model, palette, hints, seed]
    parts.run(color_sketch, given, colored, api_name="color_sketch")
    parts.run(clean_sketch, sketch, colored, api_name="clean_sketch")
    count, several, palettes = gr.Number(4, precision=0), parts.Gallery(), gr.JSON()
    parts.run(surprise, [sketch, seed, count, hints], [several, palettes], api_name="surprise")
