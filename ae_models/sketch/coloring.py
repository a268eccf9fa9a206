"""From the prediction of `sketch-color-plus` to a colored drawing, in the order of these functions:

shares = network.shares(network.encode(sketch, palette, hints), palette)
color = per_region(shares, regions(shares.ink), config)    one palette entry for each region
picture = under_lines(color, ink, pens, parts, config)     at the drawing's size, under its lines,
                                                           with each hint's color in its part
"""

import math
from collections.abc import Iterable, Iterator

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from ae_models import images, tiles
from ae_models.color import luma
from ae_models.sketch import drawing, parts
from ae_models.sketch.config import SketchColorPlusConfig
from ae_models.sketch.domain_transform import flow
from ae_models.sketch.palettes import COLORS
from ae_models.sketch.parts import Parts
from ae_models.sketch.plus import EPSILON, Shares, enlarged, mix, mixed_entries, split
from ae_models.sketch.regions import means, pictures, shown, sizes

OTHER_PICTURE = 1e3  # distance between regions of different pictures: never similar
MASKED_LOGIT = -1e4  # of an entry that is missing; -inf would give NaN where all are


def per_region(shares: Shares, region: Tensor, config: SketchColorPlusConfig) -> Tensor:
    """Shares, labels (B, 1, H / 2, W / 2) -> RGB (B, 3, H, W), one palette entry a region."""
    clean = shares._replace(share=without_smudges(shares.share, region, config))
    return mix(clean, flat(split(clean)[0], shares.palette, region, config))


def without_smudges(share: Tensor, region: Tensor, config: SketchColorPlusConfig) -> Tensor:
    """Remove smudges from shares (B, C, H, W).

    A pixel that is mostly paper, in a region that is almost all paper, becomes pure paper."""
    paper = share[:, COLORS : COLORS + 1]
    around, _ = means(F.avg_pool2d(paper, 2), torch.ones_like(region, dtype=paper.dtype), region)
    around = enlarged(shown(_ramp(around, *config.paper_region), region), share.shape[2:])
    pure = torch.zeros_like(share)
    pure[:, COLORS] = 1
    return torch.lerp(share, pure, around * _ramp(paper, *config.paper_pixel))


def flat(entries: Tensor, palette: Tensor, region: Tensor, config: SketchColorPlusConfig) -> Tensor:
    """Shares of entries (B, 5, H, W), palette (B, 5, 4) -> RGB (B, 3, H, W), flat in each region.

    Vivid colors mixed are brown, so a region gets one of them; lines stay mixed. Part of the
    mixture's lightness in a region is kept: PSNR needs it more than the hue."""
    mixed = mixed_entries(entries, palette)
    chosen = mixed_entries(assign(entries, palette[:, :, 3], region, config), palette)
    painted = entries.sum(1, keepdim=True)
    weight = F.avg_pool2d(painted, 2)
    darker = F.avg_pool2d(luma(mixed - chosen), 2) / weight.clamp_min(EPSILON)
    missing = enlarged(shown(means(darker, weight, region)[0], region), mixed.shape[2:])
    chosen = chosen + config.lightness_kept * painted * missing
    return torch.where(enlarged((region > 0).to(mixed), mixed.shape[2:]) > 0, chosen, mixed)


def assign(
    entries: Tensor, weights: Tensor, region: Tensor, config: SketchColorPlusConfig
) -> Tensor:
    """Assign one palette entry to each region.

    Soft assignments (B, 5, H, W), palette weights (B, 5) that sum to 1 or 0, labels -> the same
    total for each pixel, all of it on its region's winning entry. An auction with falling
    temperature (Kosowsky & Yuille 1994, "The invisible hand algorithm") keeps each entry's total
    area close to its weight; otherwise the likeliest color would take every uncertain region."""
    painted, picture = entries.sum(1, keepdim=True), pictures(region)
    small = F.avg_pool2d(entries, 2) * (region > 0)
    total = small.sum(1, keepdim=True)
    logits = (small / total.clamp_min(EPSILON)).clamp_min(EPSILON).log()
    logits, area = means(logits, total, region)  # (regions, 5), (regions, 1)
    logits = agreed(logits, area, region, config)
    logits = logits.masked_fill((weights == 0)[picture], MASKED_LOGIT)
    areas = F.one_hot(picture, len(entries)).to(area) * area  # (regions, B)
    logits = _auction(logits, areas, _target(small, weights, config), picture, config)
    winner = shown(F.one_hot(logits.argmax(1), COLORS).to(entries), region)
    return enlarged(winner, entries.shape[2:]) * painted


