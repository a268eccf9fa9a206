"""Tab: two to four faces and all that lies between them, under one point that is dragged.

The workspace is ui/static/morph.*, which keeps the faces as numbers and has routes of its own
(ui/latents.py); here are its settings and the endpoints."""

import json

import gradio as gr
import torch
from PIL import Image

from ae_models import tasks, zoo
from ui import alignment, elements, explain, latents, parts

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
FACE_PIXELS = 128 * 128
START = ("face-30", "face-91", "face-62", "face-88")  # the first two begin


class Latents(gr.JSON):
    """Lists of numbers, which the schema of gr.JSON does not say: MCP clients refuse its type
    {}."""

    is_template = True

    def api_info(self) -> dict:
        return {"type": "array", "items": {"type": "array", "items": {"type": "number"}}}


def morph(
    a: Image.Image, b: Image.Image, steps: int, mode: str, model: str
) -> tuple[list[Image.Image], list[str]]:
    """Morph one face into another.

    Of each picture the largest face is straightened; without a face, the central square is used (of
    a picture in the proportions of CelebA's aligned 178x218, its face).

    Args:
        a: First face, seen from the front: PNG, JPEG, WebP, AVIF, GIF, TIFF or HEIC.
        b: Second face.
        steps: How many pictures, 2 to 257, with the faces themselves.
        mode: Way through the latents: "slerp" (great circle) or "lerp" (straight line).
        model: "plus" or "classic".

    Returns:
        Pictures of 128x128 pixels.
        The pictures again, as JPEG data URLs.
    """
    a, b = parts.needs(a, "a first face"), parts.needs(b, "a second face")
    a, b = in_pose(a), in_pose(b)
    frames = tasks.morph(parts.load("face-vae", model), a, b, steps, mode)
    return frames, [latents.small(frame) for frame in frames]


def sample(count: int, seed: int, temperature: float, model: str, prior: str) -> list[Image.Image]:
    """Draw new faces.

    Args:
        count: How many, 1 to 64.
        seed: A whole number; the same one gives the same faces.
        temperature: 0 (the mean face) to 2.
        model: "plus" or "classic".
        prior: "mixture" (fitted to the training faces, plus alone) or "normal" (the textbook's).

    Returns:
        Pictures of 128x128 pixels.
    """
    network = parts.load("face-vae", model)
    return tasks.sample(network, count, seed, temperature, latents.prior_of(network, prior))


def edit(face: Image.Image, changes: str = "{}") -> Image.Image:
    """Change what a face looks like.

    Changes add up. 1 is the way from the average face without an attribute to the one with it, or a
    standard deviation along a principal direction. A wrong name is answered with the known ones.

    Args:
        face: Picture whose largest face is straightened: PNG, JPEG, WebP, AVIF, GIF, TIFF or HEIC.
        changes: Names and amounts of -5 to 5 as JSON, {"Smiling": 2, "component_1": -1}.

    Returns:
        The changed face of 128x128 pixels.
    """
    picture = in_pose(parts.needs(face, "a picture of a face"))
    return tasks.edit(zoo.load(latents.EDITING), picture, changes_of(changes))


def encode_face(face: Image.Image, model: str) -> list[float]:
    """Describe a face by numbers, its latent, which decode_faces turns back into a face.

    Args:
        face: Picture whose largest face is straightened: PNG, JPEG, WebP, AVIF, GIF, TIFF or HEIC.
        model: "plus" or "classic".

    Returns:
        512 numbers of plus, the most important first, or 128 of classic.
    """
    picture = in_pose(parts.needs(face, "a picture of a face"))
    return tasks.encode(parts.load("face-vae", model), picture)[0].tolist()


def decode_faces(latents: list[list[float]], model: str) -> list[Image.Image]:
    """Turn latents into faces: those of encode_face, mixtures of them, or any others.

    Args:
        latents: 1 to 257 lists of 512 numbers for plus, of 128 for classic.
        model: "plus" or "classic": the network that the latents come from.

    Returns:
        Pictures of 128x128 pixels.
    """
    network = parts.load("face-vae", model)
    return tasks.decode_all(network, tensor(latents, network.config.latent))


