"""From an uploaded picture to the face in the pose that a network knows, corrected by clicking the eyes."""

import gradio as gr
from PIL import Image

from ae_models.face import align
from ui import parts
from ui.words import t

HINT = "Not right? Click both eyes in your picture."
NO_FACE = (
    "No face found. Click both eyes in your picture, or untick the box to use the whole picture."
)


def seen(picture: Image.Image, pose: str) -> tuple[Image.Image, int]:
    """What a network is shown of a picture, and how many faces that has: with none it is the part that the network
    takes by itself."""
    try:
        return align.align_face(picture, pose)
    except align.NoFace:
        return align.whole(picture, pose), 0


def remark(faces: int) -> str:
    """What a reader should know about a picture with so many faces."""
    if faces == 1:
        return ""
    return (
        "Several faces found: the largest is used."
        if faces
        else "No face found: the whole picture is used."
    )


def seen_or_told(picture: Image.Image, pose: str) -> Image.Image:
    """What a network is shown, for handlers whose outputs have no place for the remark: it goes to the page's corner."""
    face, count = seen(picture, pose)
    if count != 1:
        gr.Info(remark(count))
    return face


def controls() -> tuple[gr.Checkbox, gr.HTML]:
    """The box that asks for a face, and what was found."""
    wanted = gr.Checkbox(
        True,
        label=t("Find the face"),
        info=t("Untick the box to use the whole picture"),
        min_width=160,
    )
    return wanted, parts.note()


def connect(
    photo: gr.Image, shown: gr.Image, wanted: gr.Checkbox, note: gr.HTML, pose: str,
    needs_face: bool, tab: gr.Tab,
) -> None:  # fmt: skip
    """Show what the network sees of a photo, which two clicks on the eyes correct. With needs_face a photo without one
    is taken only if the box says so."""
    clicks = gr.State([])

    def found(picture, looking: bool):
        if picture is None:
            return None, "", []
        if not looking:
            return align.whole(picture, pose), HINT, []
        face, count = seen(picture, pose)
        if needs_face and not count:
            return None, NO_FACE, []
        return face, f"{remark(count)}\n{HINT}", []

    def clicked(picture, before: list, event: gr.SelectData):
        eyes = [*before, tuple(event.index)]
        if len(eyes) < 2:
            return gr.skip(), "Now click the other eye.", eyes
        aligned = align.align(picture, align.in_order(picture, tuple(eyes)), pose)
        return aligned, f"Aligned by your clicks.\n{HINT}", []

    outputs = [shown, note, clicks]
    search = {"api_visibility": "private", "trigger_mode": "always_last"}
    parts.run([photo.change, wanted.change, tab.select], found, [photo, wanted], outputs, **search)
    click = {"api_visibility": "private", "trigger_mode": "multiple"}
    parts.run([photo.select], clicked, [photo, clicks], outputs, **click)
