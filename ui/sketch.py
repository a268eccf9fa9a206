"""Tab: draw or upload a sketch, see it coloured."""

import base64
import binascii
import io

import gradio as gr
from PIL import Image

from ae_models import images, tasks
from ui import parts

PREFIX = "data:image/png;base64,"
MOST_CHARACTERS = 4_000_000  # of a drawing; a full canvas of noise has 1.4 million


def color_sketch(sketch: Image.Image, model: str) -> Image.Image:
    """Colour a line sketch.

    sketch: PNG, JPEG or WebP, dark lines on white. model: which network. Returns an RGB picture of the sketch's size."""
    return tasks.color_sketch(parts.load("sketch-color", model), parts.needs(sketch, "a sketch"))


def color_drawing(drawing: str | None, model: str) -> Image.Image | None:
    """The same for what the canvas sends; an empty canvas has no colours."""
    return None if drawing is None else color_sketch(from_data_url(drawing), model)


def from_data_url(text: object) -> Image.Image:
    """The canvas's value -> picture. Raises ValueError for anything but a PNG data URL of a sensible length."""
    if not isinstance(text, str) or not text.startswith(PREFIX):
        raise ValueError("expected a drawing as a PNG data URL, got something else")
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"expected a drawing of at most {MOST_CHARACTERS:,} characters, got {len(text):,}")
    try:
        return images.read(base64.b64decode(text[len(PREFIX) :], validate=True))
    except binascii.Error:
        raise ValueError("expected a drawing as a PNG data URL, got damaged base64") from None


def example_drawing(event: gr.SelectData) -> str:
    """The example that was clicked, as a value for the canvas."""
    return to_data_url(Image.open(parts.examples("sketch-*.png")[event.index]))


def to_data_url(image: Image.Image) -> str:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return PREFIX + base64.b64encode(buffer.getvalue()).decode()


def build() -> None:
    gr.Markdown(
        "### A line sketch becomes a picture\n"
        "Draw a creature: it is coloured each time you lift the pen. The network learned from pairs of line sketches and "
        "colour artwork."
    )
    with gr.Row():
        with gr.Column():
            with gr.Tab("Draw"):
                canvas = parts.component("canvas")
                shelf = gr.Gallery(
                    [(path, None) for path in parts.examples("sketch-*.png")],
                    label="Click one, then draw on it",
                    columns=4, height=175, allow_preview=False, interactive=False, buttons=[],
                )  # fmt: skip
            with gr.Tab("Upload"):
                upload = parts.picture("Sketch: dark lines on white")
                gr.Examples(parts.examples("sketch-*.png"), upload, label="Drawn by a program")
                button = gr.Button("Colour it", variant="primary")
        with gr.Column():
            picture = parts.result("Coloured", height=512)
            model = parts.choice("sketch-color")
    parts.run([button.click], color_sketch, [upload, model], picture, api_name="color_sketch")
    parts.answer_at_once(upload, [model], color_sketch, picture)
    drawn = {"api_visibility": "private", "trigger_mode": "always_last", "show_progress": "hidden"}
    parts.run([canvas.input], color_drawing, [canvas, model], picture, **drawn)
    shelf.select(example_drawing, None, canvas, api_visibility="private").then(
        parts.plain_errors(color_drawing), [canvas, model], picture, api_visibility="private"
    )
