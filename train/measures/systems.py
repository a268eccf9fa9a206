"""What is measured of each system, beside which baselines: one function a system, and the table of them.

    (network, test split, training split or None) -> Results

PSNR: mean over pictures after rounding to 8 bits. SSIM: 11x11 Gaussian window of sigma 1.5 (Wang et al. 2004).
"""

import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor, nn
from torchmetrics.functional.image import structural_similarity_index_measure
from torchvision.transforms.v2.functional import rgb_to_grayscale

from ae_models import color, images, metrics, tasks, zoo
from ae_models.face.sketch_plus import FaceSketchPlus
from ae_models.face.tasks import posterior
from ae_models.sketch import palettes
from train.datasets import artwork, augmentation, celeba, lines, readers
from train.datasets.files import Split
from train.measures import classifier, face_figures, rate_distortion

# A figure of one method on the test set: per-picture values (N,), a function from picked rows to a number, or a figure
# that is no mean over the test pictures and comes with its own interval.
Statistic = Tensor | Callable[[Tensor], float] | dict[str, float]
Results = dict[
    str, dict[str, Statistic]
]  # method -> metric -> statistic; the first method is the network

POINTS, POINT_SIZE = 10, 5  # true colors given as hints, and their side in px
LARGE_PHOTOS = (
    "cheetah.jpg",
    "cheetah1.jpg",
    "lion.jpg",
    "tower.jpg",
    "groot.jpeg",
)  # of gradio's package
BARS = (27.6, 32.2)  # dB at which coders are compared
ACTIVE = 0.01  # variance of the posterior mean over pictures above which a unit is in use (Burda et al. 2015)


def ssim(x: Tensor, y: Tensor) -> Tensor:
    """(B, C, H, W) in [0, 1] -> (B,)."""
    return structural_similarity_index_measure(x, y, data_range=1.0, reduction="none").reshape(
        len(x)
    )


def ratio(numerator: Tensor, denominator: Tensor) -> Callable[[Tensor], float]:
    """Statistic: mean of one over mean of the other."""
    return lambda rows: (numerator[rows].mean() / denominator[rows].mean()).item()


def face_sketch(network: nn.Module, test: Split, train: Split | None) -> Results:
    """At the data's own 200x250 px. mae and ssim on [0, 1]; mae_source is on [-1, 1], the source's range; stroke_ratio
    is the variance of the Laplacian over that of the artist's sketches: 0 is smooth. A plus network stands beside the
    classic one."""
    photos, sketches = (x.float() / 255 for x in test)
    strokes = metrics.sharpness(sketches)

    def figures(drawn: Tensor) -> dict[str, Statistic]:
        mae, stroke_ratio = metrics.l1(drawn, sketches), ratio(metrics.sharpness(drawn), strokes)
        return {
            "mae": mae,
            "mae_source": 2 * mae,
            "ssim": ssim(drawn, sketches),
            "stroke_ratio": stroke_ratio,
        }

    results = {"network": figures(_apply(lambda p: tasks.translate_face(network, p), photos))}
    if isinstance(network, FaceSketchPlus):
        classic = zoo.load("face-sketch")
        results["face-sketch"] = figures(_apply(lambda p: tasks.translate_face(classic, p), photos))
    if train is not None:
        results["mean training sketch"] = figures(_mean(train[1]).expand_as(sketches))
    results["gray photo"] = figures(rgb_to_grayscale(photos))
    return results


def sketch_face(network: nn.Module, test: Split, train: Split | None) -> Results:
    """At the data's own 200x250 px, on [0, 1]. psnr_gain is over the mean training photo, picture by picture."""
    photos, sketches = (x.float() / 255 for x in test)
    mean = None if train is None else _mean(train[0]).expand_as(photos)

    def figures(painted: Tensor) -> dict[str, Statistic]:
        psnr = metrics.psnr(painted, photos)
        gain = {} if mean is None else {"psnr_gain": psnr - metrics.psnr(mean, photos)}
        return {
            "psnr": psnr,
            **gain,
            "ssim": ssim(painted, photos),
            "mae": metrics.l1(painted, photos),
        }

    results = {"network": figures(_apply(lambda s: tasks.translate_face(network, s), sketches))}
    if mean is not None:
        results["mean training photo"] = figures(mean)
    results["the sketch itself"] = figures(sketches.expand_as(photos))
    return results


