"""Tab: face photo -> sketch."""

import gradio as gr
from PIL import Image

from ae_models import tasks
from ui import parts


def face_to_sketch(photo: Image.Image, model: str) -> Image.Image:
    """Draw a face photo as a pencil sketch.

    photo: PNG, JPEG or WebP of a frontal face that fills the picture; the largest centred 4:5 part is drawn.
    model: which network. Returns a grey picture of that part's size."""
    return tasks.translate_face(parts.load("face-sketch", model), parts.needs(photo, "a photo of a face"))


def build() -> None:
    gr.Markdown(
        "### A face photo becomes a pencil sketch\n"
        "The network squeezes the photo into 4×4 cells and draws a sketch from what is left. It learned from pairs of "
        "studio portraits and an artist's drawings, so a frontal face that fills the picture works best."
    )
    with gr.Row():
        with gr.Column():
            photo = parts.picture("Photo of a face")
            model = parts.choice("face-sketch")
            button = gr.Button("Draw the sketch", variant="primary")
        sketch = parts.result("Sketch")
    gr.Examples(
        parts.examples("portrait-*.webp"), photo, label="Nobody: made up from principal components of portraits"
    )
    parts.run([button.click], face_to_sketch, [photo, model], sketch, api_name="face_to_sketch")
    parts.answer_at_once(photo, [model], face_to_sketch, sketch)
