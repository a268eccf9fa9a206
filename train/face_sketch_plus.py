"""Train `face-sketch-plus` on the CUHK Face Sketch Database.

    python -m train.face_sketch_plus --data DIR --start weights/face-sketch-plus

It goes on from weights. The release comes from several runs, one after another; train/LOG.md has
them.
"""

from functools import partial

import torch
from torch import Tensor
from torch.nn import functional as F

from ae_models import color
from train.datasets import augmentation, portrait_pairs
from train.datasets.files import Split
from train.engine import adversary, loop, perception
from train.engine.losses import stripes, strokes
from train.engine.recipe import Recipe

STUDIO = 0.5  # share of the photos that are not changed
OTHERS = 0.3  # share of the people who get another tone of skin or hair
# weights in the difference of textures
STROKES, STRIPES, UNLIKE, MOMENTS = 1.2, 2, 0.03, 0.25
SHADED = 0.7  # how much darker a sketch is for skin that is darker by 1


def augment(batch: Split, generator: torch.Generator) -> Split:
    photo, sketch, behind, style = portrait_pairs.warp(batch, generator)
    others = augmentation.chance(len(photo), generator, OTHERS)
    toned = zip(other_tones(photo, sketch, behind, generator), (photo, sketch))
    photo, sketch = (torch.where(others, changed, x) for changed, x in toned)
    studio = augmentation.chance(len(photo), generator, STUDIO)
    return torch.where(studio, photo, snapshot(photo, behind, generator)), sketch, style


def prepare(batch: Split) -> Split:
    photo, sketch, _, style = batch
    return photo.float() / 255, sketch.float() / 255, style


# ---- people of all tones: the artists drew young people from Hong Kong ----


def other_tones(
    photo: Tensor, sketch: Tensor, behind: Tensor, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Skin as dark as any, hair up to white, and the sketch shaded or lightened by as much."""
    uniform = partial(augmentation.uniform, sketch, generator)
    light, person = color.luma(photo), 1 - behind
    skin = _around(((light > 0.3) & (photo[:, :1] - photo[:, 2:] > 0.06)).float() * person)
    hair = _around(((light < 0.3) * person).float(), 15).gt(0.6).float()  # not eyes and brows
    dark = photo.clamp_min(1e-3) ** uniform(1, 3)
    changed = torch.lerp(photo, torch.lerp(color.luma(dark), dark, 0.75), skin)
    gray = 1 - (1 - light) * uniform(0.25, 1)
    whiter = torch.lerp(changed, gray.expand_as(photo), _around(hair))
    changed = augmentation.maybe(0.5, whiter, changed, generator)
    before, after = (_around(color.luma(x)) for x in (photo, changed))
    shaded = sketch * (1 - SHADED * (before - after).clamp_min(0))
    lighter = ((1 - after) / (1 - before).clamp_min(0.05)).clamp_max(1)
    return changed, 1 - (1 - shaded) * lighter


def _around(x: Tensor, side: int = 7) -> Tensor:
    """Mean of the square of `side` px around each pixel."""
    return F.avg_pool2d(x, side, 1, side // 2, count_include_pad=False)


def texture(drawn: Tensor, truth: Tensor) -> Tensor:
    """The difference of strokes and stripes, and that of what EfficientNet-Lite0 sees of every
    other sample, which costs half; moved at random, since it strides by two."""
    down, right = torch.randint(2, (2,)).tolist()
    seen = (x[::2, :, down:, right:].clamp(0, 1).expand(-1, 3, -1, -1) for x in (drawn, truth))
    unlike, moments = perception.texture(*seen)
    lines = STROKES * strokes(drawn, truth) + STRIPES * stripes(drawn, truth)
    return lines + UNLIKE * unlike + MOMENTS * moments


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
    loss=adversary.objective(texture, weight=1, opinion=0.1),
    optimizer=lambda contest: adversary.optimizer(contest, 0.02, 1e-3),
    build=lambda: adversary.Contest("face-sketch-plus"),
    finish=adversary.release,
    epochs=30,
    batch=4,
    ema=0.99,
    keep_last=True,  # the validation loss has no critic in it and prefers smooth sketches
    channels_last=True,
    about={
        "summary": "Draws a face photo as a pencil sketch with an artist's strokes, at 200x250 px.",
        "limits": "Trained on 158 frontal faces of young adults with a calm expression, posed "
        "as in a passport photo; darker skin and gray hair were made up in their photos and shaded "
        "in their sketches. Other poses, glasses, children, hands and hats come out as smudges or "
        "as hair, blond hair before a dark background may come out dark, and a blurred photo gives "
        "a pale sketch. Strokes follow the hair, but are finer and weaker than an artist's, and "
        "not the artist's own.",
        "example": 'sketch = tasks.translate_face(model, Image.open("face.jpg"))',
    },
)

if __name__ == "__main__":
    loop.main(RECIPE)
