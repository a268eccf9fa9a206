"""Tab: faces in the latent space of the VAE: morphs and samples."""

import base64
import io

import gradio as gr
from PIL import Image

from ae_models import tasks
from ui import alignment, parts

JPEG_QUALITY = 92


def morph(a: Image.Image, b: Image.Image, steps: int, mode: str, model: str) -> tuple[list[Image.Image], list[str]]:
    """Morph one face into another.

    a, b: PNG, JPEG or WebP pictures of frontal faces; of each the largest face is brought into CelebA's pose. Without a
    face the largest centred square is used (of a picture in the proportions of CelebA's aligned 178x218, its face). steps: 2 to 257. mode: slerp (great circle) or lerp (straight
    line). model: which network. Returns the pictures, and the same as JPEG data URLs."""
    a, b = parts.needs(a, "a first face"), parts.needs(b, "a second face")
    a, b = (alignment.seen_or_told(face, "celeba") for face in (a, b))
    frames = tasks.morph(parts.load("face-vae", model), a, b, steps, mode)
    return frames, [data_url(frame) for frame in frames]


def morph_if_both(a, b, steps: int, mode: str, model: str):
    """The same for the page, where one face may still be missing."""
    return (None, []) if a is None or b is None else morph(a, b, steps, mode, model)


def sample(count: int, seed: int, temperature: float, model: str) -> list[Image.Image]:
    """Draw new faces.

    count: 1 to 64. seed: a whole number; the same gives the same faces. temperature: 0 (the mean face) to 2.
    model: which network. Returns the pictures."""
    return tasks.sample(parts.load("face-vae", model), count, seed, temperature)


def data_url(frame: Image.Image) -> str:
    buffer = io.BytesIO()
    frame.save(buffer, "JPEG", quality=JPEG_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


def build() -> None:
    gr.Markdown(
        "### Faces as 128 numbers\n"
        "The encoder describes each face by 128 numbers. Between two such lists lie others, and each of them is a face: "
        "move the slider. Random numbers give faces of people who do not exist."
    )
    with gr.Row():
        with gr.Column(min_width=240):
            a = parts.picture("First face")
            gr.Examples(parts.examples("face-*.webp")[:4], a, label="Made up by the network")
        with gr.Column(min_width=240):
            scrubber = parts.component("scrubber", value=[])
        with gr.Column(min_width=240):
            b = parts.picture("Second face")
            gr.Examples(parts.examples("face-*.webp")[4:], b, label="Made up by the network")
    with gr.Row():
        model = parts.choice("face-vae")
        mode = gr.Radio(["slerp", "lerp"], value="slerp", label="Way", info="great circle or straight line")
        steps = gr.Slider(2, tasks.MAX_STEPS, value=33, step=1, label="Frames")
        button = gr.Button("Morph", variant="primary")
    with gr.Accordion("All frames", open=False):
        frames = gr.Gallery(label="Frames", columns=11, format="jpeg", interactive=False, height="auto")
    inputs, outputs = [a, b, steps, mode, model], [frames, scrubber]
    parts.run([button.click], morph, inputs, outputs, api_name="morph")
    triggers = [a.change, b.change, mode.change, model.change, steps.release]
    parts.run(triggers, morph_if_both, inputs, outputs, api_visibility="private", trigger_mode="always_last")

    gr.Markdown("### New faces")
    with gr.Row():
        count = gr.Slider(1, tasks.MAX_SAMPLES, value=8, step=1, label="How many")
        seed = gr.Number(0, precision=0, minimum=0, maximum=2**32 - 1, label="Seed")
        temperature = gr.Slider(0, 2, value=0.8, step=0.05, label="Temperature", info="0 is the mean face, 1 the prior")
        draw = gr.Button("Sample faces", variant="primary")
    faces = gr.Gallery(label="Sampled faces", columns=8, format="png", interactive=False, height="auto")
    parts.run([draw.click], sample, [count, seed, temperature, model], faces, api_name="sample")
