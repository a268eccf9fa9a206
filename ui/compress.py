"""Tab: what a latent keeps of a picture, and what it costs."""

import io

import gradio as gr
from PIL import Image

from ae_models import images, metrics, tasks
from ui import parts

MOST_PIXELS = 512 * 512  # of the tab; the function itself takes any size
WEBP_QUALITY = 80


def reconstruct(picture: Image.Image, model: str) -> Image.Image:
    """Send a picture through the autoencoder's latent and back.

    picture: PNG, JPEG or WebP; one of more than 512x512 pixels is shrunk to that many first. model: which network.
    Returns an RGB picture."""
    return tasks.reconstruct(parts.load("dcae", model), shrunk(parts.needs(picture, "a picture")))


def shrunk(picture: Image.Image) -> Image.Image:
    """At most MOST_PIXELS, in the same proportions."""
    scale = (MOST_PIXELS / (picture.width * picture.height)) ** 0.5
    if scale >= 1:
        return picture
    return images.resize(picture, (max(8, int(picture.width * scale)), max(8, int(picture.height * scale))))


def costs(picture: Image.Image | None, again: Image.Image | None, model: str) -> str:
    """A Markdown table: bytes, bits per pixel and PSNR of the picture's pixels, of its latent and of a WebP file."""
    if picture is None or again is None:
        return ""
    network, picture = parts.load("dcae", model), shrunk(picture)
    numbers = tasks.encode(network, picture).numel()
    webp = io.BytesIO()
    picture.save(webp, "WEBP", quality=WEBP_QUALITY)
    rows = (
        ("pixels, one byte a channel", 3 * picture.width * picture.height, None),
        (f"latent, {numbers:,} numbers as float32", 4 * numbers, again),
        (f"WebP file of quality {WEBP_QUALITY}", webp.tell(), Image.open(webp)),
    )
    lines = [f"| {picture.width} × {picture.height} px | bytes | bits per pixel | PSNR |", "|---|--:|--:|--:|"]
    for name, size, result in rows:
        quality = "exact" if result is None else f"{psnr(picture, result):.1f} dB"
        lines.append(f"| {name} | {size:,} | {8 * size / (picture.width * picture.height):.2f} | {quality} |")
    return "\n".join([*lines, "", NOTE])


NOTE = (
    "The latent has a third as many numbers as the picture, but as float32 each takes four bytes where a pixel's takes "
    "one: it becomes compression only once its numbers are rounded and coded."
)


def psnr(a: Image.Image, b: Image.Image) -> float:
    return metrics.psnr(*(images.to_tensor(images.to_rgb(x)) for x in (a, b))).item()


def build() -> None:
    gr.Markdown(
        "### What a latent keeps of a picture\n"
        "The autoencoder turns each 32×32 tile into 8×8×16 numbers and rebuilds it from them. Larger pictures go through "
        "it in overlapping tiles."
    )
    with gr.Row():
        with gr.Column():
            picture = parts.picture("Picture")
            model = parts.choice("dcae")
            button = gr.Button("Reconstruct", variant="primary")
        with gr.Column():
            again = parts.result("Reconstruction")
            table = gr.Markdown()
    gr.Examples(parts.examples("landscape-*.webp") + parts.examples("face-*.webp")[:2], picture, label="Examples")
    parts.run([button.click], reconstruct, [picture, model], again, api_name="reconstruct")
    parts.answer_at_once(picture, [model], reconstruct, again)
    parts.run([again.change], costs, [picture, again, model], table, api_visibility="private")