def cuhk_students(root: Path, split: str) -> Split:
    """The subset that is tested on, so that the mean training picture is the best there is."""
    return readers.cufs(root, split, subsets=("cuhk_student",))


def sketch_color(network: nn.Module, test: Split, train: Split | None) -> Results:
    """At 128x128 px. mse is on [-1, 1], the source's range."""
    sketches, pictures = (x.float() / 255 for x in test)
    colorful = metrics.colorfulness(pictures)

    def figures(drawn: Tensor) -> dict[str, Statistic]:
        return {
            "mse": 4 * metrics.mse(drawn, pictures),
            "psnr": metrics.psnr(drawn, pictures),
            "colorfulness_ratio": ratio(metrics.colorfulness(drawn), colorful),
        }

    results = {"network": figures(_apply(lambda s: tasks.color_sketch(network, s), sketches))}
    results["white picture"] = figures(torch.ones_like(pictures))
    results["the sketch itself"] = figures(sketches.expand_as(pictures))
    if train is not None:
        results["mean training picture"] = figures(_mean(train[1]).expand_as(pictures))
    return results


def sketch_color_plus(network: nn.Module, test: Split, train: Split | None) -> Results:
    """At 128x128 px, given the sketches of the data and: the true palette (artwork.dominant); with it or without 10 dabs
    of true color; nothing, as psnr and colorfulness_ratio. pens are drawings of the artwork with the true palette in
    the styles of train/datasets/lines.py, left_out_pen in the one that was not trained on. psnr_256 is that with the true palette
    at 256 px, where the sketch's own lines lie half over the picture. surprises_l1 is the mean difference of
    those two of four surprises that are most alike, and surprises_l1_least that of the sketch where it is least."""
    sketches, pictures = (x.float() / 255 for x in test)
    generator = torch.Generator().manual_seed(0)
    true = [palettes.to_entries(p) for p in artwork.dominant(pictures)]
    ten = images.to_images(artwork.dabs(pictures, torch.full((len(pictures),), 10), generator))
    pens = lines.draw(pictures, sketches, generator)
    other = lines.by_hand(lines.LEFT_OUT(pictures, generator), generator)

    def psnr(drawings: Tensor, *given: list) -> Tensor:
        drawn = _apply(
            lambda sketch, *more: tasks.color_sketch(network, sketch, *more), drawings, *given
        )
        return metrics.psnr(images.resize_tensor(drawn, pictures.shape[2:]), pictures)

    none = [None] * len(pictures)
    alike = torch.stack([_most_alike(network, s) for s in images.to_images(sketches)])
    alone = _apply(lambda sketch: tasks.color_sketch(network, sketch), sketches)
    results = {
        "psnr_palette": psnr(sketches, true),
        "psnr_palette_10_dabs": psnr(sketches, true, ten),
        "psnr_10_dabs": psnr(sketches, none, ten),
        **_alone(alone, pictures),
        "psnr_pens": psnr(pens, true),
        "psnr_left_out_pen": psnr(other, true),
        "psnr_256": psnr(images.resize_tensor(sketches, (256, 256)), true),
        "surprises_l1": alike,
        "surprises_l1_least": lambda rows: alike[rows].min().item(),
    }
    results = {"network": results, "white picture": _deaf(torch.ones_like(pictures), pictures)}
    if train is not None:
        results["mean training picture"] = _deaf(_mean(train[1]).expand_as(pictures), pictures)
    classic = zoo.load("sketch-color")
    results["classic network"] = _deaf(
        _apply(lambda s: tasks.color_sketch(classic, s), sketches), pictures
    )
    return results


def _alone(drawn: Tensor, pictures: Tensor) -> dict[str, Statistic]:
    colorful = ratio(metrics.colorfulness(drawn), metrics.colorfulness(pictures))
    return {"psnr": metrics.psnr(drawn, pictures), "colorfulness_ratio": colorful}


