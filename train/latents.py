"""Fit the statistics of a trained face network's latents: ae_models.face.latents.Aggregate.

    python -m train.latents --data DIR [--weights DIR] [--components N ...]

Fits a release anew (the recipe does so at the end of a training), writes it, and prints the mean
log-likelihood in nats of the latents of validation faces, of their modeled numbers, under the prior
and under the mixture.
With --components it only prints, for mixtures of those sizes.

The mixture and the principal directions are of all training faces. The directions of attributes are
of the people that the face classifier was not trained on, so that it is an independent judge of
them."""

import argparse
import math
import sys
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ae_models import inference, zoo
from ae_models.face.tasks import posterior
from ae_models.release import files
from train.datasets import celeba
from train.engine import precision
from train.measures import classifier

SLUG = "face-vae-plus"
ROUNDS = 30  # of expectation and maximization
PRIOR_FACES = 2.0  # weight of the common covariance in a component's, in faces per dimension
FLOOR = 1e-3  # added to the variance in each direction, as a part of the mean variance
RIDGE = 1.0  # in faces
PICTURE = 32  # px, the size at which principal directions are fitted


@torch.inference_mode()
def fit(network: nn.Module, root: Path) -> nn.Module:
    """Fill network.aggregate from CelebA's training faces and their mirror images. Gives the
    network."""
    generator = torch.Generator().manual_seed(0)
    faces, attributes, people = celeba.faces_with_attributes(root, "train")
    z = torch.cat([encode(network, faces, generator), encode(network, faces.flip(3), generator)])
    small = torch.cat([F.adaptive_avg_pool2d(x.float() / 255, PICTURE) for x in faces.split(256)])
    small = torch.cat([small, small.flip(3)]).flatten(1)
    kept = (people.flatten() % 2 != classifier.HALF).repeat(2)
    wanted = [celeba.ATTRIBUTES.index(name) for name in network.config.attributes]
    config, aggregate = network.config, network.aggregate
    first = z[:, : config.modeled]
    weights, means, factors = mixture(first, config.components, generator)
    aggregate.weights.copy_(weights)
    aggregate.means.copy_(means)
    aggregate.factors.copy_(factors)
    offset, slope, spread = given_the_first(z, config.modeled)
    aggregate.offset.copy_(offset)
    aggregate.slope.copy_(slope)
    aggregate.spread.copy_(spread)
    own = attribute_directions(first[kept], attributes.flatten(1).repeat(2, 1)[kept])[wanted]
    principal = principal_directions(first, small, config.principal)
    # what the other numbers are expected to do: their own averages over few faces are mostly noise
    aggregate.directions.copy_(torch.cat([own, own @ slope.T], 1))
    aggregate.principal.copy_(torch.cat([principal, principal @ slope.T], 1))
    return network


@torch.inference_mode()
def encode(network: nn.Module, faces: Tensor, generator: torch.Generator) -> Tensor:
    """Faces, uint8 (N, 3, H, W) -> a draw from the posterior of each, (N, Z)."""
    device = inference.device(network)
    with torch.autocast(device.type, torch.bfloat16, enabled=precision.has_bfloat16(device)):
        posteriors = [posterior(network, x.to(device).float() / 255) for x in faces.split(128)]
    mean = torch.cat([p.mean for p in posteriors]).float().cpu()
    deviation = torch.cat([(0.5 * p.log_variance).exp() for p in posteriors]).float().cpu()
    return mean + deviation * torch.randn(mean.shape, generator=generator)


