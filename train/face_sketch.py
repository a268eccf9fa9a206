"""Train `face-sketch` on the CUHK Face Sketch Database.

python -m train.face_sketch --data DIR        31 minutes on one core
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from train.datasets import augmentation, files, readers
from train.datasets.files import Split
from train.engine import loop
from train.engine.recipe import Recipe

SIZE = 256  # px; the pairs of 200x250 px are squeezed to a square, as in the source


def augment(batch: Split, generator: torch.Generator) -> Split:
    photo, sketch = files.to_unit(augmentation.flip(batch, generator))
    photo = augmentation.jitter(photo, generator, amount=0.2)
    photo, sketch = augmentation.affine(
        (photo, sketch), generator, degrees=4, zoom=0.06, move=0.03, size=(SIZE, SIZE)
    )
    return photo * 2 - 1, (sketch * 2 - 1).expand_as(photo)


def prepare(batch: Split) -> Split:
    """Photos and sketches, copied to three channels, both squeezed to SIZE px and in [-1, 1]."""
    photo, sketch = (
        F.interpolate(x, size=(SIZE, SIZE), mode="bilinear") for x in files.to_signed(batch)
    )
    return photo, sketch.expand_as(photo)


def loss(network: nn.Module, batch: Split, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
    """Mean absolute error on [-1, 1]."""
    photo, sketch = batch
    return F.l1_loss(network(photo).float(), sketch), {}


RECIPE = Recipe(
    slug="face-sketch",
    data=readers.cufs,
    augment=augment,
    prepare=prepare,
    loss=loss,
    optimizer=lambda network: torch.optim.Adam(network.parameters(), lr=1e-3),
    epochs=200,
    batch=16,
    channels_last=True,
    about={
        "summary": "Draws a face photo as a pencil sketch of 256x256 px, through a bottleneck "
        "without skip connections.",
        "limits": "The sketch is blurred and drawn from memory: the face passes through 4x4 "
        "cells, so an unknown person comes out as an average of those in the training data. It "
        "needs a frontal face that fills the picture, as in a passport photo.",
        "example": 'sketch = tasks.translate_face(model, Image.open("face.jpg"))',
    },
)

if __name__ == "__main__":
    loop.main(RECIPE)
