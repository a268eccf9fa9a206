"""Functions of the step number alone: the learning rate, the order of the samples, seeds.

So a resumed run goes on exactly as the unbroken one would have.
"""

import math
import zlib

import torch
from torch import Tensor

from train.engine.recipe import Recipe


def learning_rate(recipe: Recipe, step: int, total: int) -> float:
    """Factor on the peak learning rate: linear warm-up, then constant or a cosine to 0
    (Loshchilov & Hutter 2016, arXiv 1608.03983)."""
    warmup = min(recipe.warmup, total // 10)
    if step < warmup:
        return (step + 1) / (warmup + 1)
    if recipe.schedule == "constant":
        return 1.0
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / (total - warmup)))


def sample_order(seed: int, epoch: int, rows: int) -> Tensor:
    """The order of the samples in an epoch: (rows,)."""
    generator = torch.Generator().manual_seed(seed_of(seed, epoch, 1_000_003))
    return torch.randperm(rows, generator=generator)


def seed_of(*numbers: int) -> int:
    """Numbers -> one seed; neighbors give unrelated seeds."""
    return zlib.crc32(repr(numbers).encode())
