"""What a picture costs at what quality: curves of coders that can be told how much to keep."""

import io
from collections.abc import Callable
from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor, nn

from ae_models import images, metrics

WEBP_QUALITIES = (15, 35, 60, 75, 85)


@dataclass(frozen=True)
class Curve:
    """Points of a coder on the same N pictures, the coarsest first: psnr in dB and bytes, both (points, N)."""

    psnr: Tensor
    bytes: Tensor

    def covers(self, psnr: float) -> bool:
        """Whether bytes_at(psnr) lies between two points."""
        means = self.psnr.mean(1)
        return bool(means[0] <= psnr <= means[-1])

    def bytes_at(self, psnr: float) -> Callable[[Tensor], float]:
        """Statistic: mean bytes of the picked pictures where their mean PSNR is this; the logarithm of the bytes is
        taken as linear between two points."""

        def interpolated(rows: Tensor) -> float:
            quality, cost = self.psnr[:, rows].mean(1), self.bytes[:, rows].mean(1).log()
            above = int((quality < psnr).sum().clamp(1, len(quality) - 1))
            t = (psnr - quality[above - 1]) / (quality[above] - quality[above - 1])
            return torch.lerp(cost[above - 1], cost[above], t).exp().item()

        return interpolated


@torch.inference_mode()
def of_network(network: nn.Module, pictures: Tensor) -> Curve:
    """Pictures (N, 3, H, W) in [0, 1], with a point for each rate. Bytes are estimates: the length of an ideal code under
    the network's prior, without a header."""
    points = [
        [_coded(network, x, rate) for x in pictures.split(256)]
        for rate in range(1, network.config.rates + 1)
    ]
    psnr, size = (
        torch.stack([torch.cat([part[i] for part in point]) for point in points]) for i in (0, 1)
    )
    return Curve(psnr, size)


def _coded(network: nn.Module, x: Tensor, rate: int) -> tuple[Tensor, Tensor]:
    """PSNR and bytes of each picture: (B,), (B,)."""
    q = network.quantize(network.encode(x * 2 - 1, rate), rate)
    again = network.decode(network.dequantize(q, rate), rate)[..., : x.shape[2], : x.shape[3]]
    return metrics.psnr(again / 2 + 0.5, x), network.bits(q, rate) / 8


def of_webp(pictures: Tensor, qualities: tuple[int, ...] = WEBP_QUALITIES) -> Curve:
    """Pictures (N, 3, H, W) in [0, 1] as WebP files of these qualities, as small as the encoder can make them; bytes
    are those of the whole file."""
    files = [
        [_webp(image, quality) for image in images.to_images(pictures)] for quality in qualities
    ]
    again = [
        torch.cat([images.to_tensor(Image.open(file).convert("RGB")) for file in row])
        for row in files
    ]
    psnr = torch.stack([metrics.psnr(x, pictures) for x in again])
    return Curve(
        psnr, torch.tensor([[float(file.getbuffer().nbytes) for file in row] for row in files])
    )


def _webp(image: Image.Image, quality: int) -> io.BytesIO:
    file = io.BytesIO()
    image.save(file, "WEBP", quality=quality, method=6)
    return file
