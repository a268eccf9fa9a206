"""Losses on pictures (B, C, H, W) in [0, 1] that several recipes share."""

import torch
from torch import Tensor
from torch.nn import functional as F

# (down, right) in px, the distances at which the variogram compares pixels
OFFSETS = ((0, 1), (1, 0), (1, 1), (1, -1), (0, 2), (2, 0), (2, 2), (2, -2), (0, 4), (4, 0))
MARGIN = 4  # px, the longest offset


def ssim(x: Tensor, y: Tensor) -> Tensor:
    """Structural similarity (Wang et al. 2004), 11x11 Gaussian window of sigma 1.5, mean over the
    batch. The window is two products with banded matrices: ten times as fast on a CPU as the
    convolution of torchmetrics."""
    rows, columns = _windows(x.shape[2]).to(x), _windows(x.shape[3]).to(x).T
    mean_x, mean_y, xx, yy, xy = (rows @ v @ columns for v in (x, y, x * x, y * y, x * y))
    var_x, var_y, cov = xx - mean_x**2, yy - mean_y**2, xy - mean_x * mean_y
    luminance = (2 * mean_x * mean_y + 1e-4) / (mean_x**2 + mean_y**2 + 1e-4)
    return (luminance * (2 * cov + 9e-4) / (var_x + var_y + 9e-4)).mean()


def _windows(length: int) -> Tensor:
    """The Gaussian window at every place where it fits: (length - 10, length)."""
    offset = torch.arange(length) - torch.arange(length - 10)[:, None] - 5
    weight = torch.exp(-(offset**2) / (2 * 1.5**2)) * (offset.abs() <= 5)
    return weight / weight.sum(1, keepdim=True)


def variogram(x: Tensor, window: int = 12) -> Tensor:
    """Root mean square difference between pixels OFFSETS apart, in half overlapping windows of
    `window` px: (B, C * offsets, h, w).

    It measures how strong strokes are, how thick, and in which direction they run, but not where
    each of them lies. Matching the energy of the Laplacian alone has a degenerate solution: a
    checkerboard of single pixels."""
    inner = x[..., MARGIN:-MARGIN, MARGIN:-MARGIN]
    shifted = [
        x.roll((-dy, -dx), (2, 3))[..., MARGIN:-MARGIN, MARGIN:-MARGIN] for dy, dx in OFFSETS
    ]
    squares = torch.cat([(inner - other).square() for other in shifted], 1)
    return (F.avg_pool2d(squares, window, window // 2) + 1e-5).sqrt()


def strokes(x: Tensor, y: Tensor) -> Tensor:
    """Mean absolute difference of the variograms."""
    return F.l1_loss(variogram(x), variogram(y))
