"""Quantization of a latent at several rates, and the probability of each quantized number."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

MIN_PROBABILITY = 1e-9  # of any integer, so that its length in bits is finite


class Bottleneck(nn.Module):
    """Quantizer of latents (B, C, h, w) at several rates, with a factorized prior.

    Neighboring cells of a latent are similar, so blocks of n x n cells go through an orthonormal
    cosine transform, channel by channel. Coefficient (i, j) of a block is stored in its cell
    (i, j): integers q have the shape of the latent, with sides of whole blocks. Each of the
    C x n x n kinds of coefficients has, for each rate, a rounding step (gain units, Cui et al.
    2021, arXiv 2003.02012) and a distribution: a mixture of logistic distributions, integrated
    over the step. Coefficients are modeled as independent (factorized prior, Ballé et al. 2018,
    arXiv 1802.01436), so that the tables of a coder follow from the state dict alone.

    rate: 1 (the coarsest) to `rates`, an int or (B,) whole numbers.
    """

    def __init__(self, channels: int, rates: int, block: int, mixture: int):
        super().__init__()
        self.block = block
        kinds = (rates, channels, 1, block, 1, block)  # a row for each rate, then as in _blocks
        finer = torch.logspace(-0.1, -0.75, rates).log()
        self.log_step = nn.Parameter(finer.reshape(-1, 1, 1, 1, 1, 1).repeat(1, *kinds[1:]))
        self.logit = nn.Parameter(torch.zeros(*kinds, mixture))
        self.mean = nn.Parameter(torch.linspace(-1, 1, mixture).repeat(*kinds, 1))
        self.log_scale = nn.Parameter(torch.full((*kinds, mixture), -1.0))

    def quantize(self, latent: Tensor, rate: int | Tensor) -> Tensor:
        """Latent (B, C, h, w) -> integers (B, C, h, w), int32, sides padded to whole blocks."""
        return self.scale(latent, rate).round().to(torch.int32)

    def dequantize(self, q: Tensor, rate: int | Tensor) -> Tensor:
        """Integers (B, C, h, w) of whole blocks -> latent of the same shape."""
        return self._transform(self._blocks(q) * self._step(rate), inverse=True).reshape(q.shape)

    def scale(self, latent: Tensor, rate: int | Tensor) -> Tensor:
        """Latent (B, C, h, w) -> coefficients in units of their step, before rounding.

        Edges are repeated to whole blocks."""
        height, width = latent.shape[2:]
        padding = (0, -width % self.block, 0, -height % self.block)
        latent = F.pad(latent, padding, mode="replicate")
        return (self._transform(self._blocks(latent)) / self._step(rate)).reshape(latent.shape)

    def bits(self, q: Tensor, rate: int | Tensor) -> Tensor:
        """Integers (B, C, h, w), or integers with noise -> length in bits (B,) of an ideal code."""
        return -self.probability(q, rate).log2().flatten(1).sum(1)

    def probability(self, q: Tensor, rate: int | Tensor) -> Tensor:
        """Probability of each integer of q (B, C, h, w): (B, C, h, w), in (0, 1]."""
        row, step = _row(rate, self.logit), self._step(rate)[..., None]
        sharpness = (-self.log_scale[row]).exp()
        # (B, C, h / n, n, w / n, n, mixture)
        center = (self._blocks(q)[..., None] * step - self.mean[row]) * sharpness
        # Both ends of the step mirrored to the left, where a sigmoid does not saturate at 1.
        half, left = step / 2 * sharpness, -center.abs()
        mass = torch.sigmoid(left + half) - torch.sigmoid(left - half)
        return (
            (self.logit[row].softmax(-1) * mass).sum(-1).clamp_min(MIN_PROBABILITY).reshape(q.shape)
        )

    def _step(self, rate: int | Tensor) -> Tensor:
        """Rounding steps of a rate, broadcast to _blocks."""
        return self.log_step[_row(rate, self.log_step)].exp()

    def _blocks(self, x: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, C, h / n, n, w / n, n)."""
        return x.unflatten(3, (-1, self.block)).unflatten(2, (-1, self.block))

    def _transform(self, blocks: Tensor, inverse: bool = False) -> Tensor:
        """Cosine transform of each block (B, C, h / n, n, w / n, n), or its inverse."""
        cosines = dct(self.block).to(blocks.device)
        cosines = cosines.T if inverse else cosines
        # bfloat16 has too few digits for many steps
        with torch.autocast(blocks.device.type, enabled=False):
            return torch.einsum("ij,kl,bcyjxl->bcyixk", cosines, cosines, blocks.float())


def dct(size: int) -> Tensor:
    """Orthonormal DCT-II as a matrix (size, size), a row for each frequency (Ahmed et al. 1974)."""
    index = torch.arange(size)
    matrix = torch.cos(math.pi / size * (index + 0.5) * index[:, None]) * (2 / size) ** 0.5
    matrix[0] /= 2**0.5
    return matrix


def _row(rate: int | Tensor, like: Tensor) -> Tensor:
    """Index of a rate in the parameters: (1,) or (B,)."""
    return torch.as_tensor(rate, device=like.device).reshape(-1) - 1
