"""Pairs of face photos and sketches for everyone: those of the CUHK database, and photos of CelebA
that our own face-sketch-plus drew.

A batch is as in portrait_pairs. The students of the first style keep their blue backdrop; whoever has
the second style, students too, is before a gray one."""

from pathlib import Path

import torch
from torch import Tensor

from ae_models import color, inference, metrics, zoo
from train.datasets import celeba, portrait_pairs
from train.datasets.files import Split

BACKDROP = 200  # of 255, in all three channels
SHARPER = 0.0015  # variance of the Laplacian of pictures that are taken, at 200x250 px
PLAIN = 0.15  # share of the picture that the background must cover
DARKEST = 40.0  # lightness of a background: a darker one cannot be told from hair
FACE = (..., slice(90, 190), slice(60, 140))  # px in which there is no background
TIMES = {"blue": 4, "ar": 2, "gray": 2, "drawn": 1}  # how often each kind of pair is in training


def pairs(root: Path, split: str) -> Split:
    """Pairs of both styles, uint8: (photos, sketches, backgrounds, styles). Raises ValueError."""
    photos, sketches, behind, styles = portrait_pairs.pairs(root, split)
    before_gray = neutral(photos, behind)
    students = styles.flatten() == 0
    kinds = {
        "blue": tuple(x[students] for x in (photos, sketches, behind, styles)),
        "ar": tuple(x[~students] for x in (before_gray, sketches, behind, styles)),
        "gray": tuple(x[students] for x in (before_gray, sketches, behind, 1 - styles)),
        "drawn": drawn(root, split),
    }
    times = TIMES if split == "train" else dict.fromkeys(TIMES, 1)
    repeated = [part for name, part in kinds.items() for _ in range(times[name])]
    return tuple(map(torch.cat, zip(*repeated)))


def drawn(root: Path, split: str) -> Split:
    """CelebA's sharp faces before plain backgrounds, with sketches by face-sketch-plus in either
    artist's style. Takes three minutes for training."""
    photos = celeba.portraits(root, split)
    photos = photos[_by_parts(metrics.sharpness, photos) > SHARPER]
    behind = torch.cat([portrait_pairs.background(x) for x in photos.split(64)])
    kept = _plain(photos, behind)
    photos, behind = neutral(photos[kept], behind[kept]), behind[kept]
    styles = torch.ones(len(photos), 1, 1, 1, dtype=torch.uint8)
    return photos, sketched(photos), behind, styles


def neutral(photos: Tensor, behind: Tensor) -> Tensor:
    """uint8 photos before BACKDROP."""
    parts = zip(photos.split(64), behind.split(64))
    mixed = [torch.lerp(x.float(), torch.tensor(float(BACKDROP)), m / 255) for x, m in parts]
    return torch.cat(mixed).round().to(torch.uint8)


def sketched(photos: Tensor) -> Tensor:
    """uint8 photos (N, 3, 250, 200) -> sketches (N, 1, 250, 200) by face-sketch-plus, as in use, in
    the styles of its two artists by turns."""
    if not len(photos):
        return photos[:, :1]
    artist = zoo.load("face-sketch-plus")
    noise = artist.fixed_noise(*photos.shape[2:])
    sketches = []
    for rows in torch.arange(len(photos)).split(16):
        x = photos[rows].float() / 255
        drawn = inference.run(artist, x, style=rows % artist.config.styles, noise=noise)
        sketches.append((drawn.clamp(0, 1) * 255).round().to(torch.uint8))
    return torch.cat(sketches)


def _plain(photos: Tensor, behind: Tensor) -> Tensor:
    """Which photos (N,) have a plain background that is no part of the person."""
    area = behind.float().mean((1, 2, 3)) / 255
    face = behind[FACE].float().mean((1, 2, 3)) / 255
    lightness = _by_parts(lambda x: color.rgb_to_lab(x)[:, 0].flatten(1), photos)
    weight = behind.flatten(1) / 255
    seen = (lightness * weight).sum(1) / weight.sum(1).clamp_min(1)
    return (area > PLAIN) & (face < 0.01) & (seen > DARKEST)


def _by_parts(function, photos: Tensor) -> Tensor:
    return torch.cat([function(x.float() / 255) for x in photos.split(64)])
