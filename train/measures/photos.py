"""Figures of the networks that color gray photos."""

import torch
from torch import Tensor, nn

from ae_models import color, metrics, tasks, zoo
from train.datasets import augmentation
from train.datasets.files import Split
from train.measures.statistics import BATCH, Results, Statistic, ratio

POINTS, POINT_SIZE = 10, 5  # true colors given as hints, and their side in px


def photo_color(network: nn.Module, test: Split, train: Split | None) -> Results:
    """Chroma as the app computes it (tasks.chroma), on the photos' own lightness; for the metrics
    see _chroma_figures."""
    (photos,) = test
    lightness, ab = _lab(photos)
    results = {
        "network": _chroma_figures(_chroma(network, lightness), photos),
        "gray copy": _chroma_figures(torch.zeros_like(ab), photos),
    }
    if train is not None:
        mean = sum(_lab(x)[1].sum((0, 2, 3)) for x in train[0].split(BATCH))
        mean = (mean / (train[0].numel() / 3))[None, :, None, None]
        results["mean training ab"] = _chroma_figures(mean.expand_as(ab), photos)
    return results


def photo_color_plus(network: nn.Module, test: Split, train: Split | None) -> Results:
    """photo_color beside the classic network; *_hints with POINTS true colors, each the mean of
    POINT_SIZE^2 px at a random place."""
    (photos,) = test
    lightness, ab = _lab(photos)
    count, generator = torch.full((len(photos),), POINTS), torch.Generator().manual_seed(0)
    hints = augmentation.points(ab, count, POINT_SIZE, generator)
    results = photo_color(network, test, train)
    hinted = _chroma_figures(_chroma(network, lightness, hints), photos)
    shown = ("psnr", "psnr_gain", "colorfulness_ratio")
    results["network"] |= {f"{name}_hints": hinted[name] for name in shown}
    return results | {"photo-color": photo_color(zoo.load("photo-color"), test, None)["network"]}


def _lab(photos: Tensor) -> tuple[Tensor, Tensor]:
    """uint8 photos -> lightness (N, 1, H, W) and ab (N, 2, H, W) in Lab units."""
    lab = color.rgb_to_lab(photos.float() / 255)
    return lab[:, :1], lab[:, 1:]


def _chroma(network: nn.Module, lightness: Tensor, hints: Tensor | None = None) -> Tensor:
    """tasks.chroma over a test set, in parts."""
    parts = [None] * len(lightness) if hints is None else hints.split(32)
    return torch.cat(
        [tasks.chroma(network, x, part) for x, part in zip(lightness.split(32), parts)]
    )


def _chroma_figures(guess: Tensor, photos: Tensor) -> dict[str, Statistic]:
    """Guessed ab (N, 2, H, W) on the lightness of uint8 photos.

    mse_ab                of ab in the unit range, which the network works in
    mse_ab_128            of ab / 128, which the source's figures must be of (train/LOG.md)
    chroma_l1             mean absolute error of a and b in Lab units
    psnr, psnr_gain       of the RGB picture, and over that of the gray picture
    colorfulness_ratio    to the photos
    variation_ratio       of the total variation of ab, to the photos: noise lifts it above 1"""
    lightness, ab = _lab(photos)
    photos = photos.float() / 255
    rgb, gray = (
        color.lab_to_rgb(torch.cat([lightness, x], 1)) for x in (guess, torch.zeros_like(ab))
    )
    squared, psnr = metrics.mse(guess, ab), metrics.psnr(rgb, photos)
    return {
        "mse_ab": squared / 255**2,
        "mse_ab_128": squared / 128**2,
        "psnr": psnr,
        "psnr_gain": psnr - metrics.psnr(gray, photos),
        "chroma_l1": metrics.l1(guess, ab),
        "colorfulness_ratio": ratio(metrics.colorfulness(rgb), metrics.colorfulness(photos)),
        "variation_ratio": ratio(_variation(guess), _variation(ab)),
    }


def _variation(x: Tensor) -> Tensor:
    """Total variation: mean absolute step from pixel to pixel, down and across, (B,)."""
    return x.diff(dim=2).abs().flatten(1).mean(1) + x.diff(dim=3).abs().flatten(1).mean(1)
