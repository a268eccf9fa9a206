"""Color: sRGB and CIE Lab, the unit range of chroma, upsampling of chroma.

Tensors are (B, C, H, W)."""

from collections.abc import Iterator

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from ae_models import images, tiles

NEUTRAL = 128 / 255  # no chroma, in the unit range
SLOPE_FLOOR = 300.0  # variance of lightness, in [0, 100], at which chroma follows it by half

# CIE 15:2004 and IEC 61966-2-1 (sRGB), white point D65.
_RGB_TO_XYZ = torch.tensor(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE = _RGB_TO_XYZ.sum(1)
_EPSILON, _KAPPA = 216 / 24389, 24389 / 27


def rgb_to_lab(rgb: Tensor) -> Tensor:
    """sRGB (B, 3, H, W) in [0, 1] -> CIE Lab: L in [0, 100], a and b within about [-108, 99]."""
    x, y, z = _compressed(_rgb_to_xyz(rgb)).unbind(1)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], 1)


def luma(rgb: Tensor) -> Tensor:
    """Luma (B, 1, H, W) of ITU-R BT.601, for differences too. torchvision, which has it as
    rgb_to_grayscale, would take the app seconds to import."""
    r, g, b = rgb.split(1, 1)
    return 0.2989 * r + 0.587 * g + 0.114 * b


def lightness(picture: Image.Image) -> Tensor:
    """L or RGB picture -> CIE lightness (1, 1, H, W) in [0, 100], by strips of rows."""

    def of_strip(strip: Tensor) -> Tensor:
        return 116 * _compressed(_rgb_to_xyz(strip.expand(-1, 3, -1, -1))[:, 1:2]) - 16

    return tiles.of_picture(of_strip, picture)


def _rgb_to_xyz(rgb: Tensor) -> Tensor:
    """sRGB in [0, 1] -> CIE XYZ in parts of the white point's."""
    linear = torch.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055).clamp_min(0) ** 2.4)
    return _mix(_RGB_TO_XYZ / _WHITE[:, None], linear)


def _compressed(xyz: Tensor) -> Tensor:
    return torch.where(
        xyz > _EPSILON, xyz.clamp_min(_EPSILON) ** (1 / 3), (_KAPPA * xyz + 16) / 116
    )


def lab_to_rgb(lab: Tensor) -> Tensor:
    """CIE Lab (B, 3, H, W) -> sRGB in [0, 1]; colors outside the gamut are clipped per channel."""
    lightness, a, b = lab.unbind(1)
    y = (lightness + 16) / 116
    f = torch.stack([y + a / 500, y, y - b / 200], 1)
    xyz = torch.where(f**3 > _EPSILON, f**3, (116 * f - 16) / _KAPPA)
    linear = _mix(torch.linalg.inv(_RGB_TO_XYZ / _WHITE[:, None]), xyz).clamp(0, 1)
    return torch.where(
        linear <= 0.0031308, 12.92 * linear, 1.055 * linear.clamp_min(1e-8) ** (1 / 2.4) - 0.055
    )


def _mix(matrix: Tensor, x: Tensor) -> Tensor:
    """Multiply the channels of x (B, 3, H, W) by a matrix (3, 3)."""
    return torch.einsum("ij,bjhw->bihw", matrix.to(x), x)


def ab_to_unit(ab: Tensor) -> Tensor:
    """Lab a and b in [-128, 127] -> [0, 1]."""
    return (ab + 128) / 255


def unit_to_ab(x: Tensor) -> Tensor:
    """[0, 1] -> Lab a and b in [-128, 127]."""
    return x * 255 - 128


def upsample_chroma(ab: Tensor, lightness: Tensor) -> Tensor:
    """Upsample chroma (B, 2, h, w), in any unit, to the size and edges of lightness (B, 1, H, W).

    Bilinear, plus the detail that lightness loses in the same resampling, times the local slope of
    chroma over lightness in 3x3 cells: the linear model of the guided filter (He et al. 2010). All
    of the lightness would draw the texture of leaves into the color."""
    return torch.cat(list(chroma_strips(ab, lightness)), 2)


def chroma_strips(ab: Tensor, lightness: Tensor) -> Iterator[Tensor]:
    """upsample_chroma, tiles.ROWS rows at a time."""
    fields = tiles.resized(chroma_fields(ab, lightness), lightness.shape[-2:])
    for strip, rows in zip(fields, lightness.split(tiles.ROWS, 2)):
        ab, slope, mean = strip.split([2, 2, 1], 1)
        yield ab + slope * (rows - mean)


def chroma_fields(ab: Tensor, lightness: Tensor) -> Tensor:
    """Chroma (B, 2, h, w) and lightness (B, 1, H, W) -> all that upsample_chroma resizes: chroma,
    its slopes over lightness, and lightness, (B, 5, h, w)."""
    small = images.resize_tensor(lightness, ab.shape[-2:])

    def box(x: Tensor) -> Tensor:
        return F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)

    mean = box(small)
    slope = (box(small * ab) - mean * box(ab)) / (box(small.square()) - mean.square() + SLOPE_FLOOR)
    return torch.cat([ab, slope, small], 1)
