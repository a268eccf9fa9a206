"""Tab: a picture under a handle between the original and what codecs keep of it in as many
bytes."""

from pathlib import Path

import gradio as gr
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder
from PIL import Image

from ae_models import inference, tasks, zoo
from ae_models.codec import file
from ui import elements, explain, parts
from ui.codecs import shrunk
from ui.words import t

SCRIPTS = (
    *("transport", "view", "split", "desk"),  # what the rest is made of
    *("compress", "plot", "channels", "codecs"),
)
START = "scene-lake.webp"
MOST_REFINEMENT = 40  # steps; more take minutes
FINEST = zoo.row("dcae-plus").config.rates


def reconstruct(picture: Image.Image, model: str, rate: float) -> Image.Image:
    """Send a picture through the autoencoder's latent and back.

    A picture of more than 768x768 pixels is shrunk to that many first.

    Args:
        picture: PNG, JPEG, WebP, AVIF, GIF, TIFF or HEIC of at least 8x8 pixels.
        model: "plus" or "classic".
        rate: Rounding of plus' latent: 1 (coarsest) to 5, 0 for none; classic never rounds.

    Returns:
        RGB picture.
    """
    network = parts.load("dcae", model)
    picture = shrunk(parts.needs(picture, "a picture"))
    return tasks.reconstruct(network, picture, rate if network.rates else 0)


def compress(picture: Image.Image, rate: float, refine: float, model: str) -> str:
    """Write a picture as a small .aes file, which decompress opens again.

    Args:
        picture: PNG, JPEG, WebP, AVIF, GIF, TIFF or HEIC of at least 8x8 pixels; keeps its size.
        rate: 1 (the smallest file) to 5.
        refine: 0 to 40 steps that fit the file to this picture: slow, and a few percent smaller.
        model: "plus"; the classic network writes no files.

    Returns:
        File that decompress opens.
    """
    picture = parts.needs(picture, "a picture")
    refine = inference.whole_number("refine", refine, 0, MOST_REFINEMENT)
    data = tasks.compress(parts.load("dcae", model), picture, rate, refine)
    return save_bytes_to_cache(data, f"picture{file.SUFFIX}", get_upload_folder())


def decompress(path: str) -> Image.Image:
    """Open an .aes file that compress wrote.

    Args:
        path: The .aes file.

    Returns:
        RGB picture of the size that was compressed.
    """
    with Path(parts.needs(path, f"an {file.SUFFIX} file")).open("rb") as source:
        return tasks.decompress(source.read(file.MAX_BYTES + 1))


def refined(picture: parts.Upload | None, rate: float, refine: float, model: str) -> int:
    """Pixels that the network sees when it fits a file to its picture."""
    return int((1 + (refine or 0)) * parts.size_of(picture))


def claimed(path: str | None) -> int:
    """Pixels of the picture in an .aes file, as its header claims; 0 for another file."""
    with Path(parts.needs(path, f"an {file.SUFFIX} file")).open("rb") as source:
        start = source.read(file.MOST_HEADER)
    if start[:1] != bytes([file.MAGIC]):
        return 0
    width, height, _ = file.claim(start)
    return width * height


def build(tab: gr.Tab) -> None:
    examples = [
        Path(path).name for path in elements.examples("scene-*") + elements.examples("face-*")[:4]
    ]
    elements.late("compress", *SCRIPTS, examples=examples, start=START, finest=FINEST)
    explain.fold(
        "dcae",
        ["picture", "encoder", "16 per 4 × 4 px", "decoder", "picture again"],
        "The autoencoder turns each 4 × 4 pixels into 16 numbers and rebuilds them. Rounded "
        "coarsely, the numbers cost few bytes: a second network predicts each from those before "
        "it, and what it expects costs least. The classic network was made for 32 × 32 pixels: "
        "larger pictures go through it in overlapping tiles.",
    )
    with elements.hidden():  # of the endpoints: the page has routes of its own
        picture, again = parts.picture("Picture"), parts.result("Reconstruction")
        unrounded, rate = (
            gr.Slider(0, FINEST, value=value, step=1, label=t("Rounding of the latent"))
            for value in (0, 3)
        )
        model = gr.Radio(list(zoo.networks("dcae")), value="plus", label=t("Network"))
        refine, data = gr.Number(0), gr.File(type="filepath")
        opened = parts.result("Picture of the opened file")
    parts.run(reconstruct, [picture, model, unrounded], again, api_name="reconstruct")
    parts.run(compress, [picture, rate, refine, model], data, refined, api_name="compress")
    parts.run(decompress, [data], opened, claimed, api_name="decompress")
