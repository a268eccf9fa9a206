"""A user's line drawing: its ink, what a network sees of it, and color put under its own lines at its own size.

Ink is float32 (1, 1, H, W), 0 is paper and 1 the darkest line. The network's square has the drawing in its middle.
"""

import math

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F
from torchvision.transforms.functional import rgb_to_grayscale

from ae_models import images
from ae_models.sketch.domain_transform import flow

FAINTEST = 0.06  # ink below this everywhere is a blank sheet
FILL_SIDE = (
    512  # px of the longer side at which color is filled in; beyond it only the lines get sharper
)
REACH = 12.0  # px of the network over which a color flows to where none is sure
SLACK = 0.03  # the closer to 0, the further a dab's color holds
SHADING = 0.1  # how much lighter or darker than a dab a place may be
PAPER = 0.2  # darkness from which on a pixel counts as painted


def ink_of(sketch: Image.Image) -> Tensor:
    """Any picture of a drawing -> its ink. The paper's own tone is taken as white, and a drawing in white on black is
    turned round."""
    gray = images.to_tensor(images.to_rgb(sketch).convert("L"))
    if gray.median() < 0.5:
        gray = 1 - gray
    paper = gray.flatten()[:: max(1, gray.numel() // 100_000)].quantile(0.9)
    return (1 - gray / paper).clamp(0, 1)


def is_blank(ink: Tensor) -> bool:
    return bool(ink.max() < FAINTEST)


def for_network(ink: Tensor, size: int) -> Tensor:
    """Ink -> sketch (1, 1, size, size) in [0, 1], 0 is ink; lines that shrinking makes faint are darkened again."""
    small = images.resize_tensor(_square(ink), (size, size))
    lines = small[small > FAINTEST / 2]
    strongest = lines.quantile(0.9) if len(lines) else torch.tensor(1.0)
    return 1 - (small / strongest.clamp(FAINTEST, 0.8) * 0.8).clamp(0, 1)


def dabs_for_network(hints: Image.Image, size: int) -> Tensor:
    """RGBA picture, opaque where a color is wanted -> RGB and opacity, 0 or 1, (1, 4, size, size); what shrinking makes
    tiny is 3 px wide."""
    color, alpha = _square(images.to_tensor(hints)).split([3, 1], 1)
    color, alpha = images.resize_tensor(torch.cat([color * alpha, alpha], 1), (size, size)).split(
        [3, 1], 1
    )
    tiny = (F.max_pool2d(alpha, 5, 1, 2) < 0.99) & (F.max_pool2d(alpha, 3, 1, 1) > 0.02)
    color, weight = (torch.where(tiny, F.avg_pool2d(x, 3, 1, 1), x) for x in (color, alpha))
    opaque = tiny | (alpha > 0.5)
    return (
        torch.cat([color / weight.clamp_min(1e-4), torch.ones_like(alpha)], 1).clamp(0, 1) * opaque
    )


def under_lines(color: Tensor, ink: Tensor) -> Tensor:
    """The network's picture (1, 3, size, size) and the drawing's ink -> the colored drawing (1, 3, H, W).

    The picture has lines of its own, soft and a little off. A drawing as small as that has nothing to add; the larger it
    is, the more only what lies between the lines is kept, and the drawing's own ink goes on top."""
    height, width = ink.shape[2:]
    side, size = max(height, width), color.shape[-1]
    plain = _crop(images.resize_tensor(color, (side, side)), (height, width)).clamp(0, 1)
    own = min(
        1.0, max(0.0, math.log2(side / size) / 2)
    )  # all of the drawing's lines from four times the size on
    if own == 0:
        return plain
    return torch.lerp(plain, fill(color, ink).clamp(0, 1) * (1 - ink), own)


def fill(color: Tensor, ink: Tensor) -> Tensor:
    """The network's picture without its lines (1, 3, H, W): each color flows up to the drawing's lines, not across.
    That is done at FILL_SIDE at most."""
    height, width = ink.shape[2:]
    side, size = min(max(height, width), FILL_SIDE), color.shape[-1]
    inner = tuple(max(1, round(n * side / max(height, width))) for n in (height, width))
    ink = images.resize_tensor(ink, inner)
    seen = images.resize_tensor(_square(ink), (size, size))
    sure = 1 - F.max_pool2d((3 * seen).clamp(0, 1), 3, 1, 1)  # 0 on lines and beside them
    weight = sure + 0.01 * (1 - seen) + 1e-4
    known = _crop(
        images.resize_tensor(torch.cat([color * weight, weight, sure], 1), (side, side)), inner
    )
    spread = flow(known[:, :4], ink, REACH * side / size)
    still = known[:, :3] / known[:, 3:4]
    filled = torch.lerp(
        spread[:, :3] / spread[:, 3:].clamp_min(1e-8), still, known[:, 4:].clamp(0, 1)
    )
    return images.resize_tensor(filled, (height, width))


def obey(color: Tensor, dabs: Tensor, sketch: Tensor) -> Tensor:
    """The network's picture (B, 3, size, size) with what it lacks to the dabs (1, 4, size, size) added where they are and
    around them, up to the lines of the sketch (1, 1, size, size); paper stays paper, and what is a little lighter or
    darker than a dab is left as light and shadow."""
    wanted, opaque = dabs.split([3, 1], 1)
    lack = wanted - color
    lack = (lack - rgb_to_grayscale(lack).clamp(-SHADING, SHADING)) * opaque
    lack = torch.cat([lack, opaque.expand(len(color), -1, -1, -1)], 1)
    lack, near = torch.cat([flow(x[None], 1 - sketch, REACH) for x in lack]).split([3, 1], 1)
    painted = ((1 - color.amin(1, keepdim=True)) / PAPER).clamp(0, 1)
    share = near / (near + SLACK) * torch.maximum(painted, opaque)
    return color + lack / near.clamp_min(1e-8) * share


def _square(x: Tensor) -> Tensor:
    """Zeros around (1, C, H, W), so that it is square with the picture in its middle."""
    height, width = x.shape[2:]
    side = max(height, width)
    left, top = (side - width) // 2, (side - height) // 2
    return F.pad(x, (left, side - width - left, top, side - height - top))


def _crop(x: Tensor, size: tuple[int, int]) -> Tensor:
    """The inverse of _square."""
    height, width = size
    top, left = (x.shape[2] - height) // 2, (x.shape[3] - width) // 2
    return x[:, :, top : top + height, left : left + width]
