"""From an uploaded picture to the face in the pose that a network knows."""

import gradio as gr
from PIL import Image

from ae_models.face import align


def seen(picture: Image.Image, pose: str) -> tuple[Image.Image, int]:
    """Part of a picture that a network is shown, and how many faces that has; without one, the part
    that the network takes by itself."""
    try:
        return align.align_face(picture, pose)
    except align.NoFace:
        return align.whole(picture, pose), 0


def remark(faces: int) -> str:
    """Remark for a reader about a picture with so many faces."""
    if faces == 1:
        return ""
    return (
        "Several faces found: the largest is used."
        if faces
        else "No face found: the whole picture is used."
    )


def seen_or_told(picture: Image.Image, pose: str) -> Image.Image:
    """Part that a network is shown, for handlers whose outputs have no place for the remark: it
    goes to the page's corner."""
    face, count = seen(picture, pose)
    if count != 1:
        gr.Info(remark(count))
    return face
