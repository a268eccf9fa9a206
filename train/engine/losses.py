"""Losses on pictures (B, C, H, W) in [0, 1] that several recipes share."""

import torch
from torch import Tensor
from torch.nn import functional as F

from ae_models import metrics
from ae_models.color import luma

# (down, right) in px, the distances at which the variogram compares pixels
OFFSETS = ((0, 1), (1, 0), (1, 1), (1, -1), (0, 2), (2, 0), (2, 2), (2, -2), (0, 4), (4, 0))
MARGIN = 4  # px, the longest offset
WINDOW, LOWEST = 16, 0.1  # of weave: px a side, cycles per px


def ssim(x: Tensor, y: Tensor) -> Tensor:
    """Structural similarity (Wang et al. 2004), mean over the batch."""
    luminance, contrast = metrics.structure(x, y)
    return (luminance * contrast).mean()


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


def stripes(x: Tensor, y: Tensor, window: int = 8) -> Tensor:
    """Mean absolute difference in how much every second row, column and pixel is lighter than the
    others of its window: a pixel shuffle leaves such patterns, and what strides by two sees none
    of them."""
    rows = 1 - 2.0 * (torch.arange(x.shape[2], device=x.device) % 2)[:, None]
    columns = 1 - 2.0 * (torch.arange(x.shape[3], device=x.device) % 2)
    signs = (rows, columns, rows * columns)
    return sum(F.avg_pool2d((x - y) * sign, window, window // 2).abs().mean() for sign in signs)


def weave(x: Tensor, y: Tensor) -> Tensor:
    """Mean excess of luma's amplitude in x over that in y, by place and frequency, in parts of y's
    mean at that frequency. A weave or a grid has too much of one frequency, which a variance does
    not tell. Frequencies below LOWEST do not count: a squared error does better there."""
    a, b = _amplitudes(x), _amplitudes(y)
    rows, columns = torch.fft.fftfreq(WINDOW)[:, None], torch.fft.rfftfreq(WINDOW)
    known = (rows.hypot(columns) >= LOWEST).flatten().to(x.device)
    return ((a - b).relu() / b.mean((0, 2, 3), keepdim=True))[:, known].mean()


def _amplitudes(x: Tensor) -> Tensor:
    """Amplitudes of the frequencies of luma in windows, half a window apart: (B, frequencies, rows,
    columns). Each is the root mean square over three by three windows."""
    hann = torch.hann_window(WINDOW, periodic=False, device=x.device)
    patches = luma(x.float())[:, 0].unfold(1, WINDOW, WINDOW // 2).unfold(2, WINDOW, WINDOW // 2)
    patches = patches - patches.mean((3, 4), keepdim=True)
    power = torch.fft.rfft2(patches * hann[:, None] * hann).abs().square().flatten(3)
    return (F.avg_pool2d(power.movedim(3, 1), 3, 1) + 1e-8).sqrt()
