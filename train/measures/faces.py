"""Figures of the face networks: photo to sketch and back, and the autoencoders."""

import sys
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from ae_models import color, inference, metrics, tasks, zoo
from ae_models.face.sketch_plus import FaceSketchPlus
from ae_models.face.tasks import posterior
from ae_models.face.vae_plus import VAEPlus
from train.datasets import celeba, drawn_portraits, portrait_pairs, readers
from train.datasets.files import Split
from train.measures import drawn, face_sets, perceived
from train.measures.photos import TONES, skin_tones
from train.measures.pictures import apply, ssim
from train.measures.statistics import Ratio, Results, Statistic, mean_picture, pca

ACTIVE = 0.01  # variance of the posterior mean from which a unit is active (Burda et al. 2015)
GROUPS = (
    ("with glasses", "Eyeglasses", True),
    ("with a beard", "No_Beard", False),
    ("that are not young", "Young", False),
)
QUANTILES = {"kl_least": 0, "kl_median": 0.5, "kl_most": 1}  # over the units of a latent


def cuhk_students(root: Path, split: str) -> Split:
    """The subset that is tested on: its mean picture is the strongest trivial baseline."""
    return readers.cufs(root, split, subsets=("cuhk_student",))


def sketched_sets(root: Path, split: str) -> Split | tuple[Tensor, Tensor, Tensor | None]:
    """CUHK students; for test also portraits of CelebA, None where it is not there."""
    pairs = cuhk_students(root, split)
    return (*pairs, _celeba(celeba.portraits, root)) if split == "test" else pairs


def face_sketch(
    network: nn.Module, test: tuple[Tensor, Tensor, Tensor | None], train: Split | None
) -> Results:
    """At the data's own 200x250 px. mae and ssim are on [0, 1]; mae_source is on [-1, 1], the range
    of the source; stroke_ratio is the variance of the Laplacian over that of the artist's sketches:
    0 is smooth; fd_lite0 is measures/perceived.py; weave is drawn.Weave. The classic network is a
    baseline of the plus network.

    skin_order and hair_order, of CelebA's faces, are drawn.Order of the photo and the sketch."""
    photos, sketches = (x.float() / 255 for x in test[:2])
    strokes = metrics.sharpness(sketches)

    def seen(sketch: Tensor) -> dict[str, Statistic]:
        rgb = (x.expand(-1, 3, -1, -1) for x in (sketch, sketches))
        return {"fd_lite0": perceived.distance(*rgb), "weave": drawn.Weave(sketch)}

    def figures(sketch: Tensor) -> dict[str, Statistic]:
        mae = metrics.l1(sketch, sketches)
        return {
            "mae": mae,
            "mae_source": 2 * mae,
            "ssim": ssim(sketch, sketches),
            "stroke_ratio": Ratio(metrics.sharpness(sketch), strokes),
        }

    def sketched(network: nn.Module, photos: Tensor) -> Tensor:
        return apply(lambda p: tasks.translate_face(network, p), photos)

    own = sketched(network, photos)
    results = {"network": figures(own) | seen(own)}
    if isinstance(network, FaceSketchPlus):
        own = sketched(zoo.load("face-sketch"), photos)
        results["face-sketch"] = figures(own) | seen(own)
    if train is not None:
        results["mean training sketch"] = figures(mean_picture(train[1]).expand_as(sketches))
    gray = color.luma(photos)
    results |= {
        "gray photo": figures(gray) | seen(gray),
        "artist": {"weave": drawn.Weave(sketches)},
    }
    if test[2] is not None and len(test[2]):
        faces = test[2].float() / 255
        again = sketched(network, faces)
        results[f"{len(faces)} faces of CelebA"] = {
            name: drawn.Order(*(drawn.tone(x, places) for x in (color.luma(faces), again)))
            for name, places in (("skin_order", drawn.CHEEKS), ("hair_order", drawn.CROWN))
        }
    return results


def _celeba(read: Callable[[Path, str], Split | Tensor], root: Path) -> Split | Tensor | None:
    """Test faces of CelebA, None where it is not there."""
    try:
        return read(root, "test")
    except ValueError as error:
        print(f"no faces of CelebA: {error}", file=sys.stderr)
        return None


def portrait_sets(root: Path, split: str) -> Split | tuple[Tensor, Tensor, Split | None]:
    """CUHK students; for test also drawn_portraits.drawn, None where CelebA is not there."""
    photos, sketches = cuhk_students(root, split)
    if split != "test":
        return photos, sketches
    return photos, sketches, _celeba(drawn_portraits.drawn, root)


