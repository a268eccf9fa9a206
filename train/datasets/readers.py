"""Readers of the public data sets, one function a set: (root, "train", "val" or "test") -> Split.

Each set is looked for in `root` itself and in `root/<name of the set>`, in the layout of its public
distribution. CelebA has a file of its own.
"""

import zlib
from pathlib import Path

import torch
from PIL import Image, ImageChops, ImageOps
from torchvision.datasets import CIFAR10

from train.datasets import files
from train.datasets.files import Split


def cufs(root: Path, split: str, subsets: tuple[str, ...] = ("cuhk_student", "ar")) -> Split:
    """CUHK Face Sketch Database, (photos RGB, sketches L) of 200x250 px: cufs/<subset>/{train,test}/{photos,sketches}.

    train and val: subsets cuhk_student and ar (its top 10 px, captions, cut off and the rest scaled to the same size);
    test: cuhk_student only, whose pairs are the usual ones to report."""
    root = files.find(root, "cufs", ["cuhk_student"])
    photos, sketches = [], []
    for subset in subsets if split != "test" else ("cuhk_student",):
        folder = root / subset / ("test" if split == "test" else "train")
        if subset == "ar" and not folder.is_dir():
            continue
        pairs = files.pairs(folder / "photos", folder / "sketches", lambda name: name)
        pairs = [
            pair
            for pair in pairs
            if split == "test" or files.in_split(pair[0].stem, split, every=10)
        ]
        crop = (
            (lambda i: i.crop((0, 10, *i.size)).resize((200, 250), Image.Resampling.BICUBIC))
            if subset == "ar"
            else None
        )
        photos += files.decode([p for p, _ in pairs], "RGB", crop)
        sketches += files.decode([s for _, s in pairs], "L", crop)
    return files.stack(photos, root), files.stack(sketches, root)


def sketch2photo(root: Path, split: str, mirrored: bool = False) -> Split:
    """Pokémon line sketches and artwork, (sketches L, artwork RGB) of 128x128 px, from {train,test}A/<id>_A.png and
    {train,test}B/<id>_B.jpg. val is every 20th of train. The lines lie half a px of the files, of 256x256 px, up and left
    of the artwork's own, in a mirrored pair too: a network that cannot rely on that blurs every line."""
    root = files.find(root, "sketch2photo", ["trainA", "testA"])
    part = "test" if split == "test" else "train"
    pairs = files.pairs(
        root / f"{part}A", root / f"{part}B", lambda stem: stem.removesuffix("_A") + "_B"
    )
    pairs = [
        pair for pair in pairs if split == "test" or files.in_split(pair[0].stem, split, every=20)
    ]
    scale = files.scale_to(128)

    def seen(image: Image.Image, moved: int = 0) -> Image.Image:
        return scale(ImageChops.offset(ImageOps.mirror(image), moved, 0) if mirrored else image)

    sketches = files.decode([a for a, _ in pairs], "L", lambda image: seen(image, -1))
    return files.stack(sketches, root), files.stack(
        files.decode([b for _, b in pairs], "RGB", seen), root
    )


def landscape(root: Path, split: str) -> Split:
    """Color landscapes, (photos RGB,) of 128x128 px, from color/. The set has no split of its own: a twentieth each,
    chosen by the CRC-32 of the file's name, is val and test."""
    root = files.find(root, "landscape", ["color"])
    found = files.pictures(root / "color")
    buckets = {"val": {1}, "test": {0}, "train": set(range(2, 20))}[split]
    return (
        files.stack(
            files.decode(
                [f for f in found if zlib.crc32(f.stem.encode()) % 20 in buckets],
                "RGB",
                files.scale_to(128),
            ),
            root,
        ),
    )


def cifar10(root: Path, split: str, download: bool = False) -> Split:
    """CIFAR-10, (pictures RGB,) of 32x32 px: {train,test}/<class>/ as torchvision's ImageFolder has it, or torchvision's
    own archive cifar-10-batches-py, fetched there when `download` is set. val is every 20th of train."""
    if download or (Path(root) / CIFAR10.base_folder).is_dir():
        pixels = torch.from_numpy(
            CIFAR10(root, train=split != "test", download=download).data
        ).permute(0, 3, 1, 2)
        names = [f"{i:05d}" for i in range(len(pixels))]
    else:
        folder = files.find(root, "cifar10", ["train", "test"]) / (
            "test" if split == "test" else "train"
        )
        found = files.pictures(folder, "*/*")
        pixels, names = (
            files.stack(files.decode(found, "RGB", files.scale_to(32)), folder),
            [f.stem for f in found],
        )
    keep = [
        i
        for i, name in enumerate(names)
        if split == "test" or files.in_split(name, split, every=20)
    ]
    return (pixels[keep].contiguous(),)
