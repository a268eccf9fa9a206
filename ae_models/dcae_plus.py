"""Deep convolutional autoencoder for any size, whose latent can be rounded at several rates: `dcae-plus`."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ae_models.unet import Block

PATCH = 4  # px a side that one place of the latent stands for
SPREAD = 0.5  # standard deviation of pixels in [-1, 1]
NEARBY, COLOURS = 0.9, 0.95  # correlation of neighbouring pixels, and of red with green and green with blue
LEAST = 1e-9  # probability that any integer has


@dataclass(frozen=True)
class DCAEPlusConfig:
    size: int = 32  # px of the training pictures; it takes any
    width: int = 96  # channels inside
    latent: int = 16  # channels of the latent
    encoder: int = 2  # blocks
    decoder: int = 2
    rates: int = 5  # steps of rounding, from the coarsest on
    mixture: int = 3  # logistic distributions in the prior of a channel


class DCAEPlus(nn.Module):
    """A linear transform of 4x4 patches each way, and what convolutions add to it.

        (B, 3, H, W)          picture in [-1, 1]
          | patches of 4x4 px
        (B, 48, H/4, W/4)
          | linear to 16  +  Conv 3x3 -> 96, blocks, Conv 3x3 -> 16
        (B, 16, H/4, W/4)     latent, each channel of variance about 1      --- quantize -->  integers
          | linear to 48  +  Conv 3x3 -> 96, blocks, Conv 3x3 -> 48        <-- dequantize -- (B, 16, H/4, W/4)
        (B, 48, H/4, W/4)
          | patches of 4x4 px
        (B, 3, H, W)          reconstruction, about [-1, 1]

    The linear part starts as the Karhunen-Loève transform of a textbook model of pictures, so training starts where
    linear transforms end. Nothing depends on the size of the picture: there is no normalisation, and edges are repeated
    up to whole patches and cut off again.

    `rate` is 0 for the latent as it is, or 1 to config.rates for a latent that is rounded, the coarsest first; an int,
    or (B,) whole numbers. It steers every block (FiLM) and chooses the steps of rounding, one for each channel (gain
    units, Cui et al. 2021, arXiv 2003.02012), and the prior: for each channel a mixture of logistic distributions
    integrated over a step (factorised as in Ballé et al. 2018, arXiv 1802.01436).
    """

    color_space = "RGB"
    value_range = (-1.0, 1.0)
    channels = 3
    patch = PATCH

    def __init__(self, config: DCAEPlusConfig = DCAEPlusConfig()):
        super().__init__()
        self.config = config
        numbers, width, latent = 3 * PATCH**2, config.width, config.latent
        modes = 1 + config.rates

        self.analysis = nn.Conv2d(numbers, latent, 1)
        self.encoder_stem = nn.Conv2d(numbers, width, 3, padding=1)
        self.encoder = nn.ModuleList(Block(width, modes) for _ in range(config.encoder))
        self.encoder_head = nn.Conv2d(width, latent, 3, padding=1)
        self.synthesis = nn.Conv2d(latent, numbers, 1)
        self.decoder_stem = nn.Conv2d(latent, width, 3, padding=1)
        self.decoder = nn.ModuleList(Block(width, modes) for _ in range(config.decoder))
        self.decoder_head = nn.Conv2d(width, numbers, 3, padding=1)

        # of the latent's channels at each rate: rounding step, and the logistic distributions of the prior
        steps = torch.logspace(-0.1, -0.75, config.rates)
        self.log_step = nn.Parameter(steps.log()[:, None].repeat(1, latent))  # (rates, latent)
        shape = (config.rates, latent, config.mixture)
        self.prior_logit = nn.Parameter(torch.zeros(shape))
        self.prior_mean = nn.Parameter(torch.linspace(-1, 1, config.mixture).repeat(config.rates, latent, 1))
        self.prior_log_scale = nn.Parameter(torch.full(shape, -1.0))
        self._start_linear()

    @property
    def reach(self) -> int:
        """Cells of the latent, to each side, that one more cell depends on: the same for pixels that are decoded."""
        return 2 + 2 * max(self.config.encoder, self.config.decoder)

    @torch.no_grad()
    def _start_linear(self) -> None:
        basis, deviation = karhunen_loeve(self.config.latent)
        self.analysis.weight.copy_((basis / deviation).T[..., None, None])
        self.synthesis.weight.copy_((basis * deviation)[..., None, None])
        self.log_step.sub_(deviation.log())
        for layer in (self.analysis, self.synthesis, self.encoder_head, self.decoder_head):
            nn.init.zeros_(layer.bias)
        for head in (self.encoder_head, self.decoder_head):
            nn.init.normal_(head.weight, std=1e-3)

    def encode(self, x: Tensor, rate: int | Tensor = 0) -> Tensor:
        """Pictures (B, 3, H, W) in [-1, 1] -> latent (B, 16, ceil(H / 4), ceil(W / 4)), to be rounded at this rate."""
        x = F.pad(x, (0, -x.shape[3] % PATCH, 0, -x.shape[2] % PATCH), mode="replicate")
        patches, mode = F.pixel_unshuffle(x, PATCH), self._mode(rate, x)
        h = self.encoder_stem(patches)
        for block in self.encoder:
            h = block(h, mode)
        return self.analysis(patches) + self.encoder_head(h)

    def decode(self, latent: Tensor, rate: int | Tensor = 0) -> Tensor:
        """Latent (B, 16, h, w) -> pictures (B, 3, 4h, 4w), about [-1, 1]."""
        h, mode = self.decoder_stem(latent), self._mode(rate, latent)
        for block in self.decoder:
            h = block(h, mode)
        return F.pixel_shuffle(self.synthesis(latent) + self.decoder_head(h), PATCH)

    def forward(self, x: Tensor, rate: int = 0) -> Tensor:
        """Pictures (B, 3, H, W) -> what is left of them after the latent, rounded if rate is not 0."""
        latent = self.encode(x, rate)
        if rate:
            latent = self.dequantize(self.quantize(latent, rate), rate)
        return self.decode(latent, rate)[..., : x.shape[2], : x.shape[3]]

    def quantize(self, latent: Tensor, rate: int | Tensor) -> Tensor:
        """Latent (B, 16, h, w) -> whole numbers of the same shape, int32; rate is 1 to config.rates."""
        return (latent / self.steps(rate)).round().to(torch.int32)

    def dequantize(self, q: Tensor, rate: int | Tensor) -> Tensor:
        """Whole numbers (B, 16, h, w) -> latent of the same shape."""
        return q * self.steps(rate)

    def steps(self, rate: int | Tensor) -> Tensor:
        """Difference of the latents that two neighbouring integers stand for: (B or 1, 16, 1, 1)."""
        return self.log_step[self._row(rate)].exp()[..., None, None]

    def bits(self, q: Tensor, rate: int | Tensor) -> Tensor:
        """Integers (B, 16, h, w), or integers with noise -> length in bits (B,) of an ideal code by the prior."""
        return -self.probability(q, rate).log2().flatten(1).sum(1)

    def probability(self, q: Tensor, rate: int | Tensor) -> Tensor:
        """That of each number of q (B, 16, h, w) under the prior: the same shape, in (0, 1]."""
        row = self._row(rate)
        logit, mean, log_scale = (
            p[row][:, :, None, None] for p in (self.prior_logit, self.prior_mean, self.prior_log_scale)
        )  # (B or 1, 16, 1, 1, mixture)
        step = self.steps(rate)[..., None]
        centre, half = (q[..., None] * step - mean) * (-log_scale).exp(), step / 2 * (-log_scale).exp()
        # both ends on the left of the middle, where a sigmoid has all its digits
        mass = torch.sigmoid(half - centre.abs()) - torch.sigmoid(-half - centre.abs())
        return (logit.softmax(-1) * mass).sum(-1).clamp_min(LEAST)

    def _mode(self, rate: int | Tensor, like: Tensor) -> Tensor:
        """(B or 1, 1 + rates): which latent is meant, as the blocks are told."""
        rate = torch.as_tensor(rate, device=like.device).reshape(-1)
        return F.one_hot(rate, 1 + self.config.rates).to(like.dtype)

    def _row(self, rate: int | Tensor) -> Tensor:
        return torch.as_tensor(rate, device=self.log_step.device).reshape(-1) - 1


def karhunen_loeve(keep: int) -> tuple[Tensor, Tensor]:
    """The `keep` first principal directions (48, keep) of 4x4 patches in the order of pixel_unshuffle, and the standard
    deviations (keep,) along them, if pixels are first-order Markov along rows, columns and colours: the model whose
    transform the DCT is in the limit."""

    def markov(correlation: float, count: int) -> Tensor:
        place = torch.arange(count)
        return correlation ** (place[:, None] - place).abs()

    near = markov(NEARBY, PATCH)
    covariance = SPREAD**2 * torch.kron(markov(COLOURS, 3), torch.kron(near, near))
    variance, basis = torch.linalg.eigh(covariance)
    return basis[:, -keep:].flip(1), variance[-keep:].flip(0).sqrt()
