"""Train `photo-color-rgb` on color landscapes: the network of `photo-color` that answers in RGB.

python -m train.photo_color_rgb --data DIR    28 minutes on one core
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ae_models import color
from train.datasets import augmentation, readers
from train.datasets.files import Split
from train.engine import loop
from train.engine.recipe import Recipe


def prepare(batch: Split) -> Split:
    """Photos -> lightness (B, 1, H, W) and RGB (B, 3, H, W), both in [0, 1]."""
    rgb = batch[0].float() / 255
    return color.rgb_to_lab(rgb)[:, :1] / 100, rgb


def loss(network: nn.Module, batch: Split, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
    """Mean squared error of RGB."""
    lightness, rgb = batch
    return F.mse_loss(network(lightness).float(), rgb), {}


RECIPE = Recipe(  # but for the pictures it learns to paint, that of photo-color
    slug="photo-color-rgb",
    data=readers.landscape,
    augment=augmentation.flipped(prepare),
    prepare=prepare,
    loss=loss,
    optimizer=lambda network: torch.optim.Adam(network.parameters(), lr=3e-4),
    epochs=3,
    batch=16,
    channels_last=True,
    about={
        "summary": "Paints a landscape photo anew from its lightness, at 128x128 px: the network "
        "of photo-color, trained to answer in red, green and blue.",
        "limits": "It shows why only the color should be guessed. The lightness, which is known, "
        "has to pass 16x16 cells too and comes out blurred, and no photo gets more than 128x128 "
        "px: photo-color, on the photo's own lightness, is far nearer to the photo. Colors are as "
        "muted as there.",
        "example": 'picture = tasks.colorize(model, Image.open("photo.jpg"))',
    },
)

if __name__ == "__main__":
    loop.main(RECIPE)
