"""Paths through a latent space, and statistics of the faces in it. Latents are (B, Z)."""

import torch
from torch import Tensor, nn


def lerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """Points on the straight line from a to b, both (1, Z), at times t (N,) in [0, 1]: (N, Z)."""
    return torch.lerp(a, b, t[:, None])


def slerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """Points on the great circle from a to b, both (1, Z), at times t (N,) in [0, 1]: (N, Z).

    Their length changes linearly from |a| to |b|. Normal samples in many dimensions lie near a
    sphere, and a straight line cuts through its thinly populated inside (Shoemake 1985; White 2016,
    arXiv 1609.04468). Parallel and zero vectors have no great circle and get lerp."""
    norm_a, norm_b = a.norm(), b.norm()
    cosine = (a * b).sum() / (norm_a * norm_b).clamp_min(1e-12)
    angle = torch.arccos(cosine.clamp(-1, 1))
    if torch.sin(angle) < 1e-4 or norm_a * norm_b == 0:
        return lerp(a, b, t)
    t = t[:, None]
    direction = torch.sin((1 - t) * angle) * a / norm_a + torch.sin(t * angle) * b / norm_b
    return direction / torch.sin(angle) * torch.lerp(norm_a, norm_b, t)


class Aggregate(nn.Module):
    """Statistics of the training faces' latents, fitted after training (train/latents.py).

    weights (K,), means (K, M), factors (K, M, M): Gaussian mixture of the first M numbers, with
        Cholesky factors of the covariances. A decoder is only trained where training latents lie,
        which is not N(0, I): a density fitted afterwards gives better samples (Ghosh et al. 2019,
        "From Variational to Deterministic Autoencoders", arXiv 1903.12436).
    offset (R,), slope (R, M), spread (R, R): the other R = Z - M numbers, given the first, are
        normal around offset + slope @ first, with this Cholesky factor of the covariance.
    directions (A, Z): adding one gives the average face an attribute and keeps the others.
    principal (P, Z): directions that change pictures most, each one standard deviation long.

    Before it is fitted it is the prior, without directions.
    """

    def __init__(self, latent: int, modeled: int, components: int, attributes: int, principal: int):
        super().__init__()
        rest = latent - modeled
        self.register_buffer("weights", torch.full((components,), 1 / components))
        self.register_buffer("means", torch.zeros(components, modeled))
        self.register_buffer("factors", torch.eye(modeled).repeat(components, 1, 1))
        self.register_buffer("offset", torch.zeros(rest))
        self.register_buffer("slope", torch.zeros(rest, modeled))
        self.register_buffer("spread", torch.eye(rest))
        self.register_buffer("directions", torch.zeros(attributes, latent))
        self.register_buffer("principal", torch.zeros(principal, latent))

    def mean(self) -> Tensor:
        """Mean of what is sampled, (Z,)."""
        first = self.weights @ self.means
        return torch.cat([first, self.offset + self.slope @ first])

    def sample(self, noise: Tensor, chance: Tensor) -> Tensor:
        """Standard normal (N, Z) and uniform (N,) random numbers -> latents (N, Z)."""
        total = self.weights.sum()
        component = torch.searchsorted(self.weights.cumsum(0), chance * total, right=True)
        component = component.clamp_max(len(self.weights) - 1)
        own, others = noise.split([self.means.shape[1], len(self.offset)], 1)
        first = self.means[component] + torch.einsum("nij,nj->ni", self.factors[component], own)
        rest = self.offset + first @ self.slope.T + others @ self.spread.T
        return torch.cat([first, rest], 1)
