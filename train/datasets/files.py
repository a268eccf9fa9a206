"""Pictures of a data set in memory: found, paired, decoded and stacked.

A split is a tuple of uint8 tensors (N, C, H, W) whose rows belong together: (inputs, targets), or
(pictures,). Missing folders, missing partners and unreadable files raise ValueError with their names.
"""

import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ae_models import images

Split = tuple[Tensor, ...]
SUFFIXES = {".png", ".jpg", ".jpeg", ".webp"}


def find(root: Path, name: str, inside: list[str]) -> Path:
    """root/name or root: the first that is there and holds one of the folders `inside`."""
    for folder in (Path(root) / name, Path(root)):
        if any((folder / i).is_dir() for i in inside):
            return folder
    raise ValueError(
        f"expected a folder with {' or '.join(f'{i}/' for i in inside)}, found none in {root} or {root}/{name}"
    )


def pictures(folder: Path, pattern: str = "*") -> list[Path]:
    files = sorted(f for f in folder.glob(pattern) if f.suffix.lower() in SUFFIXES)
    if not files:
        raise ValueError(
            f"expected pictures ({', '.join(sorted(SUFFIXES))}), found none in {folder}"
        )
    return files


def pairs(inputs: Path, targets: Path, partner: Callable[[str], str]) -> list[tuple[Path, Path]]:
    """Files of `inputs` with those of `targets` whose stem is partner(stem)."""
    first, second = pictures(inputs), {f.stem: f for f in pictures(targets)}
    lonely = [f.name for f in first if partner(f.stem) not in second]
    if lonely:
        raise ValueError(
            f"expected a partner in {targets} for each picture of {inputs}, found none for {', '.join(lonely[:5])}"
        )
    return [(f, second[partner(f.stem)]) for f in first]


def in_split(stem: str, split: str, every: int) -> bool:
    """A fixed, even choice by name: the CRC-32 says whether a training picture is kept for validation."""
    return (zlib.crc32(stem.encode()) % every == 0) == (split == "val")


def scale_to(side: int) -> Callable[[Image.Image], Image.Image]:
    return lambda image: images.resize(image, (side, side))


def decode(files: list[Path], mode: str, prepare: Callable | None) -> list[Tensor]:
    def one(path: Path) -> Tensor:
        try:
            image = images.read(path).convert(mode)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None
        pixels = torch.from_numpy(np.array(prepare(image) if prepare else image))
        return pixels.reshape(*pixels.shape[:2], -1).permute(2, 0, 1)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, files))


def stack(pictures: list[Tensor], folder: Path) -> Tensor:
    if not pictures:
        raise ValueError(f"expected pictures of this split, found none in {folder}")
    if len({p.shape for p in pictures}) > 1:
        raise ValueError(
            f"expected pictures of one size, got {sorted({tuple(p.shape) for p in pictures})} in {folder}"
        )
    return torch.stack(pictures)
