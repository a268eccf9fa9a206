"""Reader of CelebA: faces, their attributes, and the identity of the person."""

from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from ae_models import images
from ae_models.face import align
from train.datasets import files
from train.datasets.files import Split

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


def faces(root: Path, split: str, half: bool = True) -> Split:
    """CelebA, (faces RGB,) of 128x128 px: img_align_celeba/ (178x218; the centered 148 px are
    taken), split by list_eval_partition.txt; img_align_celeba_half/ (89x109), if there, adds to
    train only."""
    root, paths = _split_files(root, split, half)
    return (_faces(paths, root),)


def faces_with_attributes(root: Path, split: str) -> Split:
    """Faces as above with attributes, (N, 40, 1, 1) of 0 and 1 in the order of ATTRIBUTES, and the
    number of the person, (N, 1, 1, 1) int32. Raises ValueError."""
    root, paths = _split_files(root, split)
    _, names, *rows = _lines(root, "list_attr_celeba.txt")
    if tuple(names) != ATTRIBUTES:
        raise ValueError(
            f"expected the attributes {', '.join(ATTRIBUTES)}, got {', '.join(names)} in {root}"
        )
    signs = {name: [int(sign) > 0 for sign in row] for name, *row in rows}
    person = dict(_lines(root, "identity_CelebA.txt"))
    if missing := [
        f.name
        for f in paths
        if f.name not in person or len(signs.get(f.name, [])) != len(ATTRIBUTES)
    ]:
        raise ValueError(
            f"expected {len(ATTRIBUTES)} attributes and a person for each face in {root}, "
            f"found none for {missing[:5]}"
        )
    attributes = torch.tensor([signs[f.name] for f in paths], dtype=torch.uint8)
    people = torch.tensor([int(person[f.name]) for f in paths], dtype=torch.int32)
    return _faces(paths, root), attributes[:, :, None, None], people[:, None, None, None]


def portraits(root: Path, split: str) -> Tensor:
    """Faces of full size in the pose of the CUHK database, uint8 (N, 3, 250, 200)."""
    root, paths = _split_files(root, split, half=False)
    return files.stack(files.decode(paths, "RGB", _as_portrait), root)


def _as_portrait(image: Image.Image) -> Image.Image:
    left, top, right, _ = images.face_box(image.size)
    pose = align.POSES["celeba"]
    scale = (right - left) / pose.size[0]
    eyes = tuple((left + scale * x, top + scale * y) for x, y in pose.eyes)
    return align.align(image, eyes, "cufs")


def _split_files(root: Path, split: str, half: bool = True) -> tuple[Path, list[Path]]:
    """The set's folder and the pictures of a split, in their order; with `half`, those of half size
    in training, too."""
    root = files.find(root, "celeba", ["img_align_celeba"])
    part = dict(_lines(root, "list_eval_partition.txt"))
    wanted = {"train": "0", "val": "1", "test": "2"}[split]
    folders = [root / "img_align_celeba"]
    if half and split == "train" and (root / "img_align_celeba_half").is_dir():
        folders.append(root / "img_align_celeba_half")
    return root, [
        f for folder in folders for f in files.pictures(folder) if part.get(f.name) == wanted
    ]


def _lines(root: Path, name: str) -> list[list[str]]:
    """The words of each line that is not empty. Raises ValueError if the file is missing."""
    if not (root / name).is_file():
        raise ValueError(f"expected CelebA's {name}, found none in {root}")
    return [line.split() for line in (root / name).read_text().splitlines() if line.strip()]


def _faces(paths: list[Path], root: Path) -> Tensor:
    def face(image: Image.Image) -> Image.Image:
        return image.resize((128, 128), Image.Resampling.BICUBIC, box=images.face_box(image.size))

    return files.stack(files.decode(paths, "RGB", face), root)
