"""Tab: one sheet, colored under one's own lines while one draws: with a palette and hints of color."""

import gradio as gr
from PIL import Image

from ae_models import tasks, zoo
from ui import explain, parts
from ui.palettes import entries

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

    sketch: PNG, JPEG, WebP, AVIF, GIF, TIFF or HEIC, dark lines on white. model: which network; the classic one takes nothing else. palette: up
    to 5 colors with weights as JSON, [["#e8563f", 2], ["#f4c95d", 1]]; empty lets the network choose, another one for
    another seed. hints: PNG or WebP of the sketch's size, opaque where its color is wanted and transparent elsewhere.
    Returns an RGB picture of the sketch's size."""
    sketch = parts.needs(sketch, "a sketch")
    return tasks.color_sketch(
        parts.load("sketch-color", model), sketch, entries(palette), hints, seed
    )


def build(tab: gr.Tab) -> None:
    parts.component("sheet", *SCRIPTS, examples=SKETCHES)
    explain.fold(
        "sketch-color",
        ["128 × 128 lines", "encoder", "16 × 16 × 256", "decoder", "colors"],
        "The encoder shrinks the lines to a grid of 16 × 16 places with 256 numbers each, which say what is where: a "
        "wing, an eye, paper. The decoder turns that grid back into a picture. It does not guess a color for each "
        "pixel, which would give the brown mean of all colors: it points at one of the palette's. Then the color flows "
        "up to your own lines. The classic network has two layers and no palette: it paints the mean.",
    )
    with gr.Column(visible=False):  # of the endpoint: the sheet has a route of its own
        sketch, hints = parts.layer("Sketch"), parts.layer("Hints")  # lines may lie on nothing
        given = [
            gr.Radio(list(zoo.networks("sketch-color")), value="plus"),
            gr.Textbox(""),
            hints,
        ]
        outputs = gr.Image(format="png", type="pil")
        given.append(gr.Number(0, precision=0))
    parts.run([], color_sketch, [sketch, *given], outputs, api_name="color_sketch")
