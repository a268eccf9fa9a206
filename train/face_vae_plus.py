"""Train `face-vae-plus` on CelebA, full and half size, and on Labeled Faces in the Wild.

    python -m train.face_vae_plus --data DIR                        80 minutes on one core
    python -m train.face_vae_plus --data DIR --sharpen --start RELEASE --out DIR2      85 minutes

The second run makes the soft faces of the first sharper.
"""

import math
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ae_models import zoo
from train import latents
from train.datasets import augmentation, celeba, readers
from train.datasets.files import Split
from train.engine import folding, loop, perception
from train.engine.losses import strokes, weave
from train.engine.recipe import Recipe, Variant
from train.measures import statistics

BETA = 0.1  # weight of the KL term; small, as new faces are not sampled from the prior
WHOLE = 0.5  # share of the latents in training that keep all of their numbers
LEAST_KEPT = 8  # of the others

# Weights of what makes faces sharp, chosen so that the gradients in a picture are about as large as
# that of the squared error.
WEIGHTS = {"unlike": 8, "moments": 40, "strokes": 6000, "weave": 20, "grid": 60}
CELL = 4  # px a side that the decoder paints from one place of its features


def read(root: Path, split: str) -> Split:
    """Faces, and 1 for those that are sharp (N, 1, 1, 1), 0 for those of half size."""
    (whole,), (every,) = celeba.faces(root, split, half=False), celeba.faces(root, split)
    sharp, half = torch.cat([whole, *readers.lfw(root, split)]), every[len(whole) :]
    known = torch.arange(len(sharp) + len(half)) < len(sharp)
    return torch.cat([sharp, half]), known.byte()[:, None, None, None]


def build() -> nn.Module:
    network = zoo.build("face-vae-plus")
    return folding.add_norm(network, plain=[network.refine.head])


@torch.no_grad()
def analyze(network: nn.Module, train: Split) -> None:
    """Fit the fixed part: the principal components of the training faces and their mirror images,
    at half the size."""
    half = torch.cat([F.avg_pool2d(x.float() / 255, 2) for x in train[0].split(256)])
    faces = torch.cat([half, half.flip(3)])
    mean = faces.mean(0)
    values, basis = statistics.principal_components(
        faces.sub_(mean).flatten(1), network.config.latent
    )
    network.mean_face.copy_(mean)
    network.basis[: len(values)].copy_(basis.T)
    network.deviation[: len(values)].copy_(values / len(faces) ** 0.5)


def augment(batch: Split, generator: torch.Generator) -> Split:
    """Half of the faces bent and moved a little, half of them in another light; how many of its
    numbers the latent of each keeps, (B, 1, 1, 1)."""
    faces, sharp = augmentation.flip(batch, generator)
    faces = faces.float() / 255
    (moved,) = augmentation.affine((faces,), generator, degrees=4, zoom=0.05, move=0.02)
    (bent,) = augmentation.wobble((moved,), generator, 1.5, cells=5)
    faces = augmentation.maybe(0.5, bent, faces, generator)
    faces = augmentation.maybe(0.5, augmentation.jitter(faces, generator, 0.15), faces, generator)
    return faces, sharp, numbers_kept(len(faces), generator)


def numbers_kept(count: int, generator: torch.Generator) -> Tensor:
    """All for the share WHOLE, else LEAST_KEPT to all, each doubling as likely: (count, 1, 1,
    1)."""
    most = zoo.row("face-vae-plus").config.latent
    draw = torch.rand(count, 1, 1, 1, generator=generator) * math.log(most / LEAST_KEPT)
    fewer = (LEAST_KEPT * draw.exp()).round()
    return fewer.masked_fill(augmentation.chance(count, generator, WHOLE), most)


def prepare(batch: Split) -> Split:
    """Rows of `read` -> faces in [0, 1], whether they are sharp, and all numbers kept."""
    faces, sharp = batch
    return faces.float() / 255, sharp, torch.full(sharp.shape, math.inf)