def sketch_face(
    network: nn.Module, test: tuple[Tensor, Tensor, Split | None], train: Split | None
) -> Results:
    """At the data's own 200x250 px, on [0, 1], in the students' style, before their blue. psnr_gain
    is over the mean training photo, picture by picture; fd_lite0 is measures/perceived.py.

    *_gray are in the style of use, beside the photos before gray; blue_gray is how blue what is
    painted there is, -b in Lab units. The last row is of CelebA's faces as face-sketch-plus drew
    them."""
    photos, sketches = (x.float() / 255 for x in test[:2])
    mean = None if train is None else mean_picture(train[0]).expand_as(photos)
    before_gray, behind = _before_gray(test[0])

    def figures(painted: Tensor) -> dict[str, Statistic]:
        psnr = metrics.psnr(painted, photos)
        gain = {} if mean is None else {"psnr_gain": psnr - metrics.psnr(mean, photos)}
        return {
            "psnr": psnr,
            **gain,
            "ssim": ssim(painted, photos),
            "mae": metrics.l1(painted, photos),
        }

    own = _painted(network, sketches, style=0)
    results = {"network": figures(own) | {"fd_lite0": perceived.distance(own, photos)}}
    in_use = apply(lambda s: tasks.translate_face(network, s), sketches)
    results["network"] |= {f"{k}_gray": v for k, v in _seen(in_use, before_gray).items()}
    results["network"]["blue_gray"] = _blue(in_use, behind)
    if mean is not None:
        results["mean training photo"] = figures(mean)
    results["the sketch itself"] = figures(sketches.expand_as(photos))
    if test[2] is not None and len(test[2][0]):
        faces, ours, *_ = (x.float() / 255 for x in test[2])
        painted = apply(lambda s: tasks.translate_face(network, s), ours)
        results[f"{len(faces)} drawn faces of CelebA"] = _seen(painted, faces)
    return results


def _before_gray(photos: Tensor) -> tuple[Tensor, Tensor]:
    """uint8 photos -> before gray, and their backgrounds, in [0, 1]."""
    behind = portrait_pairs.background(photos)
    return drawn_portraits.neutral(photos, behind).float() / 255, behind.float() / 255


def _painted(network: nn.Module, sketches: Tensor, style: int) -> Tensor:
    """Pictures in a style other than that of use, in [0, 1]."""
    styles = torch.full((len(sketches),), style)
    parts = zip(sketches.split(16), styles.split(16))
    return torch.cat([inference.run(network, x, style=s) for x, s in parts]).clamp(0, 1)


def _seen(painted: Tensor, photos: Tensor) -> dict[str, Statistic]:
    psnr = metrics.psnr(painted, photos)
    return {"psnr": psnr, "fd_lite0": perceived.distance(painted, photos)}


def _blue(painted: Tensor, behind: Tensor) -> Tensor:
    """-b of Lab over the background (N,)."""
    blue = -color.rgb_to_lab(painted)[:, 2:]
    return (blue * behind).sum((1, 2, 3)) / behind.sum((1, 2, 3)).clamp_min(1)


def vae_sets(root: Path, split: str) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
    """CelebA with attributes and people; for test also faces of LFW, None where it is not there."""
    known = celeba.faces_with_attributes(root, split)
    if split != "test":
        return *known, None
    try:
        return *known, *readers.lfw(root, "test")
    except ValueError as error:
        print(f"no faces of LFW: {error}", file=sys.stderr)
        return *known, None


def face_vae(
    network: nn.Module, test: tuple[Tensor, Tensor, Tensor, Tensor | None], train: Split | None
) -> Results:
    """loss = reconstruction (summed squared error on [0, 1]) + kl (nats), per picture; kl_least,
    kl_median and kl_most are of single units. unevenness is the largest step of a morph over its
    mean step. sharpness is the variance of the reconstructions' Laplacian over that of the faces;
    weave is drawn.Weave, since a weave counts as sharp, too; recognized is perceived.recognized. Of
    a network whose first numbers are modeled, figures that end in their number are of latents that
    keep no others.

    fd ("FD (own features)" of face_sets.py) and nearest (the distance to the nearest training face)
    are of samples at temperature 1, and of other faces in rows beside the baselines; fd_lite0
    (measures/perceived.py) is the distance of samples or reconstructions to the test faces. An edit
    row says how far two unit steps along an attribute's direction move its logit in the classifier,
    and how far the other 39, in their standard deviations."""
    faces, truth = test[0].float() / 255, test[1].flatten(1)
    with torch.inference_mode():
        posteriors = [posterior(network, x) for x in faces.split(32)]
        kl = torch.cat([p.kl() for p in posteriors])  # (N, Z)
        means = torch.cat([p.mode() for p in posteriors])
    again = face_sets.apply(network.decode, means)
    own = _bound(_reconstruction(again, faces), kl) | _units(kl, means)
    own["unevenness"] = face_sets.unevenness(network, means)
    own |= _likeness(again, faces)
    if isinstance(network, VAEPlus):
        own |= _of_first_numbers(network, means, faces)
    results = {"network": own} | _by_group(own, test[0], truth)
    results["the faces themselves"] = {"weave": drawn.Weave(color.luma(faces))}
    if test[3] is not None and len(test[3]):
        others = test[3].float() / 255
        painted = face_sets.apply(lambda x: network.decode(posterior(network, x).mode()), others)
        figures = {"psnr": metrics.psnr(painted, others)} | _likeness(painted, others)
        results[f"{len(others)} faces of LFW that were held out"] = figures
    if train is not None:
        results |= _plain(faces, train, network.config.latent)
        results |= _sets_of_faces(network, faces, again, train)
        own |= results[f"samples, {tasks.priors(network)[0]}"]
    if tasks.directions(network):
        edits = face_sets.edits(network, zoo.load("face-attributes"), means, truth)
        results |= {f"edit {name}": row for name, row in edits.items()}
        for figure in ("edit_own", "edit_others"):
            own[figure] = torch.stack([row[figure] for row in edits.values()]).mean(0)
    return results