def _deaf(drawn: Tensor, pictures: Tensor) -> dict[str, Statistic]:
    """Of what is the same for any palette."""
    figures = _alone(drawn, pictures)
    return {"psnr_palette": figures["psnr"], **figures}


def _most_alike(network: nn.Module, sketch: Image.Image) -> Tensor:
    four = torch.cat([images.to_tensor(picture) for picture, _ in tasks.surprise(network, sketch)])
    return torch.stack(
        [metrics.l1(four[i:], four[: len(four) - i]).min() for i in range(1, len(four))]
    ).min()


def photo_color(network: nn.Module, test: Split, train: Split | None) -> Results:
    """Chroma as the app computes it (tasks.chroma), on the photos' own lightness; figures as in _chroma_figures."""
    (photos,) = test
    lab = color.rgb_to_lab(photos.float() / 255)
    lightness, ab = lab[:, :1], lab[:, 1:]
    results = {
        "network": _chroma_figures(_chroma(network, lightness), photos),
        "gray copy": _chroma_figures(torch.zeros_like(ab), photos),
    }
    if train is not None:
        mean = sum(
            color.rgb_to_lab(x.float() / 255)[:, 1:].sum((0, 2, 3)) for x in train[0].split(256)
        )
        mean = mean / (train[0].numel() / 3)
        results["mean training ab"] = _chroma_figures(
            mean[None, :, None, None].expand_as(ab), photos
        )
    return results


def photo_color_plus(network: nn.Module, test: Split, train: Split | None) -> Results:
    """photo_color and the classic network beside it; *_hints with POINTS true colors, each the mean of POINT_SIZE^2 px
    at a random place."""
    (photos,) = test
    lab = color.rgb_to_lab(photos.float() / 255)
    count, generator = torch.full((len(photos),), POINTS), torch.Generator().manual_seed(0)
    hints = augmentation.points(lab[:, 1:], count, POINT_SIZE, generator)
    results = photo_color(network, test, train)
    hinted = _chroma_figures(_chroma(network, lab[:, :1], hints), photos)
    results["network"] |= {
        f"{name}_hints": hinted[name] for name in ("psnr", "psnr_gain", "colorfulness_ratio")
    }
    return results | {"photo-color": photo_color(zoo.load("photo-color"), test, None)["network"]}


def _chroma(network: nn.Module, lightness: Tensor, hints: Tensor | None = None) -> Tensor:
    """tasks.chroma over a test set, in parts."""
    parts = [None] * len(lightness) if hints is None else hints.split(32)
    return torch.cat(
        [tasks.chroma(network, x, part) for x, part in zip(lightness.split(32), parts)]
    )


def _chroma_figures(guess: Tensor, photos: Tensor) -> dict[str, Statistic]:
    """Guessed ab (N, 2, H, W) on the lightness of uint8 photos. mse_ab is that of (ab + 128) / 255, the network's units;
    mse_ab_128 that of ab / 128, which is what the source's figures must mean (train/LOG.md); chroma_l1 the mean absolute
    error of a and b in Lab units; the rest of the RGB picture. psnr_gain is over the gray picture. Ratios are to the
    photos: of colorfulness, and of the total variation of ab, which color noise would lift above 1."""
    photos = photos.float() / 255
    lab = color.rgb_to_lab(photos)
    lightness, ab = lab[:, :1], lab[:, 1:]
    rgb, gray = (
        color.lab_to_rgb(torch.cat([lightness, x], 1)) for x in (guess, torch.zeros_like(ab))
    )
    squared, psnr = metrics.mse(guess, ab), metrics.psnr(rgb, photos)
    return {
        "mse_ab": squared / 255**2,
        "mse_ab_128": squared / 128**2,
        "psnr": psnr,
        "psnr_gain": psnr - metrics.psnr(gray, photos),
        "chroma_l1": metrics.l1(guess, ab),
        "colorfulness_ratio": ratio(metrics.colorfulness(rgb), metrics.colorfulness(photos)),
        "variation_ratio": ratio(_variation(guess), _variation(ab)),
    }


