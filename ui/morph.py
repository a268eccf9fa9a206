"""Tab: two to four faces and all that lies between them, under one point that is dragged.

The workspace is ui/static/morph.*, which keeps the faces as numbers and has routes of its own
(ui/latents.py); here are its settings and the endpoints morph, sample and edit."""

import json

import gradio as gr
from PIL import Image

from ae_models import tasks, zoo
from ui import alignment, explain, latents, parts

SCRIPTS = (
    *(
        "transport",
        "desk",
        "mixing",
        "eyes",
        "webcam",
        "morph",
        "point",
        "slots",
        "changes",
        "bars",
    ),
    *("drawn", "way", "files", "begin"),
)
START = ("face-14", "face-48", "face-28", "face-57")  # the first two begin


def morph(
    a: Image.Image, b: Image.Image, steps: int, mode: str, model: str
) -> tuple[list[Image.Image], list[str]]:
    """Morph one face into another.

    a, b: PNG, JPEG, WebP, AVIF, GIF, TIFF or HEIC pictures of frontal faces; of each the largest face is brought into CelebA's pose. Without a
    face the largest centerd square is used (of a picture in the proportions of CelebA's aligned 178x218, its face).
    steps: 2 to 257. mode: slerp (great circle) or lerp (straight line). model: which network. Returns the pictures, and
    the same as JPEG data URLs."""
    a, b = parts.needs(a, "a first face"), parts.needs(b, "a second face")
    a, b = in_pose(a), in_pose(b)
    frames = tasks.morph(parts.load("face-vae", model), a, b, steps, mode)
    return frames, [latents.data_url(frame) for frame in frames]


def sample(count: int, seed: int, temperature: float, model: str, prior: str) -> list[Image.Image]:
    """Draw new faces.

    count: 1 to 64. seed: a whole number; the same gives the same faces. temperature: 0 (the mean face) to 2.
    model: which network. prior: mixture (fitted to the faces of the training set) or normal (the textbook's); a network
    without a mixture draws from the normal distribution. Returns the pictures."""
    network = parts.load("face-vae", model)
    return tasks.sample(
        network, count, seed, temperature, prior if prior in tasks.priors(network) else None
    )


def edit(face: Image.Image, changes: str = "{}") -> Image.Image:
    """Change what a face looks like.

    face: PNG, JPEG or WebP picture of a frontal face, whose largest face is brought into CelebA's pose. changes: names
    and amounts of -5 to 5 as JSON, {"Smiling": 2, "component_1": -1}, which add up: 1 is the way from the average face
    without an attribute to the one with it, or a standard deviation along a principal direction. Returns the face of
    128x128 px as the network sees it, changed."""
    picture = in_pose(parts.needs(face, "a picture of a face"))
    return tasks.edit(zoo.load(latents.EDITING), picture, changes_of(changes))


def changes_of(text: str) -> dict[str, float]:
    """JSON -> names and amounts, which tasks.edit checks. Raises ValueError."""
    try:
        return json.loads(text or "{}")
    except json.JSONDecodeError:
        raise ValueError(
            f'expected changes as JSON such as {{"Smiling": 2}}, got {text[:40]!r}'
        ) from None


def in_pose(picture: Image.Image) -> Image.Image:
    """The largest face of a picture as the networks know faces; the whole picture if it has none."""
    return alignment.seen_or_told(picture, zoo.row(latents.EDITING).data.pose)


def build(tab: gr.Tab) -> None:
    files = [path.rsplit("/", 1)[-1] for path in parts.examples("face-*.webp")]
    kinds = list(zoo.networks("face-vae"))
    start = [f"{name}.webp" for name in START]
    parts.component("morph", *SCRIPTS, files=files, start=start, kinds=kinds)
    explain.fold(
        "face-vae",
        ["128 × 128 face", "encoder", "128 numbers", "decoder", "face again"],
        "The encoder describes each face by 128 numbers. Between such lists lie others, and each of them is a face: "
        "move the point. Random numbers give faces of people who do not exist.",
    )
    with gr.Column(visible=False):  # of the endpoints: the workspace has routes of its own
        endpoints(kinds)


def endpoints(kinds: list[str]) -> None:
    a, b = parts.picture("First face"), parts.picture("Second face")
    steps = gr.Slider(2, tasks.MAX_STEPS, value=33, step=1)
    mode, model = gr.Radio(["slerp", "lerp"], value="slerp"), gr.Radio(kinds, value="plus")
    frames, urls = parts.Gallery("Face between the two", "jpeg"), gr.JSON()
    parts.run([], morph, [a, b, steps, mode, model], [frames, urls], api_name="morph")
    drawn = [
        gr.Slider(1, tasks.MAX_SAMPLES, value=16, step=1),
        gr.Number(0, precision=0, minimum=0, maximum=2**32 - 1),
        gr.Slider(0, 2, value=0.8, step=0.05),
        model,
        gr.Radio(["mixture", "normal"], value="mixture"),
    ]
    parts.run([], sample, drawn, parts.Gallery("Face"), api_name="sample")
    changes, changed = gr.Textbox("{}"), parts.result("Changed face")
    parts.run([], edit, [parts.picture("Face"), changes], changed, api_name="edit")
