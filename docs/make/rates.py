"""Draw docs/dcae-plus-rates.webp: bytes against quality of our files and of other codecs'.

    python -m docs.make.rates        2 minutes on one core

Means over the photographs in gradio's package, at each rate or quality."""

import math

from PIL import Image, ImageDraw, ImageFont

from ae_models import zoo
from docs.make.sheets import DOCS
from train.measures import codecs, rate_distortion

SIZE, MARGIN, SCALE = (460, 380), (56, 34, 16, 44), 2  # of a panel: left, top, right, bottom
COLORS = {"network": "#4338ca", "WebP": "#d97706", "AVIF": "#15803d", "JPEG": "#737a94"}
NAMES = {"network": "dcae-plus"}
PANELS = (("psnr", "PSNR in dB", (26, 42)), ("ms_ssim", "MS-SSIM in dB", (10, 26)))
BITS = (0.25, 4.0)  # per pixel, on a logarithmic axis

Points = list[tuple[float, float]]


def text(draw: ImageDraw.ImageDraw, at: tuple[float, float], words: str, anchor: str, fill="#333"):
    font = ImageFont.load_default(12 * SCALE)
    draw.text((at[0] * SCALE, at[1] * SCALE), words, fill, font, anchor=anchor)


def panel(title: str, span: tuple[float, float], lines: dict[str, Points]) -> Image.Image:
    """Lines of (bits per pixel, quality) by codec, under a title."""
    page = Image.new("RGB", (SIZE[0] * SCALE, SIZE[1] * SCALE), "white")
    draw = ImageDraw.Draw(page)
    left, top, right, bottom = MARGIN
    width, height = SIZE[0] - left - right, SIZE[1] - top - bottom

    def place(bits: float, quality: float) -> tuple[float, float]:
        x = math.log(bits / BITS[0]) / math.log(BITS[1] / BITS[0])
        return left + x * width, top + (span[1] - quality) / (span[1] - span[0]) * height

    def line(points: Points, fill: str, thick: int) -> None:
        places = [(x * SCALE, y * SCALE) for x, y in (place(*point) for point in points)]
        draw.line(places, fill, thick, joint="curve")

    for quality in range(span[0], span[1] + 1, 2):
        line([(BITS[0], quality), (BITS[1], quality)], "#e2e5ee", 1)
        text(draw, (left - 6, place(1, quality)[1]), str(quality), "rm")
    for bits in (0.25, 0.5, 1, 2, 4):
        line([(bits, span[0]), (bits, span[1])], "#e2e5ee", 1)
        text(draw, (place(bits, 0)[0], SIZE[1] - bottom + 6), f"{bits:g}", "ma")
    text(draw, (left + width / 2, SIZE[1] - 8), "bits per pixel", "md")
    text(draw, (left, top - 10), title, "ld", "#111")
    for i, (name, points) in enumerate(lines.items()):
        inside = [p for p in points if BITS[0] <= p[0] <= BITS[1] and span[0] <= p[1] <= span[1]]
        line(inside, COLORS[name], 3 * SCALE)
        for x, y in (place(*point) for point in inside):
            draw.circle((x * SCALE, y * SCALE), 4 * SCALE, COLORS[name])
        text(draw, (left + width - 8, top + height - 14 - 18 * i), NAMES.get(name, name), "rm",
             COLORS[name])  # fmt: skip
    return page.resize(SIZE, Image.Resampling.LANCZOS)


def main() -> None:
    photos = codecs.large_photos()
    pixels = sum(photo.width * photo.height for photo in photos) / len(photos)
    found = rate_distortion.codecs(zoo.load("dcae-plus"))
    curves = {name: rate_distortion.curve(codec, photos) for name, codec in found.items()}
    page = Image.new("RGB", (SIZE[0] * len(PANELS), SIZE[1]), "white")
    for i, (quality, title, span) in enumerate(PANELS):
        lines = {
            name: list(zip((8 * curve.bytes.mean(1) / pixels).tolist(),
                           getattr(curve, quality).mean(1).tolist()))
            for name, curve in curves.items()
        }  # fmt: skip
        page.paste(panel(title, span, lines), (i * SIZE[0], 0))
    page.save(DOCS / "dcae-plus-rates.webp", lossless=True)


if __name__ == "__main__":
    main()
