"""Color hints for a photo: tensors (B, 3, H, W) of ab in the unit range, and a mask of 0 and 1."""

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from ae_models import color, images, tiles


def read(layer: Image.Image) -> Tensor:
    """RGBA picture, opaque where a user puts a color -> hints of its size."""
    rgba = images.to_tensor(layer)
    mask = (rgba[:, 3:] > 0.5).float()
    ab = tiles.by_pixel(lambda rgb: color.rgb_to_lab(rgb)[:, 1:], rgba[:, :3])
    return torch.cat([color.ab_to_unit(ab * mask), mask], 1)


def resize(hints: Tensor, size: tuple[int, int]) -> Tensor:
    """Resize hints; a cell that a hint touches takes its color, however small the hint is."""
    ab, mask = hints[:, :2] - color.NEUTRAL, hints[:, 2:]
    covered = F.adaptive_avg_pool2d(mask, size)
    ab = F.adaptive_avg_pool2d(ab * mask, size) / covered.clamp_min(1e-9)
    return torch.cat([ab + color.NEUTRAL, (covered > 0).float()], 1)


def correction(
    ab: Tensor, hints: Tensor, lightness: Tensor, place_scale: float, lightness_scale: float
) -> Tensor:
    """Difference (B, 2, h, w) that makes predicted ab (B, 2, h, w) agree with its hints.

    It is spread with the weights of a bilateral filter (Tomasi & Manduchi 1998), standard
    deviations of `place_scale` cells and `lightness_scale` units of lightness (B, 1, h, w), so that
    a hint also recolors similar pixels nearby instead of leaving a dot."""
    return torch.stack(
        [_correction(*of_one, place_scale, lightness_scale) for of_one in zip(ab, hints, lightness)]
    )


def _correction(
    ab: Tensor, hints: Tensor, lightness: Tensor, place_scale: float, lightness_scale: float
) -> Tensor:
    """`correction` of one picture, (2, h, w)."""
    height, width = ab.shape[-2:]
    hinted = hints[2].flatten().nonzero()[:, 0]  # each cell is compared to these few
    if not len(hinted):
        return torch.zeros_like(ab)
    missing = (color.unit_to_ab(hints[:2]) - ab).flatten(1)[:, hinted]
    place = torch.cartesian_prod(torch.arange(height), torch.arange(width)) / place_scale
    features = torch.cat([place, lightness.reshape(-1, 1) / lightness_scale], 1)  # (h w, 3)
    weight = torch.exp(-torch.cdist(features, features[hinted]).square() / 2)  # (h w, hinted)
    mean = missing @ weight.T / weight.sum(1).clamp_min(1e-9)
    return (mean * weight.amax(1)).unflatten(1, (height, width))
