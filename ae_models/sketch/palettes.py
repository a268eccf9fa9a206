"""Palettes of up to 5 weighted colors: (5, 4), RGB in [0, 1] and weight, 0 for no entry."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from ae_models import color

COLORS = 5
SAME_COLOR = 0.15  # RGB distance below which one color can stand for another
NO_ENTRY = 9.0  # RGB distance to an entry that is missing; those to others are sqrt(3) at most

MEMORY = 32  # palettes shown last that a surprise must not look like
FRESH = 0.06  # distance between mean colors, in RGB, from which on palettes do not look alike
TURNS = tuple(2 * math.pi * i / 12 for i in (4, 8, 6, 2, 10, 1, 5, 9, 3, 7, 11))  # of hues

# ((r, g, b) in 0..255, weight), as users and endpoints write a palette.
Entries = list[tuple[tuple[int, int, int], float]]


def from_entries(entries) -> Tensor | None:
    """Entries -> palette (5, 4), or None for none.

    Raises ValueError for more than 5 entries, for colors outside 0..255 and for weights that are
    negative, not finite or all 0."""
    entries = [] if entries is None else list(entries)
    if not entries:
        return None
    if len(entries) > COLORS:
        raise ValueError(f"expected a palette of at most {COLORS} colors, got {len(entries)}")
    try:
        rows = torch.tensor(
            [[*map(float, color), float(weight)] for color, weight in entries]
        ).reshape(-1, 4)
    except (TypeError, ValueError, RuntimeError):
        raise ValueError(
            f"expected entries ((r, g, b), weight) in a palette, got {str(entries)[:100]}"
        ) from None
    colors, weights = rows.split([3, 1], 1)
    if not ((colors >= 0) & (colors <= 255)).all():
        raise ValueError(f"expected colors from 0 to 255, got {colors.tolist()}")
    if not (torch.isfinite(weights).all() and (weights >= 0).all() and weights.max() > 0):
        raise ValueError(
            f"expected finite weights of at least 0, not all 0, got {weights[:, 0].tolist()}"
        )
    return F.pad(
        torch.cat([colors / 255, weights / weights.max()], 1), (0, 0, 0, COLORS - len(rows))
    )


def to_entries(palette: Tensor) -> Entries:
    """Palette (5, 4) -> the entries that have a weight."""
    return [
        (tuple(round(255 * c) for c in row[:3]), round(row[3], 4))
        for row in palette.tolist()
        if row[3] > 0
    ]


def shares(palettes: Tensor) -> Tensor:
    """Palettes (N, 5, 4) -> weights that sum to 1, (N, 5); all 0 for an empty palette."""
    weights = palettes[:, :, 3]
    return weights / weights.sum(1, keepdim=True).clamp_min(1e-6)


def mean_color(palettes: Tensor) -> Tensor:
    """Palettes (N, 5, 4) -> their colors averaged by weight, (N, 3)."""
    return (palettes[:, :, :3] * shares(palettes)[:, :, None]).sum(1)


def vividness(palettes: Tensor) -> Tensor:
    """Palettes (N, 5, 4) -> mean RGB distance of their colors from gray, by weight, (N,)."""
    colors = palettes[:, :, :3]
    return ((colors - colors.mean(2, keepdim=True)).norm(dim=2) * shares(palettes)).sum(1)


def muted(palettes: Tensor, chroma: float) -> Tensor:
    """Palettes (N, 5, 4) with this share of their chroma, 0 to 1; luma stays."""
    rgb, weight = palettes.split([3, 1], 2)
    gray = color.luma(rgb.movedim(2, 1)[..., None])[..., 0].movedim(1, 2)
    return torch.cat([torch.lerp(gray, rgb, chroma), weight], 2)


def misfit(palettes: Tensor, colors: Tensor) -> Tensor:
    """Mean RGB distance of colors (M, 3) to the nearest entry of each palette (N, 5, 4): (N,)."""
    distances = torch.cdist(colors, palettes[:, :, :3])  # (N, M, 5)
    return distances.masked_fill((palettes[:, :, 3] == 0)[:, None], NO_ENTRY).amin(2).mean(1)


def with_colors(palette: Tensor, colors: Tensor) -> Tensor:
    """Put colors (N, 3) into a palette (5, 4), in place of the entries most like them.

    Ends when each color is near to an entry, or when all entries are replaced."""
    palette, free = palette.clone(), palette[:, 3] > 0
    while free.any():
        distances = torch.cdist(colors, palette[:, :3])
        nearest = distances.masked_fill(palette[:, 3] == 0, NO_ENTRY).amin(1)
        if nearest.max() < SAME_COLOR:
            break
        color = colors[nearest.argmax()]
        entry = (palette[:, :3] - color).norm(dim=1).masked_fill(~free, NO_ENTRY).argmin()
        palette[entry, :3], free[entry] = color, False
    return palette


def distance(a: Tensor, b: Tensor) -> Tensor:
    """Distances between palettes (N, 5, 4) and (M, 5, 4): (N, M), in RGB, 0 to sqrt(3).

    Mean distance of a color to the nearest one of the other palette, by weight, both ways."""
    distances = torch.cdist(a[:, None, :, :3], b[None, :, :, :3])  # (N, M, 5, 5)
    absent_a, absent_b = (a[:, :, 3] == 0)[:, None, :, None], (b[:, :, 3] == 0)[None, :, None, :]
    to_b = (distances.masked_fill(absent_b, NO_ENTRY).amin(3) * shares(a)[:, None]).sum(2)
    to_a = (distances.masked_fill(absent_a, NO_ENTRY).amin(2) * shares(b)[None]).sum(2)
    return (to_b + to_a) / 2


def walk(suited: Tensor, count: int, step: int) -> Tensor:
    """Palettes (count, 5, 4) that step 0, 1, 2 ... of a walk through suited ones (N, 5, 4) shows.

    The best, which come first, are taken first, each with those that look most unlike it and each
    other; one that looks like any of the last MEMORY is passed over. When there are no others,
    their hues are turned. No palette comes twice until all turns have been shown."""
    options = torch.cat([suited, *(turned(suited, angle) for angle in TURNS)])
    turn = torch.arange(len(options)) // len(suited)
    mean = mean_color(options)
    unlike, shown = torch.cdist(mean, mean), []
    for i in range(count * (step % (len(options) // count) + 1)):
        shown.append(_next(unlike, turn, shown, i % count))
    return options[shown[-count:]]


def _next(unlike: Tensor, turn: Tensor, shown: list[int], beside: int) -> int:
    """The option to show next, with the last `beside` of those shown: as in walk."""
    if not shown:
        return 0
    new = unlike[:, shown[-MEMORY:]].amin(1)
    new[shown] = -1
    fresh = new > FRESH
    if not fresh.any():
        return int(new.argmax())
    fresh &= turn == turn[fresh].min()
    if not beside:
        return int(fresh.nonzero()[0, 0])
    return int(unlike[:, shown[-beside:]].amin(1).masked_fill(~fresh, -1).argmax())


def turned(palettes: Tensor, angle: float) -> Tensor:
    """Palettes (N, 5, 4) with their hues turned in CIE Lab, angle in radians; lightness stays."""
    rgb, weight = palettes.split([3, 1], 2)
    lightness, a, b = color.rgb_to_lab(rgb.movedim(2, 1)[..., None]).unbind(1)
    cos, sin = math.cos(angle), math.sin(angle)
    lab = torch.stack([lightness, cos * a - sin * b, sin * a + cos * b], 1)
    return torch.cat([color.lab_to_rgb(lab)[..., 0].movedim(1, 2).clamp(0, 1), weight], 2)
