"""Tab: what a latent keeps of a picture, and what it costs."""

import io

import gradio as gr
from PIL import Image
from torch import nn

from ae_models import images, metrics, tasks
from ae_models.codec.dcae_plus import DCAEPlusConfig
from ae_models.codec.webp import webp_file
from ui import explain, parts
from ui.words import t

MOST_PIXELS = 768 * 768  # of the tab; the function itself takes any size
WEBP_QUALITY = 80
FINEST = DCAEPlusConfig.rates


def reconstruct(picture: Image.Image, model: str, rate: float) -> Image.Image:
    """Send a picture through the autoencoder's latent and back.

    picture: PNG, JPEG, WebP, AVIF, GIF, TIFF or HEIC; one of more than 768x768 pixels is shrunk to that many first. model: which
    network. rate: how the latent is rounded, 1 (coarsest) to 5 (finest), or 0 for not at all; the classic network does
    not round, and ignores it. Returns an RGB picture."""
    network = parts.load("dcae", model)
    return tasks.reconstruct(
        network, shrunk(parts.needs(picture, "a picture")), _rate(network, rate)
    )


def beside(picture: Image.Image | None, rate: float, model: str) -> Image.Image | None:
    """reconstruct for the other network, where the picture may be missing."""
    return None if picture is None else reconstruct(picture, model, rate)


def shrunk(picture: Image.Image) -> Image.Image:
    """At most MOST_PIXELS, in the same proportions."""
    scale = (MOST_PIXELS / (picture.width * picture.height)) ** 0.5
    if scale >= 1:
        return picture
    return images.resize(
        picture, (max(8, int(picture.width * scale)), max(8, int(picture.height * scale)))
    )


def costs(picture: Image.Image | None, again: Image.Image | None, model: str, rate: float) -> str:
    """A Markdown table: bytes, bits per pixel and PSNR of the picture's pixels, of its latent and of a WebP file: of
    about as many bytes if the latent is rounded."""
    if picture is None or again is None:
        return ""
    network, picture = parts.load("dcae", model), images.resize(picture, again.size)
    rate, pixels = _rate(network, rate), picture.width * picture.height
    latent = tasks.encode(network, picture, rate)
    if rate:
        name, size = (
            f"latent rounded at rate {rate:g}, estimated",
            round(tasks.estimated_bytes(network, latent, rate)),
        )
        quality, webp = webp_of(picture, size)
    else:
        name, size = f"latent, {latent.numel():,} numbers as float32", 4 * latent.numel()
        quality, webp = WEBP_QUALITY, webp_file(picture, WEBP_QUALITY)
    rows = (
        ("pixels, one byte a channel", 3 * pixels, None),
        (name, size, again),
        (f"WebP file of quality {quality}", webp.tell(), Image.open(webp)),
    )
    lines = [
        f"| {picture.width} × {picture.height} px | bytes | bits per pixel | PSNR |",
        "|---|--:|--:|--:|",
    ]
    for name, size, result in rows:
        quality = "exact" if result is None else f"{psnr(picture, result):.1f} dB"
        lines.append(f"| {name} | {size:,} | {8 * size / pixels:.2f} | {quality} |")
    return "\n".join([*lines, "", ROUNDED if rate else FLOATS])


FLOATS = (
    "The latent has a third as many numbers as the picture, but as float32 each takes four bytes where a pixel's takes "
    "one: it becomes compression only once its numbers are rounded and coded."
)
ROUNDED = (
    "Estimated: what an ideal code takes for the rounded numbers, if they are as probable as the network learned. The "
    "WebP file beside it is the best one that is no larger."
)


def webp_of(picture: Image.Image, most: int) -> tuple[int, io.BytesIO]:
    """The highest quality whose WebP file has at most so many bytes, or 0, and the file."""
    low, high = 0, 100
    while low < high:
        middle = (low + high + 1) // 2
        fits = webp_file(picture, middle).tell() <= most
        low, high = (middle, high) if fits else (low, middle - 1)
    return low, webp_file(picture, low)


def _rate(network: nn.Module, rate: float) -> float:
    """0 for a network that does not round."""
    return rate if hasattr(network, "quantize") else 0


def psnr(a: Image.Image, b: Image.Image) -> float:
    return metrics.psnr(*(images.to_tensor(images.to_rgb(x)) for x in (a, b))).item()


def build(tab: gr.Tab) -> None:
    with parts.row():
        picture = parts.picture("Picture", "landscape-sea.webp")
        again = parts.result("Reconstruction")
        other = parts.result("Reconstruction", visible=False)
    with parts.tools():
        rate = gr.Slider(
            0, FINEST, value=3, step=1, label=t("Rounding of the latent"), min_width=200,
            info=t("1 = coarsest, 5 = finest, 0 = not rounded; classic never rounds"),
        )  # fmt: skip
        model = parts.choice("dcae")
        parts.beside("dcae", beside, again, [picture, rate], model, other)
    table = gr.Markdown(elem_classes="figures")
    parts.shelf("[fl]a[cn]*-*.webp", picture)
    explain.fold(
        "dcae",
        ["picture", "encoder", "16 per 4 × 4 px", "decoder", "picture again"],
        "The autoencoder turns each 4 × 4 pixels into 16 numbers and rebuilds them. Rounded coarsely, the numbers cost "
        "few bytes. The classic network was made for 32 × 32 pixels: larger pictures go through it in overlapping "
        "tiles.",
    )
    inputs = [picture, model, rate]
    parts.run([], reconstruct, inputs, again, api_name="reconstruct")
    parts.answer_at_once(picture, [model, rate], reconstruct, again, tab)
    parts.run([again.change], costs, [picture, again, model, rate], table, api_visibility="private")
