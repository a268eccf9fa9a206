"""Train `face-attributes`, the classifier of ae_models/face/classifier.py, on CelebA's attributes.

    python -m train.face_attributes --data DIR        13 minutes on a busy core

Only training people of odd identity are used: train/latents.py finds its directions on the others.
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ae_models import zoo
from train.datasets import augmentation, celeba
from train.datasets.files import Split
from train.engine import folding, loop
from train.engine.recipe import Recipe
from train.measures import classifier

SIDE = 64


def read(root: Path, split: str) -> Split:
    faces, attributes, people = celeba.faces_with_attributes(root, split)
    keep = people.flatten() % 2 == classifier.HALF if split == "train" else slice(None)
    return faces[keep], attributes[keep]


def build() -> nn.Module:
    return folding.add_norm(zoo.build("face-attributes"))


def augment(batch: Split, generator: torch.Generator) -> Split:
    (faces,) = augmentation.flip(batch[:1], generator)
    (faces,) = augmentation.affine(
        (faces.float() / 255,), generator, degrees=5, zoom=0.06, move=0.03, size=(SIDE, SIDE)
    )
    return augmentation.jitter(faces, generator, amount=0.1), batch[1]


def prepare(batch: Split) -> Split:
    return batch[0].float() / 255, batch[1]


def loss(network: nn.Module, batch: Split, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
    """Mean binary cross-entropy in nats."""
    faces, truth = batch[0], batch[1].flatten(1).float()
    logits = network(faces).float()
    right = ((logits > 0) == (truth > 0.5)).float().mean()
    return F.binary_cross_entropy_with_logits(logits, truth), {"accuracy": right}


RECIPE = Recipe(
    slug="face-attributes",
    data=read,
    augment=augment,
    prepare=prepare,
    loss=loss,
    build=build,
    finish=lambda network, root: folding.fold(network),
    optimizer=lambda network: torch.optim.AdamW(
        network.parameters(), lr=2e-3, weight_decay=0.05, fused=True
    ),
    epochs=24,
    batch=64,
    ema=0.998,
    channels_last=True,
    about={
        "summary": "Small classifier of the 40 attributes of CelebA. It measures the face "
        "networks and is not part of the app.",
        "limits": "The attributes are what annotators saw in press photos, and some are "
        "judgments of taste (Attractive, Young). Rare ones (Bald, Wearing_Necktie) are seldom "
        "found. Distances between its features ignore details smaller than two pixels of 128, "
        "and cannot be compared with those of any other network.",
        "example": "from ae_models import images\n"
        'logits = model(images.to_tensor(Image.open("face.jpg").convert("RGB")))',
    },
)

if __name__ == "__main__":
    loop.main(RECIPE)
