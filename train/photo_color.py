"""Train `photo-color` on color landscapes, from their lightness alone.

python -m train.photo_color --data DIR             the whole training set, 36 minutes on one core
python -m train.photo_color --data DIR --source    as the source does: 200 photos
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ae_models import color
from train.datasets import augmentation, readers
from train.datasets.files import Split
from train.engine import loop
from train.engine.recipe import Recipe, Variant


def prepare(batch: Split) -> Split:
    """Photos -> lightness (B, 1, H, W) and ab in the unit range (B, 2, H, W), both in [0, 1]."""
    lab = color.rgb_to_lab(batch[0].float() / 255)
    return lab[:, :1] / 100, color.ab_to_unit(lab[:, 1:])


def loss(network: nn.Module, batch: Split, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
    """Mean squared error of ab in the unit range, as in the source."""
    lightness, chroma = batch
    return F.mse_loss(network(lightness).float(), chroma), {}


def first_photos(root: Path, split: str) -> Split:
    """The split of the source: of the first 200 training photos the last tenth is for
    validation."""
    (photos,) = readers.landscape(root, "train")
    return (photos[:180] if split == "train" else photos[180:200],)


SOURCE = Variant(
    "the source's protocol: 200 photos, a tenth of them for validation, 100 epochs",
    {
        "data": first_photos,
        "augment": None,
        "batch": 8,
        "epochs": 100,
        "schedule": "constant",
        "warmup": 0,
        "ema": 0.0,
        "clip": float("inf"),
        "optimizer": lambda network: torch.optim.Adam(network.parameters(), lr=1e-4),
    },
)
RECIPE = Recipe(
    slug="photo-color",
    data=readers.landscape,
    augment=augmentation.flipped(prepare),
    prepare=prepare,
    loss=loss,
    optimizer=lambda network: torch.optim.Adam(network.parameters(), lr=3e-4),
    epochs=3,
    batch=16,
    channels_last=True,
    variants={"source": SOURCE},
    about={
        "summary": "Predicts the color of a landscape photo from its lightness, at 128x128 px. "
        "The color is then added to the photo's own lightness at full size.",
        "limits": "Colors are muted: a squared error averages over all colors that a gray can "
        "have. Skies and forests come out well; buildings, people and sunsets stay gray or "
        "brown. Color bleeds over edges, since it is made from 16x16 cells.",
        "example": 'picture = tasks.colorize(model, Image.open("photo.jpg"))',
    },
)

if __name__ == "__main__":
    loop.main(RECIPE)
