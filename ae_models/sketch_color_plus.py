"""Line sketch -> colour picture that obeys a palette and dabs of colour: `sketch-color-plus`."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ae_models import palettes
from ae_models.palettes import COLOURS
from ae_models.unet import UNet, UNetConfig

SUITED = 24  # how many of the kept palettes suit a sketch well enough
LIKING = (
    10.0  # what a wanted colour's distance from a palette costs, in standard deviations of how suitable palettes are
)


@dataclass(frozen=True)
class SketchColorPlusConfig:
    size: int = 128  # px
    widths: tuple[int, ...] = (32, 96, 160, 256)
    key: int = 16  # numbers that say which palette entry a pixel wants
    condition: int = 64
    palettes: int = 96  # the prior's choice


class SketchColorPlus(nn.Module):
    """A U-Net that points at palette entries.

        (B, 1, H, W)  sketch in [0, 1], 0 is ink      (B, 4, H, W)  dabs: RGB, opacity      (B, 5, 4)  palette: RGB, weight
          |                                             |                                     | deep sets -> (B, condition)
          +---------------------------------------------+-> UNet, each block under FiLM  <----+
        (B, key + 2 + 3 + 1, H, W)  query, own colour and paper's logits, own colour, shade
          | softmax of query . key of each entry, of paper and of the own colour
        (B, 3, H, W)  shade * (weights . [palette, white, own colour]), about [0, 1]

    A regression to RGB alone paints the mean of all plausible colours, which is brown. Here a pixel only decides *which*
    of the given colours it has and how light it is, so results are as vivid as the palette. A palette's entries may be
    in any order (Zaheer et al. 2017, arXiv 1703.06114), and any of them may be missing: weight 0. Where there is no
    palette, `suggest` says how well each of those that are kept from the training pictures suits a sketch.
    """

    color_space = "RGB"
    value_range = (0.0, 1.0)
    channels = 1

    def __init__(self, config: SketchColorPlusConfig = SketchColorPlusConfig()):
        super().__init__()
        self.config = config
        channels_out = config.key + 2 + 3 + 1
        self.unet = UNet(UNetConfig(5, channels_out, config.widths, condition=config.condition))
        self.entry = nn.Sequential(nn.Linear(5, 64), nn.SiLU(), nn.Linear(64, config.condition))
        self.key = nn.Sequential(nn.Linear(5, 64), nn.SiLU(), nn.Linear(64, config.key - 4))
        self.prior = nn.Linear(config.widths[-1], config.palettes)
        self.register_buffer("palettes", torch.zeros(config.palettes, COLOURS, 4))

    def encode(self, sketch: Tensor, palette: Tensor | None = None, hints: Tensor | None = None) -> list[Tensor]:
        """Sketch (B, 1, H, W), palette (B, 5, 4), dabs (B, 4, H, W) -> features of each resolution, the highest first."""
        if hints is None:
            hints = sketch.new_zeros(len(sketch), 4, *sketch.shape[2:])
        opacity = hints[:, 3:]
        x = torch.cat([1 - sketch, hints[:, :3] * opacity, opacity], 1)
        return self.unet.encode(x, self._condition(self._palette(sketch, palette)))

    def decode(self, features: list[Tensor], palette: Tensor | None = None) -> Tensor:
        """What encode gave, with the same palette -> colour pictures (B, 3, H, W); H and W those of whole cells."""
        palette = self._palette(features[0], palette)
        y = self.unet.decode(features, self._condition(palette))
        keys = self._keys(palette)
        with torch.autocast(y.device.type, enabled=False):
            return self._paint(y.float(), keys.float(), palette)

    def forward(self, sketch: Tensor, palette: Tensor | None = None, hints: Tensor | None = None) -> Tensor:
        height, width = sketch.shape[2:]
        return self.decode(self.encode(sketch, palette, hints), palette)[..., :height, :width]

    def _paint(self, y: Tensor, keys: Tensor, palette: Tensor) -> Tensor:
        """What the U-Net gave (B, key + 6, H, W) -> colours (B, 3, H, W)."""
        query, logits, own, shade = y.split([self.config.key, 2, 3, 1], 1)
        wanted = torch.einsum("bdhw,bkd->bkhw", query, keys)
        wanted = wanted.masked_fill((palette[:, :, 3] == 0)[:, :, None, None], -torch.inf)
        share = torch.cat([wanted, logits], 1).softmax(1)  # (B, 5 + 2, H, W)
        entries, paper, mine = share.split([COLOURS, 1, 1], 1)
        colour = torch.einsum("bkhw,bkc->bchw", entries, palette[:, :, :3]) + paper + mine * own.sigmoid()
        return 2 * shade.sigmoid() * colour

    def suggest(self, features: list[Tensor]) -> Tensor:
        """What encode gave for sketches alone -> how well each kept palette suits them (B, config.palettes): logits, in
        a release with mean 0 and standard deviation 1 over the training sketches, so that each suits some."""
        return self.prior(features[-1].mean((2, 3)))

    def _palette(self, like: Tensor, palette: Tensor | None) -> Tensor:
        """(B, 5, 4) with weights that sum to 1, or all 0 where no colour is given."""
        if palette is None:
            return like.new_zeros(len(like), COLOURS, 4, dtype=torch.float32)
        palette = palette.float()
        return torch.cat([palette[:, :, :3], palettes.shares(palette)[:, :, None]], 2)

    def _condition(self, palette: Tensor) -> Tensor:
        """Mean of what the entries say, by weight: (B, condition); 0 without a palette."""
        return (self.entry(_features(palette)) * palette[:, :, 3:]).sum(1)

    def _keys(self, palette: Tensor) -> Tensor:
        """(B, 5, key). Colour and its square are among them as they are, so that a query can ask for the entry nearest to
        a dab: -|c - e|^2 is linear in (e, |e|^2)."""
        features = _features(palette)
        return torch.cat([features[:, :, :4], self.key(features)], 2)

    def propose(self, sketch: Tensor, count: int = 1, seed: int = 0, wanted: Tensor | None = None) -> Tensor:
        """Palettes that suit a sketch (1, 1, H, W) and hold the colours `wanted` (N, 3): (count, 5, 4). Seed 0 asks
        for the most suitable one, another seed for a draw from the suitable ones; several are that one and those which
        differ most from it and each other. Vivid ones only: the average of all is brown."""
        kept = self.palettes.float().cpu()
        vivid = palettes.vividness(kept)
        score = self.suggest(self.encode(sketch))[0].float().cpu()
        if wanted is not None and len(wanted):
            score = score - LIKING * palettes.misfit(kept, wanted.float().cpu())
        score = score.masked_fill(vivid < vivid.median(), -torch.inf)
        suited = score.argsort(descending=True)[: max(count, SUITED)]
        generator = torch.Generator().manual_seed(seed)
        drawn = torch.multinomial(score[suited].softmax(0), 1, generator=generator) if seed else torch.tensor([0])
        chosen, far = suited[drawn], palettes.distance(kept, kept)[suited]
        while len(chosen) < count:
            chosen = torch.cat([chosen, suited[far[:, chosen].amin(1).argmax()][None]])
        if wanted is None or not len(wanted):
            return kept[chosen]
        return torch.stack([palettes.with_colours(palette, wanted.float().cpu()) for palette in kept[chosen]])


def _features(palette: Tensor) -> Tensor:
    """(B, 5, 4) -> centred colour, its square, weight (B, 5, 5)."""
    colour = 2 * palette[:, :, :3] - 1
    return torch.cat([colour, colour.square().sum(2, keepdim=True), palette[:, :, 3:]], 2)