def loss(network: nn.Module, batch: Split, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
    """Summed squared error on [0, 1] plus BETA times KL in nats, per image (Higgins et al. 2017,
    beta-VAE). Of a face that is not sharp the error is that at half the size: else the network
    would learn the blur."""
    total, parts, _ = reconstructed(network, batch)
    return total, parts


def reconstructed(network: nn.Module, batch: Split) -> tuple[Tensor, dict[str, Tensor], Tensor]:
    """`loss`, and the reconstructions."""
    x, sharp, kept = batch
    posterior = network.encode(x)
    z = posterior.sample() if network.training else posterior.mode()
    z = z * (torch.arange(z.shape[1], device=z.device) < kept.flatten(1))
    again = network.decode(z).float()
    error = again - x
    coarse = F.interpolate(F.avg_pool2d(error, 2), scale_factor=2.0)
    reconstruction = torch.where(sharp > 0, error, coarse).square().sum((1, 2, 3)).mean()
    kl = posterior.kl().sum(1).mean()
    return reconstruction + BETA * kl, {"reconstruction": reconstruction, "kl": kl}, again


# ---- sharp faces ----


def sharpen(network: nn.Module, batch: Split, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
    """`loss`; for sharp faces of all numbers also the differences that a squared error hardly
    counts, of features, of their second moments and of the strength of strokes, and a weave, the
    easiest way to strong strokes; a grid in any face."""
    total, parts, again = reconstructed(network, batch)
    # few numbers cannot place strokes: asked for them, they paint a mesh
    known = ((batch[1] > 0) & (batch[2] >= network.config.latent)).flatten()
    if not (network.training and known.any()):
        return total, parts
    sharp, drawn = batch[0][known], again[known]
    # moved at random, since EfficientNet-Lite0 strides
    down, right = torch.randint(2 * CELL, (2,)).tolist()
    seen = (x[:, :, down:, right:].clamp(0, 1) for x in (drawn, sharp))
    parts["unlike"], parts["moments"] = perception.texture(*seen)
    parts["strokes"], parts["weave"] = strokes(drawn, sharp), weave(drawn, sharp)
    parts["grid"] = grid(again)
    return total + sum(weight * parts[name] for name, weight in WEIGHTS.items()), parts


def grid(x: Tensor, window: int = 11) -> Tensor:
    """Strength of a grid of cells: the mean absolute detail that all cells in a window share at the
    same place. A pixel shuffle leaves such a grid, since each place has weights of its own.

    x: (B, C, H, W); window: cells a side."""
    around = F.avg_pool2d(x, 5, 1, 2, count_include_pad=False)
    cells = F.pixel_unshuffle(x - around, CELL)
    return F.avg_pool2d(cells, min(window, cells.shape[3]), 1).abs().sum(1).mean()


SHARPEN = Variant(
    "make the faces of a release sharper, given with --start",
    {
        "start": None,
        "loss": sharpen,
        "optimizer": lambda network: torch.optim.Adam(
            network.parameters(), lr=3e-4, betas=(0.9, 0.99), fused=True
        ),
        "epochs": 8,
        "batch": 24,
        "keep_last": True,  # the validation loss prefers soft faces
    },
)
RECIPE = Recipe(
    slug="face-vae-plus",
    data=read,
    augment=augment,
    prepare=prepare,
    loss=loss,
    build=build,
    start=analyze,
    finish=lambda network, root: latents.fit(folding.fold(network), root),
    optimizer=lambda network: torch.optim.Adam(
        network.parameters(), lr=1e-3, betas=(0.9, 0.99), fused=True
    ),
    epochs=12,
    batch=32,
    warmup=200,
    clip=5000.0,
    ema=0.998,
    channels_last=True,
    variants={"sharpen": SHARPEN},
    about={
        "summary": "Variational autoencoder for faces, built around a principal component "
        "analysis. It describes a face of 128x128 px by 512 numbers, the most important first; "
        "faces can be morphed, edited and sampled.",
        "limits": "Faces are softer than photos where 512 numbers are not enough: hair, beards, "
        "backgrounds. Enlarged, dark hair of new faces looks knitted. Trained on 13,198 faces of "
        "celebrities and people of the news who look at the camera; other poses, hats and hands "
        "come out wrong. The direction of an attribute is the average difference between faces "
        "that annotators labeled with it and without it, so it carries their judgment and the "
        "fashions of the data set. Moving more than 3 units along it distorts a face.",
        "example": "faces = tasks.sample(model, 4, seed=1)\n"
        'smile = tasks.edit(model, faces[0], {"Smiling": 2.5})',
    },
)

if __name__ == "__main__":
    loop.main(RECIPE)