def _variation(x: Tensor) -> Tensor:
    """Total variation: mean absolute step from pixel to pixel, down and across, (B,)."""
    return x.diff(dim=2).abs().flatten(1).mean(1) + x.diff(dim=3).abs().flatten(1).mean(1)


def dcae(network: nn.Module, test: Split, train: Split | None) -> Results:
    """l1 is on [-1, 1]. The KLT keeps as many numbers for each 4x4 patch as the network's latent has."""
    pictures = test[0].float() / 255

    def figures(again: Tensor) -> dict[str, Statistic]:
        parts = list(zip(again.clamp(0, 1).split(512), pictures.split(512)))
        return {
            "l1": 2 * metrics.l1(again, pictures),
            "psnr": metrics.psnr(again, pictures),
            "ssim": torch.cat([ssim(a, b) for a, b in parts]),
        }

    with torch.inference_mode():
        again = torch.cat([network(x * 2 - 1).float() for x in pictures.split(256)]) / 2 + 0.5
        channels = network.encode(pictures[:1] * 2 - 1).shape[1]
    results = {"network": figures(again)}
    if train is not None:
        results[f"KLT of 4x4 patches, {channels} numbers each"] = figures(
            _klt(train[0].float() / 255, pictures, channels)
        )
    return results


def dcae_plus(network: nn.Module, test: Split, train: Split | None) -> Results:
    """As dcae, of the latent that is not rounded, and
    bytes_at_27.6, bytes_at_32.2   mean bytes where the mean PSNR is that, between two rates: estimated by the prior; of
                                   WebP those of files; of numbers that are not coded four bytes each
    photo_psnr                     of landscapes of 128 px, each as one picture
    large_photo_psnr               of the photographs that gradio's package brings along, 256x256 to 910x512 px
    Rows "rounded at rate n": psnr, and the bytes that the prior estimates."""
    pictures, *photos = (x.float() / 255 for x in test)
    classic = zoo.load("dcae")
    results = dcae(network, test, train) | {"classic network": dcae(classic, test, None)["network"]}
    curve, webp = rate_distortion.of_network(network, pictures), rate_distortion.of_webp(pictures)
    for name, method in (("network", curve), ("WebP", webp)):
        at = {f"bytes_at_{psnr}": method.bytes_at(psnr) for psnr in BARS if method.covers(psnr)}
        results[name] = results.get(name, {}) | at
    for name, model in (("network", network), ("classic network", classic)) if photos else ():
        again = _apply(lambda p, m=model: tasks.reconstruct(m, p), photos[0])
        results[name]["photo_psnr"] = metrics.psnr(again, photos[0])
    for name, model in (("network", network), ("classic network", classic)):
        results[name]["large_photo_psnr"] = _large_photo_psnr(model)
    for i, (psnr, size) in enumerate(zip(curve.psnr, curve.bytes), 1):
        results[f"rounded at rate {i}"] = {"psnr": psnr, "bytes": size}
    return results


def _large_photo_psnr(network: nn.Module) -> Tensor:
    """(5,)"""
    folder = Path(find_spec("gradio").origin).parent / "media_assets" / "images"
    photos = (images.read(folder / name) for name in LARGE_PHOTOS)
    both = (
        (images.to_tensor(tasks.reconstruct(network, photo)), images.to_tensor(photo))
        for photo in photos
    )
    return torch.cat([metrics.psnr(again, photo) for again, photo in both])


def cifar10_and_photos(root: Path, split: str) -> Split:
    """CIFAR-10, and landscapes if they are there: the two have no rows in common."""
    small = readers.cifar10(root, split)
    try:
        return small + (readers.landscape(root, split) if split == "test" else ())
    except ValueError as error:
        print(f"no photographs, so no photo_psnr: {error}", file=sys.stderr)
        return small


