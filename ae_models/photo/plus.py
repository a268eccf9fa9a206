"""Gray photo -> color, with points of color where the user knows better: `photo-color-plus`."""

import itertools
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from ae_models.layers import Network
from ae_models.unet import UNet, UNetConfig


@dataclass(frozen=True)
class PhotoColorPlusConfig:
    size: int = 128  # px of the shorter side
    widths: tuple[int, ...] = (64, 128, 256, 256)  # channels at 1/4, 1/8, ... of the side
    levels: tuple[int, ...] = (
        -80,
        -54,
        -34,
        -20,
        -9,
        0,
        9,
        20,
        34,
        54,
        80,
    )  # of a and b; finer near gray
    temperature: float = (
        0.7  # of the color that is taken from the distribution: 1 its mean, towards 0 its mode
    )


class PhotoColorPlus(Network):
    """Lightness and hints in, a distribution over chroma out, and of that one color.

        (B, 4, H, W)     L / 100; (ab + 128) / 255 of the hints; 1 where there is a hint, else 0: all in [0, 1]
          | pixel-unshuffle 4, U-Net (ae_models/unet.py)
        (B, K, H/4, W/4) logits of K = levels^2 colors, a coarse grid in the ab plane
          | + rarity of each color, softmax at a temperature, mean
        (B, 2, H/4, W/4) (ab + 128) / 255, in [0, 1]; chroma is smooth: color.upsample_chroma gives it edges

    Classification, because a regression can only answer the mean of all colors that could be there, which is brown
    (Zhang et al. 2016, arXiv 1603.08511). The grid is wider where colors are vivid and rare, and a target is shared
    among the four corners around it, so that the mean of the distribution is exact. Hints are learned as in Zhang et
    al. 2017, arXiv 1705.02999. Any height and width; where there is no hint its ab is 128 / 255, neutral.

    The annealed mean would still be muted: rare colors are made likelier (Menon et al. 2020, arXiv 2007.07314), the less
    the more of the picture hints cover, since they say better than frequencies what is vivid here.
    """

    color_space = "Lab"
    channels = 4
    takes_hints = True
    cell = 4  # px a side that one distribution stands for
    enough = 0.01  # part of the picture under hints that leaves exp(-1) of the rarity

    def __init__(self, config: PhotoColorPlusConfig = PhotoColorPlusConfig()):
        super().__init__()
        self.config = config
        colors = list(itertools.product(config.levels, repeat=2))
        self.unet = UNet(
            UNetConfig(self.channels * self.cell**2, len(colors), config.widths, patch=1)
        )
        self.register_buffer("colors", torch.tensor(colors, dtype=torch.float32))  # (K, 2)
        self.register_buffer("rarity", torch.zeros(len(colors)))  # what is added to the logits

    def encode(self, x: Tensor) -> list[Tensor]:
        """(B, 4, H, W) in [0, 1] -> how much of the rarity counts, (B, 1, 1, 1), and the features of the U-Net, the
        highest resolution, 1/4 of the side, first."""
        return [self._share(x), *self.unet.encode(self._cells(x))]

    def decode(self, features: list[Tensor]) -> Tensor:
        """What encode gave -> (ab + 128) / 255 as (B, 2, h, w) in [0, 1], h and w those of the first features."""
        share, *features = features
        return self._color(self.unet.decode(features), share)

    def logits(self, x: Tensor) -> Tensor:
        """(B, 4, H, W) in [0, 1] -> (B, K, ceil(H / 4), ceil(W / 4))."""
        return self.unet(self._cells(x))

    def mean(self, logits: Tensor, temperature: float) -> Tensor:
        """Logits (B, K, h, w) -> annealed mean, ab in Lab units: (B, 2, h, w)."""
        return torch.einsum(
            "bkhw,kc->bchw", F.softmax(logits.float() / temperature, 1), self.colors
        )

    def forward(self, x: Tensor) -> Tensor:
        return self._color(self.logits(x), self._share(x))

    def _share(self, x: Tensor) -> Tensor:
        return torch.exp(-x[:, 3:].mean((2, 3), keepdim=True) / self.enough)

    def _cells(self, x: Tensor) -> Tensor:
        x = F.pad(x, (0, -x.shape[3] % self.cell, 0, -x.shape[2] % self.cell), mode="replicate")
        return F.pixel_unshuffle(x - 0.5, self.cell)

    def _color(self, logits: Tensor, share: Tensor) -> Tensor:
        logits = logits.float() + share * self.rarity[:, None, None]
        return (self.mean(logits, self.config.temperature) + 128) / 255
