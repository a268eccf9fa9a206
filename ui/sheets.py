"""Make the contact sheets of the model cards, docs/<slug>.webp: what each network does well, and where it fails.

    python -m ui.sheets

Every picture on them is drawn or made up by ui/examples.py, train/portraits.py or our own networks.
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from ae_models import tasks, zoo
from ui import colorize, examples, parts

DOCS = Path(__file__).resolve().parents[1] / "docs"
CELL, GAP, TITLE = 160, 6, 18

Row = tuple[str, list[Image.Image]]


def sheet(rows: list[Row]) -> Image.Image:
    """Rows of pictures under their titles."""
    width = max(len(pictures) for _, pictures in rows) * (CELL + GAP) + GAP
    page = Image.new("RGB", (width, len(rows) * (CELL + GAP + TITLE) + GAP), "white")
    draw = ImageDraw.Draw(page)
    for i, (title, pictures) in enumerate(rows):
        top = GAP + i * (CELL + GAP + TITLE)
        draw.text((GAP, top), title, fill="black")
        for j, picture in enumerate(pictures):
            cell = ImageOps.pad(picture.convert("RGB"), (CELL, CELL), color="white")
            page.paste(cell, (GAP + j * (CELL + GAP), top + TITLE))
    return page


def opened(pattern: str) -> list[Image.Image]:
    return [Image.open(path).convert("RGB") for path in parts.examples(pattern)]


def before_and_after(task, good: list[Image.Image], bad: list[Image.Image], why: str) -> list[Row]:
    return [("in", good), ("out", [task(p) for p in good]), (f"fails: {why}", bad), ("out", [task(p) for p in bad])]


def blank_circle() -> Image.Image:
    return examples.sketch([examples.oval(50, 50, 44, 44)])


def text() -> Image.Image:
    page = Image.new("RGB", (128, 128), "white")
    for i in range(8):
        ImageDraw.Draw(page).text((4, 4 + 15 * i), "the quick brown fox jumps", fill="black")
    return page


def confetti() -> Image.Image:
    cells = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    return Image.fromarray(cells).resize((128, 128), Image.Resampling.NEAREST)


def sunset() -> Image.Image:
    scene = examples.LANDSCAPES["sea"] | {"sky": (90, 40, 90), "horizon": (255, 140, 40), "water": (120, 50, 40)}
    return examples.landscape(**scene)


def own_colours(photo: Image.Image) -> list[colorize.Point]:
    """Nine points with the colour that the photo has there."""
    places = [(x, y) for x in (0.2, 0.5, 0.8) for y in (0.15, 0.5, 0.8)]
    return [(x, y, f"#{bytes(photo.getpixel((x * photo.width, y * photo.height))).hex()}") for x, y in places]


def face_sketch(network) -> list[Row]:
    good = opened("portrait-*.webp")
    turned, small = good[0].rotate(60, fillcolor="white"), ImageOps.expand(good[1], 160, "white")
    bad = [turned, small, *opened("face-*.webp")[:2], *opened("landscape-*.webp")[:1]]
    why = "turned, small in the picture, other light and background, not a face"
    return before_and_after(lambda p: tasks.translate_face(network, p), good, bad, why)


def sketch_color(network) -> list[Row]:
    drawings = opened("sketch-*.png")
    thick = drawings[0].filter(ImageFilter.MinFilter(15))
    bad = [blank_circle(), thick, ImageOps.invert(drawings[2])]
    why = "nothing near the middle to go by, a thick pen, white on black"
    return before_and_after(lambda p: tasks.color_sketch(network, p), drawings, bad, why)


def photo_color(network) -> list[Row]:
    scenes = opened("landscape-*.webp")
    bad = [sunset(), *opened("face-*.webp")[:2], confetti()]
    rows = before_and_after(
        lambda p: tasks.colorize(network, p), scenes, bad, "a sunset, faces, colours without reason"
    )
    return [rows[0], ("its lightness", [p.convert("L") for p in scenes]), *rows[1:]]


def photo_color_plus(network) -> list[Row]:
    scenes = opened("landscape-*.webp")
    bad = [sunset(), *opened("face-*.webp")[:2], confetti()]
    steered = [tasks.colorize(network, p, hints=colorize.with_points(None, own_colours(p), p.size)) for p in bad]
    rows = before_and_after(
        lambda p: tasks.colorize(network, p), scenes, bad, "a sunset, faces, colours without reason"
    )
    lightness = ("its lightness", [p.convert("L") for p in scenes])
    return [rows[0], lightness, *rows[1:], ("out, with nine points of the true colour", steered)]


def dcae(network) -> list[Row]:
    good = [p.resize((128, 128)) for p in opened("landscape-*.webp")] + opened("face-*.webp")[:2]
    return before_and_after(lambda p: tasks.reconstruct(network, p), good, [text(), confetti()], "thin lines, noise")


def face_vae(network) -> list[Row]:
    faces = opened("face-*.webp")
    bad = [faces[0].rotate(45), ImageOps.flip(faces[1]), *opened("landscape-*.webp")[:1]]
    return [
        ("sampled, temperature 0.7", tasks.sample(network, 8, seed=1, temperature=0.7)),
        ("sampled, temperature 1", tasks.sample(network, 8, seed=1)),
        ("sampled, temperature 1.5: falls apart", tasks.sample(network, 8, seed=1, temperature=1.5)),
        ("morph", tasks.morph(network, faces[0], faces[3], steps=8)),
        ("fails: turned, upside down, not a face", bad),
        ("out", [tasks.reconstruct(network, p) for p in bad]),
    ]


SHEETS = {
    "face-sketch": face_sketch,
    "sketch-color": sketch_color,
    "photo-color": photo_color,
    "photo-color-plus": photo_color_plus,
    "dcae": dcae,
    "face-vae": face_vae,
}

if __name__ == "__main__":
    DOCS.mkdir(exist_ok=True)
    for slug, rows in SHEETS.items():
        sheet(rows(zoo.load(slug))).save(DOCS / f"{slug}.webp", quality=88)
