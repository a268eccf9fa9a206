"""Gray photo -> color, steered by color hints: `photo-color-plus`."""

import itertools
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ae_models import color
from ae_models.layers import Network
from ae_models.lite0 import WIDTHS, Lite0
from ae_models.unet import UNet, UNetConfig


@dataclass(frozen=True)
class PhotoColorPlusConfig:
    size: int = 160  # px of the shorter side
    widths: tuple[int, ...] = (64, 128, 256, 256)  # channels at 1/4, 1/8, ... of the side
    # Levels of a and b, in Lab units: a grid of colors that is finer near gray.
    levels: tuple[int, ...] = (-80, -54, -34, -20, -9, 0, 9, 20, 34, 54, 80)
    temperature: float = 1.0  # of the distribution before its mean is taken; towards 0 its mode
    rarity_coverage: float = 0.01  # part of the picture under hints that leaves exp(-1) of rarity
    hint_distance: float = 5.0  # cells of 4 px over which a hint spreads, a standard deviation
    hint_lightness: float = 10.0  # difference in lightness over which it spreads, likewise


class PhotoColorPlus(Network):
    """Predict a distribution over chroma from lightness and hints, and take its annealed mean.

        (B, 4, H, W)     L / 100; hints: ab in the unit range, mask of 0 and 1; all in [0, 1]
          | encoder of a U-Net (ae_models/unet.py) on cells of 4x4 px
          |   + features of Lite0 (ae_models/lite0.py), which recognizes things, through Conv 1x1
        (B, 64, H/4, W/4), (B, 128, H/8, W/8), (B, 256, H/16, W/16), (B, 256, H/32, W/32)
          | decoder of the U-Net
        (B, K, H/4, W/4) logits of K = levels^2 colors, a coarse grid in the ab plane
          | + rarity of each color, softmax at a temperature, mean
        (B, 2, H/4, W/4) ab in the unit range; it is smooth, color.upsample_chroma gives it edges

    A classification, because a regression can only answer the mean of all plausible colors, which
    is brown (Zhang et al. 2016, arXiv 1603.08511). The grid is coarser where colors are vivid and
    rare; a target is shared among the four grid colors around it, so that the mean of the
    distribution is exact. Hints are learned as in Zhang et al. 2017, arXiv 1705.02999. Any height
    and width; without a hint ab is color.NEUTRAL.

    The annealed mean would still be muted, so rare colors are made likelier by logit adjustment
    (Menon et al. 2020, arXiv 2007.07314): less, the more of the picture hints cover, since they
    say better than frequencies how vivid it is.
    """

    color_space = "Lab"
    channels = 4
    takes_hints = True
    cell = 4  # px a side that one distribution stands for

    def __init__(self, config: PhotoColorPlusConfig = PhotoColorPlusConfig()):
        super().__init__()
        self.config = config
        grid = list(itertools.product(config.levels, repeat=2))
        self.unet = UNet(
            UNetConfig(self.channels * self.cell**2, len(grid), config.widths, patch=1, middle=0)
        )
        seen = WIDTHS[1:][: len(config.widths)]
        self.backbone = Lite0(1, 1 + len(seen))  # sees the lightness alone
        self.lateral = nn.ModuleList(nn.Conv2d(a, b, 1) for a, b in zip(seen, config.widths))
        self.register_buffer("colors", torch.tensor(grid, dtype=torch.float32))  # (K, 2)
        self.register_buffer("rarity", torch.zeros(len(grid)))  # added to the logits

    def encode(self, x: Tensor) -> list[Tensor]:
        """(B, 4, H, W) in [0, 1] -> weight of the rarity (B, 1, 1, 1), and features of the U-Net.

        The highest resolution, 1/4 of the side, comes first."""
        return [self._rarity_weight(x), *self._features(x)]

    def decode(self, features: list[Tensor]) -> Tensor:
        """Output of encode -> ab in the unit range, (B, 2, h, w), of the first features' size."""
        weight, *features = features
        return self._color(self.unet.decode(features), weight)

    def logits(self, x: Tensor, recognized: list[Tensor] | None = None) -> Tensor:
        """(B, 4, H, W) in [0, 1] -> logits of colors (B, K, ceil(H / 4), ceil(W / 4))."""
        height, width = (-(-side // self.cell) for side in x.shape[2:])
        return self.unet.decode(self._features(x, recognized))[..., :height, :width]

    def mean(self, logits: Tensor, temperature: float) -> Tensor:
        """Logits (B, K, h, w) -> annealed mean, ab in Lab units: (B, 2, h, w)."""
        return torch.einsum(
            "bkhw,kc->bchw", F.softmax(logits.float() / temperature, 1), self.colors
        )

    def recognize(self, lightness: Tensor) -> list[Tensor]:
        """(B, 1, H, W) in [0, 1] -> features of the backbone, which hints do not change, of 1/4 of
        the side and lower resolutions."""
        _, *seen = self.backbone(self._whole_cells(lightness))
        return seen

    def forward(self, x: Tensor, recognized: list[Tensor] | None = None) -> Tensor:
        """(B, 4, H, W) in [0, 1] -> ab in the unit range, (B, 2, ceil(H / 4), ceil(W / 4)).

        recognized: recognize(x[:, :1]), for another use of the same lightness."""
        return self._color(self.logits(x, recognized), self._rarity_weight(x))

    def _rarity_weight(self, x: Tensor) -> Tensor:
        """1 without hints, less the more of the picture they cover: (B, 1, 1, 1)."""
        covered = x[:, 3:].mean((2, 3), keepdim=True)
        return torch.exp(-covered / self.config.rarity_coverage)

    def _features(self, x: Tensor, recognized: list[Tensor] | None = None) -> list[Tensor]:
        """(B, 4, H, W) -> features of each resolution, of whole cells of the lowest: those of the
        U-Net with those of the backbone added."""
        x = self._whole_cells(x)
        features = self.unet.encode(F.pixel_unshuffle(x - 0.5, self.cell))
        seen = self.recognize(x[:, :1]) if recognized is None else recognized
        return [own + conv(x) for own, conv, x in zip(features, self.lateral, seen)]

    def _whole_cells(self, x: Tensor) -> Tensor:
        """Repeat the edges of (B, C, H, W) to whole cells of the lowest resolution."""
        step = self.cell * 2 ** (len(self.config.widths) - 1)
        return F.pad(x, (0, -x.shape[3] % step, 0, -x.shape[2] % step), mode="replicate")

    def _color(self, logits: Tensor, weight: Tensor) -> Tensor:
        """Logits (B, K, h, w), weight of the rarity (B, 1, 1, 1) -> ab in the unit range."""
        logits = logits.float() + weight * self.rarity[:, None, None]
        return color.ab_to_unit(self.mean(logits, self.config.temperature))
