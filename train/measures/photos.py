"""Figures of the networks that color gray photos."""

import sys
from pathlib import Path

import torch
from torch import Tensor, nn

from ae_models import color, images, metrics, tasks, zoo
from train.datasets import augmentation, celeba, readers
from train.datasets.files import Split
from train.measures.statistics import BATCH, Ratio, Results, Statistic

POINTS, POINT_SIZE = 10, 5  # true colors given as hints, and their side in px
CHEEKS = (40, 74)  # left edges in px, of 128
SKIN = (50.0, 65.0)  # lightness between dark and medium, and between medium and light
TONES = "dark", "medium", "light"  # of skin
Pictures = Tensor | list[Tensor]  # uint8: (N, 3, H, W), or (3, H, W) each


def photo_color(network: nn.Module, test: Split, train: Split | None) -> Results:
    """Chroma as the app computes it (tasks.chroma), on the photos' own lightness; for the metrics
    see _chroma_figures."""
    (photos,) = test
    lightness, ab = _lab(photos)
    results = {
        "network": _chroma_figures(_chroma(network, lightness), photos),
        "gray copy": _chroma_figures(torch.zeros_like(ab), photos),
    }
    if train is not None:
        mean = sum(_lab(x)[1].sum((0, 2, 3)) for x in train[0].split(BATCH))
        mean = (mean / (train[0].numel() / 3))[None, :, None, None]
        results["mean training ab"] = _chroma_figures(mean.expand_as(ab), photos)
    return results


def photo_color_rgb(network: nn.Module, test: Split, train: Split | None) -> Results:
    """Pictures that the network paints, beside their chroma alone on the photos' own lightness, and
    beside the network that guesses no more than chroma."""
    results = photo_color(network, test, train)
    results["its chroma on the photos' own lightness"] = results["network"]
    results["photo-color"] = photo_color(zoo.load("photo-color"), test, None)["network"]
    (photos,) = test
    fields = [tasks.chroma_fields(network, x) for x in _lab(photos)[0].split(32)]
    lab = images.resize_tensor(torch.cat(fields)[:, [4, 0, 1]], photos.shape[-2:])
    values = _chroma_values(lab[:, 1:], photos, color.lab_to_rgb(lab))
    return results | {"network": _figures(values)}


def photo_color_plus(
    network: nn.Module, test: tuple[Tensor, dict[str, Pictures]], train: Split | None
) -> Results:
    """photo_color beside the classic network; *_hints with POINTS true colors, each the mean of
    POINT_SIZE^2 px at a random place. Below them the other test sets, each picture whole, and all
    faces by the lightness of their skin."""
    landscapes, others = test
    results, classic = photo_color(network, (landscapes,), train), zoo.load("photo-color")
    results["network"] = _figures(_hinted_values(network, landscapes))
    results["photo-color"] = photo_color(classic, (landscapes,), None)["network"]
    values = {name: _hinted_values(network, pictures) for name, pictures in others.items()}
    for name, pictures in others.items():
        results[name] = _figures(values[name])
        results[f"{name}: photo-color"] = _figures(_values(classic, pictures))
        results[f"{name}: gray copy"] = _figures(_values(None, pictures))
    faces = [name for name in others if "faces" in name]
    if faces:
        everyone = _joined([values[name] for name in faces])
        results |= _by_skin(everyone, torch.cat([others[name] for name in faces]))
    return results


def color_sets(root: Path, split: str) -> Split | tuple[Tensor, dict[str, Pictures]]:
    """Landscapes; for test also the other sets that are there, by the name of their row."""
    (landscapes,) = readers.landscape(root, split)
    if split != "test":
        return (landscapes,)
    others = {
        "test faces of CelebA": lambda: celeba.faces(root, "test")[0],
        "faces of LFW that were held out": lambda: readers.lfw(root, "test")[0],
        "everyday test photographs": lambda: [
            images.to_uint8(images.to_tensor(photo))[0]
            for photo in readers.whole_photos(root, "test")
        ],
    }
    found = {}
    for name, read in others.items():
        try:
            pictures = read()
            found[f"{len(pictures)} {name}"] = pictures
        except ValueError as error:
            print(f"no {name}: {error}", file=sys.stderr)
    return landscapes, found


def _by_skin(values: dict[str, Tensor], faces: Tensor) -> Results:
    """Values of faces -> figures of those with dark, medium and light skin."""
    tones, results = skin_tones(faces), {}
    for i, tone in enumerate(TONES):
        if count := int((tones == i).sum()):
            group = {name: x[tones == i] for name, x in values.items()}
            results[f"{count} faces of {tone} skin"] = _figures(group)
    return results