def agreed(logits: Tensor, area: Tensor, region: Tensor, config: SketchColorPlusConfig) -> Tensor:
    """Average the logits (regions, 5) of similar regions, weighted by area (regions, 1).

    Similar are regions of one picture with about the same size, length and logits: two wings get
    the same color. A pair gets exactly the same logits, since the auction would split what differs
    by a hair."""
    place = sizes(region) / config.size_radius
    place = torch.cat([place, logits / config.likelihood_radius], 1)
    place = torch.cat([place, OTHER_PICTURE * pictures(region)[:, None]], 1)
    similar = torch.cdist(place, place, compute_mode="donot_use_mm_for_euclid_dist") < 1
    similar = similar.to(logits)
    mean = similar @ (logits * area) / (similar @ area).clamp_min(EPSILON)
    return mean[similar.argmax(1)]  # that of the first similar region


def _target(small: Tensor, weights: Tensor, config: SketchColorPlusConfig) -> Tensor:
    """Part of the painted area that each entry should get, (B, 5).

    Between what the network predicts, (B, 5, H / 2, W / 2), and the palette's weights."""
    predicted, weight = _normalized(small.sum((2, 3))), config.palette_share_weight
    target = _normalized(predicted ** (1 - weight) * weights**weight)
    return target.clamp_min(EPSILON)


def _auction(
    logits: Tensor, areas: Tensor, target: Tensor, picture: Tensor, config: SketchColorPlusConfig
) -> Tensor:
    """Lower the logits (regions, 5) of entries that win more than their target area (B, 5)."""
    end = math.log10(config.auction_temperature)
    for temperature in torch.logspace(0, end, config.auction_steps).tolist():
        won = _normalized(areas.T @ (logits / temperature).softmax(1))
        logits = logits - temperature * (won.clamp_min(EPSILON) / target).log()[picture]
    return logits


def under_lines(
    color: Tensor,
    ink: Tensor,
    pens: Iterable[Tensor],
    hinted: Parts | None,
    config: SketchColorPlusConfig,
) -> Iterator[Tensor]:
    """Colors (1, 3, size, size) and a drawing's ink (1, 1, H, W) -> colored drawing, in strips of
    tiles.ROWS rows.

    pens: the light that colored lines give back, in such strips, 0 for black ones; hinted:
    parts.find.

    The network's picture contains blurred, slightly shifted lines. At the network's own size it is
    used as it is; the larger the drawing, the more of it is the space between lines alone, with the
    user's own lines on top, and from four times the size on all of it. On the way there lines are
    thinner and fainter than the user's: artwork has colored outlines, and black ones cost PSNR."""
    amount = min(1.0, max(0.0, math.log2(max(ink.shape) / color.shape[-1]) / 2))
    fainter = 1 - amount**config.line_growth
    painted = _painted(color, ink, hinted, amount, config)
    for colors, lines, pen in zip(painted, ink.split(tiles.ROWS, 2), pens):
        yield colors * (1 - (lines - fainter).clamp_min(0)) + pen


