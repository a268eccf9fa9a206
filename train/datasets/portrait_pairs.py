"""Pairs of face photos and sketches, for the recipes that translate one into the other.

A batch is (photos RGB, sketches L, backgrounds, styles). Backgrounds (B, 1, H, W) are 255 behind
the person in the photo; styles (B, 1, 1, 1) are the index of the subset in SUBSETS."""

from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from train.datasets import augmentation, files, readers
from train.datasets.files import Split

SUBSETS = ("cuhk_student", "ar")  # in the order of the styles
TURN = {"degrees": 4, "zoom": 0.06, "move": 0.03}  # changes of the pose
BEND = 2.0  # px


def pairs(root: Path, split: str) -> Split:
    """Pairs of both subsets, uint8, with backgrounds and styles. Raises ValueError."""
    photos, sketches = readers.cufs(root, split, SUBSETS)
    students = len(readers.cufs(root, split, SUBSETS[:1])[0])
    styles = (torch.arange(len(photos)) >= students).to(torch.uint8)[:, None, None, None]
    return photos, sketches, background(photos), styles


def background(photos: Tensor, threshold: float = 0.16) -> Tensor:
    """uint8 photos (N, 3, H, W) before a plain background -> uint8 (N, 1, H, W), 255 on it, with a
    soft edge: all pixels that lie within a distance in RGB [0, 1] of the color of the upper
    corners, on the whole way to the left, right or top edge."""
    smooth = F.avg_pool2d(photos.float() / 255, 3, 1, 1, count_include_pad=False)
    corners = torch.cat([smooth[..., :40, :12], smooth[..., :40, -12:]], 3)
    color = corners.flatten(2).median(2).values
    alike = ((smooth - color[..., None, None]).norm(dim=1, keepdim=True) < threshold).float()
    from_left, from_right = alike.cumprod(3), alike.flip(3).cumprod(3).flip(3)
    found = torch.stack([from_left, from_right, alike.cumprod(2)]).amax(0)
    grown = F.max_pool2d(found, 3, 1, 1)  # over the fringe, where it shines through hair
    return (F.avg_pool2d(grown, 3, 1, 1, count_include_pad=False) * 255).to(torch.uint8)


def warp(batch: Split, generator: torch.Generator, share: float = 0.5) -> Split:
    """Mirror half of the samples, and turn, scale, move and bend a share of them. The others keep
    every pixel, since resampling blurs strokes. uint8 -> float32, pictures in [0, 1]."""
    *pictures, style = augmentation.flip(batch, generator)
    pictures = files.to_unit(pictures)
    moved = augmentation.affine(pictures, generator, **TURN, mode="bicubic")
    moved = augmentation.wobble(moved, generator, BEND, cells=5, mode="bicubic")
    chosen = augmentation.chance(len(style), generator, share)
    changed = (torch.where(chosen, m.clamp(0, 1), x) for m, x in zip(moved, pictures))
    return (*changed, style)


def blurred(x: Tensor) -> Tensor:
    """Pictures at half their resolution, enlarged again."""
    return F.interpolate(F.avg_pool2d(x, 2), x.shape[2:], mode="bilinear")