def skin_tones(faces: Tensor) -> Tensor:
    """Faces in CelebA's pose -> 0 for dark, 1 for medium and 2 for light skin, (N,): by the median
    lightness of the cheeks in the photo, L* (CIE 1976)."""
    lightness = torch.cat([_lab(x)[0] for x in faces.split(64)])
    cheeks = [lightness[:, :, 78:92, x : x + 14].flatten(1) for x in CHEEKS]
    tone = torch.cat(cheeks, 1).median(1).values
    return torch.bucketize(tone, torch.tensor(SKIN), right=True)


def _hinted_values(network: nn.Module, pictures: Pictures) -> dict[str, Tensor]:
    """_values without hints, and as *_hints with POINTS of them."""
    hinted = _values(network, pictures, torch.Generator().manual_seed(0))
    names = ("psnr", "psnr_gain", "colorfulness_ratio")
    return _values(network, pictures) | {f"{name}_hints": hinted[name] for name in names}


def _values(
    network: nn.Module | None, pictures: Pictures, points: torch.Generator | None = None
) -> dict[str, Tensor]:
    """_chroma_values of a network, which sees POINTS hints drawn by a generator, or of gray."""
    whole = isinstance(pictures, Tensor)
    batches = pictures.split(32) if whole else [x[None] for x in pictures]
    return _joined([_chroma_values(_predicted(network, x, points), x) for x in batches])


def _predicted(network: nn.Module | None, photos: Tensor, points: torch.Generator | None) -> Tensor:
    lightness, ab = _lab(photos)
    if network is None:
        return torch.zeros_like(ab)
    count = torch.full((len(photos),), POINTS)
    hints = None if points is None else augmentation.points(ab, count, POINT_SIZE, points)
    return tasks.chroma(network, lightness, hints)


def _joined(parts: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}


def _lab(photos: Tensor) -> tuple[Tensor, Tensor]:
    """uint8 photos -> lightness (N, 1, H, W) and ab (N, 2, H, W) in Lab units."""
    lab = color.rgb_to_lab(photos.float() / 255)
    return lab[:, :1], lab[:, 1:]


def _chroma(network: nn.Module, lightness: Tensor) -> Tensor:
    """tasks.chroma over a test set, in parts."""
    return torch.cat([tasks.chroma(network, x) for x in lightness.split(32)])


def _chroma_figures(guess: Tensor, photos: Tensor) -> dict[str, Statistic]:
    """Guessed ab (N, 2, H, W) on the lightness of uint8 photos, as figures."""
    return _figures(_chroma_values(guess, photos))


def _figures(values: dict[str, Tensor]) -> dict[str, Statistic]:
    """_chroma_values -> figures; colorfulness and variation become ratios to the true ones."""

    def figure(name: str, x: Tensor) -> Statistic:
        true = values.get(f"true {name.removesuffix('_hints')}")
        return x if true is None else Ratio(x, true)

    return {name: figure(name, x) for name, x in values.items() if not name.startswith("true ")}


def _chroma_values(
    guess: Tensor, photos: Tensor, painted: Tensor | None = None
) -> dict[str, Tensor]:
    """Contribution of each photo (N,) to the figures of a guess, on the photos' own lightness; of
    painted RGB pictures where they are given.

    mse_ab                of ab in the unit range, which the network works in
    mse_ab_128            of ab / 128, which the source's figures must be of (train/LOG.md)
    chroma_l1             mean absolute error of a and b in Lab units
    psnr, psnr_gain       of the RGB picture, and over that of the gray picture
    colorfulness_ratio    to the photos, whose own is "true colorfulness_ratio"
    variation_ratio       of the total variation of ab, to the photos: noise lifts it above 1"""
    lightness, ab = _lab(photos)
    photos = photos.float() / 255
    rgb, gray = (
        color.lab_to_rgb(torch.cat([lightness, x], 1)) for x in (guess, torch.zeros_like(ab))
    )
    rgb = rgb if painted is None else painted
    squared, psnr = metrics.mse(guess, ab), metrics.psnr(rgb, photos)
    return {
        "mse_ab": squared / 255**2,
        "mse_ab_128": squared / 128**2,
        "psnr": psnr,
        "psnr_gain": psnr - metrics.psnr(gray, photos),
        "chroma_l1": metrics.l1(guess, ab),
        "colorfulness_ratio": metrics.colorfulness(rgb),
        "variation_ratio": _variation(guess),
        "true colorfulness_ratio": metrics.colorfulness(photos),
        "true variation_ratio": _variation(ab),
    }


def _variation(x: Tensor) -> Tensor:
    """Total variation: mean absolute step from pixel to pixel, down and across, (B,)."""
    return x.diff(dim=2).abs().flatten(1).mean(1) + x.diff(dim=3).abs().flatten(1).mean(1)