def _painted(
    color: Tensor, ink: Tensor, hinted: Parts | None, amount: float, config: SketchColorPlusConfig
) -> Iterable[Tensor]:
    """Colors to lie under the lines, in strips: a blend of the network's picture, at amount 0, and
    of the space between lines spread over the lines, at amount 1."""
    size = ink.shape[2:]
    picture = None  # without any of it a large one is not made
    if amount < 1:
        picture = drawing.crop(_enlarge(color, max(size)), size).clamp(0, 1)
    if amount == 0 and hinted is None:
        return picture.split(tiles.ROWS, 2)
    filled = fill(color, ink, config)
    if hinted is not None:
        recolored = parts.recolor(filled, hinted, config)
        if picture is not None:
            picture = (picture + images.resize_tensor(recolored - filled, size)).clamp(0, 1)
        filled = recolored
    strips = (strip.clamp(0, 1) for strip in tiles.resized(filled, size))
    if picture is None:
        return strips
    return (
        torch.lerp(own, strip, amount) for own, strip in zip(picture.split(tiles.ROWS, 2), strips)
    )


def between_lines(
    color: Tensor, ink: Tensor, hinted: Parts | None, config: SketchColorPlusConfig
) -> Tensor:
    """The colored space between lines, as in under_lines, without the lines: (1, 3, H, W)."""
    filled = fill(color, ink, config)
    if hinted is not None:
        filled = parts.recolor(filled, hinted, config)
    return images.resize_tensor(filled, ink.shape[2:]).clamp(0, 1)


def fill(color: Tensor, ink: Tensor, config: SketchColorPlusConfig) -> Tensor:
    """Replace the lines in colors (1, 3, size, size) by the colors beside them.

    Colors flow up to the lines of the drawing's ink (1, 1, H, W) and not across: (1, 3, h, w), with
    a longer side of config.fill_side at most."""
    inner = fill_size(ink, config)
    side, size = max(inner), color.shape[-1]
    ink = tiles.shrunk(ink.split(tiles.ROWS, 2), inner)
    lines = images.resize_tensor(drawing.square(ink), (size, size))
    certain = 1 - F.max_pool2d((3 * lines).clamp(0, 1), 3, 1, 1)  # 0 on lines and beside them
    weight = certain + 0.01 * (1 - lines) + 1e-4
    layers = torch.cat([color * weight, weight, certain], 1)
    layers = drawing.crop(images.resize_tensor(layers, (side, side)), inner)
    weighted, certain = layers.split([4, 1], 1)
    flowed = flow(weighted, ink, config.flow_reach * side / size, config.barrier)
    flowed = flowed[:, :3] / flowed[:, 3:].clamp_min(1e-8)
    return torch.lerp(flowed, weighted[:, :3] / weighted[:, 3:], certain.clamp(0, 1))


def fill_size(ink: Tensor, config: SketchColorPlusConfig) -> tuple[int, int]:
    """Height and width at which the space between lines is filled."""
    height, width = ink.shape[2:]
    scale = min(1.0, config.fill_side / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def hinted_parts(
    color: Tensor, ink: Tensor, hints: Image.Image, config: SketchColorPlusConfig
) -> Parts:
    """The parts that hints, RGBA, color, in a drawing colored without them (1, 3, size, size)."""
    size = fill_size(ink, config)
    small = tiles.shrunk(ink.split(tiles.ROWS, 2), size)
    return parts.find(fill(color, ink, config), small, drawing.shrink_hints(hints, size), config)


def _enlarge(color: Tensor, side: int) -> Tensor:
    """(1, 3, size, size) -> (1, 3, side, side); bicubic, which keeps more detail than bilinear."""
    if side == color.shape[-1]:
        return color
    return F.interpolate(color, size=(side, side), mode="bicubic", antialias=True)


def _ramp(x: Tensor, low: float, high: float) -> Tensor:
    """Rise linearly from 0 at low to 1 at high."""
    return ((x - low) / (high - low)).clamp(0, 1)


def _normalized(x: Tensor) -> Tensor:
    """Divide (B, 5) by its sums; 0 where the sum is 0."""
    return x / x.sum(1, keepdim=True).clamp_min(EPSILON)
