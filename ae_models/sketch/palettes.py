"""Palettes: up to 5 colors with weights, as tensors (5, 4) with RGB in [0, 1] and a weight, 0 where there is no entry."""

import torch
from torch import Tensor
from torch.nn import functional as F

COLORS = 5
NEAR = 0.15  # distance in RGB below which two colors do the same in a palette

Entries = list[
    tuple[tuple[int, int, int], float]
]  # ((r, g, b) in 0..255, weight), as a user gives them


def from_entries(entries) -> Tensor | None:
    """Entries -> (5, 4), None for none. Raises ValueError for more than 5, for colors outside 0..255 and for weights
    that are negative, not finite or all 0."""
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
    """(5, 4) -> those with a weight."""
    return [
        (tuple(round(255 * c) for c in row[:3]), round(row[3], 4))
        for row in palette.tolist()
        if row[3] > 0
    ]


def shares(palettes: Tensor) -> Tensor:
    """(N, 5, 4) -> weights that sum to 1, or to 0 where no color is given (N, 5)."""
    weights = palettes[:, :, 3]
    return weights / weights.sum(1, keepdim=True).clamp_min(1e-6)


def mean_color(palettes: Tensor) -> Tensor:
    """(N, 5, 4) -> their colors mixed by weight, as a picture looks from afar: (N, 3)."""
    return (palettes[:, :, :3] * shares(palettes)[:, :, None]).sum(1)


def vividness(palettes: Tensor) -> Tensor:
    """(N, 5, 4) -> how far from gray their colors are on average, by weight, in RGB: (N,)."""
    colors = palettes[:, :, :3]
    return ((colors - colors.mean(2, keepdim=True)).norm(dim=2) * shares(palettes)).sum(1)


def misfit(palettes: Tensor, colors: Tensor) -> Tensor:
    """(N, 5, 4) and colors (M, 3) -> how far the colors are from a palette's nearest entries on average, (N,)."""
    far = torch.cdist(colors, palettes[:, :, :3])  # (N, M, 5)
    return far.masked_fill((palettes[:, :, 3] == 0)[:, None], 9).amin(2).mean(1)


def with_colors(palette: Tensor, wanted: Tensor) -> Tensor:
    """Palette (5, 4) and colors (N, 3) -> the palette with entries replaced, those most like them, until each of the
    colors is near to an entry or all entries are replaced."""
    palette, free = palette.clone(), palette[:, 3] > 0
    while free.any():
        far = torch.cdist(wanted, palette[:, :3]).masked_fill(palette[:, 3] == 0, 9).amin(1)
        if far.max() < NEAR:
            break
        color = wanted[far.argmax()]
        entry = (palette[:, :3] - color).norm(dim=1).masked_fill(~free, 9).argmin()
        palette[entry, :3], free[entry] = color, False
    return palette


def distance(a: Tensor, b: Tensor) -> Tensor:
    """(N, 5, 4) and (M, 5, 4) -> how far a color of one is from the nearest of the other on average, by weight, both
    ways; in RGB, 0 to sqrt(3): (N, M)."""
    far = torch.cdist(a[:, None, :, :3], b[None, :, :, :3])  # (N, M, 5, 5)
    absent_a, absent_b = (a[:, :, 3] == 0)[:, None, :, None], (b[:, :, 3] == 0)[None, :, None, :]
    there = (far.masked_fill(absent_b, 9).amin(3) * shares(a)[:, None]).sum(2)
    back = (far.masked_fill(absent_a, 9).amin(2) * shares(b)[None]).sum(2)
    return (there + back) / 2
