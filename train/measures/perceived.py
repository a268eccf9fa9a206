"""Fréchet distance on features of EfficientNet-Lite0 (train/engine/perception.py)."""

import torch
from torch import Tensor
from torch.nn import functional as F

from ae_models import color
from train.engine.perception import lite0
from train.measures.face_sets import frechet_of

INNER = (44, 108, 32, 96)  # top, bottom, left, right of a face without its outline, in px
GROUPS, STUDENT = 10, 2.262  # of a jackknife, and the 97.5 % point of Student's t for that many
Moments = tuple[Tensor, Tensor]  # mean (N, D) and mean square (N, D, D)


def distance(x: Tensor, y: Tensor) -> dict[str, float]:
    """Squared Fréchet distance between the cells of 16 px of two sets of N pictures in [0, 1],
    with its 95 % interval by a jackknife over GROUPS of pictures.

    Of cells and not of whole pictures, as sFID (Nash et al. 2021, arXiv 2103.03841): fifty
    pictures have ten thousand of them, enough for a covariance of 112 features. Comparable with
    nothing else."""
    a, b, rows = moments(x), moments(y), torch.arange(len(x))

    def of(chosen: Tensor) -> float:
        return frechet_of(_normal(a, chosen), _normal(b, chosen))

    value, groups = of(rows), min(GROUPS, len(rows))
    without = torch.tensor([of(rows[rows % groups != i]) for i in range(groups)])
    half = STUDENT * ((groups - 1) * without.var(correction=0)).sqrt().item()
    return {"value": value, "low": value - half, "high": value + half}


@torch.inference_mode()
def recognized(again: Tensor, faces: Tensor) -> Tensor:
    """1 for each of N faces in [0, 1], in CelebA's pose at 128 px, to which its own reconstruction
    is nearer than that of any other, (N,).

    By the features of the cells from brows to mouth, gray and of one contrast, less their mean over
    the faces: hair, background and light would tell pictures apart and not people."""
    a, b = (torch.cat([_inner_features(x) for x in part.split(16)]) for part in (faces, again))
    a, b = (F.normalize(x - x.mean(0)) for x in (a, b))
    return (torch.cdist(a, b).argmin(1) == torch.arange(len(a))).float()


def _inner_features(faces: Tensor) -> Tensor:
    """Faces (N, 3, 128, 128) -> (N, D)."""
    top, bottom, left, right = INNER
    gray = color.luma(faces)[:, :, top:bottom, left:right]
    deviation, mean = torch.std_mean(gray, (2, 3), keepdim=True)
    gray = 0.45 + 0.2 * (gray - mean) / deviation.clamp_min(1e-3)  # as pictures of ImageNet have
    return lite0()(gray.expand(-1, 3, -1, -1))[-1].flatten(1).float()


@torch.inference_mode()
def moments(pictures: Tensor) -> Moments:
    """Pictures (N, 3, H, W) in [0, 1] -> moments of the features of each one's cells."""
    found = [lite0()(x)[-1].flatten(2).double() for x in pictures.split(16)]
    cells = torch.cat(found)  # (N, D, cells)
    return cells.mean(2), cells @ cells.mT / cells.shape[2]


def _normal(given: Moments, rows: Tensor) -> Moments:
    """Mean (D,) and covariance (D, D) over these pictures."""
    mean, square = (x[rows].mean(0) for x in given)
    return mean, square - mean.outer(mean)
