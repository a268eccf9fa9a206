"""Colors that a user wants in places of a photo: (B, 3, H, W) in [0, 1], (ab + 128) / 255 and 1 where it counts, else 0."""

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from ae_models import color, images, tiles

FAR, TONE = (
    5.0,
    10.0,
)  # how far a hint's color spreads: cells of 4 px as the network sees them, units of lightness


def read(layer: Image.Image) -> Tensor:
    """RGBA picture, opaque where its color is wanted -> hints of its size."""
    rgba = images.to_tensor(layer)
    mask = (rgba[:, 3:] > 0.5).float()
    ab = tiles.by_pixel(lambda rgb: color.rgb_to_lab(rgb)[:, 1:], rgba[:, :3])
    return torch.cat([(ab * mask + 128) / 255, mask], 1)


def resize(hints: Tensor, size: tuple[int, int]) -> Tensor:
    """Hints at another size: a cell that a hint touches has its color, however small the hint is."""
    ab, mask = hints[:, :2] - 128 / 255, hints[:, 2:]
    covered = F.adaptive_avg_pool2d(mask, size)
    color = F.adaptive_avg_pool2d(ab * mask, size) / covered.clamp_min(1e-9)
    return torch.cat([color + 128 / 255, (covered > 0).float()], 1)


def correction(ab: Tensor, hints: Tensor, lightness: Tensor) -> Tensor:
    """What to add to predicted ab (B, 2, h, w) so that it agrees with the hints where they are, and less where place and
    lightness (B, 1, h, w) are further from theirs: an unlikely color does not stay a spot. Weights as in the bilateral
    filter (Tomasi & Manduchi 1998)."""
    height, width = ab.shape[-2:]
    mask = hints[:, 2:].flatten(2)  # (B, 1, h w)
    missing = mask * (hints[:, :2] * 255 - 128 - ab).flatten(2)
    place = torch.cartesian_prod(torch.arange(height), torch.arange(width)).T / FAR
    at = torch.cat(
        [place.expand(len(ab), -1, -1), lightness.flatten(2) / TONE], 1
    ).mT  # (B, h w, 3)
    near = (
        torch.exp(-torch.cdist(at, at).square() / 2) * mask
    )  # (B, h w, h w): of each cell to each with a hint
    mean = missing @ near.mT / near.sum(2).clamp_min(1e-9)[:, None]
    return (mean * near.amax(2)[:, None]).unflatten(2, (height, width))
