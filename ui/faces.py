"""Tab: face photo -> sketch, and sketch -> photo."""

import gradio as gr
from PIL import Image

from ae_models import tasks
from ui import alignment, explain, parts
from ui.words import t

POSE = "cufs"  # of both networks: of the CUHK Face Sketch Database


def face_to_sketch(photo: Image.Image, model: str, align: bool = True) -> Image.Image:
    """Draw a face photo as a pencil sketch.

    photo: PNG, JPEG, WebP, AVIF, GIF, TIFF or HEIC with a face seen from the front. model: which network. align: find the largest face and
    bring it into the pose of the training photos (a photo that has it is left as it is); without a face, and if false,
    the largest centerd 4:5 part is drawn. Returns a gray picture, 4:5."""
    return translated("face-sketch", parts.needs(photo, "a photo of a face"), model, align)


def sketch_to_face(sketch: Image.Image, model: str, align: bool = True) -> Image.Image:
    """Turn a pencil sketch of a face into a photo.

    sketch: PNG, JPEG, WebP, AVIF, GIF, TIFF or HEIC with a face seen from the front. model: which network. align: as in face_to_sketch.
    Returns an RGB picture, 4:5."""
    return translated("sketch-face", parts.needs(sketch, "a sketch of a face"), model, align)


def translated(system: str, picture: Image.Image, model: str, align: bool) -> Image.Image:
    network = parts.load(system, model)
    return tasks.translate_face(
        network, alignment.seen_or_told(picture, POSE) if align else picture
    )


def direction(
    system: str, function, given: str, wanted: str, needs_face: bool, example: str, tab: gr.Tab
) -> tuple[gr.Image, gr.Image]:
    """One way between photo and sketch: its inputs, its outputs and its endpoint."""

    def draw(seen, model):
        return None if seen is None else translated(system, seen, model, align=False)

    with parts.row():
        picture = parts.picture(given, example)
        seen = parts.result("What the network sees", buttons=())
        result, second = parts.result(wanted), parts.result(wanted, visible=False)
    with parts.tools():
        model = parts.choice(system)
        parts.beside(system, draw, result, [seen], model, second)
        align, note = alignment.controls()
    alignment.connect(picture, seen, align, note, POSE, needs_face, tab)
    parts.run([], function, [picture, model, align], result, api_name=function.__name__)
    parts.answer_at_once(seen, [model], draw, result, tab)
    return picture, result


def build(tab: gr.Tab) -> None:
    with gr.Tab(t("Photo → sketch")):
        photo, sketch = direction(
            "face-sketch", face_to_sketch, "Photo of a face", "Sketch", True, "portrait-1.webp", tab
        )
        parts.shelf("portrait-*.webp", photo)
    with gr.Tab(t("Sketch → photo")) as back:
        # A sketch of a face is often not recognized as one.
        drawing, _ = direction(
            "sketch-face",
            sketch_to_face,
            "Sketch of a face",
            "Photo",
            False,
            "drawn-short.png",
            back,
        )
        parts.shelf("drawn-*.png", drawing)
        again = gr.Button(t("Take the sketch made from the photo"), size="sm")
        again.click(lambda made: made, sketch, drawing, api_visibility="private")
    explain.fold(
        "face-sketch",
        ["160 × 200 photo", "encoder", "grid of numbers", "decoder", "sketch"],
        "The networks learned from pairs of studio portraits and an artist's drawings, all in one pose. So the face is "
        "looked for in your picture, then turned and scaled until its eyes are where those portraits have them.",
    )
