"""Pictures, plots and figures of the lessons: PIL pictures, which a notebook shows by itself."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from ae_models import images, metrics

EXAMPLES = Path(__file__).resolve().parents[2] / "ui" / "static" / "examples"
GAP = 8  # px between pictures
COLORS = ("#4338ca", "#d97706", "#0f8a5f", "#b42318")


def example(name: str) -> Image.Image:
    """One of the app's example pictures, none of which is a photograph of anybody."""
    return images.read(EXAMPLES / name)


def psnr(a: Image.Image, b: Image.Image) -> float:
    """Peak signal-to-noise ratio of two RGB pictures of one size, in dB."""
    return metrics.psnr(images.to_tensor(a), images.to_tensor(b)).item()


def row(*pictures: Image.Image, high: int = 240) -> Image.Image:
    """Pictures beside each other, each `high` px high; small ones keep their square pixels."""
    scaled = []
    for picture in pictures:
        small = 4 * picture.height <= high
        how = Image.Resampling.NEAREST if small else Image.Resampling.LANCZOS
        size = (round(picture.width * high / picture.height), high)
        scaled.append(picture.convert("RGB").resize(size, how))
    width = sum(picture.width for picture in scaled) + GAP * (len(scaled) - 1)
    sheet, x = Image.new("RGB", (width, high), "white"), 0
    for picture in scaled:
        sheet.paste(picture, (x, 0))
        x += picture.width + GAP
    return sheet


def column(*rows: Image.Image) -> Image.Image:
    """Rows below each other."""
    height = sum(picture.height for picture in rows) + GAP * (len(rows) - 1)
    sheet, y = Image.new("RGB", (max(picture.width for picture in rows), height), "white"), 0
    for picture in rows:
        sheet.paste(picture, (0, y))
        y += picture.height + GAP
    return sheet


def bars(heights, width: int = 720, high: int = 240) -> Image.Image:
    """Bar chart from left to right; the tallest bar is `high` px."""
    heights = np.asarray(heights, dtype=float)
    sheet = Image.new("RGB", (width, high + 1), "white")
    draw, step = ImageDraw.Draw(sheet), width / len(heights)
    for i, height in enumerate(heights / heights.max()):
        left, right = round(i * step), max(round((i + 1) * step) - 2, round(i * step))
        draw.rectangle((left, high * (1 - height), right, high), fill=COLORS[0])
    draw.line((0, high, width, high), fill="#545b73")
    return sheet


def curves(x, *lines, width: int = 720, high: int = 280) -> Image.Image:
    """Line chart of one or more lines over x; the axes span what is drawn."""
    x, lines = np.asarray(x, dtype=float), np.asarray(lines, dtype=float)
    across = (x - x.min()) / np.ptp(x) * (width - 9) + 4
    up = high - 5 - (lines - lines.min()) / np.ptp(lines) * (high - 9)
    sheet = Image.new("RGB", (width, high), "white")
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((0, 0, width - 1, high - 1), outline="#d5d9e6")
    for ys, color in zip(up, COLORS):
        draw.line(list(zip(across, ys)), fill=color, width=3)
    return sheet


def scatter(points, reach: float, high: int = 280) -> Image.Image:
    """Points (N, 2) in a square from -reach to reach; the circles are 1, 2 and 3 units wide."""
    sheet = Image.new("RGB", (high, high), "white")
    draw, scale = ImageDraw.Draw(sheet), high / 2 / reach
    for x, y in np.asarray(points, dtype=float) * scale + high / 2:
        draw.ellipse((x - 2, y - 2, x + 2, y + 2), fill=COLORS[0])
    for radius in (1, 2, 3):
        box = (high / 2 - radius * scale, high / 2 + radius * scale)
        draw.ellipse((box[0], box[0], box[1], box[1]), outline=COLORS[1], width=2)
    draw.rectangle((0, 0, high - 1, high - 1), outline="#d5d9e6")
    return sheet
