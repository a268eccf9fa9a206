"""Deep convolutional autoencoder for any size, whose latent can be rounded at several rates: `dcae-plus`."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ae_models.codec.bottleneck import Bottleneck
from ae_models.layers import Network
from ae_models.unet import Block

PATCH = 4  # px a side that one place of the latent stands for
SPREAD = 0.5  # standard deviation of pixels in [-1, 1]
NEARBY, COLORS = (
    0.9,
    0.95,
)  # correlation of neighboring pixels, and of red with green and green with blue


@dataclass(frozen=True)
class DCAEPlusConfig:
    size: int = 32  # px of the training pictures; it takes any
    width: int = 96  # channels inside
    latent: int = 16  # channels of the latent
    encoder: int = 2  # blocks
    decoder: int = 2
    rates: int = 5  # ways of rounding, from the coarsest on
    block: int = 4  # places a side that are transformed together before they are rounded
    mixture: int = 3  # logistic distributions in the prior of a channel


class DCAEPlus(Network):
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
    linear transforms end. Nothing depends on the size of the picture: there is no normalization, and edges are repeated
    up to whole patches and cut off again.

    `rate` is 0 for the latent as it is, or 1 to config.rates for one that is rounded, the coarsest first: an int, or (B,)
    whole numbers. It steers every block (FiLM), and the bottleneck.
    """

    value_range = (-1.0, 1.0)
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

        self.bottleneck = Bottleneck(latent, config.rates, config.block, config.mixture)
        self._start_linear()

    @property
    def rates(self) -> int:
        return self.config.rates

    @property
    def reach(self) -> int:
        """Cells of the latent, to each side, that one more cell depends on: the same for pixels that are decoded."""
        return 2 + 2 * max(self.config.encoder, self.config.decoder)

    @torch.no_grad()
    def _start_linear(self) -> None:
        basis, deviation = karhunen_loeve(self.config.latent)
        self.analysis.weight.copy_((basis / deviation).T[..., None, None])
        self.synthesis.weight.copy_((basis * deviation)[..., None, None])
        self.bottleneck.log_step.sub_(deviation.log().reshape(-1, 1, 1, 1, 1))
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
            rounded = self.dequantize(self.quantize(latent, rate), rate)
            latent = rounded[..., : latent.shape[2], : latent.shape[3]]
        return self.decode(latent, rate)[..., : x.shape[2], : x.shape[3]]

    def quantize(self, latent: Tensor, rate: int | Tensor) -> Tensor:
        """Latent (B, 16, h, w) -> integers (B, 16, h, w), sides raised to multiples of 4; rate is 1 to config.rates."""
        return self.bottleneck.quantize(latent, rate)

    def dequantize(self, q: Tensor, rate: int | Tensor) -> Tensor:
        """Integers (B, 16, h, w) -> latent (B, 16, h, w)."""
        return self.bottleneck.dequantize(q, rate)

    def bits(self, q: Tensor, rate: int | Tensor) -> Tensor:
        """Integers (B, 16, h, w) -> length in bits (B,) of an ideal code under the learned prior."""
        return self.bottleneck.bits(q, rate)

    def _mode(self, rate: int | Tensor, like: Tensor) -> Tensor:
        """(B or 1, 1 + rates): which latent is meant, as the blocks are told."""
        rate = torch.as_tensor(rate, device=like.device).reshape(-1)
        return F.one_hot(rate, 1 + self.config.rates).to(like.dtype)


def karhunen_loeve(keep: int) -> tuple[Tensor, Tensor]:
    """The `keep` first principal directions (48, keep) of 4x4 patches in the order of pixel_unshuffle, and the standard
    deviations (keep,) along them, if pixels are first-order Markov along rows, columns and colors: the model whose
    transform the DCT is in the limit."""

    def markov(correlation: float, count: int) -> Tensor:
        place = torch.arange(count)
        return correlation ** (place[:, None] - place).abs()

    near = markov(NEARBY, PATCH)
    covariance = SPREAD**2 * torch.kron(markov(COLORS, 3), torch.kron(near, near))
    variance, basis = torch.linalg.eigh(covariance)
    return basis[:, -keep:].flip(1), variance[-keep:].flip(0).sqrt()