def _bound(figures: dict[str, Statistic], kl: Tensor) -> dict[str, Statistic]:
    """The loss and its two parts, before the other figures of the reconstructions. kl: (N, Z)."""
    distortion, rate = figures["reconstruction"], kl.sum(1)
    loss = {"loss": distortion + rate, "reconstruction": distortion, "kl": rate}
    return loss | figures


def _units(kl: Tensor, means: Tensor) -> dict[str, Statistic]:
    """KL of single units, and how many are in use. kl, means: (N, Z)."""
    units = kl.mean(0).argsort()
    found = {
        name: kl[:, units[round(share * (len(units) - 1))]] for name, share in QUANTILES.items()
    }
    return found | {"active_units": lambda rows: float((means[rows].var(0) > ACTIVE).sum())}


def _of_first_numbers(network: VAEPlus, means: Tensor, faces: Tensor) -> dict[str, Statistic]:
    """Figures of latents that keep the modeled numbers alone."""
    first, count = means.clone(), network.config.modeled
    first[:, count:] = 0
    fewer = face_sets.apply(network.decode, first)
    figures = {"psnr": metrics.psnr(fewer, faces)} | _likeness(fewer, faces)
    return {f"{name}_{count}": figure for name, figure in figures.items()}


def _plain(faces: Tensor, train: Split, numbers: int) -> Results:
    """The mean face, and a principal component analysis with as many numbers as the network."""
    mean = mean_picture(train[0]).expand_as(faces)
    return {
        "mean training face": _reconstruction(mean, faces),
        f"PCA with {numbers} numbers": _reconstruction(pca(train[0], faces, numbers), faces),
    }


def _reconstruction(again: Tensor, faces: Tensor) -> dict[str, Statistic]:
    again = again.clamp(0, 1)
    return {
        "reconstruction": metrics.mse(again, faces) * faces[0].numel(),
        "psnr": metrics.psnr(again, faces),
        "ssim": ssim(again, faces),
    }


def _by_group(values: dict[str, Statistic], faces: Tensor, truth: Tensor) -> Results:
    """psnr and recognized, (N,), of faces with dark, medium and light skin, and of those with an
    attribute or without it."""
    tones, attributes = skin_tones(faces), truth.bool().unbind(1)
    groups = {f"of {tone} skin": tones == i for i, tone in enumerate(TONES)}
    groups |= {
        words: attributes[celeba.ATTRIBUTES.index(name)] == there for words, name, there in GROUPS
    }
    return {
        f"{count} faces {words}": {name: values[name][group] for name in ("psnr", "recognized")}
        for words, group in groups.items()
        if (count := int(group.sum()))
    }


def _likeness(again: Tensor, faces: Tensor) -> dict[str, Statistic]:
    sharp = Ratio(metrics.sharpness(again), metrics.sharpness(faces))
    woven = drawn.Weave(color.luma(again))
    return {"sharpness": sharp, "weave": woven, "recognized": perceived.recognized(again, faces)}


def _sets_of_faces(network: nn.Module, faces: Tensor, again: Tensor, train: Split) -> Results:
    """Fréchet distances and nearest training faces of samples, of reconstructions and of real
    faces."""
    distances = face_sets.Distances(zoo.load("face-attributes"), train)

    def row(distance: dict[str, float], shown: Tensor) -> dict[str, Statistic]:
        return {"fd": distance, "nearest": face_sets.nearest(shown, train[0])}

    def seen(shown: Tensor) -> dict[str, Statistic]:
        return {"fd_lite0": perceived.distance(shown, faces)}

    results = {}
    for prior in tasks.priors(network):
        shown = face_sets.sampled(network, len(faces), prior, seed=face_sets.GROUPS)
        results[f"samples, {prior}"] = row(distances.sampled(network, prior), shown) | seen(shown)
    results["reconstructions"] = row(distances.reconstructed(network), again) | seen(again)
    results["real faces"] = row(distances.real(), faces)
    return results
