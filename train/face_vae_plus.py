"""Train `face-vae-plus` on CelebA, full and half size, and on Labeled Faces in the Wild.

    python -m train.face_vae_plus --data DIR                        50 minutes on one core
    python -m train.face_vae_plus --data DIR --sharpen --start RELEASE --out DIR2      90 minutes

The second run makes the soft faces of the first sharp.
"""

import math
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ae_models import zoo
from ae_models.layers import Posterior
from train import latents
from train.datasets import augmentation, celeba, readers
from train.datasets.files import Split
from train.engine import folding, loop, perception
from train.engine.adversary import Contest, Critic
from train.engine.losses import strokes
from train.engine.recipe import Recipe, Variant
from train.measures import statistics

BETA = 0.1  # weight of the KL term; small, as new faces are not sampled from the prior
WHOLE = 0.5  # share of the latents in training that keep all of their numbers
LEAST_KEPT = 8  # of the others

# Weights of what makes faces sharp, chosen so that their gradients in a picture are about as large
# as that of the squared error: unlike features, the strength of strokes, a grid in the details, the
# critic's opinion. The last is that of what the critic learns.
UNLIKE, STROKES, GRID, OPINION, CRITIC = 8, 3000, 60, 30, 100
RISE = 0.1  # part of the run in which the critic's opinion comes to count
MADE_UP = 8  # samples beside each batch
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
    posterior, z = latents_of(network, batch)
    return distortion_and_rate(network.decode(z).float(), posterior, batch)


def latents_of(network: nn.Module, batch: Split) -> tuple[Posterior, Tensor]:
    """The posterior, and of one draw from it (in training) as many numbers as the batch says."""
    x, _, kept = batch
    posterior = network.encode(x)
    z = posterior.sample() if network.training else posterior.mode()
    return posterior, z * (torch.arange(z.shape[1], device=z.device) < kept.flatten(1))


def distortion_and_rate(
    again: Tensor, posterior: Posterior, batch: Split
) -> tuple[Tensor, dict[str, Tensor]]:
    """`loss`, from reconstructions."""
    x, sharp, _ = batch
    error = again - x
    coarse = F.interpolate(F.avg_pool2d(error, 2), scale_factor=2.0)
    reconstruction = torch.where(sharp > 0, error, coarse).square().sum((1, 2, 3)).mean()
    kl = posterior.kl().sum(1).mean()
    return reconstruction + BETA * kl, {"reconstruction": reconstruction, "kl": kl}


# ---- sharp faces, by an adversary ----


def contest() -> Contest:
    return Contest(build(), Critic(6, (32, 64, 128, 128)))


def sharpen(contest: Contest, batch: Split, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
    """`loss`; for sharp faces unlike features and the strength of strokes; and for all pictures,
    samples too, the critic's opinion and grids: VAE/GAN (Larsen et al. 2015, arXiv 1512.09300)."""
    network = contest.network
    posterior, z = latents_of(network, batch)
    if not contest.training:
        return distortion_and_rate(network.decode(z).float(), posterior, batch)
    pictures = network.decode(torch.cat([z, made_up(network, MADE_UP)])).float()
    total, parts = distortion_and_rate(pictures[: len(z)], posterior, batch)
    # moved at random, since Lite0 and the critic stride
    down, right = torch.randint(2 * CELL, (2,)).tolist()
    known = batch[1].flatten() > 0
    sharp, again = (x[known][:, :, down:, right:] for x in (batch[0], pictures[: len(z)]))
    shown = pictures[:, :, down:, right:]
    critic, opinion = contest.critic.losses(detailed(shown), detailed(sharp))
    parts |= {
        "unlike": perception.distance(again.clamp(0, 1), sharp),
        "strokes": strokes(again, sharp),
        "grid": grid(pictures),
        "critic": critic,
        "opinion": opinion,
    }
    weights = {"unlike": UNLIKE, "strokes": STROKES, "grid": GRID, "critic": CRITIC}
    weights["opinion"] = OPINION * min(progress / RISE, 1.0)
    return total + sum(weight * parts[name] for name, weight in weights.items()), parts


def made_up(network: nn.Module, count: int) -> Tensor:
    """Latents of samples, by what was fitted to the release that the run goes on from."""
    device = network.basis.device
    noise = torch.randn(count, network.config.latent, device=device)
    return network.aggregate.sample(noise, torch.rand(count, device=device))


def detailed(x: Tensor) -> Tensor:
    """Pictures in [0, 1], and their details, which the critic would overlook: (B, 6, H, W)."""
    return torch.cat([x - 0.5, 5 * details(x)], 1)


def details(x: Tensor) -> Tensor:
    return x - F.avg_pool2d(x, 5, 1, 2, count_include_pad=False)


def grid(x: Tensor, window: int = 11) -> Tensor:
    """What the details of the cells in a window of so many have in common: a pixel shuffle paints
    each place of a cell with weights of its own, and leaves a pattern."""
    cells = F.pixel_unshuffle(details(x), CELL)
    return F.avg_pool2d(cells, min(window, cells.shape[3]), 1).abs().sum(1).mean()


SHARPEN = Variant(
    "make the faces of a release sharp, given with --start",
    {
        "build": contest,
        "start": None,
        "loss": sharpen,
        "finish": lambda contest, root: latents.fit(folding.fold(contest.network), root),
        "optimizer": lambda contest: torch.optim.Adam(
            [
                {"params": contest.network.parameters(), "lr": 3e-4, "betas": (0.9, 0.99)},
                # momentum makes two opponents oscillate
                {"params": contest.critic.parameters(), "lr": 3e-4, "betas": (0.5, 0.99)},
            ],
            fused=True,
        ),
        "epochs": 6,
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
        "limits": "Faces are soft where 512 numbers are not enough: hair, beards, backgrounds. "
        "Trained on 13,198 faces of celebrities and people of the news who look at the camera; "
        "other poses, hats and hands come out wrong. The direction of an attribute is the average "
        "difference between faces that annotators labeled with it and without it, so it carries "
        "their judgment and the fashions of the data set. Moving more than 3 units along it "
        "distorts a face.",
        "example": "faces = tasks.sample(model, 4, seed=1)\n"
        'smile = tasks.edit(model, faces[0], {"Smiling": 2.5})',
    },
)

if __name__ == "__main__":
    loop.main(RECIPE)
