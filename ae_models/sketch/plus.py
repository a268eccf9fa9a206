"""Line sketch -> color picture that obeys a palette and dabs of color: `sketch-color-plus`."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.transforms.functional import rgb_to_grayscale

from ae_models.layers import Network
from ae_models.sketch import palettes
from ae_models.sketch.domain_transform import flow
from ae_models.sketch.palettes import COLORS
from ae_models.sketch.regions import means, pictures, regions, shown, sizes
from ae_models.unet import UNet, UNetConfig

FAINT = 0.7  # lines of a sketch darker than this hold a dab's color back, those of half of it fully
SLACK = 0.003  # the closer to 0, the further a dab's color is sure
LEAST = 1e-6
BLANK_REGION, BLANK_PIXEL = (
    (0.85, 0.95),
    (0.4, 0.7),
)  # shares of paper from which on there is nothing else
MIXING, ROUNDS = (
    0.3,
    10,
)  # temperature, against training's, down to which areas are fitted, and steps to there
ALIKE, TASTE = (
    0.1,
    1.0,
)  # parts that differ less than this, in size and in what they like, choose alike
ELSEWHERE = 1e3  # parts of another picture differ by more than anything
OBEYED = 0.5  # 0: areas of the entries as the network likes them, 1: as the palette's weights say
LIGHTNESS = 0.7  # how much of the mixture's lightness in a region is kept
NEVER = -1e4  # logit of an entry that is not there; -inf would give NaN where none is
INWARDS = 48.0  # px over which the paper around a drawing flows in from the border
SUITED = 24  # how many of the kept palettes suit a sketch well enough
LIKING = 10.0  # what a wanted color costs that is missing from a palette, in deviations of how suitable those are


@dataclass(frozen=True)
class SketchColorPlusConfig:
    size: int = 128  # px
    widths: tuple[int, ...] = (64, 96, 160, 256)
    key: int = 16  # numbers that say which palette entry a pixel wants
    condition: int = 64
    reaches: tuple[float, ...] = (8.0, 32.0)  # px over which a dab's color flows, up to the lines
    palettes: int = 96  # the prior's choice


class SketchColorPlus(Network):
    """A U-Net that points at palette entries.

        (B, 1, H, W)  sketch in [0, 1], 0 is ink      (B, 4, H, W)  dabs: RGB, opacity      (B, 5, 4)  palette: RGB, weight
          | and what flows in from its border           |  and as they flow to the lines      | deep sets -> (B, condition)
          +---------------------------------------------+-> UNet, each block under FiLM  <----+
        (B, key + 4 + 3 + 1, H, W)  query, logits of paper, own color and dabs near and far, own color, shade
          | softmax of query . key of each entry and of those logits
        (B, 3, H, W)  shade * (weights . [palette, white, own color, dabs' colors]), about [0, 1]

    A regression to RGB alone paints the mean of all plausible colors, which is brown. Here a pixel only decides *which*
    of the given colors it has and how light it is, so results are as vivid as the palette. In training it may mix them;
    in use the pixels that lines enclose together have one of them. A palette's entries may be in any order (Zaheer et
    al. 2017, arXiv 1703.06114), and any of them may be missing: weight 0. Where there is no palette, `suggest` says how
    well each of those that are kept from the training pictures suits a sketch.
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
        """Sketch (B, 1, H, W), palette (B, 5, 4), dabs (B, 4, H, W) -> a map of the lines, 1 is ink, (B, 1, H / 2, W / 2);
        how the dabs flow, 4 channels for each reach, (B, 4 * reaches, H, W); features of each resolution, the highest
        first."""
        ink = F.max_pool2d(((FAINT - sketch) / FAINT * 2).clamp(0, 1), 2, ceil_mode=True)
        size, reaches = sketch.shape[2:], self.config.reaches
        if hints is None:
            dabs, near = (sketch.new_zeros(len(sketch), 4 * n, *size) for n in (1, len(reaches)))
        else:
            dabs = torch.cat([hints[:, :3] * hints[:, 3:], hints[:, 3:]], 1)
            near = torch.cat([_flowed(dabs, ink, reach) for reach in reaches], 1)
        x = torch.cat([1 - sketch, dabs, near, _outside(ink, size)], 1)
        return [ink, near, *self.unet.encode(x, self._condition(self._palette(sketch, palette)))]

    def decode(self, features: list[Tensor], palette: Tensor | None = None) -> Tensor:
        """What encode gave, with the same palette -> color pictures (B, 3, H, W); H and W those of whole cells."""
        ink, near, *features = features
        palette = self._palette(near, palette)
        y = self.unet.decode(features, self._condition(palette))
        keys = self._keys(palette)
        with torch.autocast(y.device.type, enabled=False):
            return self._paint(y.float(), keys.float(), palette, ink.float(), near.float())

    def forward(
        self, sketch: Tensor, palette: Tensor | None = None, hints: Tensor | None = None
    ) -> Tensor:
        height, width = sketch.shape[2:]
        return self.decode(self.encode(sketch, palette, hints), palette)[..., :height, :width]

    def _paint(self, y: Tensor, keys: Tensor, palette: Tensor, ink: Tensor, near: Tensor) -> Tensor:
        """What the U-Net gave (B, sum(outputs), H, W) -> colors (B, 3, H, W)."""
        query, logits, own, shade = y.split(self.outputs, 1)
        wanted = torch.einsum("bdhw,bkd->bkhw", query, keys)
        wanted = wanted.masked_fill((palette[:, :, 3] == 0)[:, :, None, None], -torch.inf)
        near = _padded(near, y.shape[2:]).unflatten(1, (-1, 4))
        dabs, sure = near[:, :, :3], near[:, :, 3]  # (B, reaches, 3, H, W), (B, reaches, H, W)
        plain, of_dabs = logits.split([2, sure.shape[1]], 1)
        share = torch.cat([wanted, plain, of_dabs + (sure + LEAST).log()], 1).softmax(1)
        if not self.training:
            region = regions(_padded(ink, tuple(n // 2 for n in y.shape[2:])))
            share = _without_smudges(share, region)
        entries, paper, mine, dabbed = share.split([COLORS, 1, 1, sure.shape[1]], 1)
        color = _mixed(entries, palette) if self.training else _decided(entries, palette, region)
        color = color + paper + mine * own.sigmoid()
        color = color + (dabbed[:, :, None] * dabs / sure.clamp_min(LEAST)[:, :, None]).sum(1)
        return 2 * shade.sigmoid() * color

    def suggest(self, features: list[Tensor]) -> Tensor:
        """What encode gave for sketches alone -> how well each kept palette suits them (B, config.palettes): logits, in
        a release with mean 0 and standard deviation 1 over the training sketches, so that each suits some."""
        return self.prior(features[-1].mean((2, 3)))

    def _palette(self, like: Tensor, palette: Tensor | None) -> Tensor:
        """(B, 5, 4) with weights that sum to 1, or all 0 where no color is given."""
        if palette is None:
            return like.new_zeros(len(like), COLORS, 4, dtype=torch.float32)
        palette = palette.float()
        return torch.cat([palette[:, :, :3], palettes.shares(palette)[:, :, None]], 2)

    def _condition(self, palette: Tensor) -> Tensor:
        """Mean of what the entries say, by weight: (B, condition); 0 without a palette."""
        return (self.entry(_features(palette)) * palette[:, :, 3:]).sum(1)

    def _keys(self, palette: Tensor) -> Tensor:
        """(B, 5, key). Color and its square are among them as they are, so that a query can ask for the entry nearest to
        a dab: -|c - e|^2 is linear in (e, |e|^2)."""
        features = _features(palette)
        return torch.cat([features[:, :, :4], self.key(features)], 2)

    def propose(
        self, sketch: Tensor, count: int = 1, seed: int = 0, wanted: Tensor | None = None
    ) -> Tensor:
        """Palettes that suit a sketch (1, 1, H, W) and hold the colors `wanted` (N, 3): (count, 5, 4). Seed 0 asks
        for the most suitable one, another seed for a draw from the suitable ones; several are that one and those which
        differ most from it and each other. It looks at the sketch at half its size, for a quarter of the arithmetic."""
        kept = self.palettes.float().cpu()
        score = self.suggest(self.encode(F.avg_pool2d(sketch, 2)))[0].float().cpu()
        if wanted is not None and len(wanted):
            score = score - LIKING * palettes.misfit(kept, wanted.float().cpu())
        suited = score.argsort(descending=True)[: max(count, SUITED)]
        generator = torch.Generator().manual_seed(seed)
        drawn = (
            torch.multinomial(score[suited].softmax(0), 1, generator=generator)
            if seed
            else torch.tensor([0])
        )
        mixed = palettes.mean_color(kept)
        chosen, far = suited[drawn], torch.cdist(mixed, mixed)[suited]
        while len(chosen) < count:
            chosen = torch.cat([chosen, suited[far[:, chosen].amin(1).argmax()][None]])
        if wanted is None or not len(wanted):
            return kept[chosen]
        return torch.stack(
            [palettes.with_colors(palette, wanted.float().cpu()) for palette in kept[chosen]]
        )


def _flowed(dabs: Tensor, ink: Tensor, reach: float) -> Tensor:
    """Dabs (B, 4, H, W), RGB times opacity and opacity, as they flow over about `reach` px, but not across the lines,
    ink (B, 1, H / 2, W / 2): the same, with how sure the color is for opacity. Computed at the ink's size."""
    color, amount = flow(F.avg_pool2d(dabs, 2, ceil_mode=True), ink, reach / 2).split([3, 1], 1)
    sure = amount / (amount + SLACK)
    flowed = torch.cat([color / amount.clamp_min(LEAST) * sure, sure], 1)
    return _enlarged(flowed, dabs.shape[2:])


def _outside(ink: Tensor, size: torch.Size) -> Tensor:
    """Where the border flows to without crossing a line of ink (B, 1, H / 2, W / 2), near 1 on the paper around a closed
    drawing and 0 in it: (B, 1, H, W). Convolutions of a few px cannot follow a line around a drawing."""
    border = torch.ones_like(ink)
    border[..., 1:-1, 1:-1] = 0
    amount = flow(border, ink, INWARDS / 2, rounds=3)
    return _enlarged(amount / (amount + SLACK), size)


def _enlarged(x: Tensor, size: torch.Size) -> Tensor:
    """Twice as large, and cut to size."""
    return F.interpolate(x, scale_factor=2.0)[..., : size[0], : size[1]]


def _padded(x: Tensor, size: tuple[int, ...]) -> Tensor:
    """With 0 on the right and below, up to size."""
    return F.pad(x, (0, size[1] - x.shape[3], 0, size[0] - x.shape[2]))


def _without_smudges(share: Tensor, region: Tensor) -> Tensor:
    """Shares of entries, paper and others in each pixel (B, C, H, W) -> the same, but nothing but paper where most of a
    pixel is and nearly all of its region."""
    paper = share[:, COLORS : COLORS + 1]
    around, _ = means(F.avg_pool2d(paper, 2), torch.ones_like(region, dtype=paper.dtype), region)
    around = _enlarged(shown(_ramp(around, *BLANK_REGION), region), share.shape[2:])
    plain = torch.zeros_like(share)
    plain[:, COLORS] = 1
    return torch.lerp(share, plain, around * _ramp(paper, *BLANK_PIXEL))


def _mixed(entries: Tensor, palette: Tensor) -> Tensor:
    """Shares of the palette's entries in each pixel (B, 5, H, W), palette (B, 5, 4) -> their colors times those shares
    (B, 3, H, W)."""
    return torch.einsum("bkhw,bkc->bchw", entries, palette[:, :, :3])


def _decided(entries: Tensor, palette: Tensor, region: Tensor) -> Tensor:
    """As _mixed, for use: one color for each region (B, 1, H / 2, W / 2), since vivid colors mixed are brown; lines stay
    mixed. Part of the lightness that the mixture has in a region is kept, which PSNR needs more than the hue."""
    mixed = _mixed(entries, palette)
    chosen = _mixed(_choice(entries, palette[:, :, 3], region), palette)
    painted = entries.sum(1, keepdim=True)
    room = F.avg_pool2d(painted, 2)
    lack, _ = means(
        F.avg_pool2d(rgb_to_grayscale(mixed - chosen), 2) / room.clamp_min(LEAST), room, region
    )
    chosen = chosen + LIGHTNESS * painted * _enlarged(shown(lack, region), mixed.shape[2:])
    return torch.where(_enlarged((region > 0).to(mixed), mixed.shape[2:]) > 0, chosen, mixed)


def _choice(entries: Tensor, weights: Tensor, region: Tensor) -> Tensor:
    """Shares of the palette's entries in each pixel (B, 5, H, W), its weights (B, 5), which sum to 1 or 0, and regions
    -> the same in all for each pixel, but for one entry alone, the same in a region; and over the picture nearer to the
    weights, since a network in doubt gives all to the likeliest color. An entry that is wanted by more pixels than its
    weight allows has its price raised, in auctions where bids grow more and more certain (Kosowsky & Yuille 1994, "The
    invisible hand algorithm")."""
    painted, picture = entries.sum(1, keepdim=True), pictures(region)
    few = F.avg_pool2d(entries, 2) * (region > 0)
    room = few.sum(1, keepdim=True)
    taste = (few / room.clamp_min(LEAST)).clamp_min(LEAST).log()
    liking, area = means(taste, room, region)  # (regions, 5), (regions, 1)
    liking = _agreed(liking, area, region).masked_fill((weights == 0)[picture], NEVER)
    wanted = _parts(_parts(few.sum((2, 3))) ** (1 - OBEYED) * weights**OBEYED).clamp_min(LEAST)
    inside = F.one_hot(picture, len(entries)).to(area) * area
    for temperature in torch.logspace(0, math.log10(MIXING), ROUNDS).tolist():
        got = _parts(inside.T @ (liking / temperature).softmax(1))
        liking = liking - temperature * (got.clamp_min(LEAST) / wanted).log()[picture]
    chosen = shown(F.one_hot(liking.argmax(1), COLORS).to(entries), region)
    return _enlarged(chosen, entries.shape[2:]) * painted


def _agreed(liking: Tensor, area: Tensor, region: Tensor) -> Tensor:
    """What regions like (regions, 5), by area (regions, 1) -> the same, but shared by regions of a picture that are about
    as large and as long and like about the same: two wings, all spots. Exactly the same for a pair, since areas that
    have to obey weights would split what differs by a hair."""
    where = torch.cat(
        [sizes(region) / ALIKE, liking / TASTE, ELSEWHERE * pictures(region)[:, None]], 1
    )
    alike = (torch.cdist(where, where, compute_mode="donot_use_mm_for_euclid_dist") < 1).to(liking)
    shared = alike @ (liking * area) / (alike @ area).clamp_min(LEAST)
    return shared[alike.argmax(1)]  # as the first that is alike


def _ramp(x: Tensor, low: float, high: float) -> Tensor:
    """From 0 at low to 1 at high."""
    return ((x - low) / (high - low)).clamp(0, 1)


def _parts(x: Tensor) -> Tensor:
    """(B, 5) -> each one's part of their sum; 0 of nothing."""
    return x / x.sum(1, keepdim=True).clamp_min(LEAST)


def _features(palette: Tensor) -> Tensor:
    """(B, 5, 4) -> centerd color, its square, weight (B, 5, 5)."""
    color = 2 * palette[:, :, :3] - 1
    return torch.cat([color, color.square().sum(2, keepdim=True), palette[:, :, 3:]], 2)
