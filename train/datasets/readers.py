"""Readers of the public data sets, one function a set: (root, "train", "val" or "test") -> Split.

Each set is looked for in `root` itself and in `root/<name of the set>`, in the layout of its public
distribution. Your own pictures in such a layout will do. CelebA has a file of its own.
"""

from pathlib import Path

import torch
from PIL import Image, ImageChops, ImageOps
from torch import Tensor
from torchvision.datasets import CIFAR10

from train.datasets import files
from train.datasets.files import Split


def cufs(root: Path, split: str, subsets: tuple[str, ...] = ("cuhk_student", "ar")) -> Split:
    """CUHK Face Sketch Database, (photos RGB, sketches L) of 200x250 px, from
    cufs/<subset>/{train,test}/{photos,sketches}; val is about every 10th pair of train.

    train and val: subsets cuhk_student and ar. The top 10 px of ar, captions, are cut off and the
    rest is scaled to the same size. test: cuhk_student only, whose pairs are usually reported."""
    root = files.find(root, "cufs", ["cuhk_student"])
    photos, sketches = [], []
    for subset in subsets if split != "test" else ("cuhk_student",):
        folder = root / subset / ("test" if split == "test" else "train")
        if subset == "ar" and not folder.is_dir():
            continue
        pairs = files.pairs(folder / "photos", folder / "sketches", lambda name: name)
        pairs = _of_training(pairs, split, every=10)
        crop = _without_caption if subset == "ar" else None
        photos += files.decode([p for p, _ in pairs], "RGB", crop)
        sketches += files.decode([s for _, s in pairs], "L", crop)
    return files.stack(photos, root), files.stack(sketches, root)


def _without_caption(image: Image.Image) -> Image.Image:
    return image.crop((0, 10, *image.size)).resize((200, 250), Image.Resampling.BICUBIC)


def _of_training(pairs: list[tuple[Path, Path]], split: str, every: int) -> list[tuple[Path, Path]]:
    """The pairs of train or of val, out of those of the folder for training; all of test."""
    if split == "test":
        return pairs
    return [pairs[i] for i in files.rows_of(split, [first.stem for first, _ in pairs], every)]


def sketch2photo(root: Path, split: str, mirrored: bool = False) -> Split:
    """Pokémon line sketches and artwork, (sketches L, artwork RGB) of 128x128 px, from
    {train,test}A/<id>_A.png and {train,test}B/<id>_B.jpg; val is about every 20th pair of train.

    In the files, of 256x256 px, the lines lie half a px above and left of the artwork's own lines.
    A mirrored pair is moved so that this holds for it too: a network that cannot rely on it blurs
    every line."""
    root = files.find(root, "sketch2photo", ["trainA", "testA"])
    part = "test" if split == "test" else "train"
    pairs = files.pairs(
        root / f"{part}A", root / f"{part}B", lambda stem: stem.removesuffix("_A") + "_B"
    )
    pairs = _of_training(pairs, split, every=20)
    scale = files.scale_to(128)

    def prepared(image: Image.Image, shift: int = 0) -> Image.Image:
        return scale(ImageChops.offset(ImageOps.mirror(image), shift, 0) if mirrored else image)

    sketches = files.decode([a for a, _ in pairs], "L", lambda image: prepared(image, -1))
    artwork = files.decode([b for _, b in pairs], "RGB", prepared)
    return files.stack(sketches, root), files.stack(artwork, root)


def landscape(root: Path, split: str) -> Split:
    """Color landscapes, (photos RGB,) of 128x128 px, from color/. The set has no split of its own:
    about a twentieth each is test and val."""
    root = files.find(root, "landscape", ["color"])
    found = _twentieths(files.pictures(root / "color"), split)
    return (files.stack(files.decode(found, "RGB", files.scale_to(128)), root),)


def photos(root: Path, split: str) -> Split:
    """Everyday photographs, (photos RGB,) of 128x128 px, from photos/{train,val,test}/: the middle
    of each at a shorter side of 128 px; in training both ends of those that are not square."""
    root = files.find(root, "photos", ["train", "test"])
    whole = files.decode(files.pictures(root / split), "RGB", files.shorter_side_to(128))
    squares = [x for photo in whole for x in _squares(photo, ends=split == "train")]
    return (files.stack(squares, root),)


def whole_photos(root: Path, split: str) -> list[Tensor]:
    """Everyday photographs as they are, uint8 (3, H, W) each."""
    folder = files.find(root, "photos", ["train", "test"]) / split
    return files.decode(files.pictures(folder), "RGB", None)


def lfw(root: Path, split: str) -> Split:
    """Labeled Faces in the Wild in CelebA's pose, (faces RGB,) of 128x128 px, one a person, from
    lfw/. About a twentieth each is test and val."""
    root = Path(root) if Path(root).name == "lfw" else Path(root) / "lfw"
    found = _twentieths(files.pictures(root), split)
    return (files.stack(files.decode(found, "RGB", files.scale_to(128)), root),)


def _squares(photo: Tensor, ends: bool) -> list[Tensor]:
    """(C, H, W) -> the square at each end of the longer side, or the one in the middle."""
    side, spare = min(photo.shape[1:]), abs(photo.shape[1] - photo.shape[2])
    starts = sorted({0, spare}) if ends else [spare // 2]
    axis = 1 if photo.shape[1] > photo.shape[2] else 2
    return [photo.narrow(axis, start, side) for start in starts]


def _twentieths(found: list[Path], split: str) -> list[Path]:
    """The pictures of a split of a set that has none: a twentieth each is test and val."""
    rows = files.rows_of(split, [f.stem for f in found], 20, held_out=("test", "val"))
    return [found[i] for i in rows]


def cifar10(root: Path, split: str, download: bool = False) -> Split:
    """CIFAR-10, (pictures RGB,) of 32x32 px: {train,test}/<class>/ as torchvision's ImageFolder has
    it, or torchvision's own archive cifar-10-batches-py, fetched there when `download` is set. val
    is about every 20th picture of train."""
    archive = download or (Path(root) / CIFAR10.base_folder).is_dir()
    part = "test" if split == "test" else "train"
    names, pixels = _archived(root, part, download) if archive else _in_folders(root, part)
    if split == "test":
        return (pixels,)
    return (pixels[files.rows_of(split, names, every=20)].contiguous(),)


def _archived(root: Path, part: str, download: bool) -> tuple[list[str], Tensor]:
    pixels = torch.from_numpy(CIFAR10(root, train=part == "train", download=download).data)
    return [f"{i:05d}" for i in range(len(pixels))], pixels.permute(0, 3, 1, 2).contiguous()


def _in_folders(root: Path, part: str) -> tuple[list[str], Tensor]:
    folder = files.find(root, "cifar10", ["train", "test"]) / part
    found = files.pictures(folder, "*/*")
    pixels = files.stack(files.decode(found, "RGB", files.scale_to(32)), folder)
    return [f.stem for f in found], pixels
