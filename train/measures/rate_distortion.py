"""Rate-distortion curves of codecs: bytes of whole files against the quality of the pictures."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from ae_models import images, metrics
from ae_models.codec import file, others
from ae_models.codec import tasks as codec_tasks

QUALITIES = {
    "JPEG": (10, 20, 35, 50, 65, 78, 88, 95),
    "WebP": (5, 15, 30, 45, 60, 72, 82, 92),
    "AVIF": (20, 35, 50, 60, 70, 80, 90),
}
GRID = 500  # qualities at which curves are compared


class Codec(NamedTuple):
    """Files at several qualities or rates."""

    qualities: tuple[int, ...]  # the coarsest first
    compress: Callable[[Image.Image, int], bytes]
    decompress: Callable[[bytes], Image.Image]


@dataclass(frozen=True)
class Curve:
    """Points of a codec on N pictures, the coarsest first: psnr in dB, bytes and MS-SSIM in dB, all
    (points, N); the last is NaN for small pictures."""

    psnr: Tensor
    bytes: Tensor
    ms_ssim: Tensor

    def covers(self, psnr: float) -> bool:
        """True if bytes_at(psnr) lies between two points."""
        means = self.psnr.mean(1)
        return bool(means[0] <= psnr <= means[-1])

    def bytes_at(self, psnr: float) -> Callable[[Tensor], float]:
        """Statistic: mean bytes of the picked pictures at this mean PSNR; between two points the
        logarithm of the bytes is interpolated linearly."""

        def interpolated(rows: Tensor) -> float:
            quality, cost = self.psnr[:, rows].mean(1), self.bytes[:, rows].mean(1).log()
            above = int((quality < psnr).sum().clamp(1, len(quality) - 1))
            t = (psnr - quality[above - 1]) / (quality[above] - quality[above - 1])
            return torch.lerp(cost[above - 1], cost[above], t).exp().item()

        return interpolated


def codecs(network: nn.Module) -> dict[str, Codec]:
    """Our network, of a release, and the others."""

    def compress(picture: Image.Image, rate: int) -> bytes:
        return codec_tasks.compress(network, picture, rate)

    def decompress(data: bytes) -> Image.Image:
        return codec_tasks.decompress(network, *file.unpack(data))

    found = {"network": Codec(tuple(range(1, network.rates + 1)), compress, decompress)}
    others_found = {
        name: Codec(qualities, functools.partial(others.file_of, name), others.opened)
        for name, qualities in QUALITIES.items()
    }
    return found | others_found


def curve(codec: Codec, pictures: list[Image.Image]) -> Curve:
    """A point for each quality, from files that are written and read again."""
    points = [
        [_point(codec, picture, quality) for picture in pictures] for quality in codec.qualities
    ]
    return Curve(*torch.tensor(points).permute(2, 0, 1))


def _point(codec: Codec, picture: Image.Image, quality: int) -> tuple[float, float, float]:
    """PSNR, bytes and MS-SSIM."""
    data = codec.compress(picture, quality)
    pair = [images.to_tensor(p) for p in (codec.decompress(data), picture)]
    ms_ssim = torch.nan
    if min(picture.size) >= metrics.MS_SSIM_SIDE:
        ms_ssim = -10 * (1 - metrics.ms_ssim(*pair)).clamp_min(1e-6).log10().item()
    return metrics.psnr(*pair).item(), float(len(data)), ms_ssim


def bd_rates(codec: Curve, anchor: Curve, quality: str = "psnr") -> Tensor:
    """BD-rate in percent of each picture, by psnr or ms_ssim; pictures on which the two have no
    quality in common are left out."""
    columns = (getattr(codec, quality), codec.bytes, getattr(anchor, quality), anchor.bytes)
    found = [
        bd_rate(*(column[:, i].numpy() for column in columns)) for i in range(columns[0].shape[1])
    ]
    found = torch.tensor(found)
    return found[found.isfinite()]


def bd_rate(quality, size, anchor_quality, anchor_size) -> float:
    """Mean difference in bytes at equal quality, in percent of the anchor's, over the qualities
    that both have (Bjontegaard 2001, VCEG-M33). NaN if they have none in common.

    The logarithm of the bytes is interpolated by monotone cubics through the points that are worth
    their bytes: fitted polynomials run wild where a picture comes from such a codec's file, which
    that codec copies at one quality nearly without loss."""
    curves = [worthwhile(quality, size), worthwhile(anchor_quality, anchor_size)]
    low, high = max(x[0] for x, _ in curves), min(x[-1] for x, _ in curves)
    if not low < high:
        return float("nan")
    grid = np.linspace(low, high, GRID)
    ours, theirs = (pchip(x, np.log(y), grid).mean() for x, y in curves)
    return float(np.expm1(ours - theirs) * 100)


def worthwhile(quality: np.ndarray, size: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points in the order of their quality, without those that another one beats in both."""
    kept = [i for i in range(len(size)) if not any((quality >= quality[i]) & (size < size[i]))]
    order = sorted(kept, key=lambda i: quality[i])
    return quality[order], size[order]


def pchip(x: np.ndarray, y: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Monotone cubic interpolation through points with rising x (Fritsch & Butland 1984)."""
    width, secant = np.diff(x), np.diff(y) / np.diff(x)
    left, right = secant[:-1], secant[1:]
    same = left * right > 0
    weight = (2 * width[1:] + width[:-1]) / (3 * (width[1:] + width[:-1]))
    inside = weight * np.where(same, right, 1) + (1 - weight) * np.where(same, left, 1)
    slope = np.concatenate([secant[:1], np.where(same, left * right / inside, 0), secant[-1:]])
    i = np.clip(np.searchsorted(x, at) - 1, 0, len(width) - 1)
    t = (at - x[i]) / width[i]
    ends = y[i] * (1 + 2 * t) * (1 - t) ** 2 + y[i + 1] * (3 - 2 * t) * t**2
    tangents = slope[i] * t * (1 - t) ** 2 - slope[i + 1] * t**2 * (1 - t)
    return ends + width[i] * tangents
