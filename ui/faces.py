"""Tab: face photo -> sketch, and sketch -> photo."""

import gradio as gr
from PIL import Image

from ae_models import tasks, zoo
from ui import alignment, elements, explain, parts

SCRIPTS = ("transport", "desk", "canvas", "eyes", "webcam", "pencil", "portrait")
POSE = zoo.row("face-sketch").data.pose


def face_to_sketch(photo: Image.Image, model: str, align: bool = True) -> Image.Image:
    """Draw a face photo as a pencil sketch.

    Args:
        photo: PNG, JPEG, WebP, AVIF, GIF, TIFF or HEIC with a face seen from the front.
        model: "plus" or "classic".
        align: Whether to find and straighten the largest face, else the central 4:5 part is drawn.

    Returns:
        Gray picture, 4:5.
    """
    return translated("face-sketch", parts.needs(photo, "a photo of a face"), model, align)


def sketch_to_face(sketch: Image.Image, model: str, align: bool = True) -> Image.Image:
    """Turn a pencil sketch of a face into a photo.

    Args:
        sketch: PNG, JPEG, WebP, AVIF, GIF, TIFF or HEIC with a face seen from the front.
        model: "plus"; there is no classic network for it.
        align: Whether to find and straighten the largest face, else the central 4:5 part is taken.

    Returns:
        RGB picture, 4:5.
    """
    return translated("sketch-face", parts.needs(sketch, "a sketch of a face"), model, align)


def translated(system: str, picture: Image.Image, model: str, align: bool) -> Image.Image:
    network = parts.load(system, model)
    return tasks.translate_face(
        network, alignment.seen_or_told(picture, POSE) if align else picture
    )


def build(tab: gr.Tab) -> None:
    photos, sketches = (
        [path.rsplit("/", 1)[-1] for path in elements.examples(pattern)]
        for pattern in ("portrait-*.webp", "drawn-*.png")
    )
    elements.late("portrait", *SCRIPTS, photos=photos, sketches=sketches[::-1])
    explain.fold(
        "face-sketch",
        ["200 × 250 photo", "encoder", "13 × 16 × 256", "decoder", "sketch"],
        "The networks learned from pairs of studio portraits and an artist's drawings, all in one "
        "pose. So the face is looked for in your picture, then turned and scaled until its eyes "
        "are where those portraits have them. The grid of numbers says where eyes, hair and shadow "
        "lie; finer grids go to the decoder of plus directly, which keeps the likeness. In the "
        "classic network all has to pass the smallest grid, and what does not fit is lost.",
        classic=["256 × 256 photo", "encoder", "4 × 4 × 512", "decoder", "sketch"],
    )
    with elements.hidden():  # of the endpoints: the row has routes of its own
        for system, function in (("face-sketch", face_to_sketch), ("sketch-face", sketch_to_face)):
            given = [parts.picture("Photo"), parts.choice(system), gr.Checkbox(True)]
            parts.run(function, given, parts.result("Sketch"), api_name=function.__name__)
