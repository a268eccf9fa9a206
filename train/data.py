"""Public data sets as uint8 tensors in memory, and augmentation of whole batches.

A split is a tuple of tensors (N, C, H, W), uint8, whose rows belong together: (inputs, targets), or (pictures,).
Every set is looked for in `root` itself and in `root/<name of the set>`, in the layout of its public distribution.
Missing folders, missing partners and unreadable files raise ValueError with their names.
"""

import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageChops, ImageOps
from torch import Tensor
from torch.nn import functional as F
from torchvision.datasets import CIFAR10

from ae_models import images

Split = tuple[Tensor, ...]
SUFFIXES = {".png", ".jpg", ".jpeg", ".webp"}
ATTRIBUTES = (  # of CelebA, in the order of its list_attr_celeba.txt
    "5_o_Clock_Shadow", "Arched_Eyebrows", "Attractive", "Bags_Under_Eyes",
    "Bald", "Bangs", "Big_Lips", "Big_Nose",
    "Black_Hair", "Blond_Hair", "Blurry", "Brown_Hair",
    "Bushy_Eyebrows", "Chubby", "Double_Chin", "Eyeglasses",
    "Goatee", "Gray_Hair", "Heavy_Makeup", "High_Cheekbones",
    "Male", "Mouth_Slightly_Open", "Mustache", "Narrow_Eyes",
    "No_Beard", "Oval_Face", "Pale_Skin", "Pointy_Nose",
    "Receding_Hairline", "Rosy_Cheeks", "Sideburns", "Smiling",
    "Straight_Hair", "Wavy_Hair", "Wearing_Earrings", "Wearing_Hat",
    "Wearing_Lipstick", "Wearing_Necklace", "Wearing_Necktie", "Young",
)  # fmt: skip


def cufs(root: Path, split: str, subsets: tuple[str, ...] = ("cuhk_student", "ar")) -> Split:
    """CUHK Face Sketch Database, (photos RGB, sketches L) of 200x250 px: cufs/<subset>/{train,test}/{photos,sketches}.

    train and val: subsets cuhk_student and ar (its top 10 px, captions, cut off and the rest scaled to the same size);
    test: cuhk_student only, whose pairs are the usual ones to report."""
    root = _find(root, "cufs", ["cuhk_student"])
    photos, sketches = [], []
    for subset in subsets if split != "test" else ("cuhk_student",):
        folder = root / subset / ("test" if split == "test" else "train")
        if subset == "ar" and not folder.is_dir():
            continue
        pairs = _pairs(folder / "photos", folder / "sketches", lambda name: name)
        pairs = [pair for pair in pairs if split == "test" or _in_split(pair[0].stem, split, every=10)]
        crop = (
            (lambda i: i.crop((0, 10, *i.size)).resize((200, 250), Image.Resampling.BICUBIC))
            if subset == "ar"
            else None
        )
        photos += _decode([p for p, _ in pairs], "RGB", crop)
        sketches += _decode([s for _, s in pairs], "L", crop)
    return _stack(photos, root), _stack(sketches, root)


def sketch2photo(root: Path, split: str, mirrored: bool = False) -> Split:
    """Pokémon line sketches and artwork, (sketches L, artwork RGB) of 128x128 px, from {train,test}A/<id>_A.png and
    {train,test}B/<id>_B.jpg. val is every 20th of train. The lines lie half a px of the files, of 256x256 px, up and left
    of the artwork's own, in a mirrored pair too: a network that cannot rely on that blurs every line."""
    root = _find(root, "sketch2photo", ["trainA", "testA"])
    part = "test" if split == "test" else "train"
    pairs = _pairs(root / f"{part}A", root / f"{part}B", lambda stem: stem.removesuffix("_A") + "_B")
    pairs = [pair for pair in pairs if split == "test" or _in_split(pair[0].stem, split, every=20)]
    scale = _scale(128)

    def seen(image: Image.Image, moved: int = 0) -> Image.Image:
        return scale(ImageChops.offset(ImageOps.mirror(image), moved, 0) if mirrored else image)

    sketches = _decode([a for a, _ in pairs], "L", lambda image: seen(image, -1))
    return _stack(sketches, root), _stack(_decode([b for _, b in pairs], "RGB", seen), root)


