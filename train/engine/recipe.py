"""What a training run is: the recipe that a system gives, and how far a run has come."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn

from ae_models import zoo
from train.datasets.files import Split


@dataclass(frozen=True)
class Recipe:
    """What differs between systems. A batch is a Split's rows; `loss` gives the loss to minimize and parts to print."""

    slug: str
    data: Callable[..., Split]  # (root, "train" | "val") -> tensors
    augment: Callable[
        [Split, torch.Generator], Split
    ]  # uint8 batch -> float batch as the network takes it
    prepare: Callable[[Split], Split]  # the same without chance, for validation
    loss: Callable[
        [nn.Module, Split, float], tuple[Tensor, dict[str, Tensor]]
    ]  # (network, batch, progress in [0, 1])
    optimizer: Callable[[nn.Module], torch.optim.Optimizer]
    epochs: int
    batch: int  # per process; 0 is the whole set
    about: dict[str, str]  # texts of the model card: summary, limits, example
    build: Callable[[], nn.Module] | None = None  # the network as it is trained; None is the zoo's
    start: Callable[[nn.Module, Split], None] = lambda network, rows: (
        None
    )  # first values from the training rows
    finish: Callable[[nn.Module, Path], nn.Module] = lambda network, root: (
        network
    )  # as trained, data -> the zoo's
    schedule: str = "cosine"  # or "constant", the source's plain one
    warmup: int = 100  # steps
    clip: float = 1.0  # norm of the gradient
    ema: float = 0.999  # 0 keeps no average
    bf16: bool = True
    channels_last: bool = False
    keep_last: bool = (
        False  # release the last averaged weights, not the best: validation does not hear a critic
    )
    limit: int = 0  # train on the first so many rows; 0 is all


@dataclass
class State:
    """How far a run is."""

    commit: str = "unknown"  # of the code that the run was started with
    step: int = 0
    seconds: float = 0.0
    best: float = float("inf")
    weights: dict[str, Tensor] = field(
        default_factory=dict
    )  # of the best validation, or the last: Recipe.keep_last
    recent: list[float] = field(default_factory=list)  # losses since the last validation
    history: list[list[float]] = field(
        default_factory=list
    )  # [step, mean of recent, validation loss]


def build(recipe: Recipe) -> nn.Module:
    """The untrained network as the recipe trains it."""
    return recipe.build() if recipe.build else zoo.build(recipe.slug)
