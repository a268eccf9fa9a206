"""Metrics of pictures (B, C, H, W) in [0, 1]: a figure for each, so that a mean has an interval.

SSIM of one scale comes from torchmetrics, where it is needed (train/evaluate.py)."""

import torch
from torch import Tensor
from torch.nn import functional as F

from ae_models import color

MS_SSIM_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # of five scales, the finest first
MS_SSIM_SIDE = 176  # px, the least at which a window of 11 px fits the last scale


def mse(x: Tensor, y: Tensor) -> Tensor:
    """Mean squared error: (B,)."""
    return (x - y).square().flatten(1).mean(1)


def l1(x: Tensor, y: Tensor) -> Tensor:
    """Mean absolute error: (B,)."""
    return (x - y).abs().flatten(1).mean(1)


def psnr(x: Tensor, y: Tensor) -> Tensor:
    """Peak signal-to-noise ratio in dB after rounding to 8 bits: (B,); 100 for equal pictures."""
    x, y = ((v.clamp(0, 1) * 255).round() / 255 for v in (x, y))
    return -10 * torch.log10(mse(x, y).clamp_min(1e-10))


def ms_ssim(x: Tensor, y: Tensor) -> Tensor:
    """Multi-scale structural similarity, (B,), 1 for equal pictures: Wang et al. 2003, "Multiscale
    structural similarity for image quality assessment". Sides of at least MS_SSIM_SIDE px."""
    if min(x.shape[2:]) < MS_SSIM_SIDE:
        raise ValueError(
            f"expected sides of at least {MS_SSIM_SIDE} px, got {x.shape[3]}x{x.shape[2]}"
        )
    total = torch.ones(len(x))
    for scale, weight in enumerate(MS_SSIM_WEIGHTS, 1):
        luminance, contrast = structure(x, y)
        last = scale == len(MS_SSIM_WEIGHTS)
        similar = luminance * contrast if last else contrast
        total = total * similar.flatten(1).mean(1).relu() ** weight
        x, y = F.avg_pool2d(x, 2), F.avg_pool2d(y, 2)
    return total


def structure(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Luminance and contrast-structure of SSIM (Wang et al. 2004), whose product it is, at every
    place where its 11x11 Gaussian window fits: (B, C, H - 10, W - 10) each. The window is two
    products with banded matrices: ten times as fast on a CPU as a convolution."""
    rows, columns = _windows(x.shape[2]).to(x), _windows(x.shape[3]).to(x).T
    mean_x, mean_y, xx, yy, xy = (rows @ v @ columns for v in (x, y, x * x, y * y, x * y))
    var_x, var_y, cov = xx - mean_x**2, yy - mean_y**2, xy - mean_x * mean_y
    luminance = (2 * mean_x * mean_y + 1e-4) / (mean_x**2 + mean_y**2 + 1e-4)
    return luminance, (2 * cov + 9e-4) / (var_x + var_y + 9e-4)


def _windows(length: int) -> Tensor:
    """The Gaussian window of sigma 1.5 at every place where it fits: (length - 10, length)."""
    offset = torch.arange(length) - torch.arange(length - 10)[:, None] - 5
    weight = torch.exp(-(offset**2) / (2 * 1.5**2)) * (offset.abs() <= 5)
    return weight / weight.sum(1, keepdim=True)


def colorfulness(rgb: Tensor) -> Tensor:
    """Colorfulness in 8-bit units, (B,): M3 of Hasler & Süsstrunk 2003, "Measuring colorfulness in
    natural images".

    0 is gray, 15 slightly, 33 moderately, 59 quite and 109 extremely colorful."""
    r, g, b = (255 * rgb).flatten(2).unbind(1)
    opponents = torch.stack([r - g, (r + g) / 2 - b], 1)  # (B, 2, HW)
    return opponents.std(2).norm(dim=1) + 0.3 * opponents.mean(2).norm(dim=1)


def sharpness(x: Tensor) -> Tensor:
    """Variance of the Laplacian (Pech-Pacheco et al. 2000) of the luma of RGB, or of gray: (B,). A
    slope of gray has 0. Fine color does not count: photos have hardly any, noise has.

    The Laplacian is the sum of the four neighbors less four times the pixel."""
    x = color.luma(x) if x.shape[1] == 3 else x
    inner = x[..., 1:-1, 1:-1]
    neighbors = x[..., :-2, 1:-1] + x[..., 2:, 1:-1] + x[..., 1:-1, :-2] + x[..., 1:-1, 2:]
    return (neighbors - 4 * inner).flatten(1).var(1)
