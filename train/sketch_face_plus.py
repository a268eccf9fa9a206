"""Train `sketch-face-plus` on the CUHK Face Sketch Database, and on photos of CelebA that
`face-sketch-plus` drew.

    python -m train.sketch_face_plus --data DIR --start weights/sketch-face-plus

It goes on from weights: the statistics of batch norm are frozen. The release comes from shorter
runs on a busy machine, one after another; train/LOG.md has them.
"""

from functools import partial

import torch
from torch import Tensor
from torch.nn import functional as F

from train.datasets import augmentation, drawn_portraits, portrait_pairs
from train.datasets.files import Split
from train.engine import adversary, loop, perception
from train.engine.recipe import Recipe

ARTIST = 0.35  # share of the sketches that are not changed
TONED = 0.4  # share of the others that are shaded


def augment(batch: Split, generator: torch.Generator) -> Split:
    photo, sketch, behind, style = portrait_pairs.warp(batch, generator)
    artist = augmentation.chance(len(photo), generator, ARTIST)
    toned = augmentation.maybe(TONED, shaded(sketch, photo, behind, generator), sketch, generator)
    return torch.where(artist, sketch, other_hand(toned, generator)), photo, style


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


def shaded(sketch: Tensor, photo: Tensor, behind: Tensor, generator: torch.Generator) -> Tensor:
    """Sketches shaded as dark as the photo is, each by a random part: the artists leave all skin
    white. (B, 1, H, W) in [0, 1]."""
    dark = F.avg_pool2d(1 - photo.mean(1, keepdim=True), 9, 1, 4, count_include_pad=False)
    return sketch * (1 - augmentation.uniform(sketch, generator, 0.3, 1) * dark * (1 - behind))


def perceived(drawn: Tensor, truth: Tensor) -> Tensor:
    """perception.distance of every other sample, which costs half."""
    return perception.distance(drawn[::2], truth[::2])


def outlines(sketch: Tensor) -> Tensor:
    """Lines without shading: the darkness of a pixel against its surroundings, black on white."""
    around = F.avg_pool2d(sketch, 9, 1, 4, count_include_pad=False)
    return (1 - 2.5 * (around - sketch).clamp_min(0)).clamp(0, 1)


RECIPE = Recipe(
    slug="sketch-face-plus",
    data=drawn_portraits.pairs,
    augment=augment,
    prepare=prepare,
    loss=adversary.objective(perceived, weight=0.06, opinion=0.02),
    optimizer=lambda contest: adversary.optimizer(contest, 0.003, 1.5e-4),
    build=lambda: adversary.Contest("sketch-face-plus", frozen=True, style=1),
    finish=adversary.release,
    epochs=2,
    batch=4,
    ema=0.99,
    keep_last=True,  # the validation loss has no critic in it
    channels_last=True,
    about={
        "summary": "Paints a pencil sketch of a face as a color photo, at 200x250 px.",
        "limits": "Trained on frontal faces: 158 of young adults, most of them from Hong Kong, "
        "whom artists drew, and 933 of celebrities, whom face-sketch-plus drew. A sketch does not "
        "say how dark skin and hair are unless it is shaded: without shading skin is of a medium "
        "tone and hair brown or black, whoever it is. Gray and blond hair, hats and clothes come "
        "out brown or gray, and a blurred sketch gives a blurred photo. Paper becomes a gray "
        "backdrop. It needs a sketch posed as in a passport photo.",
        "example": 'photo = tasks.translate_face(model, Image.open("sketch.jpg"))',
    },
)

if __name__ == "__main__":
    loop.main(RECIPE)