def landscape(root: Path, split: str) -> Split:
    """Colour landscapes, (photos RGB,) of 128x128 px, from color/. The set has no split of its own: a twentieth each,
    chosen by the CRC-32 of the file's name, is val and test."""
    root = _find(root, "landscape", ["color"])
    files = _files(root / "color")
    buckets = {"val": {1}, "test": {0}, "train": set(range(2, 20))}[split]
    return (
        _stack(_decode([f for f in files if zlib.crc32(f.stem.encode()) % 20 in buckets], "RGB", _scale(128)), root),
    )


def cifar10(root: Path, split: str, download: bool = False) -> Split:
    """CIFAR-10, (pictures RGB,) of 32x32 px: {train,test}/<class>/ as torchvision's ImageFolder has it, or torchvision's
    own archive cifar-10-batches-py, fetched there when `download` is set. val is every 20th of train."""
    if download or (Path(root) / CIFAR10.base_folder).is_dir():
        pixels = torch.from_numpy(CIFAR10(root, train=split != "test", download=download).data).permute(0, 3, 1, 2)
        names = [f"{i:05d}" for i in range(len(pixels))]
    else:
        folder = _find(root, "cifar10", ["train", "test"]) / ("test" if split == "test" else "train")
        files = _files(folder, "*/*")
        pixels, names = _stack(_decode(files, "RGB", _scale(32)), folder), [f.stem for f in files]
    keep = [i for i, name in enumerate(names) if split == "test" or _in_split(name, split, every=20)]
    return (pixels[keep].contiguous(),)


def celeba(root: Path, split: str) -> Split:
    """CelebA, (faces RGB,) of 128x128 px: img_align_celeba/ (178x218; the centred 148 px are taken), split by
    list_eval_partition.txt; img_align_celeba_half/ (89x109), where it exists, adds to train only."""
    root, files = _celeba_files(root, split)
    return (_faces(files, root),)


def celeba_attributes(root: Path, split: str) -> Split:
    """The same faces with what annotators saw and who they are of: (faces RGB, (N, 40, 1, 1) of 0 and 1 in the order of
    ATTRIBUTES, (N, 1, 1, 1) numbers of people, int32)."""
    root, files = _celeba_files(root, split)
    _, names, *rows = _celeba_lines(root, "list_attr_celeba.txt")
    if tuple(names) != ATTRIBUTES:
        raise ValueError(f"expected the attributes {', '.join(ATTRIBUTES)}, got {', '.join(names)} in {root}")
    signs = {name: [int(sign) > 0 for sign in row] for name, *row in rows}
    person = dict(_celeba_lines(root, "identity_CelebA.txt"))
    if missing := [f.name for f in files if f.name not in person or len(signs.get(f.name, [])) != len(ATTRIBUTES)]:
        raise ValueError(
            f"expected {len(ATTRIBUTES)} attributes and a person of each face in {root}, not of {missing[:5]}"
        )
    attributes = torch.tensor([signs[f.name] for f in files], dtype=torch.uint8)
    people = torch.tensor([int(person[f.name]) for f in files], dtype=torch.int32)
    return _faces(files, root), attributes[:, :, None, None], people[:, None, None, None]


def _celeba_files(root: Path, split: str) -> tuple[Path, list[Path]]:
    """The set's folder and the pictures of a split, in their order."""
    root = _find(root, "celeba", ["img_align_celeba"])
    part = dict(_celeba_lines(root, "list_eval_partition.txt"))
    wanted = {"train": "0", "val": "1", "test": "2"}[split]
    folders = [root / "img_align_celeba"]
    if split == "train" and (root / "img_align_celeba_half").is_dir():
        folders.append(root / "img_align_celeba_half")
    return root, [f for folder in folders for f in _files(folder) if part.get(f.name) == wanted]


