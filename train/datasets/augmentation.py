"""Augmentation of whole batches: uint8 or float tensors in, the same change for every tensor of a
batch. Chance comes from a torch.Generator alone."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from ae_models import color
from train.datasets.files import Split


def flip(batch: Split, generator: torch.Generator) -> Split:
    """Mirror each sample left to right with probability 1/2."""
    mirrored = torch.rand(len(batch[0]), generator=generator) < 0.5
    return tuple(
        torch.where(mirrored[:, None, None, None].to(x.device), x.flip(3), x) for x in batch
    )


def flipped(prepare: Callable[[Split], Split]) -> Callable[[Split, torch.Generator], Split]:
    """The augmentation of a recipe that does no more than mirror and prepare."""
    return lambda batch, generator: prepare(flip(batch, generator))


def affine(
    batch: Split,
    generator: torch.Generator,
    degrees: float,
    zoom: float,
    move: float,
    size: tuple[int, int] | None = None,
    mode: str = "bilinear",
) -> Split:
    """Turn by up to +-degrees, scale by up to a factor 1 +- zoom, move by up to a part `move` of
    the side, and squeeze to `size` (height, width) in the same step; edges repeated. Float
    tensors."""
    n, _, height, width = batch[0].shape
    turn, scale, dx, dy = (torch.rand(4, n, generator=generator) * 2 - 1).unbind()
    turn, scale = turn * degrees * torch.pi / 180, 1 + scale * zoom
    cos, sin, aspect = turn.cos() / scale, turn.sin() / scale, height / width
    theta = torch.stack(
        [cos, -sin * aspect, dx * move * 2, sin / aspect, cos, dy * move * 2], 1
    ).reshape(n, 2, 3)
    grid = F.affine_grid(theta, [n, 1, *(size or (height, width))], align_corners=False)
    return tuple(
        F.grid_sample(x, grid, mode=mode, padding_mode="border", align_corners=False) for x in batch
    )


def wobble(
    batch: Split, generator: torch.Generator, amount: float, cells: int, mode: str = "bilinear"
) -> Split:
    """Bend all tensors alike along a smooth random field of about `amount` px; edges repeated."""
    n, _, height, width = batch[0].shape
    field = torch.randn(n, 2, cells, cells, generator=generator).to(batch[0]) * (amount * 2 / width)
    field = F.interpolate(field, (height, width), mode="bicubic").permute(0, 2, 3, 1)
    still = torch.eye(2, 3).to(field).expand(n, 2, 3)
    grid = F.affine_grid(still, [n, 1, height, width], align_corners=False) + field
    return tuple(
        F.grid_sample(x, grid, mode=mode, padding_mode="border", align_corners=False) for x in batch
    )


def jitter(x: Tensor, generator: torch.Generator, amount: float) -> Tensor:
    """Change contrast, brightness and color balance by up to `amount`. (B, 3, H, W) in [0, 1]."""
    n = len(x)
    contrast, brightness = (torch.rand(2, n, 1, 1, 1, generator=generator) * 2 - 1) * amount
    balance = (torch.rand(n, 3, 1, 1, generator=generator) * 2 - 1) * amount / 2
    return ((x - 0.5) * (1 + contrast) * (1 + balance) + 0.5 + brightness / 2).clamp(0, 1)


def chance(count: int, generator: torch.Generator, share: float) -> Tensor:
    """A random choice of a share of the samples: (count, 1, 1, 1), bool."""
    return torch.rand(count, 1, 1, 1, generator=generator) < share


def maybe(share: float, changed: Tensor, x: Tensor, generator: torch.Generator) -> Tensor:
    """`changed` for a random share of the samples, else `x`; clipped to [0, 1]."""
    return torch.where(chance(len(x), generator, share), changed, x).clamp(0, 1)


def uniform(like: Tensor, generator: torch.Generator, low: float, high: float) -> Tensor:
    """A random number in [low, high) for each sample of `like`: (B, 1, 1, 1)."""
    number = torch.rand(len(like), 1, 1, 1, generator=generator)
    return (number * (high - low) + low).to(like)


def points(x: Tensor, count: Tensor, size: int, generator: torch.Generator) -> Tensor:
    """Color hints taken from chroma x (B, 2, H, W) in Lab units: `count` (B,) squares of an odd
    `size` px at random places, each of the mean color there. Gives ab in the unit range, neutral
    where no hint is, and a mask: (B, 3, H, W)."""
    n, _, height, width = x.shape
    most = int(count.max())
    places = torch.randint(height * width, (n, most), generator=generator)
    wanted = torch.arange(most) < count[:, None]
    seeds = torch.zeros(n, height * width).scatter_add_(1, places, wanted.float())
    seeds = seeds.reshape(n, 1, height, width)

    def box(y: Tensor) -> Tensor:
        return F.avg_pool2d(y, size, stride=1, padding=size // 2, count_include_pad=False)

    covered = F.avg_pool2d(seeds, size, stride=1, padding=size // 2)
    total = F.avg_pool2d(seeds * box(x), size, stride=1, padding=size // 2)
    mask = (covered > 0).float()
    return torch.cat([color.ab_to_unit(mask * (total / covered.clamp_min(1e-6))), mask], 1)