def face_vae(network: nn.Module, test: Split, train: Split | None) -> Results:
    """loss = reconstruction (summed squared error on [0, 1]) + kl (nats), per picture; kl_least, kl_median and kl_most
    are of single units. unevenness is the largest step of a morph over its mean step.

    fd is "FD (own features)" of train/measures/face_figures.py and nearest the distance to the nearest training face, of samples
    at temperature 1 and, in rows beside the baselines, of other faces. An edit row says how far two unit steps along an
    attribute's direction move its logit in the classifier, and how far the other 39, in their standard deviations."""
    faces, truth = test[0].float() / 255, test[1].flatten(1)

    def figures(again: Tensor) -> dict[str, Statistic]:
        again = again.clamp(0, 1)
        return {
            "reconstruction": metrics.mse(again, faces) * faces[0].numel(),
            "psnr": metrics.psnr(again, faces),
            "ssim": ssim(again, faces),
        }

    with torch.inference_mode():
        posteriors = [posterior(network, x) for x in faces.split(32)]
        again = torch.cat([network.decode(p.mode()) for p in posteriors])
        kl = torch.cat([p.kl() for p in posteriors])  # (N, Z)
        means = torch.cat([p.mode() for p in posteriors])
    own = figures(again)
    own = {
        "loss": own["reconstruction"] + kl.sum(1),
        "reconstruction": own["reconstruction"],
        "kl": kl.sum(1),
    } | own
    own |= {
        name: _of_units(kl, share)
        for name, share in (("kl_least", 0), ("kl_median", 0.5), ("kl_most", 1))
    }
    own["active_units"] = lambda rows: float((means[rows].var(0) > ACTIVE).sum())
    own["unevenness"] = face_figures.unevenness(network, means)
    results = {"network": own}
    if train is not None:
        mean = _mean(train[0])
        results["mean training face"] = figures(mean.expand_as(faces))
        size = network.config.latent
        results[f"PCA with {size} numbers"] = figures(_pca(train[0], mean, faces, size))
        results |= _sets_of_faces(network, faces, again.clamp(0, 1), train)
        own |= results[f"samples, {tasks.priors(network)[0]}"]
    if tasks.directions(network):
        rows = face_figures.edits(network, classifier.load(), means, truth)
        results |= {
            f"edit {name}": dict(zip(("edit_own", "edit_others"), row))
            for name, row in rows.items()
        }
        own |= {
            key: torch.stack(column).mean(0)
            for key, column in zip(("edit_own", "edit_others"), zip(*rows.values()))
        }
    return results


def _of_units(kl: Tensor, share: float) -> Callable[[Tensor], float]:
    """Statistic: the quantile over units of the mean over rows of kl (N, Z)."""
    return lambda rows: kl[rows].mean(0).quantile(share).item()


def _sets_of_faces(network: nn.Module, faces: Tensor, again: Tensor, train: Split) -> Results:
    """Fréchet distances and nearest training faces of samples, of reconstructions and of real faces."""
    distances = face_figures.Distances(classifier.load(), train)

    def row(distance: dict[str, float], shown: Tensor) -> dict[str, Statistic]:
        return {"fd": distance, "nearest": face_figures.nearest(shown, train[0])}

    results = {
        f"samples, {prior}": row(
            distances.sampled(network, prior),
            face_figures.sampled(network, len(faces), prior, face_figures.GROUPS),
        )
        for prior in tasks.priors(network)
    }
    results["reconstructions"] = row(distances.reconstructed(network), again)
    results["real faces"] = row(distances.real(), faces)
    return results


def face_attributes(network: nn.Module, test: Split, train: Split | None) -> Results:
    """Means over the 40 attributes. balanced_accuracy is the mean of the accuracies where the attribute is there and
    where it is not; auc is the area under the receiver operating characteristic."""
    truth = test[1].flatten(1).double()

    def figures(logits: Tensor) -> dict[str, Statistic]:
        right = ((logits > 0) == (truth > 0)).double()
        return {
            "accuracy": right.mean(1),
            "balanced_accuracy": lambda rows: _balanced(right[rows], truth[rows]),
            "auc": lambda rows: _auc(logits[rows], truth[rows]),
        }

    results = {"network": figures(classifier.apply(network, test[0]))}
    if train is not None:
        results["what most training faces are"] = figures(
            train[1].flatten(1).double().mean(0).sub(0.5).expand_as(truth)
        )
    return results


