"""The recipe that a network is trained by, and the state of a run."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ae_models import zoo
from train.datasets.files import Split


@dataclass(frozen=True)
class Variant:
    """Changes to a recipe that its command line offers as an option."""

    help: str
    changes: dict[str, Any]


@dataclass(frozen=True)
class Recipe:
    """Everything that differs between the trainings of two networks. A batch is rows of a Split."""

    slug: str
    data: Callable[..., Split]  # (root, "train" | "val") -> tensors
    # uint8 batch -> float batch as the network takes it, with random changes; None is `prepare`
    augment: Callable[[Split, torch.Generator], Split] | None
    prepare: Callable[[Split], Split]  # uint8 batch -> float batch, for validation
    # (network, batch, progress in [0, 1]) -> loss to minimize, and parts of it to print
    loss: Callable[[nn.Module, Split, float], tuple[Tensor, dict[str, Tensor]]]
    optimizer: Callable[[nn.Module], torch.optim.Optimizer]
    epochs: int
    batch: int  # per process; 0 is the whole set
    about: dict[str, str]  # texts of the model card: summary, limits, example
    build: Callable[[], nn.Module] | None = None  # the network as it is trained; None is the zoo's
    # sets first values of the weights from the training rows
    start: Callable[[nn.Module, Split], None] | None = None
    # (network as it was trained, root) -> the zoo's network
    finish: Callable[[nn.Module, Path], nn.Module] | None = None
    schedule: str = "cosine"  # or "constant"
    warmup: int = 100  # steps
    clip: float = 1.0  # norm of the gradient
    ema: float = 0.999  # decay of the averaged weights; 0 keeps no average
    channels_last: bool = False
    keep_last: bool = False  # release the last averaged weights instead of those that validate best
    limit: int = 0  # train on the first rows only; 0 is all
    variants: dict[str, Variant] = field(default_factory=dict)  # name of the option -> variant

    def variant(self, name: str) -> "Recipe":
        """The recipe with the changes of a variant."""
        return dataclasses.replace(self, **self.variants[name].changes)


@dataclass
class State:
    """The progress of a run."""

    commit: str = "unknown"  # of the code that the run was started with
    step: int = 0
    seconds: float = 0.0
    best: float = float("inf")  # validation loss
    # to be released: of the best validation, or the last (Recipe.keep_last)
    weights: dict[str, Tensor] = field(default_factory=dict)
    recent: list[float] = field(default_factory=list)  # losses since the last validation
    # of each validation: step, mean of `recent`, validation loss
    history: list[list[float]] = field(default_factory=list)


def build(recipe: Recipe) -> nn.Module:
    """The untrained network as the recipe trains it."""
    return recipe.build() if recipe.build else zoo.build(recipe.slug)
