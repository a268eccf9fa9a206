"""Tab: face photo -> sketch, and sketch -> photo."""

import gradio as gr
from PIL import Image

from ae_models import tasks
from ui import alignment, parts

POSE = "cufs"  # of both networks: of the CUHK Face Sketch Database


def face_to_sketch(photo: Image.Image, model: str, align: bool = True) -> Image.Image:
    """Draw a face photo as a pencil sketch.

    photo: PNG, JPEG or WebP with a face seen from the front. model: which network. align: find the largest face and
    bring it into the pose of the training photos (a photo that has it is left as it is); without a face, and if false,
    the largest centerd 4:5 part is drawn. Returns a gray picture, 4:5."""
    return translated("face-sketch", parts.needs(photo, "a photo of a face"), model, align)


def sketch_to_face(sketch: Image.Image, model: str, align: bool = True) -> Image.Image:
    """Turn a pencil sketch of a face into a photo.

    sketch: PNG, JPEG or WebP with a face seen from the front. model: which network. align: as in face_to_sketch.
    Returns an RGB picture, 4:5."""
    return translated("sketch-face", parts.needs(sketch, "a sketch of a face"), model, align)


def translated(system: str, picture: Image.Image, model: str, align: bool) -> Image.Image:
    network = parts.load(system, model)
    return tasks.translate_face(
        network, alignment.seen_or_told(picture, POSE) if align else picture
    )


def direction(
    system: str, function, given: str, wanted: str, needs_face: bool
) -> tuple[gr.Image, gr.Image]:
    """One way between photo and sketch: its inputs, its outputs and its endpoint."""

    def draw(seen, model):
        return None if seen is None else translated(system, seen, model, align=False)

    with gr.Row():
        with gr.Column(min_width=240):
            picture = parts.picture(given)
        with gr.Column(min_width=240):
            seen, align = alignment.build(picture, POSE, needs_face)
        with gr.Column(min_width=240):
            result = parts.result(wanted)
            model = parts.choice(system)
            parts.beside(system, draw, result, [seen], model, parts.second())
    parts.run([], function, [picture, model, align], result, api_name=function.__name__)
    parts.answer_at_once(seen, [model], draw, result)
    return picture, result


def build() -> None:
    gr.Markdown(
        "### A face photo becomes a pencil sketch, and a sketch a photo\n"
        "The networks learned from pairs of studio portraits and an artist's drawings, all in one pose. So the face is "
        "looked for in your picture, and turned and scaled until its eyes are where those portraits have them."
    )
    with gr.Tab("Photo → sketch"):
        photo, sketch = direction(
            "face-sketch", face_to_sketch, "Photo of a face", "Sketch", needs_face=True
        )
        people = "Nobody: made up from principal components of portraits"
        gr.Examples(parts.examples("portrait-*.webp"), photo, label=people)
    with gr.Tab("Sketch → photo"):
        # A sketch of a face is often not recognized as one.
        drawing, _ = direction(
            "sketch-face", sketch_to_face, "Sketch of a face", "Photo", needs_face=False
        )
        again = gr.Button("Take the sketch made from the photo")
        again.click(lambda made: made, sketch, drawing, api_visibility="private")
