"""Train `face-sketch-plus` on the CUHK Face Sketch Database.

python -m train.face_sketch_plus --data DIR        15 minutes on one core
"""

from functools import partial

import torch
from torch import Tensor
from torch.nn import functional as F

from train.datasets import augmentation, portrait_pairs
from train.datasets.files import Split
from train.engine import loop
from train.engine.recipe import Recipe

CLEAN = 0.5  # share of samples whose photo stays a studio's


def augment(batch: Split, generator: torch.Generator) -> Split:
    photo, sketch, behind, style = portrait_pairs.warp(batch, generator)
    studio = augmentation.chance(len(photo), generator, CLEAN)
    return torch.where(studio, photo, anywhere(photo, behind, generator)), sketch, style


def prepare(batch: Split) -> Split:
    photo, sketch, _, style = batch
    return photo.float() / 255, sketch.float() / 255, style


# ---- a studio's photo as if taken anywhere; the sketch stays as it is ----


def anywhere(photo: Tensor, behind: Tensor, generator: torch.Generator) -> Tensor:
    """Other backgrounds, light, colors and cameras, each by chance. (B, 3, H, W) in [0, 1]."""
    maybe, spread = (
        partial(augmentation.maybe, generator=generator),
        partial(augmentation.spread, len(photo), generator),
    )
    x = maybe(0.6, torch.lerp(photo, scenery(photo.shape, generator), behind), photo)
    x = maybe(0.5, x * side_light(photo.shape, generator), x)
    x = maybe(0.7, augmentation.jitter(x, generator, amount=0.3), x)
    x = maybe(0.5, x.clamp_min(1e-3) ** spread(0.6, 1.6), x)
    x = maybe(0.4, torch.lerp(x.mean(1, keepdim=True), x, spread(0, 1.3)), x)
    x = maybe(0.3, torch.lerp(x, portrait_pairs.blurred(x), spread(0.3, 1)), x)
    return maybe(0.4, x + torch.randn(x.shape, generator=generator) * spread(0, 0.05), x)


def scenery(shape: torch.Size, generator: torch.Generator) -> Tensor:
    """Made-up backgrounds: plain, in gradients, in blobs and in fine grain, mixed at random. In [0, 1]."""
    n, _, height, width = shape
    total = torch.rand(n, 3, 1, 1, generator=generator).expand(shape)
    for cells in (2, 4, 12, 40):
        noise = F.interpolate(
            torch.randn(n, 3, cells, cells, generator=generator), (height, width), mode="bicubic"
        )
        total = total + noise / cells**0.5 * augmentation.spread(n, generator, 0, 0.6)
    return total.clamp(0, 1)


def side_light(shape: torch.Size, generator: torch.Generator) -> Tensor:
    """A factor from up to 1.4 on one side down to 0.6 or more on the other, the side at random."""
    n, _, height, width = shape
    angle = torch.rand(n, 1, 1, 1, generator=generator) * 2 * torch.pi
    across, down = torch.linspace(-1, 1, width), torch.linspace(-1, 1, height)[:, None]
    ramp = (across * angle.cos() + down * angle.sin()) / 1.2
    return 1 + augmentation.spread(n, generator, 0, 0.4) * ramp.clamp(-1, 1)


RECIPE = Recipe(
    slug="face-sketch-plus",
    data=portrait_pairs.pairs,
    augment=augment,
    prepare=prepare,
    loss=portrait_pairs.objective(strokes=1.2, opinion=0.1),
    optimizer=portrait_pairs.optimizer,
    build=lambda: portrait_pairs.Contest("face-sketch-plus"),
    finish=portrait_pairs.release,
    epochs=60,
    batch=4,
    ema=0.998,
    keep_last=True,
    channels_last=True,
    about={
        "summary": "Draws a face photo as a pencil sketch with an artist's strokes, at 200x250 px.",
        "limits": "Trained on 158 frontal faces of young adults with a calm expression, posed "
        "as in a passport photo. Other poses, glasses, children, hands and hats come out as "
        "smudges or as hair. The strokes are plausible but not the artist's own: they are made "
        "from noise, are shorter than an artist's, and in places look like beads on a string. "
        "Eyes in blurred photos come out uneven.",
        "example": 'sketch = tasks.translate_face(model, Image.open("face.jpg"))',
    },
)

if __name__ == "__main__":
    loop.main(RECIPE)
