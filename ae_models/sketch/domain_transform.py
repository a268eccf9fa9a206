"""Smoothing that stops at lines: Gastal & Oliveira 2011, "Domain transform for edge-aware image and video processing"."""

import torch
from torch import Tensor

BARRIER = 5.0  # how many times the reach a px of full ink counts for


def flow(x: Tensor, ink: Tensor, reach: float, rounds: int = 2) -> Tensor:
    """Smooth (B, C, H, W) along rows and columns over about `reach` px, but not across ink (B or 1, 1, H, W), 1 is full:
    the paper's recursive filter."""
    for i in range(rounds):
        sigma = reach * 3**0.5 * 2 ** (rounds - 1 - i) / (4**rounds - 1) ** 0.5
        for dim in (3, 2):
            here = ink.movedim(dim, 0)
            step = 1 + BARRIER * reach * torch.maximum(here[1:], here[:-1])
            keep = torch.exp(-(2**0.5) * step / sigma)
            x = _both_ways(x.movedim(dim, 0), keep).movedim(0, dim)
    return x


def _both_ways(x: Tensor, keep: Tensor) -> Tensor:
    """A first-order recursive filter along the first dimension, forwards and then backwards."""
    rows = list(x)
    for i in range(1, len(rows)):
        rows[i] = torch.lerp(rows[i], rows[i - 1], keep[i - 1])
    for i in range(len(rows) - 2, -1, -1):
        rows[i] = torch.lerp(rows[i], rows[i + 1], keep[i])
    return torch.stack(rows)