def _celeba_lines(root: Path, name: str) -> list[list[str]]:
    """The words of each line that has any."""
    if not (root / name).is_file():
        raise ValueError(f"expected CelebA's {name}, found none in {root}")
    return [line.split() for line in (root / name).read_text().splitlines() if line.strip()]


def _faces(files: list[Path], root: Path) -> Tensor:
    def face(image: Image.Image) -> Image.Image:
        return image.resize((128, 128), Image.Resampling.BICUBIC, box=images.face_box(image.size))

    return _stack(_decode(files, "RGB", face), root)


# ---- files ----


def _find(root: Path, name: str, inside: list[str]) -> Path:
    """root/name or root: the first that is there and holds one of the folders `inside`."""
    for folder in (Path(root) / name, Path(root)):
        if any((folder / i).is_dir() for i in inside):
            return folder
    raise ValueError(
        f"expected a folder with {' or '.join(f'{i}/' for i in inside)}, found none in {root} or {root}/{name}"
    )


def _files(folder: Path, pattern: str = "*") -> list[Path]:
    files = sorted(f for f in folder.glob(pattern) if f.suffix.lower() in SUFFIXES)
    if not files:
        raise ValueError(f"expected pictures ({', '.join(sorted(SUFFIXES))}), found none in {folder}")
    return files


def _pairs(inputs: Path, targets: Path, partner: Callable[[str], str]) -> list[tuple[Path, Path]]:
    """Files of `inputs` with those of `targets` whose stem is partner(stem)."""
    first, second = _files(inputs), {f.stem: f for f in _files(targets)}
    lonely = [f.name for f in first if partner(f.stem) not in second]
    if lonely:
        raise ValueError(
            f"expected a partner in {targets} for each picture of {inputs}, found none for {', '.join(lonely[:5])}"
        )
    return [(f, second[partner(f.stem)]) for f in first]


def _in_split(stem: str, split: str, every: int) -> bool:
    """A fixed, even choice by name: the CRC-32 says whether a training picture is kept for validation."""
    return (zlib.crc32(stem.encode()) % every == 0) == (split == "val")


def _scale(side: int) -> Callable[[Image.Image], Image.Image]:
    return lambda image: images.resize(image, (side, side))


def _decode(files: list[Path], mode: str, prepare: Callable | None) -> list[Tensor]:
    def one(path: Path) -> Tensor:
        try:
            image = images.read(path).convert(mode)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None
        pixels = torch.from_numpy(np.array(prepare(image) if prepare else image))
        return pixels.reshape(*pixels.shape[:2], -1).permute(2, 0, 1)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, files))


def _stack(pictures: list[Tensor], folder: Path) -> Tensor:
    if not pictures:
        raise ValueError(f"expected pictures of this split, found none in {folder}")
    if len({p.shape for p in pictures}) > 1:
        raise ValueError(f"expected pictures of one size, got {sorted({tuple(p.shape) for p in pictures})} in {folder}")
    return torch.stack(pictures)


# ---- augmentation: uint8 or float batches in, the same change for every tensor of the batch ----


def flip(batch: Split, generator: torch.Generator) -> Split:
    """Mirror each sample left to right with probability 1/2."""
    mirrored = torch.rand(len(batch[0]), generator=generator) < 0.5
    return tuple(torch.where(mirrored[:, None, None, None].to(x.device), x.flip(3), x) for x in batch)


