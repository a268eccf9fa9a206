"""Tab: faces in the latent space of the VAE: morphs, samples and changes of what a face looks like."""

import base64
import functools
import io
import random

import gradio as gr
from PIL import Image

from ae_models import tasks, zoo
from ui import alignment, explain, parts
from ui.words import t

JPEG_QUALITY = 92
EDITING = "face-vae-plus"  # the network that knows directions
COMPONENTS = 6  # principal directions that have a slider
REACH = 2.5  # of a slider


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
    return frames, [data_url(frame) for frame in frames]


def morph_if_both(a, b, steps: int, mode: str, model: str):
    """The same for the page, where one face may still be missing."""
    return (None, []) if a is None or b is None else morph(a, b, steps, mode, model)


def frames_beside(a, b, steps: int, mode: str, model: str) -> list[str] | None:
    """The data URLs alone, for the other network."""
    return morph_if_both(a, b, steps, mode, model)[1] or None


def sample(count: int, seed: int, temperature: float, model: str, prior: str) -> list[Image.Image]:
    """Draw new faces.

    count: 1 to 64. seed: a whole number; the same gives the same faces. temperature: 0 (the mean face) to 2.
    model: which network. prior: mixture (fitted to the faces of the training set) or normal (the textbook's); a network
    without a mixture draws from the normal distribution. Returns the pictures."""
    network = parts.load("face-vae", model)
    return tasks.sample(
        network, count, seed, temperature, prior if prior in tasks.priors(network) else None
    )


def in_pose(picture: Image.Image | None) -> Image.Image | None:
    """The largest face of a picture as the networks know faces; the whole picture if it has none."""
    return None if picture is None else alignment.seen_or_told(picture, "celeba")


def change(names: list[str], picture: Image.Image | None, *amounts: float) -> Image.Image | None:
    """Face and an amount for each of the names -> the changed face; nothing of nothing."""
    if picture is None:
        return None
    changes = {name: amount for name, amount in zip(names, amounts) if amount}
    return tasks.edit(zoo.load(EDITING), picture, changes)


def reset(names: list[str], picture: Image.Image | None) -> list:
    """All sliders at 0, and the face as it then is."""
    return [*(0 for _ in names), change(names, picture)]


def invent() -> Image.Image:
    return tasks.sample(zoo.load(EDITING), 1, seed=random.randrange(2**32), temperature=0.8)[0]


def slider_names() -> list[str]:
    """Of the changes that have a slider. Raises ValueError if the network is not available."""
    return [
        *zoo.config(EDITING)["arguments"]["attributes"],
        *(f"component_{i}" for i in range(1, COMPONENTS + 1)),
    ]


def data_url(frame: Image.Image) -> str:
    buffer = io.BytesIO()
    frame.save(buffer, "JPEG", quality=JPEG_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


def build(tab: gr.Tab) -> None:
    with gr.Tab(t("Between two faces")):
        model = build_morph(tab)
    with gr.Tab(t("New faces")) as new:
        build_samples(model, new)
    with gr.Tab(t("Change a face")) as change:
        build_changes(change)
    explain.fold(
        "face-vae",
        ["128 × 128 face", "encoder", "128 numbers", "decoder", "face again"],
        "The encoder describes each face by 128 numbers. Between two such lists lie others, and each of them is a face: "
        "move the slider. Random numbers give faces of people who do not exist.",
    )


def build_morph(tab: gr.Tab) -> gr.Radio:
    with parts.row():
        a = parts.picture("First face", "face-14.webp")
        scrubber = parts.component("scrubber", value=[])
        other = parts.component("scrubber", value=[], visible=False)
        b = parts.picture("Second face", "face-48.webp")
    with parts.tools():
        mode = gr.Radio(
            ["slerp", "lerp"], value="slerp", label=t("Way"), info=t("great circle or straight line"),
            min_width=160,
        )  # fmt: skip
        steps = gr.Slider(2, tasks.MAX_STEPS, value=33, step=1, label=t("Frames"), min_width=160)
        model = parts.choice("face-vae")
        frames = parts.Gallery("Face between the two", "jpeg", visible=False)  # of the endpoint
        parts.beside("face-vae", frames_beside, scrubber, [a, b, steps, mode], model, other)
    parts.shelf("face-*.webp", a)
    parts.shelf("face-*.webp", b)
    inputs, outputs = [a, b, steps, mode, model], [frames, scrubber]
    parts.run([], morph, inputs, outputs, api_name="morph")
    triggers = [a.change, b.change, mode.change, model.change, steps.release, tab.select]
    private = {"api_visibility": "private", "trigger_mode": "always_last"}
    parts.run(triggers, morph_if_both, inputs, outputs, **private)
    return model


def build_samples(model: gr.Radio, tab: gr.Tab) -> None:
    faces = parts.Gallery("Face")
    with parts.tools():
        count = gr.Slider(
            1, tasks.MAX_SAMPLES, value=16, step=1, label=t("How many"), min_width=160
        )
        seed = gr.Number(
            0, precision=0, minimum=0, maximum=2**32 - 1, label=t("Seed"), min_width=160
        )
        temperature = gr.Slider(
            0, 2, value=0.8, step=0.05, label=t("Temperature"), min_width=160,
            info=t("0 = the mean face, 1 = as varied as the training faces"),
        )  # fmt: skip
        prior = gr.Radio(
            ["mixture", "normal"], value="mixture", label=t("Drawn from"), min_width=160,
            info=t("where training faces lie, or the textbook's prior; classic has only the latter"),
        )  # fmt: skip
        draw = gr.Button(t("Sample faces"), variant="primary", min_width=160)
    inputs = [count, seed, temperature, model, prior]
    parts.run([draw.click], sample, inputs, faces, api_name="sample")
    parts.run([tab.select], sample, inputs, faces, api_visibility="private")


def build_changes(tab: gr.Tab) -> None:
    try:
        names = slider_names()
    except ValueError as error:
        gr.Markdown(f"⚠ {t('Not available')}: {error}")
        return
    with parts.row():
        face = parts.picture("Face", "face-28.webp")
        changed = parts.result("Changed face")
        with gr.Column(elem_classes="sliders", min_width=260):
            sliders = [slider(name) for name in names]
    with parts.tools():
        new = gr.Button(t("A made-up face"), size="sm")
        back = gr.Button(t("Reset the sliders"), size="sm")
    parts.shelf("face-*.webp", face)
    gr.Markdown(t(DIRECTIONS), elem_classes="aside")
    private = {"api_visibility": "private"}
    posed = gr.State()  # the face is looked for once, not at each move of a slider
    parts.run([face.change, tab.select], in_pose, [face], posed, **private)
    moved, changing = [posed.change, *(s.input for s in sliders)], functools.partial(change, names)
    last = {"trigger_mode": "always_last", **private}
    parts.run(moved, changing, [posed, *sliders], changed, **last)
    parts.run([back.click], functools.partial(reset, names), posed, [*sliders, changed], **private)
    parts.run([new.click], invent, [], face, **private)


DIRECTIONS = (
    "Each slider adds a direction to the face's numbers: 1 is the way from the average face without the attribute to "
    "the one with it, all other attributes left alone. The names are those of the data set, whose annotators judged "
    "by sight."
)


def slider(name: str) -> gr.Slider:
    label = name.replace("_", " ").capitalize()
    return gr.Slider(-REACH, REACH, value=0, step=0.05, label=t(label), min_width=150)
