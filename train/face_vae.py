"""Train `face-vae` on CelebA, full and half size together.

    python -m train.face_vae --data DIR        116 minutes on one core

The network has no normalization and would learn slowly. It is trained with batch norm behind each
convolution but the last; for the release, the norms are folded into the convolutions
(train/engine/folding.py).
"""

import torch
from torch import Tensor, nn

from ae_models import zoo
from train.datasets import augmentation, celeba, files
from train.datasets.files import Split
from train.engine import folding, loop
from train.engine.recipe import Recipe

WARMUP = 0.2  # part of the run over which the weight of the KL term rises to 1
FREE_NATS = 0.05  # of each latent unit, without cost: else units collapse to the prior early


def build() -> nn.Module:
    network = zoo.build("face-vae")
    return folding.add_norm(network, plain=[network.decoder[-2]])


def loss(network: nn.Module, batch: Split, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
    """Summed squared error on [0, 1] plus KL in nats, per image. The weight of the KL term warms up
    (Bowman et al. 2015, arXiv 1511.06349), and in training the first FREE_NATS of each unit are
    free (Kingma et al. 2016, arXiv 1606.04934)."""
    (x,) = batch
    posterior = network.encode(x)
    z = posterior.sample() if network.training else posterior.mode()
    reconstruction = (network.decode(z).float() - x).square().sum((1, 2, 3)).mean()
    kl = posterior.kl().mean(0)  # (Z,)
    cost = kl.clamp_min(FREE_NATS).sum() if network.training else kl.sum()
    total = reconstruction + min(1.0, progress / WARMUP) * cost
    return total, {"reconstruction": reconstruction, "kl": kl.sum()}


RECIPE = Recipe(
    slug="face-vae",
    data=celeba.faces,
    augment=augmentation.flipped(files.to_unit),
    prepare=files.to_unit,
    loss=loss,
    build=build,
    finish=lambda network, root: folding.fold(network),
    optimizer=lambda network: torch.optim.Adam(
        network.parameters(), lr=2e-3, betas=(0.9, 0.99), fused=True
    ),
    epochs=22,
    batch=32,
    warmup=200,
    clip=5000.0,
    ema=0.998,
    channels_last=True,
    about={
        "summary": "Variational autoencoder for faces. It describes a face of 128x128 px by 128 "
        "numbers; two faces can be morphed into each other, and new faces sampled.",
        "limits": "Faces are soft: a squared error averages over all hair and texture that 128 "
        "numbers cannot describe. Trained on 8,503 faces of celebrities who look at the camera; "
        "other poses, hats, hands and glasses come out wrong.",
        "example": "faces = tasks.sample(model, 4, seed=1)\n"
        "frames = tasks.morph(model, faces[0], faces[1])",
    },
)

if __name__ == "__main__":
    loop.main(RECIPE)
