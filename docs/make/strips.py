"""Make the strips of the README, docs/strip-<name>.webp: what goes in and what comes out.

    python -m docs.make.strips

Every picture is one of the app's examples. The figure beside
each strip is written by docs/make/readme.py."""

from pathlib import Path

from PIL import Image

from ae_models import tasks, zoo
from docs.lessons.show import example, row

DOCS = Path(__file__).resolve().parents[1]
HIGH, STEPS = 200, 5  # px of a picture; faces of the morph
SKETCH, GRAY, PHOTO = (
    "sketch-dragon.png",
    ("landscape-sea.webp", "portrait-1.webp"),
    "landscape-lake.webp",
)
FACES = ("face-49.webp", "face-91.webp")
PALETTES = ([((220, 60, 50), 2), ((250, 210, 80), 1)], [((60, 120, 210), 2), ((240, 240, 250), 1)])
RATE = 3


def sketch() -> list[Image.Image]:
    """A drawing, its coloring, and two more in palettes of one's own."""
    network, drawing = zoo.load("sketch-color-plus"), example(SKETCH)
    colored = [
        tasks.color_sketch(network, drawing, palette, seed=4) for palette in (None, *PALETTES)
    ]
    return [drawing, *colored]


def gray() -> list[Image.Image]:
    """Gray photos, each beside its coloring."""
    network = zoo.load("photo-color-plus")
    photos = [example(name).convert("L") for name in GRAY]
    return [shown for photo in photos for shown in (photo, tasks.colorize(network, photo))]


def photo() -> list[Image.Image]:
    """A picture, and what comes out of its file."""
    return [example(PHOTO), tasks.decompress(compressed())]


def compressed() -> bytes:
    """The file of the picture."""
    return tasks.compress(zoo.load("dcae-plus"), example(PHOTO), RATE)


def morph() -> list[Image.Image]:
    """One face turns into another."""
    return tasks.morph(zoo.load("face-vae-plus"), *map(example, FACES), steps=STEPS)


STRIPS = {"sketch": sketch, "gray": gray, "photo": photo, "morph": morph}

if __name__ == "__main__":
    for name, pictures in STRIPS.items():
        row(*pictures(), high=HIGH).save(DOCS / f"strip-{name}.webp", quality=88, method=6)
