"""Tab: draw or upload a sketch, see it colored: with a palette, dabs of color, or a surprise."""

import base64
import binascii
import io
import json

import gradio as gr
from PIL import Image, ImageColor

from ae_models import images, tasks
from ae_models.sketch import palettes
from ui import parts

PREFIX = "data:image/png;base64,"
MOST_CHARACTERS = 4_000_000  # of a layer of a drawing; a full canvas of noise has 1.4 million
START = ("#e8563f", "#f4c95d", "#5b8e7d", "#3a6ea5", "#2b2d42")  # of the color pickers
SURPRISES = 4


def color_sketch(
    sketch: Image.Image,
    model: str,
    palette: str = "",
    hints: Image.Image | None = None,
    seed: int = 0,
) -> Image.Image:
    """Color a line sketch.

    sketch: PNG, JPEG or WebP, dark lines on white. model: which network; the classic one takes nothing else. palette: up
    to 5 colors with weights as JSON, [["#e8563f", 2], ["#f4c95d", 1]]; empty lets the network choose, another one for
    another seed. hints: PNG or WebP of the sketch's size, opaque where its color is wanted and transparent elsewhere.
    Returns an RGB picture of the sketch's size."""
    sketch = parts.needs(sketch, "a sketch")
    return tasks.color_sketch(
        parts.load("sketch-color", model), sketch, entries(palette), hints, seed
    )


def color_drawing(
    drawing: str | None, model: str, palette: str = "", seed: int = 0
) -> Image.Image | None:
    """The same for what the canvas sends; an empty canvas has no colors."""
    if drawing is None:
        return None
    lines, dabs = from_canvas(drawing)
    return tasks.color_sketch(
        parts.load("sketch-color", model), lines, entries(palette), dabs, seed
    )


def color_upload(sketch: Image.Image | None, *given) -> Image.Image | None:
    """color_sketch; an upload taken away empties the result."""
    return None if sketch is None else color_sketch(sketch, *given)


def color_again(
    drawing: str | None,
    sketch: Image.Image | None,
    model: str,
    palette: str,
    hints: Image.Image | None,
    seed: int,
):
    """When something else than the sketch has changed: the drawing anew if there is one, else the upload."""
    return color_either(drawing, sketch, palette, hints, seed, model) or gr.skip()


def color_either(
    drawing: str | None,
    sketch: Image.Image | None,
    palette: str,
    hints: Image.Image | None,
    seed: int,
    model: str,
):
    """The drawing if there is one, else the upload, if any."""
    return color_drawing(drawing, model, palette, seed) or color_upload(
        sketch, model, palette, hints, seed
    )


# ---- palettes ----


def entries(text: str | None) -> palettes.Entries:
    """Palette as JSON -> as the tasks take it. Raises ValueError."""
    try:
        rows = json.loads(text) if text and text.strip() else []
        return [(ImageColor.getrgb(color)[:3], weight) for color, weight in rows]
    except (TypeError, ValueError, AttributeError, RecursionError):
        raise ValueError(
            f'expected a palette as [["#rrggbb", weight], ...], got {str(text)[:60]!r}'
        ) from None


def to_json(palette: palettes.Entries) -> str:
    return json.dumps([["#{:02x}{:02x}{:02x}".format(*color), weight] for color, weight in palette])


def picked(count: float, *colors: str) -> str:
    """The first `count` pickers as a palette of equal weights."""
    return json.dumps([[hexadecimal(color), 1] for color in colors[: int(count)]])


def hexadecimal(color: str) -> str:
    """What a color picker gives, "#rrggbb" or "rgba(r, g, b, a)" with fractions -> "#rrggbb"."""
    if color.startswith("rgb"):
        red, green, blue = (
            round(float(part)) for part in color[color.index("(") + 1 : -1].split(",")[:3]
        )
        return f"#{red:02x}{green:02x}{blue:02x}"
    return color


def surprise(
    sketch: Image.Image, hints: Image.Image | None, model: str, seed: int
) -> tuple[list, list[str], int]:
    """Four colored pictures in palettes that suit the sketch, their palettes as JSON, and the next seed."""
    network = parts.load("sketch-color", model)
    if not hasattr(network, "propose"):
        raise ValueError("expected the plus network, got the classic one, which knows no palettes")
    pairs = tasks.surprise(network, sketch, seed, SURPRISES, hints)
    return [picture for picture, _ in pairs], [to_json(palette) for _, palette in pairs], seed + 1


def surprise_drawing(drawing: str | None, model: str, seed: int) -> tuple[list, list[str], int]:
    lines, dabs = from_canvas(parts.needs(drawing, "a drawing"))
    return surprise(lines, dabs, model, seed)


def surprise_upload(sketch: Image.Image, hints: Image.Image | None, model: str, seed: int):
    return surprise(parts.needs(sketch, "a sketch"), hints, model, seed)


def take(pictures: list, chosen: list[str], event: gr.SelectData) -> list:
    """The surprise that was clicked: its picture, its palette, how many colors that has, and the pickers."""
    palette = json.loads(chosen[event.index])
    colors = [color for color, _ in palette] + list(START)[len(palette) :]
    shown = [gr.update(value=c, visible=i < len(palette)) for i, c in enumerate(colors)]
    return [pictures[event.index][0], chosen[event.index], len(palette), *shown]


# ---- drawings ----


