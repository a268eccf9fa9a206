"""Palettes and dabs of color out of artwork: what a user may give, taken from the picture that should come out.

Artwork is (B, 3, H, W) in [0, 1] on white; a palette (5, 4) has RGB in [0, 1] and a weight in each row, 0 for no entry.
"""

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from ae_models.sketch.palettes import COLORS, distance

SAMPLES, ROUNDS = 1024, 12
LEAST_DAB, LARGEST_DAB = 1.5, 5  # radius in px
WHITE = 0.94  # a pixel with all channels above is paper


def dominant(art: Tensor) -> Tensor:
    """The dominant colors of each picture with their shares, the greatest first: (B, 5, 4). k-means (Lloyd 1982) over
    1,024 pixels that are not paper, started with the colors that lie farthest apart; deterministic."""
    pixels = _foreground(art, torch.Generator().manual_seed(0))  # (B, SAMPLES, 3)
    centers = pixels.mean(1, keepdim=True)
    while centers.shape[1] < COLORS:
        lonely = torch.cdist(pixels, centers).amin(2).argmax(1)
        centers = torch.cat([centers, pixels[torch.arange(len(art)), lonely][:, None]], 1)
    for _ in range(ROUNDS):
        member = F.one_hot(torch.cdist(pixels, centers).argmin(2), COLORS).to(
            pixels
        )  # (B, SAMPLES, 5)
        share = member.mean(1)[:, :, None]
        centers = torch.where(
            share > 0, member.mT @ pixels / (share * SAMPLES).clamp_min(1), centers
        )
    palette = torch.cat([centers, share], 2)
    return palette.gather(1, share.argsort(1, descending=True).expand_as(palette))


def medoids(palettes: Tensor, count: int) -> Tensor:
    """(N, 5, 4) -> `count` of them (or all, repeated, if there are fewer) that stand for all: k-medoids."""
    far = distance(palettes, palettes)
    chosen = far.sum(1).argmin()[None]
    while len(chosen) < count:
        chosen = torch.cat([chosen, far[:, chosen].amin(1).argmax()[None]])
    for _ in range(ROUNDS):
        member = far[:, chosen].argmin(1)
        together = member[:, None] == torch.arange(count)[None]  # (N, count)
        cost = far @ together.to(far)  # from each palette to all those of a group
        moved = cost.masked_fill(~together, torch.inf).argmin(0)
        chosen = torch.where(together.any(0), moved, chosen)
    return palettes[chosen]


def recolor(
    art: Tensor, palette: Tensor, which: Tensor, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Turn, perhaps mirror, and stretch the hues of the pictures `which` (B,), with their palettes: a rotation of RGB
    about its gray axis, that leaves paper and lines alone."""
    n = len(art)
    angle = torch.rand(n, generator=generator) * 2 * torch.pi
    stretch, mirror = (
        torch.rand(n, generator=generator) * 0.6 + 0.7,
        torch.rand(n, generator=generator).round() * 2 - 1,
    )
    axes = torch.linalg.qr(torch.tensor([[1.0, 1, 0], [1, -1, 1], [1, 0, -1]]))[
        0
    ]  # the first is gray
    cos, sin = angle.cos() * stretch, angle.sin() * stretch
    turn = torch.stack(
        [torch.stack([cos, -sin * mirror], 1), torch.stack([sin, cos * mirror], 1)], 1
    )  # (B, 2, 2)
    matrix = axes[:, :1] @ axes[:, :1].T + axes[:, 1:] @ turn @ axes[:, 1:].T
    matrix = torch.where(which[:, None, None], matrix, torch.eye(3)).to(art)  # (B, 3, 3)
    colors = (palette[:, :, :3] @ matrix.mT).clamp(0, 1)
    art = (matrix @ art.flatten(2)).clamp(0, 1).reshape(art.shape)
    return art, torch.cat([colors, palette[:, :, 3:]], 2)


def imperfect(palette: Tensor, generator: Generator) -> Tensor:
    """As a user would give it: entries in any order and some missing, colors a little off, weights often unknown."""
    n = len(palette)
    order = torch.rand(n, COLORS, generator=generator).argsort(1).to(palette.device)
    palette = palette.gather(1, order[:, :, None].expand_as(palette))
    colors, weights = palette.split([3, 1], 2)
    colors = colors + 0.02 * torch.randn(colors.shape, generator=generator).to(palette)
    scatter = torch.exp(0.2 * torch.randn(weights.shape, generator=generator)).to(palette)
    known = (torch.rand(n, 1, 1, generator=generator) < 0.6).to(palette.device)
    weights = torch.where(known, weights * scatter, (weights > 0).to(weights))
    missing = (
        torch.rand(n, COLORS, 1, generator=generator)
        < 0.6 * torch.rand(n, 1, 1, generator=generator) ** 2
    )
    missing[:, 0] = False
    return torch.cat([colors.clamp(0, 1), weights * ~missing.to(palette.device)], 2)


def dabs(art: Tensor, count: Tensor, generator: Generator) -> Tensor:
    """`count` (B,) little discs with the picture's mean color where they lie, most of them off the paper:
    RGB and opacity (B, 4, H, W)."""
    n, _, height, width = art.shape
    most = max(1, int(count.max()))
    inside = (art.amin(1).flatten(1) < WHITE).float().cpu() + 0.02
    center = torch.multinomial(inside, most, generator=generator)  # (B, most)
    size = LEAST_DAB + (LARGEST_DAB - LEAST_DAB) * torch.rand(n, most, generator=generator)
    size = size.masked_fill(torch.arange(most)[None] >= count[:, None], -1)
    reach = torch.arange(-LARGEST_DAB, LARGEST_DAB + 1)
    dy, dx = (d.flatten() for d in torch.meshgrid(reach, reach, indexing="ij"))
    y, x = (
        (center // width)[:, :, None] + dy,
        (center % width)[:, :, None] + dx,
    )  # (B, most, offsets)
    covered = (
        (torch.hypot(dx.float(), dy.float()) <= size[:, :, None])
        & (y >= 0)
        & (y < height)
        & (x >= 0)
        & (x < width)
    )
    where = (
        (y * width + x).masked_fill(~covered, height * width).flatten(1).to(art.device)
    )  # the last is thrown away
    mean = F.avg_pool2d(art, 5, 1, 2, count_include_pad=False).flatten(2)
    color = mean.gather(2, center.to(art.device)[:, None].expand(-1, 3, -1)).repeat_interleave(
        len(dx), 2
    )
    values = torch.cat([color, torch.ones_like(color[:, :1])], 1)
    canvas = art.new_zeros(n, 4, height * width + 1)
    return canvas.scatter(2, where[:, None].expand(-1, 4, -1), values)[:, :, :-1].reshape(
        n, 4, height, width
    )


def _foreground(art: Tensor, generator: Generator) -> Tensor:
    """Pixels drawn at random from what is not paper, with replacement: (B, SAMPLES, 3)."""
    inside = (art.amin(1).flatten(1) < WHITE).float().cpu() + 1e-6
    picked = torch.multinomial(inside, SAMPLES, replacement=True, generator=generator).to(
        art.device
    )
    return art.flatten(2).gather(2, picked[:, None].expand(-1, 3, -1)).mT
