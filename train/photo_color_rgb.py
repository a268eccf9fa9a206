"""Train `photo-color-rgb` on color landscapes: the network of `photo-color` that answers in RGB.

python -m train.photo_color_rgb --data DIR           the whole training set, 28 minutes on one core
python -m train.photo_color_rgb --data DIR --source  as the source does: 200 photos
"""

import dataclasses

from ae_models import color
from train import photo_color
from train.datasets import augmentation
from train.datasets.files import Split
from train.engine import loop


def prepare(batch: Split) -> Split:
    """Photos -> lightness (B, 1, H, W) and RGB (B, 3, H, W), both in [0, 1]."""
    rgb = batch[0].float() / 255
    return color.rgb_to_lab(rgb)[:, :1] / 100, rgb


RECIPE = dataclasses.replace(
    photo_color.RECIPE,
    slug="photo-color-rgb",
    augment=augmentation.flipped(prepare),
    prepare=prepare,
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
