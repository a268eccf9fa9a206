"""Train `face-vae-plus` on CelebA, full and half size together.

python -m train.face_vae_plus --data DIR        50 minutes on one core
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ae_models import zoo
from train import latents
from train.datasets import augmentation, celeba, files
from train.datasets.files import Split
from train.engine import folding, loop
from train.engine.recipe import Recipe
from train.measures import statistics

BETA = 0.1  # weight of the KL term; small, as new faces are not sampled from the prior


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
    """Half of the faces bent and moved a little, half of them in another light."""
    (faces,) = files.to_unit(augmentation.flip(batch, generator))
    (moved,) = augmentation.affine((faces,), generator, degrees=4, zoom=0.05, move=0.02)
    (bent,) = augmentation.wobble((moved,), generator, 1.5, cells=5)
    faces = augmentation.maybe(0.5, bent, faces, generator)
    return (augmentation.maybe(0.5, augmentation.jitter(faces, generator, 0.15), faces, generator),)


def loss(network: nn.Module, batch: Split, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
    """Summed squared error on [0, 1] plus BETA times KL in nats, per image (Higgins et al. 2017,
    beta-VAE)."""
    (x,) = batch
    posterior = network.encode(x)
    z = posterior.sample() if network.training else posterior.mode()
    reconstruction = (network.decode(z).float() - x).square().sum((1, 2, 3)).mean()
    kl = posterior.kl().sum(1).mean()
    return reconstruction + BETA * kl, {"reconstruction": reconstruction, "kl": kl}


RECIPE = Recipe(
    slug="face-vae-plus",
    data=celeba.faces,
    augment=augment,
    prepare=files.to_unit,
    loss=loss,
    build=build,
    start=analyze,
    finish=lambda network, root: latents.fit(folding.fold(network), root),
    optimizer=lambda network: torch.optim.Adam(
        network.parameters(), lr=1e-3, betas=(0.9, 0.99), fused=True
    ),
    epochs=24,
    batch=32,
    warmup=200,
    clip=5000.0,
    ema=0.998,
    channels_last=True,
    about={
        "summary": "Variational autoencoder for faces, built around a principal component "
        "analysis. It describes a face of 128x128 px by 128 numbers; faces can be morphed, "
        "edited and sampled.",
        "limits": "Faces are soft where 128 numbers are not enough: hair, beards, backgrounds. "
        "Trained on 8,503 faces of celebrities who look at the camera; other poses, hats, hands "
        "and glasses come out wrong. The direction of an attribute is the average difference "
        "between faces that annotators labeled with it and without it, so it carries their "
        "judgment and the fashions of the data set. Moving more than 3 units along it distorts a "
        "face.",
        "example": "faces = tasks.sample(model, 4, seed=1)\n"
        'smile = tasks.edit(model, faces[0], {"Smiling": 2.5})',
    },
)

if __name__ == "__main__":
    loop.main(RECIPE)