def affine(
    batch: Split,
    generator: torch.Generator,
    degrees: float,
    zoom: float,
    move: float,
    size: tuple[int, int] | None = None,
    mode: str = "bilinear",
) -> Split:
    """Turn by up to +-degrees, scale by up to a factor 1 +- zoom, move by up to a part `move` of the side, and squeeze to
    `size` (height, width) in the same step; bilinear unless `mode` says bicubic, edges repeated. Takes and gives float
    tensors."""
    n, _, height, width = batch[0].shape
    turn, scale, dx, dy = (torch.rand(4, n, generator=generator) * 2 - 1).unbind()
    turn, scale = turn * degrees * torch.pi / 180, 1 + scale * zoom
    cos, sin, aspect = turn.cos() / scale, turn.sin() / scale, height / width
    theta = torch.stack([cos, -sin * aspect, dx * move * 2, sin / aspect, cos, dy * move * 2], 1).reshape(n, 2, 3)
    grid = F.affine_grid(theta, [n, 1, *(size or (height, width))], align_corners=False)
    return tuple(F.grid_sample(x, grid, mode=mode, padding_mode="border", align_corners=False) for x in batch)


def wobble(batch: Split, generator: torch.Generator, amount: float, cells: int, mode: str = "bilinear") -> Split:
    """Move the points of all tensors alike along a smooth field of about `amount` px, edges repeated."""
    n, _, height, width = batch[0].shape
    field = torch.randn(n, 2, cells, cells, generator=generator).to(batch[0]) * (amount * 2 / width)
    field = F.interpolate(field, (height, width), mode="bicubic").permute(0, 2, 3, 1)
    still = torch.eye(2, 3).to(field).expand(n, 2, 3)
    grid = F.affine_grid(still, [n, 1, height, width], align_corners=False) + field
    return tuple(F.grid_sample(x, grid, mode=mode, padding_mode="border", align_corners=False) for x in batch)


def jitter(x: Tensor, generator: torch.Generator, amount: float) -> Tensor:
    """Scale contrast and each colour channel, and lift brightness, by up to `amount`; (B, 3, H, W) in [0, 1], clipped."""
    n = len(x)
    contrast, brightness = (torch.rand(2, n, 1, 1, 1, generator=generator) * 2 - 1) * amount
    balance = (torch.rand(n, 3, 1, 1, generator=generator) * 2 - 1) * amount / 2
    return ((x - 0.5) * (1 + contrast) * (1 + balance) + 0.5 + brightness / 2).clamp(0, 1)


def chance(count: int, generator: torch.Generator, share: float) -> Tensor:
    """Which samples a change befalls: (count, 1, 1, 1), bool."""
    return torch.rand(count, 1, 1, 1, generator=generator) < share


def maybe(share: float, changed: Tensor, x: Tensor, generator: torch.Generator) -> Tensor:
    """A share of the samples changed, the others as they were; clipped to [0, 1]."""
    return torch.where(chance(len(x), generator, share), changed, x).clamp(0, 1)


def spread(count: int, generator: torch.Generator, low: float, high: float) -> Tensor:
    """A number between low and high for each sample: (count, 1, 1, 1)."""
    return torch.rand(count, 1, 1, 1, generator=generator) * (high - low) + low


def points(x: Tensor, count: Tensor, size: int, generator: torch.Generator) -> Tensor:
    """Hints taken from chroma x (B, 2, H, W) in Lab units: `count` (B,) points at random places, squares of an odd
    `size` px with the mean colour there. Gives (B, 3, H, W): (ab + 128) / 255, 128 / 255 where no hint is, and a mask."""
    n, _, height, width = x.shape
    most = int(count.max())
    places = torch.randint(height * width, (n, most), generator=generator)
    wanted = torch.arange(most) < count[:, None]
    seeds = torch.zeros(n, height * width).scatter_add_(1, places, wanted.float())
    seeds = seeds.reshape(n, 1, height, width)

    def box(y: Tensor) -> Tensor:
        return F.avg_pool2d(y, size, stride=1, padding=size // 2, count_include_pad=False)

    covered = F.avg_pool2d(seeds, size, stride=1, padding=size // 2)
    colour = F.avg_pool2d(seeds * box(x), size, stride=1, padding=size // 2) / covered.clamp_min(1e-6)
    mask = (covered > 0).float()
    return torch.cat([(mask * colour + 128) / 255, mask], 1)
