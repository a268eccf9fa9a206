"""Pictures of a data set: found, paired, split, decoded and stacked in memory.

A split is a tuple of uint8 tensors (N, C, H, W) whose rows belong together: (inputs, targets), or
(pictures,). Missing folders, missing partners and unreadable files raise ValueError and are named.
"""

import zlib
from collections.abc import Callable, Sequence
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
    """root/name or root: the first that holds one of the folders `inside`. Raises ValueError."""
    for folder in (Path(root) / name, Path(root)):
        if any((folder / i).is_dir() for i in inside):
            return folder
    folders = " or ".join(f"{i}/" for i in inside)
    raise ValueError(f"expected a folder with {folders}, found none in {root} or {root}/{name}")


def pictures(folder: Path, pattern: str = "*") -> list[Path]:
    """The picture files of a folder, sorted. Hidden ones are left out: macOS puts a companion
    `._x.jpg`, which is no picture, beside each x.jpg that it copies. Raises ValueError."""
    found = sorted(f for f in folder.glob(pattern) if f.suffix.lower() in SUFFIXES)
    found = [f for f in found if not _hidden(f.relative_to(folder))]
    if not found:
        suffixes = ", ".join(sorted(SUFFIXES))
        raise ValueError(f"expected pictures ({suffixes}), found none in {folder}")
    return found


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def pairs(inputs: Path, targets: Path, partner: Callable[[str], str]) -> list[tuple[Path, Path]]:
    """Files of `inputs`, each with the one of `targets` whose stem is partner(stem)."""
    first, second = pictures(inputs), {f.stem: f for f in pictures(targets)}
    lonely = [f.name for f in first if partner(f.stem) not in second]
    if lonely:
        raise ValueError(
            f"expected a partner in {targets} for each picture of {inputs}, found none for "
            f"{', '.join(lonely[:5])}"
        )
    return [(f, second[partner(f.stem)]) for f in first]


def rows_of(
    split: str, stems: list[str], every: int, held_out: tuple[str, ...] = ("val",)
) -> list[int]:
    """The rows of pictures that belong to a split of a set that has none of its own.

    The CRC-32 of a picture's name decides: one in `every` is held out for each split of `held_out`,
    the others are for training. A small set may leave a split without a picture by chance: then the
    fullest one gives it a picture. Raises ValueError for fewer pictures than splits."""
    if len(stems) <= len(held_out):
        raise ValueError(
            f"expected at least {len(held_out) + 1} pictures, one each for train, "
            f"{' and '.join(held_out)}, got {len(stems)}"
        )
    hashes = [zlib.crc32(stem.encode()) for stem in stems]
    parts = {name: [] for name in (*held_out, "train")}
    for row, number in enumerate(hashes):
        parts[[*parts][min(number % every, len(held_out))]].append(row)
    for rows in parts.values():
        if not rows:
            fullest = max(parts.values(), key=len)
            rows.append(fullest.pop(fullest.index(min(fullest, key=hashes.__getitem__))))
    return parts[split]


def scale_to(side: int) -> Callable[[Image.Image], Image.Image]:
    """A function that squeezes a picture to a square of `side` px."""
    return lambda image: images.resize(image, (side, side))


def shorter_side_to(side: int) -> Callable[[Image.Image], Image.Image]:
    """A function that scales a picture until its shorter side has `side` px."""

    def scaled(image: Image.Image) -> Image.Image:
        scale = side / min(image.size)
        return images.resize(image, tuple(max(side, round(x * scale)) for x in image.size))

    return scaled


def mixed(parts: list[Tensor], shares: Sequence[float], most: int) -> Tensor:
    """Rows of several sets in the given shares: as many as the sets have in all, at most `most`.

    Rows of a set that has too many are left out, of one that has too few repeated, evenly."""
    total = min(sum(map(len, parts)), most)
    counts = [max(1, round(total * share)) for share in shares]
    return torch.cat([x[torch.arange(n) * len(x) // n] for x, n in zip(parts, counts)])


def decode(files: list[Path], mode: str, prepare: Callable | None) -> list[Tensor]:
    """Files -> uint8 (C, H, W) each, in a PIL mode, after `prepare`. Raises ValueError."""

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
    """(C, H, W) each -> (N, C, H, W). Raises ValueError, which names the folder."""
    if not pictures:
        raise ValueError(f"expected pictures of this split, found none in {folder}")
    sizes = sorted({tuple(p.shape) for p in pictures})
    if len(sizes) > 1:
        raise ValueError(f"expected pictures of one size, got {sizes} in {folder}")
    return torch.stack(pictures)


def to_unit(batch: Split) -> Split:
    """uint8 -> [0, 1]."""
    return tuple(x.float() / 255 for x in batch)


def to_signed(batch: Split) -> Split:
    """uint8 -> [-1, 1]."""
    return tuple(x.float() / 127.5 - 1 for x in batch)
