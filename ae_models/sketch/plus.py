"""Line sketch -> color picture that follows a palette and color hints: `sketch-color-plus`."""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ae_models.layers import Network
from ae_models.sketch import palettes
from ae_models.sketch.config import SketchColorPlusConfig
from ae_models.sketch.domain_transform import flow
from ae_models.sketch.palettes import COLORS
from ae_models.unet import UNet, UNetConfig

EPSILON = 1e-6


class Shares(NamedTuple):
    """Prediction of the network for each pixel: shares of the colors there are, and a shade.

    `mix` makes RGB of it; in use ae_models/sketch/coloring.py decides on one color a region first.
    """

    share: Tensor  # (B, 5 + 2 + reaches, H, W), sum 1: palette entries, paper, own color, hints
    palette: Tensor  # (B, 5, 4): RGB and weight; weights sum to 1, or to 0 without a palette
    own: Tensor  # (B, 3, H, W): the pixel's own color, RGB
    hints: Tensor  # (B, reaches, 4, H, W): flowed hints, RGB times confidence and confidence
    shade: Tensor  # (B, 1, H, W), 0 is black, 1 the color as it is, 2 twice as light
    ink: Tensor  # (B, 1, H / 2, W / 2), the lines, 1 is ink


class SketchColorPlus(Network):
    """U-Net that points at palette entries.

        (B, 1, H, W) sketch, 0 is ink   (B, 4, H, W) hints: RGB, opacity   (B, 5, 4) palette
          | + paper flowed in             | + hints flowed up to lines       | deep sets
          |   from the border             |                                  v
          +-------------------------------+-> UNet, each block under FiLM <- (B, condition)
        (B, key + 2 + reaches + 3 + 1, H, W)
          | query; logits of paper, own color and hints over each reach; own color; shade
          | softmax over query . key of each palette entry, and those logits
        Shares -> mix -> (B, 3, H, W) shade * (shares . colors), about [0, 1]

    A regression to RGB paints the mean of all plausible colors, which is brown. Here a pixel only
    decides which of the given colors it takes and how light it is, so results are as vivid as the
    palette. Palette entries may be in any order (deep sets, Zaheer et al. 2017, arXiv 1703.06114)
    and any of them may be missing (weight 0). `suggest` scores the palettes that are kept from the
    training pictures for sketches that come without one.
    """

    channels = 1
    takes_hints = True

    def __init__(self, config: SketchColorPlusConfig = SketchColorPlusConfig()):
        super().__init__()
        self.config = config
        flows = len(config.reaches)
        self.outputs = (config.key, 2 + flows, 3, 1)  # query, logits, own color, shade
        self.unet = UNet(
            UNetConfig(6 + 4 * flows, sum(self.outputs), config.widths, condition=config.condition)
        )
        self.entry = nn.Sequential(nn.Linear(5, 64), nn.SiLU(), nn.Linear(64, config.condition))
        self.key = nn.Sequential(nn.Linear(5, 64), nn.SiLU(), nn.Linear(64, config.key - 4))
        self.prior = nn.Linear(config.widths[-1], config.palettes)
        self.register_buffer("palettes", torch.zeros(config.palettes, COLORS, 4))

    def encode(
        self, sketch: Tensor, palette: Tensor | None = None, hints: Tensor | None = None
    ) -> list[Tensor]:
        """Sketch (B, 1, H, W) in [0, 1], palette (B, 5, 4), hints (B, 4, H, W) -> a list of

        lines, 1 is ink, (B, 1, H / 2, W / 2);
        flowed hints, RGB times confidence and confidence for each reach, (B, 4 * reaches, H, W);
        features of each resolution, the highest first."""
        ink, size = self._lines(sketch), sketch.shape[2:]
        if hints is None:
            hints = sketch.new_zeros(len(sketch), 4, *size)
            flowed = sketch.new_zeros(len(sketch), 4 * len(self.config.reaches), *size)
        else:
            hints = torch.cat([hints[:, :3] * hints[:, 3:], hints[:, 3:]], 1)
            flowed = torch.cat([self._flowed(hints, ink, r) for r in self.config.reaches], 1)
        x = torch.cat([1 - sketch, hints, flowed, self._outside(ink, size)], 1)
        condition = self._condition(self._palette(sketch, palette))
        return [ink, flowed, *self.unet.encode(x, condition)]

    def shares(self, features: list[Tensor], palette: Tensor | None = None) -> Shares:
        """Output of encode, with the same palette -> Shares; H and W are those of whole cells."""
        ink, flowed, *features = features
        palette = self._palette(flowed, palette)
        y = self.unet.decode(features, self._condition(palette))
        keys = self._keys(palette)
        with torch.autocast(y.device.type, enabled=False):
            return self._compare(y.float(), keys.float(), palette, ink.float(), flowed.float())

    def decode(self, features: list[Tensor], palette: Tensor | None = None) -> Tensor:
        """Output of encode, with the same palette -> RGB (B, 3, H, W), their mixture."""
        return mix(self.shares(features, palette))

    def forward(
        self, sketch: Tensor, palette: Tensor | None = None, hints: Tensor | None = None
    ) -> Tensor:
        """Sketch (B, 1, H, W), palette (B, 5, 4), hints (B, 4, H, W) -> RGB (B, 3, H, W)."""
        height, width = sketch.shape[2:]
        return self.decode(self.encode(sketch, palette, hints), palette)[..., :height, :width]

    def suggest(self, features: list[Tensor]) -> Tensor:
        """Output of encode for sketches alone -> logits of the kept palettes, (B, palettes).

        In a release they have mean 0 and standard deviation 1 over the training sketches, so that
        each palette suits some of them."""
        return self.prior(features[-1].mean((2, 3)))

    def propose(
        self, sketch: Tensor, count: int = 1, seed: int = 0, colors: Tensor | None = None
    ) -> Tensor:
        """Palettes (count, 5, 4) that suit a sketch (1, 1, H, W) and hold `colors` (N, 3).

        Seeds 0, 1, 2 ... walk through the candidates without repetition, from the best-scored one
        on, and then through turns of their hues (palettes.walk). The network looks at the sketch at
        half its size, which costs a quarter."""
        kept = self.palettes.float().cpu()
        score = self.suggest(self.encode(F.avg_pool2d(sketch, 2)))[0].float().cpu()
        given = colors is not None and len(colors) > 0
        if given:
            colors = colors.float().cpu()
            score = score - self.config.missing_color_penalty * palettes.misfit(kept, colors)
        best = score.argsort(descending=True)[: max(count, self.config.candidates)]
        chosen = palettes.walk(kept[best], count, seed)
        if not given:
            return chosen
        return torch.stack([palettes.with_colors(palette, colors) for palette in chosen])

    def _lines(self, sketch: Tensor) -> Tensor:
        """Sketch (B, 1, H, W) -> lines, 1 is ink, (B, 1, H / 2, W / 2), none of them lost."""
        threshold = self.config.line_threshold
        darkness = ((threshold - sketch) / threshold * 2).clamp(0, 1)
        return F.max_pool2d(darkness, 2, ceil_mode=True)

    def _flowed(self, hints: Tensor, ink: Tensor, reach: float) -> Tensor:
        """Spread hints (B, 4, H, W), RGB times opacity and opacity, over about `reach` px.

        Returns RGB times confidence and confidence, (B, 4, H, W), computed at the ink's size."""
        small = F.avg_pool2d(hints, 2, ceil_mode=True)
        color, amount = flow(small, ink, reach / 2, self.config.barrier).split([3, 1], 1)
        confidence = amount / (amount + self.config.hint_softness)
        flowed = torch.cat([color / amount.clamp_min(EPSILON) * confidence, confidence], 1)
        return enlarged(flowed, hints.shape[2:])

    def _outside(self, ink: Tensor, size: torch.Size) -> Tensor:
        """Flow the border inwards up to the lines (B, 1, H / 2, W / 2): (B, 1, H, W).

        Near 1 on the paper around a closed drawing, near 0 in it: convolutions of a few px cannot
        follow a line around a drawing."""
        border = torch.ones_like(ink)
        border[..., 1:-1, 1:-1] = 0
        config = self.config
        amount = flow(border, ink, config.outside_reach / 2, config.barrier, rounds=3)
        return enlarged(amount / (amount + config.hint_softness), size)

    def _palette(self, like: Tensor, palette: Tensor | None) -> Tensor:
        """Palette (B, 5, 4) with weights that sum to 1; without one all 0."""
        if palette is None:
            return like.new_zeros(len(like), COLORS, 4, dtype=torch.float32)
        palette = palette.float()
        return torch.cat([palette[:, :, :3], palettes.shares(palette)[:, :, None]], 2)

    def _condition(self, palette: Tensor) -> Tensor:
        """Mean of the entries' vectors by weight, (B, condition); 0 without a palette."""
        return (self.entry(_features(palette)) * palette[:, :, 3:]).sum(1)

    def _keys(self, palette: Tensor) -> Tensor:
        """Vectors (B, 5, key) that queries are compared with.

        They begin with the color and its square, so that a query can ask for the entry nearest to
        a color c: -|c - e|^2 is linear in (e, |e|^2)."""
        features = _features(palette)
        return torch.cat([features[:, :, :4], self.key(features)], 2)

    def _compare(
        self, y: Tensor, keys: Tensor, palette: Tensor, ink: Tensor, flowed: Tensor
    ) -> Shares:
        """Output of the U-Net (B, sum(outputs), H, W), keys (B, 5, key) -> Shares."""
        query, logits, own, shade = y.split(self.outputs, 1)
        entries = torch.einsum("bdhw,bkd->bkhw", query, keys)
        entries = entries.masked_fill((palette[:, :, 3] == 0)[:, :, None, None], -torch.inf)
        hints = padded(flowed, y.shape[2:]).unflatten(1, (-1, 4))
        paper_and_own, of_hints = logits.split([2, hints.shape[1]], 1)
        of_hints = of_hints + (hints[:, :, 3] + EPSILON).log()
        share = torch.cat([entries, paper_and_own, of_hints], 1).softmax(1)
        ink = padded(ink, tuple(n // 2 for n in y.shape[2:]))
        return Shares(share, palette, own.sigmoid(), hints, 2 * shade.sigmoid(), ink)


def mix(shares: Shares, painted: Tensor | None = None) -> Tensor:
    """Shares -> RGB (B, 3, H, W), about [0, 1].

    painted: (B, 3, H, W), in place of the mixture of palette entries."""
    entries, paper, own, hinted = split(shares)
    color = mixed_entries(entries, shares.palette) if painted is None else painted
    color = color + paper + own * shares.own
    rgb, confidence = shares.hints[:, :, :3], shares.hints[:, :, 3:].clamp_min(EPSILON)
    color = color + (hinted[:, :, None] * rgb / confidence).sum(1)
    return shares.shade * color


def split(shares: Shares) -> list[Tensor]:
    """Shares of the palette entries (B, 5, H, W), paper, own color (B, 1, H, W), and hints."""
    return shares.share.split([COLORS, 1, 1, shares.hints.shape[1]], 1)


def mixed_entries(entries: Tensor, palette: Tensor) -> Tensor:
    """Shares of palette entries (B, 5, H, W), palette (B, 5, 4) -> their RGB sum (B, 3, H, W)."""
    return torch.einsum("bkhw,bkc->bchw", entries, palette[:, :, :3])


def enlarged(x: Tensor, size: tuple[int, ...]) -> Tensor:
    """Double (B, C, h, w) by repetition and cut it to size."""
    return F.interpolate(x, scale_factor=2.0)[..., : size[0], : size[1]]


def padded(x: Tensor, size: tuple[int, ...]) -> Tensor:
    """Pad (B, C, h, w) with 0 on the right and below, up to size."""
    return F.pad(x, (0, size[1] - x.shape[3], 0, size[0] - x.shape[2]))


def _features(palette: Tensor) -> Tensor:
    """Palette (B, 5, 4) -> centered color, its square, weight: (B, 5, 5)."""
    color = 2 * palette[:, :, :3] - 1
    return torch.cat([color, color.square().sum(2, keepdim=True), palette[:, :, 3:]], 2)