def _balanced(right: Tensor, truth: Tensor) -> float:
    """Both (N, A); attributes that all faces have, or none, are left out."""
    there, absent = ((right * mask).sum(0) / mask.sum(0) for mask in (truth, 1 - truth))
    return ((there + absent) / 2).nanmean().item()


def _auc(logits: Tensor, truth: Tensor) -> float:
    """Both (N, A): from the rank sum (Mann & Whitney 1947), equal logits sharing theirs."""
    ordered, logits = logits.T.sort(1).values, logits.T.contiguous()
    ranks = (
        torch.searchsorted(ordered, logits) + torch.searchsorted(ordered, logits, right=True) + 1
    ).T / 2
    there = truth.sum(0)
    return (
        (((ranks * truth).sum(0) - there * (there + 1) / 2) / (there * (len(truth) - there)))
        .nanmean()
        .item()
    )


SYSTEMS = {
    "face-sketch": (face_sketch, cuhk_students, "test pairs of the CUHK student set"),
    "face-sketch-plus": (face_sketch, cuhk_students, "test pairs of the CUHK student set"),
    "sketch-face-plus": (sketch_face, cuhk_students, "test pairs of the CUHK student set"),
    "sketch-color": (
        sketch_color,
        readers.sketch2photo,
        "test pairs of species that were not trained on",
    ),
    "sketch-color-plus": (
        sketch_color_plus,
        readers.sketch2photo,
        "test pairs of species that were not trained on",
    ),
    "photo-color": (photo_color, readers.landscape, "test landscapes"),
    "photo-color-plus": (photo_color_plus, readers.landscape, "test landscapes"),
    "dcae": (dcae, readers.cifar10, "test pictures of CIFAR-10"),
    "dcae-plus": (dcae_plus, cifar10_and_photos, "test pictures of CIFAR-10"),
    "face-vae": (face_vae, celeba.faces_with_attributes, "test faces of CelebA"),
    "face-vae-plus": (face_vae, celeba.faces_with_attributes, "test faces of CelebA"),
    classifier.SLUG: (face_attributes, celeba.faces_with_attributes, "test faces of CelebA"),
}


# ---- baselines ----


def _mean(pictures: Tensor) -> Tensor:
    """uint8 (N, C, H, W) -> their mean in [0, 1], (1, C, H, W)."""
    return sum(x.float().sum(0, keepdim=True) for x in pictures.split(256)) / (255 * len(pictures))


def _klt(train: Tensor, test: Tensor, keep: int) -> Tensor:
    """Test pictures after the Karhunen-Loève transform of 4x4 patches, fitted on train, with `keep` coefficients left."""

    def patches(x: Tensor) -> Tensor:  # (B, 3, H, W) -> (B, 48, H/4, W/4)
        return nn.functional.pixel_unshuffle(x, 4)

    samples = patches(train).permute(0, 2, 3, 1).flatten(0, 2)
    mean = samples.mean(0)
    basis = torch.linalg.eigh(torch.cov(samples.T)).eigenvectors[:, -keep:]
    projected = (patches(test).permute(0, 2, 3, 1) - mean) @ basis @ basis.T + mean
    return nn.functional.pixel_shuffle(projected.permute(0, 3, 1, 2), 4)


def _pca(train: Tensor, mean: Tensor, test: Tensor, keep: int) -> Tensor:
    """Test pictures projected on the `keep` first principal components of train."""
    torch.manual_seed(0)
    centerd = train.float().div_(255).sub_(mean).flatten(1)
    keep = min(keep, *centerd.shape)
    _, _, basis = torch.pca_lowrank(
        centerd, q=min(keep + 64, *centerd.shape), center=False, niter=4
    )
    basis = basis[:, :keep]
    return ((test - mean).flatten(1) @ basis @ basis.T).reshape(test.shape) + mean


def _apply(task: Callable, batch: Tensor, *given: list) -> Tensor:
    """A task on each picture of a batch in [0, 1], with what else is given for each."""
    return torch.cat([images.to_tensor(task(*row)) for row in zip(images.to_images(batch), *given)])
