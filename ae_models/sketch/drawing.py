"""A user's line drawing and its hints, as `sketch-color-plus` sees them.

Ink is float32 (1, 1, H, W), 0 is paper and 1 the darkest line. The network sees a square, with the
drawing in its middle.
"""

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from ae_models import tiles
from ae_models.sketch.config import SketchColorPlusConfig

PAPER_QUANTILE = 0.9  # of the gray levels of a drawing: the tone of its paper
SAMPLES = 100_000  # pixels at most that this is taken from


def ink_of(drawing: Image.Image) -> Tensor:
    """RGB picture of dark or colored lines on light paper -> its ink, as much as the darkest
    channel has.

    The tone of the paper is taken as white."""
    dark = tiles.of_picture(lambda rgb: rgb.amin(1, keepdim=True), drawing)
    paper = dark.flatten()[:: max(1, dark.numel() // SAMPLES)].quantile(PAPER_QUANTILE)
    return dark.div_(-paper.clamp_min(1 / 255)).add_(1).clamp_(0, 1)


def pens_of(rgb: Tensor) -> Tensor:
    """Dark or colored lines (B, 3, H, W) -> the light that lines in colored pens give back, of the
    same shape; 0 where they are gray or black."""
    return rgb - rgb.amin(1, keepdim=True)


def is_blank(ink: Tensor, config: SketchColorPlusConfig) -> bool:
    """Whether a sheet has no lines at all."""
    return bool(ink.max() < config.blank_ink)


def for_network(ink: Tensor, config: SketchColorPlusConfig) -> Tensor:
    """Ink -> sketch (1, 1, size, size) in [0, 1], 0 is ink; faded lines are darkened again."""
    size = (config.size, config.size)
    small = tiles.shrunk(square(ink).split(tiles.ROWS, 2), size)
    lines = small[small > config.blank_ink / 2]
    strength = lines.quantile(config.line_quantile) if len(lines) else torch.tensor(1.0)
    scaled = small / strength.clamp(config.blank_ink, config.line_ink) * config.line_ink
    return 1 - scaled.clamp(0, 1)


def hints_for_network(hints: Image.Image, size: int) -> Tensor:
    """Hints, RGBA, in the square around them -> (1, 4, size, size), opacity 0 or 1."""
    left, top, _, _ = square_box(*hints.size)
    side = max(hints.size)
    return shrink_hints(hints, (size, size), (-left, -top, side - left, side - top))


def shrink_hints(
    hints: Image.Image, size: tuple[int, int], box: tuple[int, int, int, int] | None = None
) -> Tensor:
    """Hints, RGBA, or a box of them -> RGB and opacity (1, 4, *size), opacity 0 or 1.

    A hint that shrinking makes smaller than 5 px is widened to 3 px."""
    strips = tiles.rows(hints, box)
    small = tiles.shrunk((torch.cat([x[:, :3] * x[:, 3:], x[:, 3:]], 1) for x in strips), size)
    alpha = small[:, 3:]
    tiny = (F.max_pool2d(alpha, 5, 1, 2) < 0.99) & (F.max_pool2d(alpha, 3, 1, 1) > 0.02)
    rgb, weight = torch.where(tiny, F.avg_pool2d(small, 3, 1, 1), small).split([3, 1], 1)
    opaque = tiny | (alpha > 0.5)
    return torch.cat([rgb / weight.clamp_min(1e-4), torch.ones_like(alpha)], 1).clamp(0, 1) * opaque


def square_box(width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of a drawing in the middle of a square around it."""
    side = max(width, height)
    left, top = (side - width) // 2, (side - height) // 2
    return left, top, left + width, top + height


def square(x: Tensor) -> Tensor:
    """Pad (1, C, H, W) with 0 to a square with the picture in its middle."""
    side = max(x.shape[2:])
    left, top, right, bottom = square_box(x.shape[3], x.shape[2])
    return F.pad(x, (left, side - right, top, side - bottom))


def crop(x: Tensor, size: tuple[int, int]) -> Tensor:
    """Cut a drawing of `size` (height, width) out of its square: the inverse of `square`."""
    left, top, right, bottom = square_box(size[1], size[0])
    return x[:, :, top:bottom, left:right]
