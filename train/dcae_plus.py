"""Train `dcae-plus` on CIFAR-10, and on parts of landscapes where that set is there too.

python -m train.dcae_plus --data DIR        12 minutes on one core; DIR holds cifar10/ and landscape/

The loss of a row is that of one rate, and rows are shuffled, so a row's place in the batch may say which.
"""

from pathlib import Path

import torch
from pytorch_optimizer import SOAP
from torch import Tensor, nn

from ae_models import metrics
from train.datasets import augmentation, readers
from train.datasets.files import Split
from train.engine import loop
from train.engine.recipe import Recipe

UNROUNDED = 3  # one row in three keeps its latent as it is
TARGETS = (24.0, 27.0, 30.0, 33.0, 36.0)  # dB that each rate is to reach, about
PRICE = 1.0  # of a bit per pixel, in units of the squared error of a rate's target
BEST = 1e-5  # squared error below which less is worth little: 50 dB


def pictures(root: Path, split: str) -> Split:
    """CIFAR-10; for training also one tile of 32 px of each landscape, whose small parts are smoother, or grass."""
    (small,) = readers.cifar10(root, split)
    if split != "train":
        return (small,)
    try:
        (photos,) = readers.landscape(root, split)
    except ValueError as error:
        print(f"training without landscapes: {error}")
        return (small,)
    tiles = (
        photos.unfold(2, 32, 32).unfold(3, 32, 32).permute(0, 2, 3, 1, 4, 5).flatten(1, 2)
    )  # (N, 16, 3, 32, 32)
    rows = torch.arange(len(tiles))
    return (torch.cat([small, tiles[rows, rows % tiles.shape[1]]]),)


def augment(batch: Split, generator: torch.Generator) -> Split:
    return prepare(augmentation.flip(batch, generator))


def prepare(batch: Split) -> Split:
    return (batch[0].float() / 127.5 - 1,)


def loss(network: nn.Module, batch: Split, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
    """Unrounded rows: the logarithm of the squared error, which is PSNR. Others: squared error in units of their rate's
    target, and bits per pixel. So all pull about equally, whatever their error."""
    (x,) = batch
    plain = len(x) // UNROUNDED
    rate = torch.arange(len(x), device=x.device) % network.config.rates + 1
    rate[:plain] = 0
    latent = network.encode(x, rate).float()
    rates = rate[plain:]
    exact = network.bottleneck.scale(latent[plain:], rates)
    q = (
        exact + (exact.round() - exact).detach()
    )  # the gradient passes straight through (Bengio et al. 2013)
    noise = torch.rand_like(q) - 0.5 if network.training else q - exact
    bits = network.bits(
        exact + noise, rates
    )  # noise is rounding with a gradient (Ballé et al. 2017)
    latent = torch.cat([latent[:plain], network.dequantize(q, rates)])
    error = metrics.mse(network.decode(latent, rate).float() / 2, x / 2)  # of [0, 1]

    target = 10 ** (-torch.tensor(TARGETS, device=x.device)[rates - 1] / 10)
    per_pixel = bits / x[0, 0].numel()
    total = torch.cat(
        [(error[:plain] + BEST).log(), error[plain:] / target + PRICE * per_pixel]
    ).mean()
    parts = {"psnr": -10 * error[:plain].log10().mean(), "bpp": per_pixel.mean()}
    return total, {name: part.detach() for name, part in parts.items()}


RECIPE = Recipe(
    slug="dcae-plus",
    data=pictures,
    augment=augment,
    prepare=prepare,
    loss=loss,
    optimizer=lambda network: SOAP(
        network.parameters(),
        lr=3e-3,
        betas=(0.95, 0.95),
        weight_decay=0.0,
        precondition_frequency=10,
    ),
    epochs=9,
    batch=128,
    channels_last=True,
    about={
        "summary": "Deep convolutional autoencoder for pictures of any size. It turns each "
        "block of 4x4 pixels into 16 numbers, which are kept as they are or rounded at one of "
        "five rates. A learned prior counts the bits of the rounded numbers.",
        "limits": "Byte counts are estimates by the prior; no file is written yet. At coarse "
        "rates, fine texture and thin text are smoothed.",
        "example": 'again = tasks.reconstruct(model, Image.open("picture.png"), rate=3)',
    },
)

if __name__ == "__main__":
    loop.main(RECIPE)
