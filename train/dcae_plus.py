"""Train `dcae-plus` on everyday photographs, landscapes and CIFAR-10.

    python -m train.dcae_plus --data DIR [--start PATH]        one hour on one core

DIR holds photos/, landscape/ and cifar10/. Each row of a batch is coded at one rate, which follows
from its place: rows are shuffled. The context model is trained along, and fitted to whole numbers
at the end.
"""

from pathlib import Path

import torch
from PIL import Image
from pytorch_optimizer import SOAP
from torch import Tensor, nn

from ae_models import images, inference, metrics
from ae_models.codec.context import PATTERN
from ae_models.codec.refinement import TARGETS
from train import codec_context
from train.datasets import augmentation, files, readers
from train.datasets.files import Split
from train.engine import loop
from train.engine.recipe import Recipe

SIDE, CROP = 128, 96  # px of parts of photographs, and of what is seen of them at a time
SMALL, SMALL_WEIGHT = 4, 0.3  # pictures of CIFAR-10 beside each part, and their weight in the loss
VALIDATED = 160  # parts, evenly chosen
UNROUNDED = 5  # the latent of one row in five is not rounded
RATE = 3  # at which the strengths of kinds are compared before training
REFIT = 4  # epochs of the context model alone
PRIOR_WEIGHT = 0.1  # of the factorized prior's bits
BIT_WEIGHT = 1.0  # of a bit per pixel, against the squared error over that of the rate's target
ERROR_FLOOR = 1e-5  # added to the squared error before its logarithm: 50 dB


def pictures(root: Path, split: str) -> Split:
    """Parts of photographs and landscapes, (N, 3, SIDE, SIDE), and beside each some pictures of
    CIFAR-10, (N, 3 SMALL, 32, 32)."""
    (small,) = readers.cifar10(root, split)
    large = torch.cat([parts(root, split), *readers.landscape(root, split)])
    if split != "train":
        large = large[torch.arange(VALIDATED) * len(large) // VALIDATED]
    rows = torch.arange(SMALL * len(large)) * len(small) // (SMALL * len(large))
    return large, small[rows].unflatten(0, (-1, SMALL)).flatten(1, 2)


def parts(root: Path, split: str) -> Tensor:
    """Both ends of each everyday photograph, and the middle of every second one at twice its size,
    where all is smoother, as in pictures of many megapixels: (N, 3, SIDE, SIDE)."""
    found = []
    for i, photo in enumerate(readers.whole_photos(root, split)):
        if min(photo.size) < SIDE:
            photo = files.shorter_side_to(SIDE)(photo)
        width, height = photo.width - SIDE, photo.height - SIDE
        found += [photo.crop((x, y, x + SIDE, y + SIDE)) for x, y in ((0, 0), (width, height))]
        if i % 2:
            x, y, half = photo.width // 2, photo.height // 2, SIDE // 4
            box = (x - half, y - half, x + half, y + half)
            found.append(photo.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box))
    return files.stack([images.to_uint8(images.to_tensor(part))[0] for part in found], root)


def augment(batch: Split, generator: torch.Generator) -> Split:
    """Mirror, and pick the same random square of CROP px from each part."""
    large, small = augmentation.flip(batch, generator)
    spare = max(0, large.shape[3] - CROP)
    top, left = torch.randint(spare + 1, (2,), generator=generator).tolist()
    return files.to_signed((large[:, :, top : top + CROP, left : left + CROP], small))


def loss(network: nn.Module, batch: Split, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
    """Weighted mean of the lagrangians of both kinds of pictures."""
    large, small = batch
    losses = [
        lagrangian(network, large),
        lagrangian(network, small.unflatten(1, (-1, 3)).flatten(0, 1)),
    ]
    total = (1 - SMALL_WEIGHT) * losses[0][0] + SMALL_WEIGHT * losses[1][0]
    return total, losses[0][1]


def lagrangian(network: nn.Module, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    """For rows that are not rounded, the logarithm of the squared error, which is PSNR; for others,
    the squared error over that of their rate's target, and bits per pixel under the context model.
    So all rates have about the same influence, whatever their error."""
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
    latent = torch.cat([latent[:plain], network.dequantize(q, rates)])
    decoded = network.decode(latent, rate).float()
    error = metrics.mse(*(inference.from_network(network, y) for y in (decoded, x)))

    with torch.autocast(x.device.type, enabled=False):  # the context model is exact in float32
        kinds, noisy = network.sorted_kinds(q), network.sorted_kinds(exact + noise)
        if network.training:
            passes = codec_context.some_passes(network.context)
            bits = len(PATTERN) * network.context.bits(kinds, rates - 1, passes, noisy)
        else:
            bits = network.context.bits(kinds, rates - 1)
        prior = network.bits((exact + noise).detach(), rates)
    target = 10 ** (-torch.tensor(TARGETS, device=x.device)[rates - 1] / 10)
    pixels = x[0, 0].numel()
    coded = error[plain:] / target + BIT_WEIGHT * bits / pixels
    total = torch.cat([(error[:plain] + ERROR_FLOOR).log(), coded]).mean()
    total = total + PRIOR_WEIGHT * prior.mean() / pixels  # teaches the prior alone
    psnr = -10 * error.log10()
    shown = {"psnr": psnr[:plain], "psnr_rounded": psnr[plain:], "bpp": bits / pixels}
    return total, {name: part.detach().mean() for name, part in shown.items()}


@torch.no_grad()
def start(network: nn.Module, rows: Split) -> None:
    """Sort the kinds for the context model by how strong each is in the linear transform."""
    x = files.to_signed((rows[0][:: len(rows[0]) // VALIDATED + 1],))[0]
    q = network.quantize(network.encode(x, RATE), RATE)
    codec_context.sort_kinds(network.context, [network.sorted_kinds(q)])


def finish(network: nn.Module, root: Path) -> nn.Module:
    """Fit the context model, which saw noise in training, to whole numbers."""
    return codec_context.fit(network.requires_grad_(False), root, REFIT, keep=True)


RECIPE = Recipe(
    slug="dcae-plus",
    data=pictures,
    augment=augment,
    prepare=files.to_signed,
    loss=loss,
    start=start,
    finish=finish,
    optimizer=lambda network: SOAP(
        network.parameters(),
        lr=1e-3,
        betas=(0.95, 0.95),
        weight_decay=0.0,
        max_precondition_dim=1024,
        precondition_frequency=10,
    ),
    epochs=5,
    batch=20,
    channels_last=True,
    about={
        "summary": "Deep convolutional autoencoder for pictures of any size. It turns each "
        "block of 4x4 pixels into 16 numbers, which are kept as they are or rounded at one of "
        "five rates and written to a file, by a range coder under a context model.",
        "limits": "Whether its files are smaller than WebP's depends on the pictures. bd_rate is "
        "the difference to WebP (method 6) in percent of bytes at equal PSNR or MS-SSIM: on 150 "
        "pictures of CIFAR-10, 30 landscapes of 128 px, 30 photographs of 160 px that were WebP "
        "files before, which favors WebP, and the five photographs of 256 to 910 px in gradio's "
        "package, of which docs/dcae-plus-rates.webp shows the curves. Beside thin dark things on "
        "smooth ground, such as branches on sky, it leaves ripples where WebP is clean; at coarse "
        "rates, smooth ground shows blocks of 16 px, and fine texture and thin text are smoothed. "
        "A file can only be read with the very weights that wrote it.",
        "example": 'data = tasks.compress(model, Image.open("picture.png"), rate=3)\n'
        "again = tasks.decompress(data)",
    },
)

if __name__ == "__main__":
    loop.main(RECIPE)
