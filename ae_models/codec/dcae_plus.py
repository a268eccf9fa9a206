"""Autoencoder for pictures of any size, with a latent that is quantized at a rate: `dcae-plus`."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ae_models.codec.bottleneck import Bottleneck
from ae_models.codec.context import ContextModel
from ae_models.layers import Network
from ae_models.unet import Block

PATCH = 4  # px a side that one cell of the latent stands for

# Statistics of pixels in [-1, 1] that the linear part starts from.
PIXEL_DEVIATION = 0.5
PIXEL_CORRELATION = 0.9  # of neighboring pixels
CHANNEL_CORRELATION = 0.95  # of red with green, and of green with blue


@dataclass(frozen=True)
class DCAEPlusConfig:
    size: int = 32  # px of the training pictures; it takes any
    width: int = 96  # channels inside
    latent: int = 16  # channels of the latent
    encoder: int = 2  # blocks
    decoder: int = 2
    rates: int = 5  # quantizers, from the coarsest on
    block: int = 4  # cells a side that are transformed together before they are quantized
    mixture: int = 3  # logistic distributions in the prior of each coefficient
    context: int = 96  # channels inside the context model


class DCAEPlus(Network):
    """Linear transform of 4x4 patches each way, with convolutions that add to it.

        (B, 3, H, W)          picture in [-1, 1]
          | patches of 4x4 px
        (B, 48, H/4, W/4)
          | linear to 16  +  Conv 3x3 -> 96, blocks, Conv 3x3 -> 16
        (B, 16, H/4, W/4)     latent, each channel of variance about 1
          |                   -- quantize --> integers (B, 16, H/4, W/4) -- dequantize -->
          | linear to 48  +  Conv 3x3 -> 96, blocks, Conv 3x3 -> 48
        (B, 48, H/4, W/4)
          | patches of 4x4 px
        (B, 3, H, W)          reconstruction, about [-1, 1]

    The linear part starts as the Karhunen-Loève transform of a textbook model of pictures, so
    training starts where linear transforms end. Nothing depends on the size of the picture: there
    is no normalization, and edges are repeated up to whole patches and cut off again.

    rate: 0 for the latent as it is, or 1 (the coarsest) to config.rates for one that is quantized;
    an int or (B,) whole numbers. It steers every block (FiLM) and the bottleneck.

    Training counts bits by the bottleneck's factorized prior. Files are written with the context
    model, which is fitted to the trained network (train/codec_context.py) and saves a fifth.
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
        self.context = ContextModel(latent * config.block**2, config.rates, config.context)
        self._start_linear()

    @property
    def rates(self) -> int:
        return self.config.rates

    @property
    def reach(self) -> int:
        """Receptive-field radius in latent cells, of the encoder and of the decoder."""
        return 2 + 2 * max(self.config.encoder, self.config.decoder)

    @torch.no_grad()
    def _start_linear(self) -> None:
        """Start as the Karhunen-Loève transform, with convolutions that add nearly nothing."""
        basis, deviation = karhunen_loeve(self.config.latent)
        self.analysis.weight.copy_((basis / deviation).T[..., None, None])
        self.synthesis.weight.copy_((basis * deviation)[..., None, None])
        self.bottleneck.log_step.sub_(deviation.log().reshape(-1, 1, 1, 1, 1))
        for layer in (self.analysis, self.synthesis, self.encoder_head, self.decoder_head):
            nn.init.zeros_(layer.bias)
        for head in (self.encoder_head, self.decoder_head):
            nn.init.normal_(head.weight, std=1e-3)

    def encode(self, x: Tensor, rate: int | Tensor = 0) -> Tensor:
        """Pictures (B, 3, H, W) in [-1, 1] -> latent (B, 16, ceil(H / 4), ceil(W / 4))."""
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
        """Pictures (B, 3, H, W) -> reconstructions from the latent, quantized if rate is not 0."""
        latent = self.encode(x, rate)
        if rate:
            latent = self.rounded(latent, rate)
        return self.decode(latent, rate)[..., : x.shape[2], : x.shape[3]]

    def quantize(self, latent: Tensor, rate: int | Tensor) -> Tensor:
        """Latent (B, 16, h, w) -> integers (B, 16, h, w), sides padded to multiples of 4.

        rate: 1 to config.rates."""
        return self.bottleneck.quantize(latent, rate)

    def dequantize(self, q: Tensor, rate: int | Tensor) -> Tensor:
        """Integers (B, 16, h, w) -> latent (B, 16, h, w)."""
        return self.bottleneck.dequantize(q, rate)

    def rounded(self, latent: Tensor, rate: int | Tensor) -> Tensor:
        """Latent (B, 16, h, w) -> the same shape, as a file at a rate from 1 on keeps it."""
        quantized = self.dequantize(self.quantize(latent, rate), rate)
        return quantized[..., : latent.shape[2], : latent.shape[3]]

    def bits(self, q: Tensor, rate: int | Tensor) -> Tensor:
        """Integers (B, 16, h, w) -> length in bits (B,) of an ideal code under the prior."""
        return self.bottleneck.bits(q, rate)

    def sorted_kinds(self, q: Tensor) -> Tensor:
        """Integers (B, 16, h, w) -> (B, 256, h / 4, w / 4): a channel for each kind of coefficient,
        as the context model takes them."""
        return F.pixel_unshuffle(q, self.config.block)[:, self.context.order]

    def unsorted_kinds(self, kinds: Tensor) -> Tensor:
        """The inverse of sorted_kinds."""
        return F.pixel_shuffle(kinds[:, self.context.order.argsort()], self.config.block)

    def _mode(self, rate: int | Tensor, like: Tensor) -> Tensor:
        """One-hot rate (B or 1, 1 + rates), the condition of every block."""
        rate = torch.as_tensor(rate, device=like.device).reshape(-1)
        return F.one_hot(rate, 1 + self.config.rates).to(like.dtype)


def karhunen_loeve(keep: int) -> tuple[Tensor, Tensor]:
    """First `keep` principal directions of 4x4 patches, (48, keep), and deviations along them.

    Patches are in the order of pixel_unshuffle. Pixels are taken as first-order Markov along rows,
    columns and channels: the model whose Karhunen-Loève transform tends to the DCT."""

    def markov(correlation: float, count: int) -> Tensor:
        index = torch.arange(count)
        return correlation ** (index[:, None] - index).abs()

    pixels = torch.kron(markov(PIXEL_CORRELATION, PATCH), markov(PIXEL_CORRELATION, PATCH))
    covariance = PIXEL_DEVIATION**2 * torch.kron(markov(CHANNEL_CORRELATION, 3), pixels)
    variance, basis = torch.linalg.eigh(covariance)
    return basis[:, -keep:].flip(1), variance[-keep:].flip(0).sqrt()
