"""Ways through a latent space. Latents are (B, Z)."""

import torch
from torch import Tensor


def lerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """Straight line from a to b, both (1, Z), at the times t (N,) in [0, 1]: (N, Z)."""
    return torch.lerp(a, b, t[:, None])


def slerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """Great circle from a to b, both (1, Z), at the times t (N,): (N, Z); the length goes linearly from |a| to |b|.

    Normal samples in many dimensions lie near a sphere, and a straight line cuts through its thinly populated inside
    (Shoemake 1985; White 2016, arXiv 1609.04468). Parallel or zero vectors have no great circle: they get lerp."""
    norm_a, norm_b = a.norm(), b.norm()
    cosine = (a * b).sum() / (norm_a * norm_b).clamp_min(1e-12)
    angle = torch.arccos(cosine.clamp(-1, 1))
    if torch.sin(angle) < 1e-4 or norm_a * norm_b == 0:
        return lerp(a, b, t)
    t = t[:, None]
    direction = (torch.sin((1 - t) * angle) * a / norm_a + torch.sin(t * angle) * b / norm_b) / torch.sin(angle)
    return direction * torch.lerp(norm_a, norm_b, t)
