"""Metrics of pictures (B, C, H, W) in [0, 1]: a figure for each, so that a mean has an interval.

SSIM comes from torchmetrics, where it is needed (train/evaluate.py)."""

import torch
from torch import Tensor


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


def colorfulness(rgb: Tensor) -> Tensor:
    """Colorfulness in 8-bit units, (B,): M3 of Hasler & Süsstrunk 2003, "Measuring colorfulness in
    natural images".

    0 is gray, 15 slightly, 33 moderately, 59 quite and 109 extremely colorful."""
    r, g, b = (255 * rgb).flatten(2).unbind(1)
    opponents = torch.stack([r - g, (r + g) / 2 - b], 1)  # (B, 2, HW)
    return opponents.std(2).norm(dim=1) + 0.3 * opponents.mean(2).norm(dim=1)


def sharpness(x: Tensor) -> Tensor:
    """Variance of the Laplacian (Pech-Pacheco et al. 2000): (B,). A slope of gray has 0.

    The Laplacian is the sum of the four neighbors less four times the pixel."""
    inner = x[..., 1:-1, 1:-1]
    neighbors = x[..., :-2, 1:-1] + x[..., 2:, 1:-1] + x[..., 1:-1, :-2] + x[..., 1:-1, 2:]
    return (neighbors - 4 * inner).flatten(1).var(1)
