"""Tab: what a latent keeps of a picture, what its file costs, and what others' files of that size
keep."""

from pathlib import Path

import gradio as gr
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder
from PIL import Image, ImageChops
from torch import nn

from ae_models import images, metrics, tasks, zoo
from ae_models.codec import file, others
from ui import explain, parts
from ui.words import t

MOST_PIXELS = 768 * 768  # of the tab; the endpoints that write and read files take any size
MOST_REFINEMENT = 40  # steps; more take minutes
WEBP_QUALITY = 80
DIFFERENCE = 8
Named = list[tuple[Image.Image, str]]
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
    return tasks.reconstruct(
        network, shrunk(parts.needs(picture, "a picture")), _rate(network, rate)
    )


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
    if refine > MOST_REFINEMENT:
        raise ValueError(f"expected refine to be at most {MOST_REFINEMENT}, got {refine}")
    return kept(tasks.compress(parts.load("dcae", model), picture, rate, refine))


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


def kept(data: bytes) -> str:
    """Path of a file with these bytes, among those that the app deletes after a while."""
    return save_bytes_to_cache(data, f"picture{file.SUFFIX}", get_upload_folder())


def at_work(picture: Image.Image | None, model: str, rate: float) -> tuple:
    """The tab's answer: the picture again, and its file, if the network writes one at this rate."""
    network, no_file = parts.load("dcae", model), gr.update(value=None, interactive=False)
    if picture is None:
        return None, no_file
    if not _rate(network, rate):
        return reconstruct(picture, model, rate), no_file
    data = tasks.compress(network, shrunk(picture), rate)
    return tasks.decompress(data), gr.update(value=kept(data), interactive=True)


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


def costs(
    picture: Image.Image | None, again: Image.Image | None, model: str, rate: float
) -> tuple[str, Named]:
    """A Markdown table of bytes, bits per pixel and PSNR: of the picture's pixels, of its file or
    its latent, and of other codecs' files of about as many bytes; and their pictures."""
    if picture is None or again is None:
        return "", []
    network, picture = parts.load("dcae", model), images.resize(picture, again.size)
    rows = [("pixels, one byte a channel", 3 * picture.width * picture.height, None)]
    if rate := _rate(network, rate):
        size = len(tasks.compress(network, picture, rate))
        rows.append((f"{file.SUFFIX} file at rate {rate:g}", size, again))
        files = {name: others.file_of_size(name, picture, size) for name in others.OPTIONS}
    else:
        numbers = tasks.encode(network, picture, rate).numel()
        rows.append((f"latent, {numbers:,} numbers as float32", 4 * numbers, again))
        files = {"WebP": (WEBP_QUALITY, others.file_of("WebP", picture, WEBP_QUALITY))}
    decoded = {name: others.opened(data) for name, (_, data) in files.items()}
    for name, (quality, data) in files.items():
        rows.append((f"{name} file of quality {quality}", len(data), decoded[name]))
    compared = {"original": picture, "ours": again} | decoded
    compared["our difference × 8"] = difference(picture, again)
    text = table(picture, rows) + "\n\n" + (FILES if rate else FLOATS)
    return text, [(shown, name) for name, shown in compared.items()]


def difference(a: Image.Image, b: Image.Image) -> Image.Image:
    """Absolute difference of two pictures, DIFFERENCE times as strong."""
    return ImageChops.difference(a, b).point(lambda value: min(255, DIFFERENCE * value))


def table(picture: Image.Image, rows: list[tuple[str, int, Image.Image | None]]) -> str:
    """Rows of name, bytes and decoded picture (None: exact) -> Markdown."""
    lines = [
        f"| {picture.width} × {picture.height} px | bytes | bits per pixel | PSNR |",
        "|---|--:|--:|--:|",
    ]
    for name, size, result in rows:
        quality = "exact" if result is None else f"{psnr(picture, result):.1f} dB"
        bits = 8 * size / (picture.width * picture.height)
        lines.append(f"| {name} | {size:,} | {bits:.2f} | {quality} |")
    return "\n".join(lines)


FLOATS = (
    "The latent has a third as many numbers as the picture, but as float32 each takes four bytes "
    "where a pixel's takes one: it becomes compression only once its numbers are rounded and coded."
)
FILES = (
    "All bytes are those of whole files. JPEG, WebP and AVIF are at the highest quality whose file "
    "is no larger than ours, or at their lowest if even that is larger."
)


def _rate(network: nn.Module, rate: float) -> float:
    """0 for a network that does not round."""
    return rate if network.rates else 0


def psnr(a: Image.Image, b: Image.Image) -> float:
    return metrics.psnr(*(images.to_tensor(images.to_rgb(x)) for x in (a, b))).item()


def opened(path: str | None) -> dict:
    """Show the picture of a file that was chosen."""
    return gr.update(value=decompress(path), visible=True)


def build(tab: gr.Tab) -> None:
    with parts.row():
        picture = parts.picture("Picture", "landscape-sea.webp")
        again = parts.result("Reconstruction")
        other = parts.result("Reconstruction", visible=False)
        compared = parts.Gallery(look="compare")
        from_file = parts.result("Picture of the opened file", visible=False)
    with parts.tools():
        rate = gr.Slider(
            0, FINEST, value=3, step=1, label=t("Rounding of the latent"), min_width=200,
            info=t("1 = coarsest, 5 = finest, 0 = not rounded; classic never rounds"),
        )  # fmt: skip
        model = parts.choice("dcae")
        parts.beside("dcae", beside, again, [picture, rate], model, other)
        save = gr.DownloadButton(
            t("Save the .aes file"), interactive=False, min_width=140, size="md"
        )
        load = gr.UploadButton(
            t("Open an .aes file"), file_types=[file.SUFFIX], min_width=140, size="md"
        )
    figures = gr.Markdown(elem_classes="figures")
    parts.shelf("[fl]a[cn]*-*.webp", picture)
    explain.fold(
        "dcae",
        ["picture", "encoder", "16 per 4 × 4 px", "decoder", "picture again"],
        "The autoencoder turns each 4 × 4 pixels into 16 numbers and rebuilds them. Rounded "
        "coarsely, the numbers cost few bytes: a second network predicts each from those before "
        "it, and what it expects costs least. The classic network was made for 32 × 32 pixels: "
        "larger pictures go through it in overlapping tiles.",
    )
    parts.run([], reconstruct, [picture, model, rate], again, api_name="reconstruct")
    refine = gr.Number(0, visible=False)
    data = gr.File(visible=False, type="filepath")
    parts.run([], compress, [picture, rate, refine, model], data, refined, api_name="compress")
    parts.run([], decompress, [data], from_file, api_name="decompress")
    private = {"api_visibility": "private", "trigger_mode": "always_last"}
    changes = [picture.change, model.change, rate.change, tab.select]
    parts.run(changes, at_work, [picture, model, rate], [again, save], **private)
    parts.run([again.change], costs, [picture, again, model, rate], [figures, compared], **private)
    parts.run([load.upload], opened, load, from_file, **private)
