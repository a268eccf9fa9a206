"""Train `sketch-face-plus` on the CUHK Face Sketch Database.

python -m train.sketch_face_plus --data DIR        8 minutes on one core
"""

from functools import partial

import torch
from torch import Tensor
from torch.nn import functional as F

from train.datasets import augmentation, portrait_pairs
from train.datasets.files import Split
from train.engine import adversary, loop
from train.engine.recipe import Recipe

ARTIST = 0.35  # share of the sketches that are not changed


def augment(batch: Split, generator: torch.Generator) -> Split:
    photo, sketch, _, style = portrait_pairs.warp(batch, generator)
    artist = augmentation.chance(len(photo), generator, ARTIST)
    return torch.where(artist, sketch, other_hand(sketch, generator)), photo, style


def prepare(batch: Split) -> Split:
    photo, sketch, _, style = batch
    return sketch.float() / 255, photo.float() / 255, style


def other_hand(sketch: Tensor, generator: torch.Generator) -> Tensor:
    """Sketches by other hands, pens, papers and scanners, each at random. (B, 1, H, W) in [0,
    1]."""
    maybe = partial(augmentation.maybe, generator=generator)
    uniform = partial(augmentation.uniform, sketch, generator)
    x = maybe(0.25, outlines(sketch), sketch)
    x = maybe(0.2, torch.lerp(x, -F.max_pool2d(-x, 3, 1, 1), uniform(0.3, 1)), x)  # thicker lines
    x = maybe(0.2, torch.lerp(x, F.max_pool2d(x, 3, 1, 1), uniform(0.2, 0.8)), x)  # thinner ones
    x = maybe(0.3, portrait_pairs.blurred(x), x)
    x = maybe(0.5, x.clamp_min(1e-3) ** uniform(0.5, 2), x)
    x = maybe(0.5, 1 - (1 - x) * uniform(0.5, 1.2), x)  # softer and harder pencils
    x = maybe(0.5, x * uniform(0.75, 1), x)  # paper
    return maybe(0.3, x + torch.randn(x.shape, generator=generator) * uniform(0, 0.06), x)


def outlines(sketch: Tensor) -> Tensor:
    """Lines without shading: the darkness of a pixel against its surroundings, black on white."""
    around = F.avg_pool2d(sketch, 9, 1, 4, count_include_pad=False)
    return (1 - 2.5 * (around - sketch).clamp_min(0)).clamp(0, 1)


RECIPE = Recipe(
    slug="sketch-face-plus",
    data=portrait_pairs.pairs,
    augment=augment,
    prepare=prepare,
    loss=adversary.objective(strokes=0.2, opinion=0.01),
    optimizer=adversary.optimizer,
    build=lambda: adversary.Contest("sketch-face-plus"),
    finish=adversary.release,
    epochs=30,
    batch=4,
    ema=0.998,
    channels_last=True,
    about={
        "summary": "Paints a pencil sketch of a face as a color photo, at 200x250 px.",
        "limits": "Trained on 158 frontal faces of young adults, most of them from Hong Kong. "
        "Skin, hair and clothes get the colors of those photos, and the background gets their "
        "blue. It needs a sketch posed as in a passport photo.",
        "example": 'photo = tasks.translate_face(model, Image.open("sketch.jpg"))',
    },
)

if __name__ == "__main__":
    loop.main(RECIPE)
