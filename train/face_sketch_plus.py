"""Train `face-sketch-plus` on the CUHK Face Sketch Database.

python -m train.face_sketch_plus --data DIR        15 minutes on one core
"""

from functools import partial

import torch
from torch import Tensor
from torch.nn import functional as F

from train.datasets import augmentation, portrait_pairs
from train.datasets.files import Split
from train.engine import adversary, loop
from train.engine.losses import strokes
from train.engine.recipe import Recipe

STUDIO = 0.5  # share of the photos that are not changed


def augment(batch: Split, generator: torch.Generator) -> Split:
    photo, sketch, behind, style = portrait_pairs.warp(batch, generator)
    studio = augmentation.chance(len(photo), generator, STUDIO)
    return torch.where(studio, photo, snapshot(photo, behind, generator)), sketch, style


def prepare(batch: Split) -> Split:
    photo, sketch, _, style = batch
    return photo.float() / 255, sketch.float() / 255, style


# ---- photos of a studio as if taken by anyone; the sketch stays as it is ----


def snapshot(photo: Tensor, behind: Tensor, generator: torch.Generator) -> Tensor:
    """Photos with other backgrounds, light, colors and cameras, each at random. (B, 3, H, W) in
    [0, 1]; `behind` (B, 1, H, W) is 1 on the background."""
    maybe = partial(augmentation.maybe, generator=generator)
    uniform = partial(augmentation.uniform, photo, generator)
    x = maybe(0.6, torch.lerp(photo, scenery(photo.shape, generator), behind), photo)
    x = maybe(0.5, x * side_light(photo.shape, generator), x)
    x = maybe(0.7, augmentation.jitter(x, generator, amount=0.3), x)
    x = maybe(0.5, x.clamp_min(1e-3) ** uniform(0.6, 1.6), x)
    x = maybe(0.4, torch.lerp(x.mean(1, keepdim=True), x, uniform(0, 1.3)), x)
    x = maybe(0.3, torch.lerp(x, portrait_pairs.blurred(x), uniform(0.3, 1)), x)
    return maybe(0.4, x + torch.randn(x.shape, generator=generator) * uniform(0, 0.05), x)


def scenery(shape: torch.Size, generator: torch.Generator) -> Tensor:
    """Random backgrounds in [0, 1]: a plain color with noise of four scales, mixed at random."""
    n, _, height, width = shape
    total = torch.rand(n, 3, 1, 1, generator=generator).expand(shape)
    for cells in (2, 4, 12, 40):
        noise = F.interpolate(
            torch.randn(n, 3, cells, cells, generator=generator), (height, width), mode="bicubic"
        )
        total = total + noise / cells**0.5 * augmentation.uniform(total, generator, 0, 0.6)
    return total.clamp(0, 1)


def side_light(shape: torch.Size, generator: torch.Generator) -> Tensor:
    """A factor that falls from up to 1.4 on one side to 0.6 or more on the other, at a random
    angle."""
    n, _, height, width = shape
    angle = torch.rand(n, 1, 1, 1, generator=generator) * 2 * torch.pi
    across, down = torch.linspace(-1, 1, width), torch.linspace(-1, 1, height)[:, None]
    ramp = (across * angle.cos() + down * angle.sin()) / 1.2
    return 1 + augmentation.uniform(angle, generator, 0, 0.4) * ramp.clamp(-1, 1)


RECIPE = Recipe(
    slug="face-sketch-plus",
    data=portrait_pairs.pairs,
    augment=augment,
    prepare=prepare,
    loss=adversary.objective(strokes, weight=1.2, opinion=0.1),
    optimizer=adversary.optimizer,
    build=lambda: adversary.Contest("face-sketch-plus"),
    finish=adversary.release,
    epochs=60,
    batch=4,
    ema=0.998,
    keep_last=True,  # the validation loss has no critic in it and prefers smooth sketches
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
