"""Train `sketch-color` on the Pokémon sketch2photo pairs.

python -m train.sketch_color --data DIR             the whole training set, 9 minutes on one core
python -m train.sketch_color --data DIR --source    the source's protocol: 20 pairs, full batch, 640 epochs; 6 minutes
"""

import dataclasses
import sys

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from train.datasets import augmentation, readers
from train.datasets.files import Split
from train.engine import loop
from train.engine.recipe import Recipe


def augment(batch: Split, generator: torch.Generator) -> Split:
    return prepare(augmentation.flip(batch, generator))


def prepare(batch: Split) -> Split:
    sketch, picture = (x.float() / 127.5 - 1 for x in batch)
    return sketch.expand_as(picture), picture


def prepare_only(batch: Split, generator: torch.Generator) -> Split:
    return prepare(batch)


def loss(network: nn.Module, batch: Split, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
    """Mean squared error on [-1, 1]."""
    sketch, picture = batch
    return F.mse_loss(network(sketch).float(), picture), {}


RECIPE = Recipe(
    slug="sketch-color",
    data=readers.sketch2photo,
    augment=augment,
    prepare=prepare,
    loss=loss,
    optimizer=lambda network: torch.optim.Adam(network.parameters(), lr=1e-3),
    epochs=30,
    batch=16,
    about={
        "summary": "Colors a line sketch of 128x128 px with two convolutions down and two up.",
        "limits": "Pictures are brown and gray: each output pixel sees 22x22 pixels of the "
        "sketch, and the squared error paints the average of all colors that could be there. "
        "Large empty areas stay white, because the network cannot tell inside from outside.",
        "example": 'picture = tasks.color_sketch(model, Image.open("sketch.png"))',
    },
)
SOURCE = dataclasses.replace(
    RECIPE,
    limit=20,
    batch=0,
    epochs=640,
    schedule="constant",
    warmup=0,
    ema=0.0,
    clip=float("inf"),
    augment=prepare_only,
)

if __name__ == "__main__":
    arguments = [a for a in sys.argv[1:] if a != "--source"]
    loop.main(SOURCE if "--source" in sys.argv else RECIPE, arguments)
