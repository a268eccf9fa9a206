"""Tones of a photo: whether it is faded or underexposed, and gray, toned or in color."""

import numpy as np
import torch
from PIL import Image

from ae_models import color, images

# Percentiles 1 and 99 of the gray levels: of a typical photo, and the least distance of a good one.
# One landscape in 80 and one face photo in 200 is below that.
TYPICAL = (13, 234)
LEAST_RANGE = 120
GRAY, TONED = 4.0, 3.0  # units of CIE Lab: chroma of a gray photo, and what one tone leaves
SAMPLE = (64, 64)  # px that tell color from gray


def stretched(photo: Image.Image, least: int = LEAST_RANGE) -> Image.Image:
    """A faded, flat or dark photo (L or RGB) with the range of tones of a typical one.

    A photo that has at least this range is returned itself. White and black stay white and
    black."""
    counts = photo.convert("L").histogram()
    low, high = np.searchsorted(np.cumsum(counts), np.array([0.01, 0.99]) * sum(counts))
    if high - low >= least or high == low:
        return photo
    scale = (TYPICAL[1] - TYPICAL[0]) / (high - low)
    curve = (TYPICAL[0] + (np.arange(256) - low) * scale).clip(0, 255).round().astype(int)
    curve[[0, 255]] = 0, 255
    return photo.point(curve.tolist() * len(photo.getbands()))


def coloring(photo: Image.Image) -> str:
    """Say whether a photo is "gray", "sepia" (one tone, whose strength follows the lightness) or in
    "color"."""
    small = images.to_rgb(photo).resize(SAMPLE, Image.Resampling.BOX)
    lightness, *ab = color.rgb_to_lab(images.to_tensor(small))[0].flatten(1)
    ab = torch.stack(ab, 1)  # (N, 2)
    if ab.norm(dim=1).quantile(0.99) < GRAY:
        return "gray"
    powers = torch.stack([(lightness / 100) ** n for n in range(4)], 1)
    rest = ab - powers @ torch.linalg.lstsq(powers, ab).solution
    return "sepia" if rest.norm(dim=1).quantile(0.95) < TONED else "color"
