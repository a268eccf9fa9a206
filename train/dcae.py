"""Train `dcae` on CIFAR-10.

python -m train.dcae --data DIR               16 minutes on one core for 20,000 pictures
python -m train.dcae --data DIR --download    the same on the whole set, fetched by torchvision
"""

import dataclasses
import functools
import sys

import torch
from pytorch_optimizer import SOAP
from torch import Tensor, nn
from torch.nn import functional as F

from train.datasets import augmentation, readers
from train.datasets.files import Split
from train.engine import loop
from train.engine.recipe import Recipe


def augment(batch: Split, generator: torch.Generator) -> Split:
    return prepare(augmentation.flip(batch, generator))


def prepare(batch: Split) -> Split:
    return (batch[0].float() / 127.5 - 1,)


def loss(network: nn.Module, batch: Split, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
    """Mean absolute error on [-1, 1]."""
    (x,) = batch
    return F.l1_loss(network(x).float(), x), {}


RECIPE = Recipe(
    slug="dcae",
    data=readers.cifar10,
    augment=augment,
    prepare=prepare,
    loss=loss,
    optimizer=lambda network: SOAP(
        network.parameters(),
        lr=3e-3,
        betas=(0.95, 0.95),
        weight_decay=0.01,
        precondition_frequency=10,
    ),
    epochs=40,
    batch=128,
    about={
        "summary": "Deep convolutional autoencoder. It turns a picture of 32x32x3 numbers into "
        "8x8x16, a third as many, and rebuilds it. Larger pictures are processed in overlapping "
        "tiles.",
        "limits": "The latent is not quantized: stored as float32 it takes more bytes than the "
        "picture. It is compression only once its numbers are coded. Fine texture is smoothed.",
        "example": 'again = tasks.reconstruct(model, Image.open("picture.png"))',
    },
)

if __name__ == "__main__":
    arguments = [a for a in sys.argv[1:] if a != "--download"]
    if "--download" in sys.argv:
        RECIPE = dataclasses.replace(RECIPE, data=functools.partial(readers.cifar10, download=True))
    loop.main(RECIPE, arguments)
