"""Figures of face networks that need more than a face and its reconstruction: sets of faces, ways between faces, and
what the classifier sees in them."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ae_models import metrics, tasks
from ae_models.face.latents import slerp
from ae_models.face.tasks import posterior
from train.datasets import celeba
from train.datasets.files import Split
from train.measures import classifier

GROUPS, GROUP = 4, 500  # faces for each Fréchet distance, and how many times it is taken
STUDENT = 3.182  # 97.5 % point of Student's t with GROUPS - 1 degrees of freedom
FRAMES = 9  # of the morphs whose smoothness is measured
STEP = 2.0  # of an edit
BATCH = 64


def frechet(a: Tensor, b: Tensor) -> float:
    """Fréchet distance, squared, between normal distributions fitted to features (N, D) and (M, D).

    The formula of Heusel et al. 2017 (arXiv 1706.08500), whose FID is on features of another network: on those of our
    classifier it is called "FD (own features)" and is comparable to nothing else."""
    a, b = a.double(), b.double()
    values, vectors = torch.linalg.eigh(torch.cov(a.T))
    root = vectors * values.clamp_min(0).sqrt() @ vectors.T
    cross = torch.linalg.eigvalsh(root @ torch.cov(b.T) @ root).clamp_min(0).sqrt().sum()
    traces = torch.cov(a.T).trace() + torch.cov(b.T).trace()
    return ((a.mean(0) - b.mean(0)).square().sum() + traces - 2 * cross).item()


class Distances:
    """FD (own features) to real faces that the classifier has not seen: a mean over GROUPS groups of GROUP faces each,
    with its 95 % interval."""

    def __init__(self, judge: classifier.Classifier, train: Split):
        self.judge = judge
        unseen = train[0][train[2].flatten() % 2 != classifier.HALF]
        order = torch.randperm(len(unseen), generator=torch.Generator().manual_seed(0))
        self.size = min(GROUP, len(unseen) // (2 * GROUPS))
        self.groups = unseen[order[: GROUPS * self.size]].split(
            self.size
        )  # kept out of what is compared with
        self.reference = classifier.apply(judge.features, unseen[order[GROUPS * self.size :]])

    def of(self, faces: Callable[[int], Tensor]) -> dict[str, float]:
        """`faces` gives the group of a number as pictures in [0, 1] or uint8."""
        features = (classifier.apply(self.judge.features, faces(group)) for group in range(GROUPS))
        found = torch.tensor([frechet(group, self.reference) for group in features])
        half = STUDENT * found.std().item() / GROUPS**0.5
        return {
            "value": found.mean().item(),
            "low": found.mean().item() - half,
            "high": found.mean().item() + half,
        }

    def real(self) -> dict[str, float]:
        """That of real faces: as low as a perfect network would get."""
        return self.of(lambda group: self.groups[group])

    def reconstructed(self, network: nn.Module) -> dict[str, float]:
        def again(faces: Tensor) -> Tensor:
            return network.decode(posterior(network, faces).mode())

        return self.of(lambda group: apply(again, self.groups[group].float() / 255))

    def sampled(self, network: nn.Module, prior: str) -> dict[str, float]:
        return self.of(lambda group: sampled(network, self.size, prior, seed=group))


def apply(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """A network's function over the rows of x, a batch at a time; pictures are cut to [0, 1]."""
    with torch.inference_mode():
        return torch.cat([function(part).float().clamp(0, 1) for part in x.split(BATCH)])


def sampled(network: nn.Module, count: int, prior: str, seed: int) -> Tensor:
    """New faces (count, 3, H, W) in [0, 1] at temperature 1."""
    return apply(
        network.decode, tasks.draw(network, count, torch.Generator().manual_seed(seed), prior)
    )


def nearest(faces: Tensor, train: Tensor) -> Tensor:
    """Root mean square distance at 32 px of faces (N, 3, H, W) in [0, 1] to the nearest training face, uint8: (N,).

    That of samples far below that of other people's faces would be memory."""
    known = torch.cat(
        [F.adaptive_avg_pool2d(x.float() / 255, 32).flatten(1) for x in train.split(256)]
    )
    shrunk = F.adaptive_avg_pool2d(faces, 32).flatten(1)
    return torch.cdist(shrunk, known).min(1).values / shrunk.shape[1] ** 0.5


def unevenness(network: nn.Module, latents: Tensor) -> Tensor:
    """Latents (N, Z) -> for the morph of each into the next, its largest step between neighboring frames over its mean
    step, as root mean square of pixels: (N,). 1 is even."""
    times = torch.linspace(0, 1, FRAMES)
    ways = torch.stack(
        [slerp(a[None], b[None], times) for a, b in zip(latents, latents.roll(-1, 0))]
    )
    frames = apply(network.decode, ways.flatten(0, 1)).unflatten(0, (-1, FRAMES))
    steps = (
        metrics.mse(frames[:, 1:].flatten(0, 1), frames[:, :-1].flatten(0, 1))
        .sqrt()
        .unflatten(0, (-1, FRAMES - 1))
    )
    return steps.max(1).values / steps.mean(1).clamp_min(1e-12)


def edits(
    network: nn.Module, judge: classifier.Classifier, latents: Tensor, truth: Tensor
) -> dict[str, tuple]:
    """Latents (N, Z) of faces with attributes (N, 40) -> for each attribute that the network can change, what STEP unit
    steps towards the opposite do to the classifier's logits, each in its standard deviations over the faces: that of
    the attribute itself, counted in the direction asked for, and the mean absolute change of the 39 others; (N,) each."""
    before = classifier.apply(judge, apply(network.decode, latents))
    scale = before.std(0).clamp_min(1e-6)
    found = {}
    for name, direction in zip(network.config.attributes, network.aggregate.directions):
        own = celeba.ATTRIBUTES.index(name)
        sign = 1 - 2 * truth[:, own].float()  # (N,), +1 where it is absent
        after = classifier.apply(
            judge, apply(network.decode, latents + STEP * sign[:, None] * direction)
        )
        change = (after - before) / scale
        others = torch.arange(len(celeba.ATTRIBUTES)) != own
        found[name] = (sign * change[:, own], change[:, others].abs().mean(1))
    return found
