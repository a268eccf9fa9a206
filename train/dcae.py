"""Train `dcae` on CIFAR-10.

python -m train.dcae --data DIR               16 minutes on one core for 20,000 pictures
python -m train.dcae --data DIR --download    on the whole set, fetched by torchvision
"""

import functools

from pytorch_optimizer import SOAP
from torch import Tensor, nn
from torch.nn import functional as F

from train.datasets import augmentation, files, readers
from train.datasets.files import Split
from train.engine import loop
from train.engine.recipe import Recipe, Variant


def loss(network: nn.Module, batch: Split, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
    """Mean absolute error on [-1, 1]."""
    (x,) = batch
    return F.l1_loss(network(x).float(), x), {}


DOWNLOAD = Variant(
    "fetch the whole of CIFAR-10 into DIR first",
    {"data": functools.partial(readers.cifar10, download=True)},
)
RECIPE = Recipe(
    slug="dcae",
    data=readers.cifar10,
    augment=augmentation.flipped(files.to_signed),
    prepare=files.to_signed,
    loss=loss,
    optimizer=lambda network: SOAP(
        network.parameters(),
        lr=3e-3,
        betas=(0.95, 0.95),
        weight_decay=0.01,
        precondition_frequency=10,
    ),
    epochs=40,
    batch=128,
    variants={"download": DOWNLOAD},
    about={
        "summary": "Deep convolutional autoencoder. It turns a picture of 32x32x3 numbers into "
        "8x8x16, a third as many, and rebuilds it. Larger pictures are processed in overlapping "
        "tiles.",
        "limits": "The latent is not quantized: stored as float32 it takes more bytes than the "
        "picture. It is compression only once its numbers are coded. Fine texture is smoothed.",
        "example": 'again = tasks.reconstruct(model, Image.open("picture.png"))',
    },
)

if __name__ == "__main__":
    loop.main(RECIPE)
