"""Tab: grey photo -> colour."""

import gradio as gr
from PIL import Image

from ae_models import tasks
from ui import parts


def colorize(photo: Image.Image, saturation: float, model: str) -> Image.Image:
    """Colour a grey photo; of a colour photo only the lightness is used.

    photo: PNG, JPEG or WebP. saturation: 0 (grey) to 3, 1 is what the network says. model: which network.
    Returns an RGB picture of the photo's size."""
    return tasks.colorize(parts.load("photo-color", model), parts.needs(photo, "a photo"), saturation)


def lightness(photo: Image.Image | None) -> Image.Image | None:
    """What the network sees."""
    return None if photo is None else photo.convert("L")


def build() -> None:
    gr.Markdown(
        "### A grey photo becomes colourful\n"
        "The network sees only the lightness and guesses two colour channels, which are joined with the photo's own "
        "lightness: nothing gets blurred. Give it a colour photo and it uses the lightness alone, so you can compare. "
        "It learned from landscapes: seas, forests, mountains, glaciers, streets."
    )
    with gr.Row():
        with gr.Column(min_width=240):
            photo = parts.picture("Photo, grey or in colour")
            saturation = gr.Slider(0, 3, value=1, step=0.1, label="Saturation", info="1 is what the network says")
            model = parts.choice("photo-color")
            button = gr.Button("Colour it", variant="primary")
        grey = gr.Image(label="What the network sees", format="png", interactive=False, height=320, buttons=[])
        colour = parts.result("Coloured")
    gr.Examples(parts.examples("landscape-*.webp"), photo, label="Landscapes painted by a program")
    parts.run([button.click], colorize, [photo, saturation, model], colour, api_name="colorize")
    parts.answer_at_once(photo, [saturation, model], colorize, colour)
    photo.change(lightness, photo, grey, api_visibility="private")
