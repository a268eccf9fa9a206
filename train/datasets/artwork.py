"""Palettes and color hints taken from artwork, as a user would give them for that picture.

Artwork is (B, 3, H, W) in [0, 1] on white; a palette (5, 4) has RGB in [0, 1] and a weight in each
row, 0 for no entry."""

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from ae_models.sketch.palettes import COLORS, distance

SAMPLES, ROUNDS = 1024, 12
MIN_RADIUS, MAX_RADIUS = 1.5, 5  # of a hint, in px
WHITE = 0.94  # a pixel with all channels above is paper


def dominant(art: Tensor) -> Tensor:
    """The dominant colors of each picture with their shares, the greatest first: (B, 5, 4).
    Deterministic k-means (Lloyd 1982) over SAMPLES pixels that are not paper, started with the
    colors that lie farthest apart."""
    pixels = _foreground(art, torch.Generator().manual_seed(0))  # (B, SAMPLES, 3)
    centers = pixels.mean(1, keepdim=True)
    while centers.shape[1] < COLORS:
        farthest = torch.cdist(pixels, centers).amin(2).argmax(1)
        centers = torch.cat([centers, pixels[torch.arange(len(art)), farthest][:, None]], 1)
    for _ in range(ROUNDS):
        nearest = torch.cdist(pixels, centers).argmin(2)
        member = F.one_hot(nearest, COLORS).to(pixels)  # (B, SAMPLES, 5)
        share = member.mean(1)[:, :, None]
        mean = member.mT @ pixels / (share * SAMPLES).clamp_min(1)
        centers = torch.where(share > 0, mean, centers)
    palette = torch.cat([centers, share], 2)
    return palette.gather(1, share.argsort(1, descending=True).expand_as(palette))


def medoids(palettes: Tensor, count: int) -> Tensor:
    """(N, 5, 4) -> the `count` most representative of them by k-medoids; repeated if N is
    smaller."""
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
    """Turn, mirror at random, and stretch the hues of the pictures `which` (B,) and of their
    palettes: a rotation of RGB about its gray axis, which leaves paper and lines as they are."""
    n = len(art)
    angle = torch.rand(n, generator=generator) * 2 * torch.pi
    stretch = torch.rand(n, generator=generator) * 0.6 + 0.7
    mirror = torch.rand(n, generator=generator).round() * 2 - 1
    axes, _ = torch.linalg.qr(torch.tensor([[1.0, 1, 0], [1, -1, 1], [1, 0, -1]]))  # gray is first
    cos, sin = angle.cos() * stretch, angle.sin() * stretch
    columns = [torch.stack([cos, -sin * mirror], 1), torch.stack([sin, cos * mirror], 1)]
    turn = torch.stack(columns, 1)  # (B, 2, 2)
    matrix = axes[:, :1] @ axes[:, :1].T + axes[:, 1:] @ turn @ axes[:, 1:].T
    matrix = torch.where(which[:, None, None], matrix, torch.eye(3)).to(art)  # (B, 3, 3)
    colors = (palette[:, :, :3] @ matrix.mT).clamp(0, 1)
    art = (matrix @ art.flatten(2)).clamp(0, 1).reshape(art.shape)
    return art, torch.cat([colors, palette[:, :, 3:]], 2)


def imperfect(palette: Tensor, generator: Generator) -> Tensor:
    """Palettes with the faults of a user's: in any order, some entries missing, colors a little
    off, weights often unknown."""
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


def hints(art: Tensor, count: Tensor, generator: Generator) -> Tensor:
    """Color hints: `count` (B,) small discs of the mean color of the picture there, most of them
    not on paper. RGB and opacity, (B, 4, H, W)."""
    n, _, height, width = art.shape
    most = max(1, int(count.max()))
    weight = (art.amin(1).flatten(1) < WHITE).float().cpu() + 0.02
    center = torch.multinomial(weight, most, generator=generator)  # (B, most)
    radius = MIN_RADIUS + (MAX_RADIUS - MIN_RADIUS) * torch.rand(n, most, generator=generator)
    radius = radius.masked_fill(torch.arange(most)[None] >= count[:, None], -1)
    reach = torch.arange(-MAX_RADIUS, MAX_RADIUS + 1)
    dy, dx = (d.flatten() for d in torch.meshgrid(reach, reach, indexing="ij"))
    y, x = (center // width)[:, :, None] + dy, (center % width)[:, :, None] + dx
    inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)  # (B, most, offsets)
    covered = inside & (torch.hypot(dx.float(), dy.float()) <= radius[:, :, None])
    # pixels that are not covered are written to one more place, which is thrown away
    where = (y * width + x).masked_fill(~covered, height * width).flatten(1).to(art.device)
    mean = F.avg_pool2d(art, 5, 1, 2, count_include_pad=False).flatten(2)
    color = mean.gather(2, center.to(art.device)[:, None].expand(-1, 3, -1))
    color = color.repeat_interleave(len(dx), 2)
    values = torch.cat([color, torch.ones_like(color[:, :1])], 1)
    canvas = art.new_zeros(n, 4, height * width + 1)
    canvas = canvas.scatter(2, where[:, None].expand(-1, 4, -1), values)
    return canvas[:, :, :-1].reshape(n, 4, height, width)


def _foreground(art: Tensor, generator: Generator) -> Tensor:
    """Random pixels that are not paper, with replacement: (B, SAMPLES, 3)."""
    weight = (art.amin(1).flatten(1) < WHITE).float().cpu() + 1e-6
    picked = torch.multinomial(weight, SAMPLES, replacement=True, generator=generator)
    return art.flatten(2).gather(2, picked.to(art.device)[:, None].expand(-1, 3, -1)).mT