def from_canvas(text: object) -> tuple[Image.Image, Image.Image | None]:
    """The canvas's value -> lines, and dabs as an RGBA picture if there are any. Raises ValueError."""
    first, *more = text.split(" ") if isinstance(text, str) else [text]
    if len(more) > 1:
        raise ValueError(f"expected a drawing of at most two layers, got {1 + len(more)}")
    return from_data_url(first), images.read_layer(decoded(more[0])) if more else None


def from_data_url(text: object) -> Image.Image:
    """One layer -> RGB picture. Raises ValueError for anything but a PNG data URL of a sensible length."""
    return images.read(decoded(text))


def decoded(text: object) -> bytes:
    if not isinstance(text, str) or not text.startswith(PREFIX):
        raise ValueError("expected a drawing as a PNG data URL, got something else")
    if len(text) > MOST_CHARACTERS:
        raise ValueError(
            f"expected a drawing of at most {MOST_CHARACTERS:,} characters, got {len(text):,}"
        )
    try:
        return base64.b64decode(text[len(PREFIX) :], validate=True)
    except binascii.Error:
        raise ValueError("expected a drawing as a PNG data URL, got damaged base64") from None


def example_drawing(event: gr.SelectData) -> str:
    """The example that was clicked, as a value for the canvas."""
    return to_data_url(Image.open(parts.examples("sketch-*.png")[event.index]))


def to_data_url(image: Image.Image) -> str:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return PREFIX + base64.b64encode(buffer.getvalue()).decode()


# ---- the tab ----


def build() -> None:
    gr.Markdown(
        "### A line sketch becomes a picture\n"
        "Draw a creature: it is colored each time you lift the pen. Choose the colors yourself, say with a dab which "
        "belongs where, or let it surprise you. The network learned from pairs of line drawings and color artwork."
    )
    with gr.Row():
        with gr.Column():
            with gr.Tab("Draw"):
                canvas = parts.component("canvas")
                surprise_drawn = gr.Button("Surprise me")
                shelf = gr.Gallery(
                    [(path, None) for path in parts.examples("sketch-*.png")],
                    label="Click one, then draw on it",
                    columns=4, height=175, allow_preview=False, interactive=False, buttons=[],
                )  # fmt: skip
            with gr.Tab("Upload"):
                upload = parts.picture("Sketch: dark lines on white")
                gr.Examples(parts.examples("sketch-*.png"), upload, label="Drawn by a program")
                with gr.Row():
                    button = gr.Button("Color it", variant="primary")
                    surprise_uploaded = gr.Button("Surprise me")
                with gr.Accordion("Dabs of color, from a file", open=False):
                    hints = parts.layer("Transparent but for the dabs, of the sketch's size")
        with gr.Column():
            picture, other = parts.result("Colored", height=512), parts.second(height=512)
            count, pickers, palette = palette_controls()
            gallery = gr.Gallery(
                label="Surprises: click one to take its colors", columns=SURPRISES, height=190,
                format="png", allow_preview=False, interactive=False, buttons=[],
            )  # fmt: skip
            model = parts.choice("sketch-color")
            compared = gr.Column()
            with gr.Accordion("More", open=False):
                seed = gr.Number(
                    0, precision=0, label="Seed of the palette that the network chooses"
                )
    given = [model, palette, hints, seed]
    parts.run([button.click], color_sketch, [upload, *given], picture, api_name="color_sketch")
    quiet = {"api_visibility": "private", "trigger_mode": "always_last", "show_progress": "hidden"}
    parts.run([upload.change], color_upload, [upload, *given], picture, **quiet)
    parts.run([canvas.input], color_drawing, [canvas, model, palette, seed], picture, **quiet)
    parts.run([x.change for x in given], color_again, [canvas, upload, *given], picture, **quiet)
    shelf.select(example_drawing, None, canvas, api_visibility="private").then(
        parts.plain_errors(color_drawing),
        [canvas, model, palette, seed],
        picture,
        api_visibility="private",
    )
    with compared:
        parts.beside(
            "sketch-color",
            color_either,
            picture,
            [canvas, upload, palette, hints, seed],
            model,
            other,
        )
    chosen, next_seed = gr.State([]), gr.State(0)
    for press, function, source in (
        (surprise_drawn, surprise_drawing, [canvas]),
        (surprise_uploaded, surprise_upload, [upload, hints]),
    ):
        surprises = [gallery, chosen, next_seed]
        parts.run(
            [press.click],
            function,
            [*source, model, next_seed],
            surprises,
            api_visibility="private",
        )
    gallery.select(
        take, [gallery, chosen], [picture, palette, count, *pickers], api_visibility="private"
    )


def palette_controls() -> tuple[gr.Slider, list[gr.ColorPicker], gr.Textbox]:
    """How many colors, which, and what is sent: the palette as JSON."""
    most = palettes.COLORS
    count = gr.Slider(
        0, most, 0, step=1, label="Colors", info="How many of your own; with 0 the network chooses"
    )
    with gr.Row():
        pickers = [
            gr.ColorPicker(c, label=f"Color {i + 1}", visible=False, min_width=60)
            for i, c in enumerate(START)
        ]
    palette = gr.Textbox("", label="Palette as JSON", visible="hidden")
    told = {"api_visibility": "private", "queue": False, "show_progress": "hidden"}
    gr.on([count.input, *(p.input for p in pickers)], picked, [count, *pickers], palette, **told)
    count.change(lambda n: [gr.update(visible=i < n) for i in range(most)], count, pickers, **told)
    return count, pickers, palette