def tensor(latents: object, width: int) -> torch.Tensor:
    """JSON of a stranger -> (N, width). Raises ValueError."""
    try:
        rows = torch.tensor(latents, dtype=torch.float32)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        rows = torch.empty(0)
    if not (rows.ndim == 2 and rows.shape[1] == width and 1 <= len(rows) <= tasks.MAX_STEPS):
        wanted = f"latents to be 1 to {tasks.MAX_STEPS} lists of {width} numbers"
        raise ValueError(f"expected {wanted}, got {str(latents)[:40]}")
    return rows


def changes_of(text: str) -> dict[str, float]:
    """JSON -> names and amounts, which tasks.edit checks. Raises ValueError."""
    try:
        return json.loads(text or "{}")
    except (json.JSONDecodeError, RecursionError):
        raise ValueError(
            f'expected changes as JSON such as {{"Smiling": 2}}, got {text[:40]!r}'
        ) from None


def in_pose(picture: Image.Image) -> Image.Image:
    """The largest face of a picture as the networks know faces; the whole picture if it has
    none."""
    return alignment.seen_or_told(picture, zoo.row(latents.EDITING).data.pose)


def build(tab: gr.Tab) -> None:
    files = [path.rsplit("/", 1)[-1] for path in elements.examples("face-*.webp")]
    networks = zoo.networks("face-vae")
    kinds = list(networks)
    numbers = {kind: zoo.row(slug).config().latent for kind, slug in networks.items()}
    start = [f"{name}.webp" for name in START]
    elements.late("morph", *SCRIPTS, files=files, start=start, kinds=kinds, numbers=numbers)
    explain.fold(
        "face-vae",
        ["128 × 128 face", "encoder", "512 numbers", "decoder", "face again"],
        "The encoder describes each face by a list of numbers, far fewer than its pixels have: 512 "
        "in plus, the most important first, 128 in classic. "
        "Between two such lists lie others, and each of them is a face: move the point. A list "
        "plus a direction is the same face with a smile: move a slider. Random numbers give faces "
        "of people who do not exist.",
        classic=["128 × 128 face", "encoder", "128 numbers", "decoder", "face again"],
    )
    with elements.hidden():  # of the endpoints: the workspace has routes of its own
        endpoints(kinds)


def endpoints(kinds: list[str]) -> None:
    a, b = parts.picture("First face"), parts.picture("Second face")
    steps = gr.Slider(2, tasks.MAX_STEPS, value=33, step=1)
    mode, model = gr.Radio(["slerp", "lerp"], value="slerp"), gr.Radio(kinds, value="plus")
    frames, urls = parts.Gallery("jpeg"), gr.JSON()
    between = [a, b, steps, mode, model]
    parts.run(morph, between, [frames, urls], lambda a, b, n, *_: n * FACE_PIXELS, api_name="morph")
    drawn = [
        gr.Slider(1, tasks.MAX_SAMPLES, value=8, step=1),
        gr.Number(0, precision=0, minimum=0, maximum=2**32 - 1),
        gr.Slider(0, 2, value=0.7, step=0.05),
        model,
        gr.Radio(["mixture", "normal"], value="mixture"),
    ]
    faces = parts.Gallery()
    parts.run(sample, drawn, faces, lambda n, *_: n * FACE_PIXELS, api_name="sample")
    encoded, decoded = [parts.picture("Face"), model], parts.Gallery()
    parts.run(encode_face, encoded, gr.JSON(), api_name="encode_face")
    parts.run(decode_faces, [Latents(), model], decoded, api_name="decode_faces")
    changes, changed = gr.Textbox("{}"), parts.result("Changed face")
    parts.run(edit, [parts.picture("Face"), changes], changed, api_name="edit")
