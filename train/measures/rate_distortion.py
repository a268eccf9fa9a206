"""Rate-distortion curves of coders with several rates: bytes of a picture against its PSNR."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor, nn

from ae_models import images, inference, metrics
from ae_models.codec.webp import webp_file

WEBP_QUALITIES = (15, 35, 60, 75, 85)


@dataclass(frozen=True)
class Curve:
    """Points of a coder on N pictures, the coarsest first: psnr in dB and bytes, both (points,
    N)."""

    psnr: Tensor
    bytes: Tensor

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


@torch.inference_mode()
def of_network(network: nn.Module, pictures: Tensor) -> Curve:
    """Pictures (N, 3, H, W) in [0, 1] -> a point for each rate. Bytes are estimates: the length of
    an ideal code under the network's prior, without a header."""
    points = [
        [_coded(network, x, rate) for x in pictures.split(256)]
        for rate in range(1, network.config.rates + 1)
    ]
    psnr, size = (
        torch.stack([torch.cat([part[i] for part in point]) for point in points]) for i in (0, 1)
    )
    return Curve(psnr, size)  # (rates, N) each


def _coded(network: nn.Module, x: Tensor, rate: int) -> tuple[Tensor, Tensor]:
    """PSNR and bytes of each picture: (B,), (B,)."""
    q = network.quantize(network.encode(inference.to_network(network, x), rate), rate)
    again = network.decode(network.dequantize(q, rate), rate)[..., : x.shape[2], : x.shape[3]]
    return metrics.psnr(inference.from_network(network, again), x), network.bits(q, rate) / 8


def of_webp(pictures: Tensor, qualities: tuple[int, ...] = WEBP_QUALITIES) -> Curve:
    """Pictures (N, 3, H, W) in [0, 1] as WebP files of these qualities, by the encoder's slowest
    method; bytes are those of the whole file."""
    psnr, size = [], []
    for quality in qualities:
        files = [webp_file(image, quality, method=6) for image in images.to_images(pictures)]
        again = [images.to_tensor(Image.open(file).convert("RGB")) for file in files]
        psnr.append(metrics.psnr(torch.cat(again), pictures))
        size.append(torch.tensor([float(file.getbuffer().nbytes) for file in files]))
    return Curve(torch.stack(psnr), torch.stack(size))
