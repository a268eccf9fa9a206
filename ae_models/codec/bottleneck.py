"""Between a latent and whole numbers: how it is rounded, and how probable each number is."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

LEAST = 1e-9  # probability that any integer has


class Bottleneck(nn.Module):
    """Rounds latents (B, C, h, w) at several rates.

    Neighboring places of a latent are alike, so blocks of n x n of them go through an orthonormal cosine transform,
    channel by channel. Coefficient (i, j) of a block is kept at its place (i, j): integers q have the shape of the latent,
    with sides of whole blocks. Each of the C x n x n kinds of coefficients has a rounding step for each rate (gain units,
    Cui et al. 2021, arXiv 2003.02012) and a distribution: a mixture of logistic ones, integrated over a step. Numbers
    are independent of each other (the factorized prior of Ballé et al. 2018, arXiv 1802.01436), so their tables follow
    from the state dict alone.

    `rate` is 1 (the coarsest) to `rates`: an int, or (B,) whole numbers.
    """

    def __init__(self, channels: int, rates: int, block: int, mixture: int):
        super().__init__()
        self.block = block
        kinds = (rates, channels, 1, block, 1, block)  # as _blocks() has them, a row for each rate
        finer = torch.logspace(-0.1, -0.75, rates).log()
        self.log_step = nn.Parameter(finer.reshape(-1, 1, 1, 1, 1, 1).repeat(1, *kinds[1:]))
        self.logit = nn.Parameter(torch.zeros(*kinds, mixture))
        self.mean = nn.Parameter(torch.linspace(-1, 1, mixture).repeat(*kinds, 1))
        self.log_scale = nn.Parameter(torch.full((*kinds, mixture), -1.0))

    def quantize(self, latent: Tensor, rate: int | Tensor) -> Tensor:
        """Latent (B, C, h, w) -> integers (B, C, h, w), int32, h and w raised to whole blocks."""
        return self.scale(latent, rate).round().to(torch.int32)

    def dequantize(self, q: Tensor, rate: int | Tensor) -> Tensor:
        """Integers (B, C, h, w) of whole blocks -> latent of the same shape."""
        return self._transform(self._blocks(q) * self._step(rate), inverse=True).reshape(q.shape)

    def scale(self, latent: Tensor, rate: int | Tensor) -> Tensor:
        """What quantize rounds, before it does: edges are repeated to whole blocks, (B, C, h, w)."""
        latent = F.pad(
            latent,
            (0, -latent.shape[3] % self.block, 0, -latent.shape[2] % self.block),
            mode="replicate",
        )
        return (self._transform(self._blocks(latent)) / self._step(rate)).reshape(latent.shape)

    def bits(self, q: Tensor, rate: int | Tensor) -> Tensor:
        """Integers (B, C, h, w), or integers with noise -> length in bits (B,) of an ideal code for them."""
        return -self.probability(q, rate).log2().flatten(1).sum(1)

    def probability(self, q: Tensor, rate: int | Tensor) -> Tensor:
        """That of each number of q (B, C, h, w): the same shape, in (0, 1]."""
        row, step = _row(rate, self.logit), self._step(rate)[..., None]
        sharpness = (-self.log_scale[row]).exp()
        center = (
            self._blocks(q)[..., None] * step - self.mean[row]
        ) * sharpness  # (B, C, h / n, n, w / n, n, mixture)
        # both ends of the step on the left of the middle, where a sigmoid keeps all its digits
        half, left = step / 2 * sharpness, -center.abs()
        mass = torch.sigmoid(left + half) - torch.sigmoid(left - half)
        return (self.logit[row].softmax(-1) * mass).sum(-1).clamp_min(LEAST).reshape(q.shape)

    def _step(self, rate: int | Tensor) -> Tensor:
        return self.log_step[_row(rate, self.log_step)].exp()

    def _blocks(self, x: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, C, h / n, n, w / n, n)."""
        return x.unflatten(3, (-1, self.block)).unflatten(2, (-1, self.block))

    def _transform(self, blocks: Tensor, inverse: bool = False) -> Tensor:
        cosines = dct(self.block).to(blocks.device)
        cosines = cosines.T if inverse else cosines
        with torch.autocast(
            blocks.device.type, enabled=False
        ):  # bfloat16 has too few digits for many steps
            return torch.einsum("ij,kl,bcyjxl->bcyixk", cosines, cosines, blocks.float())


def dct(size: int) -> Tensor:
    """The orthonormal DCT-II as a matrix (size, size): a row for each frequency (Ahmed et al. 1974)."""
    places = torch.arange(size)
    matrix = torch.cos(math.pi / size * (places + 0.5) * places[:, None]) * (2 / size) ** 0.5
    matrix[0] /= 2**0.5
    return matrix


def _row(rate: int | Tensor, like: Tensor) -> Tensor:
    return torch.as_tensor(rate, device=like.device).reshape(-1) - 1