def mixture(
    z: Tensor, components: int, generator: torch.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Latents (N, Z) -> weights (K,), means (K, Z) and Cholesky factors (K, Z, Z) of a Gaussian
    mixture by expectation maximization (Dempster et al. 1977). Each covariance is drawn towards the
    common one, as by an inverse Wishart prior."""
    common, extra = covariance(z), PRIOR_FACES * z.shape[1]
    weights = torch.full((components,), 1 / components)
    # start halfway to the mean, so that no component is left with an outlier alone
    picked = torch.randperm(len(z), generator=generator)[:components]
    means = (z[picked] + z.mean(0)) / 2
    factors = torch.linalg.cholesky(common).repeat(components, 1, 1)
    for _ in range(ROUNDS):
        share = joint_log_density(z, weights, means, factors).softmax(1)  # (N, K)
        count = share.sum(0)
        weights, means = count / len(z), share.T @ z / count[:, None].clamp_min(1e-6)
        for k in range(components):
            apart = z - means[k]
            scatter = (share[:, k, None] * apart).T @ apart
            factors[k] = torch.linalg.cholesky((scatter + extra * common) / (count[k] + extra))
    return weights, means, factors


def given_the_first(z: Tensor, modeled: int) -> tuple[Tensor, Tensor, Tensor]:
    """Latents (N, Z) -> offset, slope and spread of Aggregate: the last R = Z - M numbers as a
    normal distribution whose mean is linear in the first M."""
    first, rest = z.mean(0).tensor_split([modeled])
    whole = covariance(z)
    slope = torch.linalg.solve(whole[:modeled, :modeled], whole[:modeled, modeled:]).T
    left = whole[modeled:, modeled:] - slope @ whole[:modeled, modeled:]
    return rest - slope @ first, slope, torch.linalg.cholesky((left + left.T) / 2)


def covariance(z: Tensor) -> Tensor:
    """Latents (N, Z) -> (Z, Z), positive definite even for fewer latents than dimensions."""
    raw = torch.cov(z.T)
    return raw + FLOOR * raw.diagonal().mean() * torch.eye(len(raw))


def joint_log_density(z: Tensor, weights: Tensor, means: Tensor, factors: Tensor) -> Tensor:
    """Latents (N, Z) -> log p(latent, component) in nats, (N, K)."""
    columns = []
    for weight, mean, factor in zip(weights, means, factors):
        white = torch.linalg.solve_triangular(factor, (z - mean).T, upper=False)  # (Z, N)
        constant = (
            weight.log() - factor.diagonal().log().sum() - 0.5 * len(mean) * math.log(2 * math.pi)
        )
        columns.append(constant - 0.5 * white.square().sum(0))
    return torch.stack(columns, 1)


def attribute_directions(z: Tensor, attributes: Tensor) -> Tensor:
    """Latents (N, Z) and their attributes (N, A) of 0 and 1 -> (A, Z): the difference between
    latents of faces that differ in one attribute and in no other, by ridge regression on all
    attributes."""
    x = attributes.float() - attributes.float().mean(0)
    return torch.linalg.solve(x.T @ x + RIDGE * torch.eye(x.shape[1]), x.T @ (z - z.mean(0)))


def principal_directions(z: Tensor, pictures: Tensor, count: int) -> Tensor:
    """Latents (N, Z) and their pictures (N, D) -> (P, Z), each a standard deviation long, in the
    order of their effect on pictures: redundancy analysis (van den Wollenberg 1977)."""
    z, pictures = z - z.mean(0), pictures - pictures.mean(0)
    factor = torch.linalg.cholesky(covariance(z))
    white = torch.linalg.solve_triangular(factor, z.T, upper=False)  # (Z, N)
    turn, _, _ = torch.linalg.svd(white @ pictures, full_matrices=False)
    return (factor @ turn[:, :count]).T


def main(root: Path, folder: Path, sizes: list[int] | None) -> None:
    network, generator = zoo.load_release(folder, SLUG), torch.Generator().manual_seed(0)
    modeled = network.config.modeled
    unseen = encode(network, celeba.faces(root, "val")[0], generator)[:, :modeled]
    prior = torch.distributions.Normal(0, 1).log_prob(unseen).sum(1)
    print(f"prior: {prior.mean():.1f} nats")
    if sizes:
        (faces,) = celeba.faces(root, "train")
        z = torch.cat(
            [encode(network, faces, generator), encode(network, faces.flip(3), generator)]
        )
        fitted = (mixture(z[:, :modeled], size, generator) for size in sizes)
    else:
        aggregate = fit(network, root).aggregate
        fitted = [(aggregate.weights, aggregate.means, aggregate.factors)]
        # To be measured again
        files.save(folder, network.state_dict(), files.read_config(folder) | {"metrics": {}})
    for parameters in fitted:
        density = joint_log_density(unseen, *parameters).logsumexp(1).mean()
        print(f"{len(parameters[0])} components: {density:.1f} nats", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m train.latents")
    parser.add_argument("--data", type=Path, required=True, help="folder of CelebA")
    parser.add_argument("--weights", type=Path, default=zoo.WEIGHTS / SLUG, help="release folder")
    parser.add_argument("--components", type=int, nargs="+", help="sizes of mixtures to compare")
    args = parser.parse_args()
    try:
        main(args.data, args.weights, args.components)
    except ValueError as error:
        sys.exit(f"error: {error}")
