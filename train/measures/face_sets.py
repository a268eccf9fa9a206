"""Figures of face networks on more than a face and its reconstruction: distances between sets of
faces, the evenness of morphs, and edits as the classifier judges them."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ae_models import metrics, tasks
from ae_models.face.classifier import Classifier
from ae_models.face.latents import slerp
from ae_models.face.tasks import posterior
from train.datasets import celeba
from train.datasets.files import Split
from train.measures import classifier

GROUPS, GROUP = 4, 500  # number of Fréchet distances, and faces for each
STUDENT = 3.182  # 97.5 % point of Student's t with GROUPS - 1 degrees of freedom
FRAMES = 9  # of a morph whose evenness is measured
STEP = 2.0  # of an edit, in units of a direction
BATCH = 64


def frechet(a: Tensor, b: Tensor) -> float:
    """Fréchet distance, squared, between normal distributions fitted to features (N, D) and (M, D).

    The formula of Heusel et al. 2017 (arXiv 1706.08500). Their FID uses the features of another
    network; with those of our classifier it is called "FD (own features)" and can be compared with
    nothing else."""
    return frechet_of(*((x.double().mean(0), torch.cov(x.double().T)) for x in (a, b)))


def frechet_of(a: tuple[Tensor, Tensor], b: tuple[Tensor, Tensor]) -> float:
    """frechet of two normal distributions, given as mean (D,) and covariance (D, D)."""
    values, vectors = torch.linalg.eigh(a[1])
    root = vectors * values.clamp_min(0).sqrt() @ vectors.T
    cross = torch.linalg.eigvalsh(root @ b[1] @ root).clamp_min(0).sqrt().sum()
    return ((a[0] - b[0]).square().sum() + a[1].trace() + b[1].trace() - 2 * cross).item()


class Distances:
    """FD (own features) to real faces that the classifier has not seen: the mean over GROUPS groups
    of GROUP faces each, with its 95 % interval."""

    def __init__(self, judge: Classifier, train: Split):
        self.judge = judge
        unseen = train[0][train[2].flatten() % 2 != classifier.HALF]
        order = torch.randperm(len(unseen), generator=torch.Generator().manual_seed(0))
        self.size = min(GROUP, len(unseen) // (2 * GROUPS))
        picked, others = order.split([GROUPS * self.size, len(order) - GROUPS * self.size])
        self.groups = unseen[picked].split(self.size)
        self.reference = classifier.apply(judge.features, unseen[others])

    def of(self, faces: Callable[[int], Tensor]) -> dict[str, float]:
        """`faces` maps the number of a group to its pictures, in [0, 1] or uint8."""
        features = (classifier.apply(self.judge.features, faces(group)) for group in range(GROUPS))
        distances = torch.tensor([frechet(group, self.reference) for group in features])
        mean, half = distances.mean().item(), STUDENT * distances.std().item() / GROUPS**0.5
        return {"value": mean, "low": mean - half, "high": mean + half}

    def real(self) -> dict[str, float]:
        """The distance of real faces, which a perfect network would reach."""
        return self.of(lambda group: self.groups[group])

    def reconstructed(self, network: nn.Module) -> dict[str, float]:
        def again(faces: Tensor) -> Tensor:
            return network.decode(posterior(network, faces).mode())

        return self.of(lambda group: apply(again, self.groups[group].float() / 255))

    def sampled(self, network: nn.Module, prior: str) -> dict[str, float]:
        return self.of(lambda group: sampled(network, self.size, prior, seed=group))


def apply(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """A function from rows of x to pictures, a batch at a time; pictures are clipped to [0, 1]."""
    with torch.inference_mode():
        return torch.cat([function(part).float().clamp(0, 1) for part in x.split(BATCH)])


def sampled(network: nn.Module, count: int, prior: str, seed: int) -> Tensor:
    """New faces (count, 3, H, W) in [0, 1] at temperature 1."""
    latents = tasks.draw(network, count, torch.Generator().manual_seed(seed), prior)
    return apply(network.decode, latents)


def nearest(faces: Tensor, train: Tensor) -> Tensor:
    """Faces (N, 3, H, W) in [0, 1], training faces uint8 -> the root mean square distance to the
    nearest training face, at 32 px: (N,). A distance of samples far below that of unseen people
    would show that the network memorized its training faces."""
    known = [F.adaptive_avg_pool2d(x.float() / 255, 32).flatten(1) for x in train.split(256)]
    shrunk = F.adaptive_avg_pool2d(faces, 32).flatten(1)
    return torch.cdist(shrunk, torch.cat(known)).min(1).values / shrunk.shape[1] ** 0.5


def unevenness(network: nn.Module, latents: Tensor) -> Tensor:
    """Latents (N, Z) -> the largest step between neighboring frames over the mean step, for the
    morph of each latent into the next, as root mean square of pixels: (N,). 1 is even."""
    times, pairs = torch.linspace(0, 1, FRAMES), zip(latents, latents.roll(-1, 0))
    paths = torch.stack([slerp(a[None], b[None], times) for a, b in pairs])
    frames = apply(network.decode, paths.flatten(0, 1)).unflatten(0, (-1, FRAMES))
    squared = metrics.mse(frames[:, 1:].flatten(0, 1), frames[:, :-1].flatten(0, 1))
    steps = squared.sqrt().unflatten(0, (-1, FRAMES - 1))
    return steps.max(1).values / steps.mean(1).clamp_min(1e-12)


def edits(
    network: nn.Module, judge: Classifier, latents: Tensor, truth: Tensor
) -> dict[str, dict[str, Tensor]]:
    """Latents (N, Z) of faces with attributes (N, 40) -> for each attribute that the network can
    change, the effect of STEP unit steps towards its opposite on the logits of the classifier, in
    standard deviations over the faces. edit_own is the change of the attribute's own logit,
    positive in the direction asked for; edit_others the mean absolute change of the 39 others; (N,)
    each."""
    before = classifier.apply(judge, apply(network.decode, latents))
    scale = before.std(0).clamp_min(1e-6)
    rows = {}
    for name, direction in zip(network.config.attributes, network.aggregate.directions):
        own = celeba.ATTRIBUTES.index(name)
        sign = 1 - 2 * truth[:, own].float()  # (N,), +1 where it is absent
        edited = apply(network.decode, latents + STEP * sign[:, None] * direction)
        change = (classifier.apply(judge, edited) - before) / scale
        others = change[:, torch.arange(len(celeba.ATTRIBUTES)) != own]
        rows[name] = {"edit_own": sign * change[:, own], "edit_others": others.abs().mean(1)}
    return rows
