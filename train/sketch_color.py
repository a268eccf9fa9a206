"""Train `sketch-color` on the Pokémon sketch2photo pairs.

python -m train.sketch_color --data DIR             the whole training set, 9 minutes on one core
python -m train.sketch_color --data DIR --source    as the source does: 20 pairs, 6 minutes
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from train.datasets import augmentation, files, readers
from train.datasets.files import Split
from train.engine import loop
from train.engine.recipe import Recipe, Variant


def prepare(batch: Split) -> Split:
    """Sketches, copied to three channels, and artwork, both in [-1, 1]."""
    sketch, picture = files.to_signed(batch)
    return sketch.expand_as(picture), picture


def loss(network: nn.Module, batch: Split, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
    """Mean squared error on [-1, 1]."""
    sketch, picture = batch
    return F.mse_loss(network(sketch).float(), picture), {}


SOURCE = Variant(
    "the source's protocol: 20 pairs, full batch, 640 epochs",
    {
        "limit": 20,
        "batch": 0,
        "epochs": 640,
        "schedule": "constant",
        "warmup": 0,
        "ema": 0.0,
        "clip": float("inf"),
        "augment": None,
    },
)
RECIPE = Recipe(
    slug="sketch-color",
    data=readers.sketch2photo,
    augment=augmentation.flipped(prepare),
    prepare=prepare,
    loss=loss,
    optimizer=lambda network: torch.optim.Adam(network.parameters(), lr=1e-3),
    epochs=30,
    batch=16,
    variants={"source": SOURCE},
    about={
        "summary": "Colors a line sketch of 128x128 px with two convolutions down and two up.",
        "limits": "Pictures are brown and gray: each output pixel sees 22x22 pixels of the "
        "sketch, and the squared error paints the average of all colors that could be there. "
        "Large empty areas stay white, because the network cannot tell inside from outside.",
        "example": 'picture = tasks.color_sketch(model, Image.open("sketch.png"))',
    },
)

if __name__ == "__main__":
    loop.main(RECIPE)
