"""Rate-distortion curves of codecs: bytes of whole files against the quality of the pictures."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torchmetrics.functional.image import multiscale_structural_similarity_index_measure

from ae_models import images, metrics
from ae_models.codec import file, others
from ae_models.codec import tasks as codec_tasks

QUALITIES = {
    "JPEG": (10, 25, 45, 65, 80, 92),
    "WebP": (5, 20, 40, 60, 75, 88),
    "AVIF": (25, 40, 55, 68, 80, 90),
}
MS_SSIM_SIDE = 176  # px, the least that its five scales and window of 11 px take


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
    if min(picture.size) >= MS_SSIM_SIDE:
        value = multiscale_structural_similarity_index_measure(*pair, data_range=1.0)
        ms_ssim = -10 * (1 - value).clamp_min(1e-6).log10().item()
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
    that both have: cubic fits of the logarithm of the bytes (Bjontegaard 2001, VCEG-M33). NaN if
    they have none in common."""
    low = max(quality.min(), anchor_quality.min())
    high = min(quality.max(), anchor_quality.max())
    if not low < high:
        return float("nan")
    areas = []
    for x, y in ((quality, size), (anchor_quality, anchor_size)):
        integral = np.polynomial.Polynomial.fit(x, np.log(y), 3).integ()
        areas.append(integral(high) - integral(low))
    return float(np.expm1((areas[0] - areas[1]) / (high - low)) * 100)
