"""Grey photo -> colour, with points of colour where the user knows better: `photo-color-plus`."""

import itertools
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ae_models.unet import UNet, UNetConfig


@dataclass(frozen=True)
class PhotoColorPlusConfig:
    size: int = 128  # px of the shorter side
    widths: tuple[int, ...] = (64, 128, 256, 256)  # channels at 1/4, 1/8, ... of the side
    levels: tuple[int, ...] = (-80, -54, -34, -20, -9, 0, 9, 20, 34, 54, 80)  # of a and b; finer near grey
    temperature: float = 0.7  # of the colour that is taken from the distribution: 1 its mean, towards 0 its mode


class PhotoColorPlus(nn.Module):
    """Lightness and hints in, a distribution over chroma out, and of that one colour.

        (B, 4, H, W)     L / 100; (ab + 128) / 255 of the hints; 1 where there is a hint, else 0: all in [0, 1]
          | pixel-unshuffle 4, U-Net (ae_models/unet.py)
        (B, K, H/4, W/4) logits of K = levels^2 colours, a coarse grid in the ab plane
          | softmax at a temperature, mean            "annealed mean"
        (B, 2, H/4, W/4) (ab + 128) / 255, in [0, 1]; chroma is smooth: images.upsample_chroma gives it edges

    Classification, because a regression can only answer the mean of all colours that could be there, which is brown
    (Zhang et al. 2016, arXiv 1603.08511). The grid is wider where colours are vivid and rare, and a target is shared
    among the four corners around it, so that the mean of the distribution is exact. Hints are learned as in Zhang et al. 2017, arXiv
    1705.02999. Any height and width; where there is no hint its ab is 128 / 255, neutral.
    """

    color_space = "Lab"
    value_range = (0.0, 1.0)
    channels = 4
    cell = 4  # px a side that one distribution stands for

    def __init__(self, config: PhotoColorPlusConfig = PhotoColorPlusConfig()):
        super().__init__()
        self.config = config
        colors = list(itertools.product(config.levels, repeat=2))
        self.unet = UNet(UNetConfig(self.channels * self.cell**2, len(colors), config.widths, patch=1))
        self.register_buffer("colors", torch.tensor(colors, dtype=torch.float32))  # (K, 2)

    def encode(self, x: Tensor) -> list[Tensor]:
        """(B, 4, H, W) in [0, 1] -> features of the U-Net, the highest resolution, 1/4 of the side, first."""
        return self.unet.encode(self._cells(x))

    def decode(self, features: list[Tensor]) -> Tensor:
        """What encode gave -> (ab + 128) / 255 as (B, 2, h, w) in [0, 1], h and w those of the first features."""
        return self._color(self.unet.decode(features))

    def logits(self, x: Tensor) -> Tensor:
        """(B, 4, H, W) in [0, 1] -> (B, K, ceil(H / 4), ceil(W / 4))."""
        return self.unet(self._cells(x))

    def mean(self, logits: Tensor, temperature: float) -> Tensor:
        """Logits (B, K, h, w) -> annealed mean, ab in Lab units: (B, 2, h, w)."""
        return torch.einsum("bkhw,kc->bchw", F.softmax(logits.float() / temperature, 1), self.colors)

    def forward(self, x: Tensor) -> Tensor:
        return self._color(self.logits(x))

    def _cells(self, x: Tensor) -> Tensor:
        x = F.pad(x, (0, -x.shape[3] % self.cell, 0, -x.shape[2] % self.cell), mode="replicate")
        return F.pixel_unshuffle(x - 0.5, self.cell)

    def _color(self, logits: Tensor) -> Tensor:
        return (self.mean(logits, self.config.temperature) + 128) / 255
