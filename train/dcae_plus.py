"""Train `dcae-plus` on CIFAR-10, and on parts of landscapes if that set is there too.

python -m train.dcae_plus --data DIR        12 minutes on one core

DIR holds cifar10/ and landscape/.

Each row of a batch is coded at one rate, which follows from its place: rows are shuffled.
"""

from pathlib import Path

import torch
from pytorch_optimizer import SOAP
from torch import Tensor, nn

from ae_models import inference, metrics
from ae_models.codec.refinement import TARGETS
from train import codec_context
from train.datasets import augmentation, files, readers
from train.datasets.files import Split
from train.engine import loop
from train.engine.recipe import Recipe

UNROUNDED = 3  # the latent of one row in three is not rounded
BIT_WEIGHT = 1.0  # of a bit per pixel, against the squared error over that of the rate's target
ERROR_FLOOR = 1e-5  # added to the squared error before its logarithm: 50 dB


def pictures(root: Path, split: str) -> Split:
    """CIFAR-10, and for training also one tile of 32 px from each landscape: smooth sky, or
    grass."""
    (small,) = readers.cifar10(root, split)
    if split != "train":
        return (small,)
    try:
        (photos,) = readers.landscape(root, split)
    except ValueError as error:
        print(f"training without landscapes: {error}")
        return (small,)
    tiles = photos.unfold(2, 32, 32).unfold(3, 32, 32)
    tiles = tiles.permute(0, 2, 3, 1, 4, 5).flatten(1, 2)  # (N, 16, 3, 32, 32)
    rows = torch.arange(len(tiles))
    return (torch.cat([small, tiles[rows, rows % tiles.shape[1]]]),)


def loss(network: nn.Module, batch: Split, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
    """For rows that are not rounded, the logarithm of the squared error, which is PSNR; for others,
    the squared error over that of their rate's target, and bits per pixel. So all rates have about
    the same influence, whatever their error."""
    (x,) = batch
    plain = len(x) // UNROUNDED
    rate = torch.arange(len(x), device=x.device) % network.config.rates + 1
    rate[:plain] = 0
    latent = network.encode(x, rate).float()
    rates = rate[plain:]
    exact = network.bottleneck.scale(latent[plain:], rates)
    # the gradient passes straight through the rounding (Bengio et al. 2013, arXiv 1308.3432)
    q = exact + (exact.round() - exact).detach()
    # noise stands for the rounding and has a gradient (Ballé et al. 2017, arXiv 1611.01704)
    noise = torch.rand_like(q) - 0.5 if network.training else q - exact
    bits = network.bits(exact + noise, rates)
    latent = torch.cat([latent[:plain], network.dequantize(q, rates)])
    decoded = network.decode(latent, rate).float()
    error = metrics.mse(*(inference.from_network(network, y) for y in (decoded, x)))

    target = 10 ** (-torch.tensor(TARGETS, device=x.device)[rates - 1] / 10)
    per_pixel = bits / x[0, 0].numel()
    coded = error[plain:] / target + BIT_WEIGHT * per_pixel
    total = torch.cat([(error[:plain] + ERROR_FLOOR).log(), coded]).mean()
    parts = {"psnr": -10 * error[:plain].log10().mean(), "bpp": per_pixel.mean()}
    return total, {name: part.detach() for name, part in parts.items()}


RECIPE = Recipe(
    slug="dcae-plus",
    data=pictures,
    augment=augmentation.flipped(files.to_signed),
    prepare=files.to_signed,
    loss=loss,
    finish=codec_context.fit,
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
        "five rates and written to a file, by a range coder under a context model.",
        "limits": "Whether its files are smaller than WebP's depends on the pictures. bd_rate is the "
        "difference to WebP (method 6) in percent of bytes at equal PSNR or MS-SSIM: on 150 pictures "
        "of CIFAR-10, 30 landscapes of 128 px, 30 photographs of 160 px that were WebP files before, "
        "which favors WebP, and the five photographs of 256 to 910 px in gradio's package, of which "
        "docs/dcae-plus-rates.webp shows the curves. Beside thin dark things on smooth ground, such "
        "as branches on sky, it leaves ripples where WebP is clean; at coarse rates, smooth ground "
        "shows blocks of 16 px, and fine texture and thin text are smoothed. A file can only be read "
        "with the very weights that wrote it.",
        "example": 'data = tasks.compress(model, Image.open("picture.png"), rate=3)\n'
        "again = tasks.decompress(data)",
    },
)

if __name__ == "__main__":
    loop.main(RECIPE)
