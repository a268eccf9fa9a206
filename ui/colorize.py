"""Tab: one photo under a handle between gray and colored, steered by hints that one puts on it."""

import functools

import gradio as gr
from PIL import Image

from ae_models import images, tasks, zoo
from ui import elements, explain, parts, photos
from ui.words import t

SCRIPTS = (
    *("transport", "view", "split", "desk", "chroma", "zip", "batch"),  # what the rest is made of
    *("photo", "spots", "touch", "photos"),
)
START = "landscape-lake.webp"


def colorize(
    photo: Image.Image,
    saturation: float,
    model: str,
    hints: Image.Image | None = None,
    restore: bool = False,
) -> Image.Image:
    """Color a gray photo; of a color photo only the lightness is used.

    Args:
        photo: PNG, JPEG, WebP, AVIF, GIF, TIFF or HEIC of at least 8x8 pixels.
        saturation: 0 (gray) to 3; 1 is as predicted.
        model: "plus", "classic" or "rgb"; plus follows hints, rgb paints the lightness, too.
        hints: Picture of the photo's size, opaque where its color is wanted, clear elsewhere.
        restore: Whether a faded photo gets its contrast back first.

    Returns:
        RGB picture of the photo's size.
    """
    photo = parts.needs(photo, "a photo")
    return tasks.colorize(parts.load("photo-color", model), photo, saturation, hints, restore)


def build(tab: gr.Tab) -> None:
    examples = [path.name for path in sorted(elements.EXAMPLES.glob("landscape-*.webp"))]
    elements.late("photo", *SCRIPTS, examples=examples, start=START)
    explain.fold(
        "photo-color",
        ["lightness, hints", "encoder", "5 × 5 × 256", "decoder", "a and b of Lab"],
        "The network sees only the lightness and guesses two color channels, which are joined with "
        "the photo's own lightness: nothing gets blurred. The grid of numbers (here of 160 × 160 "
        "pixels; larger photos have larger ones) says what is where: sky, rock, skin. Plus begins "
        "with an encoder that had learned to tell a thousand kinds of things apart; it learned "
        "colors from landscapes, things and people, and follows your hints. Classic learned from "
        "landscapes alone. RGB is the classic network with three channels to guess: it has to "
        "draw the lightness, too, which was known, and blurs it.",
        classic=["lightness", "encoder", "16 × 16 × 256", "decoder", "a and b of Lab"],
        rgb=["lightness", "encoder", "16 × 16 × 256", "decoder", "red, green, blue"],
    )
    with elements.hidden():  # of the endpoints: the page has routes of its own
        kinds = list(zoo.networks("photo-color"))
        picture, layer = parts.picture("Photo, gray or in color"), parts.layer("Hints")
        saturation = gr.Slider(0, 3, value=1, step=0.1, label=t("Saturation"))
        model = gr.Radio(kinds, value="plus", label=t("Network"))
        restore = gr.Checkbox(False, label=t("Restore tones"))
        colored = gr.Image(format="png", type="pil")
        files, archive = gr.File(file_count="multiple", label=t("Photos")), gr.File()
    given = [picture, saturation, model, layer, restore]
    parts.run(colorize, given, colored, api_name="colorize")
    many = [files, saturation, model, restore]

    @functools.wraps(photos.colorize_many)
    def colorize_many(*given) -> str:
        path = photos.colorize_many(*given)
        archive.temp_files.add(path)  # Gradio deletes it together with its own copy
        return path

    parts.run(colorize_many, many, archive, all_pixels, api_name="colorize_many")


def all_pixels(paths: list[str] | None, *_) -> int:
    return sum(map(images.pixels, paths or []))
