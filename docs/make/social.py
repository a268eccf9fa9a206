"""Make docs/social.png, the picture that a link to the project shows: what the networks make of our
own drawings, photos and faces.

python -m docs.make.social
"""

from PIL import Image, ImageDraw, ImageFont, ImageOps

from ae_models import tasks, zoo
from docs.make.sheets import DOCS
from ui.elements import EXAMPLES

SIZE = (1280, 640)
PAGE, INK, QUIET, ACCENT = "#eceef5", "#1b2033", "#545b73", "#4338ca"
TILE, GAP, TOP, LEFT = 264, 32, 318, 64
PALETTES = {
    "sketch-cat.png": [((242, 179, 61), 3), ((232, 86, 63), 1), ((247, 239, 224), 1)],
    "sketch-dragon.png": [((63, 143, 196), 3), ((91, 142, 125), 2), ((232, 86, 63), 1)],
}


def tiles() -> list[Image.Image]:
    """Two drawings and a photo, half as they came and half as colored, and a face between two."""
    painter, colorizer = zoo.load("sketch-color-plus"), zoo.load("photo-color-plus")
    found = []
    for name, palette in PALETTES.items():
        drawing = Image.open(EXAMPLES / name).convert("RGB")
        found.append(split(drawing, tasks.color_sketch(painter, drawing, palette)))
    photo = Image.open(EXAMPLES / "landscape-lake.webp").convert("RGB")
    found.append(split(ImageOps.grayscale(photo), tasks.colorize(colorizer, photo, 1.3)))
    faces = [Image.open(EXAMPLES / f"face-{n}.webp").convert("RGB") for n in (30, 91)]
    found.append(tasks.morph(zoo.load("face-vae-plus"), *faces, steps=3)[1])
    return [ImageOps.fit(picture, (TILE, TILE), Image.Resampling.LANCZOS) for picture in found]


def split(before: Image.Image, after: Image.Image) -> Image.Image:
    """Left half of one picture, right half of the other."""
    whole = after.convert("RGB")
    half = whole.width // 2
    whole.paste(before.convert("RGB").crop((0, 0, half, whole.height)), (0, 0))
    ImageDraw.Draw(whole).line((half, 0, half, whole.height), ACCENT, max(2, whole.width // 120))
    return whole


def main() -> None:
    page = Image.new("RGB", SIZE, PAGE)
    pen = ImageDraw.Draw(page)
    pen.text((LEFT, 70), "Autoencoder Studio", INK, ImageFont.load_default(84))
    lines = (
        "Draw, color, compress and morph with five small autoencoders.\nOn your own two CPU cores."
    )
    pen.text((LEFT, 186), lines, QUIET, ImageFont.load_default(34), spacing=14)
    for i, picture in enumerate(tiles()):
        place = (LEFT + i * (TILE + GAP), TOP)
        mask = Image.new("L", picture.size)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, TILE - 1, TILE - 1), 22, 255)
        page.paste(picture, place, mask)
    page.save(DOCS / "social.png", optimize=True)


if __name__ == "__main__":
    main()
