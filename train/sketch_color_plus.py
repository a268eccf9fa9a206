"""Train `sketch-color-plus` on the Pokémon sketch2photo pairs and on drawn things.

python -m train.sketch_color_plus --data DIR        about three hours on a busy core
"""

import functools
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ae_models import zoo
from ae_models.sketch import palettes
from train.datasets import artwork, augmentation, lines, readers, scenes
from train.datasets.files import Split
from train.engine import loop, optimizers
from train.engine.folding import add_dropout, add_norm, fold
from train.engine.recipe import Recipe, Variant

SLUG = "sketch-color-plus"
TIMES = 1  # how many things there are for each creature that is trained on
SEEDS = {"train": 0, "val": 1}  # of the things
MOVED = 0.85  # share of the samples that are bent, turned, scaled and moved
GIVEN = 0.4  # share of the samples with the data's own lines instead of drawn ones
# Shares of the samples that are given a palette, of those whose hues are changed, and of those that
# are given hints. Most things have a palette alone: it is all that tells what a part may be.
CREATURE_SHARES, THING_SHARES = (0.75, 0.6, 0.5), (0.95, 0.2, 0.3)
MAX_HINTS = 20
DROPPED = 0.25  # share of the channels at the lowest resolution
REPRESENTATIVE = 128  # palettes, of which those nearest to VIVID are kept
VIVID = 0.185  # of palettes like those of the artwork of creatures
CHROMA_KEPT = 0.8  # by proposed palettes: a part in one color is more vivid than a shaded one
SOFTNESS = 0.03  # of the prior's labels, as a distance between palettes
MOST_PALETTES = 1700  # among which representative ones are looked for
SHRINKAGE = 1e-3  # of the prior's weights, for each squared


def read(root: Path, split: str) -> Split:
    """Sketches, artwork, palettes (N, 5, 4), and shares (N, 3) as in CREATURE_SHARES: of creatures
    and of things."""
    mine = creatures(root, split)
    made = things((TIMES if split == "train" else 1) * len(mine[0]), split)
    return tuple(map(torch.cat, zip(mine, made)))


def creatures(root: Path, split: str) -> Split:
    """For training also all of them mirrored."""
    sides = [
        readers.sketch2photo(root, split, mirrored)
        for mirrored in ([False, True] if split == "train" else [False])
    ]
    sketches, art = map(torch.cat, zip(*sides))
    own = artwork.dominant(art.float() / 255)
    return sketches, art, own, torch.tensor(CREATURE_SHARES).expand(len(art), 3)


def things(count: int, split: str) -> Split:
    return *scenes.pictures(count, SEEDS[split]), torch.tensor(THING_SHARES).expand(count, 3)


def augment(batch: Split, generator: torch.Generator) -> Split:
    """Rows of `read` -> drawing, artwork, palette (all 0 where none is given), hints.

    Moving artwork blurs it a little, so some of it stays in place: the network has to learn lines
    of one px."""
    sketch, art, palette, shares = batch
    sketch, art = sketch.float() / 255, art.float() / 255
    moved = augmentation.affine(
        (sketch, art), generator, degrees=15, zoom=0.3, move=0.08, mode="bicubic"
    )
    moved = augmentation.wobble(moved, generator, 2.5, cells=6, mode="bicubic")
    chosen = augmentation.chance(len(art), generator, MOVED)
    sketch, art = (torch.where(chosen, m.clamp(0, 1), x) for m, x in zip(moved, (sketch, art)))
    given = augmentation.chance(len(art), generator, GIVEN)
    drawing = torch.where(given, sketch, lines.draw(art, sketch, generator))
    return condition(drawing, art, palette, shares, generator)


def prepare(batch: Split) -> Split:
    """Rows of `read` as `augment` gives them, with the data's own lines and always the same
    hints."""
    sketch, art, palette, shares = batch
    sketch, art = sketch.float() / 255, art.float() / 255
    return condition(sketch, art, palette, shares, torch.Generator().manual_seed(0))


def condition(
    drawing: Tensor, art: Tensor, palette: Tensor, shares: Tensor, generator: torch.Generator
) -> Split:
    """Choose at random, in these shares (B, 3), who is given a palette, other hues and hints. Hues
    change only where a palette tells of them: else the network would learn that every color
    averages to gray."""
    drawn = torch.rand(3, len(art), generator=generator)
    given, recolored, hinted = drawn < shares.cpu().T
    art, palette = artwork.recolor(art, palette, given & recolored, generator)
    palette = artwork.imperfect(palette, generator) * given[:, None, None]
    count = torch.randint(1, MAX_HINTS + 1, (len(art),), generator=generator) * hinted
    return drawing, art, palette, artwork.hints(art, count, generator)


def loss(network: nn.Module, batch: Split, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
    """PSNR, L1 of pixels and of their differences."""
    drawing, art, palette, hints = batch
    error = network(drawing, palette, hints) - art
    psnr = -10 * (error.square().mean((1, 2, 3)) + 1e-4).log10()
    edges = error.diff(dim=2).abs().mean() + error.diff(dim=3).abs().mean()
    total = 0.3 * error.abs().mean() + 0.2 * edges - 0.02 * psnr.mean()
    return total, {"psnr": psnr.mean()}


def build(frozen: bool = False) -> nn.Module:
    """frozen: keep the statistics of batch norm. Those of a batch of creatures and things are no
    one's, and a network that goes on from a release would unlearn what it knows."""
    network = zoo.build(SLUG)
    add_dropout(network.unet, DROPPED)
    return add_norm(network, plain=[network.unet.head], frozen=frozen)


def finish(network: nn.Module, root: Path) -> nn.Module:
    """Fold the norms, and fit the prior to as many things as creatures."""
    network = fold(network)
    mine = creatures(root, "train")
    sketches, _, own, _ = map(torch.cat, zip(mine, things(len(mine[0]), "train")))
    network.palettes.copy_(representative(own))
    fit_prior(network, sketches, own)
    return network


def representative(own: Tensor) -> Tensor:
    """The palettes that represent (N, 5, 4) best, without gray and without very vivid ones, and a
    little muted: others are never to be proposed."""
    known = artwork.medoids(own[:: max(1, len(own) // MOST_PALETTES)], REPRESENTATIVE)
    count = zoo.row(SLUG).config.palettes
    chosen = known[(palettes.vividness(known) - VIVID).abs().argsort()[:count]]
    return palettes.muted(chosen, CHROMA_KEPT)


@torch.no_grad()
def fit_prior(network: nn.Module, sketches: Tensor, own: Tensor) -> None:
    """Multinomial logistic regression from the features of sketches (N, 1, H, W), uint8, at half
    their size as in use, to the kept palettes nearest to their own (N, 5, 4). Its logits get mean 0
    and deviation 1 over the sketches: else the few most frequent palettes would always win."""
    batches = sketches.to(network.palettes.device).split(64)
    x = [network.encode(F.avg_pool2d(s.float() / 255, 2))[-1].mean((2, 3)) for s in batches]
    x = torch.cat(x).float()
    labels = (-palettes.distance(own, network.palettes.cpu()) / SOFTNESS).softmax(1).to(x)
    center, scale = x.mean(0), x.std(0).clamp_min(1e-6)
    weight = _regression((x - center) / scale, labels)
    deviation = ((x - center) / scale @ weight.T).std(0).clamp_min(1e-3)
    network.prior.weight.copy_(weight / scale / deviation[:, None])
    network.prior.bias.copy_(-network.prior.weight @ center)


@torch.enable_grad()
def _regression(x: Tensor, labels: Tensor) -> Tensor:
    """Weights (P, C) of the logits of labels (N, P), given x (N, C)."""
    weight = x.new_zeros(labels.shape[1], x.shape[1], requires_grad=True)
    bias = x.new_zeros(labels.shape[1], requires_grad=True)
    search = torch.optim.LBFGS([weight, bias], max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        search.zero_grad()
        total = F.cross_entropy(x @ weight.T + bias, labels) + SHRINKAGE * weight.square().sum()
        total.backward()
        return total

    search.step(closure)
    return weight.detach()


FURTHER = Variant(
    "go on from a release, given with --start: a fifth of the steps, far smaller ones",
    {
        "build": functools.partial(build, frozen=True),
        "optimizer": lambda network: optimizers.muon(network, lr=0.005, rest=2.5e-4),
        "epochs": 3,
    },
)
RECIPE = Recipe(
    slug=SLUG,
    data=read,
    augment=augment,
    prepare=prepare,
    loss=loss,
    optimizer=lambda network: optimizers.muon(network, lr=0.05, rest=2e-3),
    build=build,
    finish=finish,
    epochs=16,
    batch=8,
    channels_last=True,
    variants={"further": FURTHER},
    about={
        "summary": "Colors a line drawing with the colors of a palette, guided by color hints "
        "where there are any.",
        "limits": "It knows creatures, and things drawn by a program, such as houses, cars and "
        "people, on white paper. It guesses which part gets which color of the palette, and hints "
        "correct the guess: of things that it has trained on it guesses six parts in ten beyond "
        "chance, of other things a third. Skin may come out green or red. A part is an area "
        "enclosed by lines, so a body without inner lines gets one color. Parts that belong "
        "together, such as wings or spots, are recognized only by their size and length. A light "
        "color comes out darker where the network expects a dark one: white as gray, yellow as "
        "ochre. White runs into open outlines.",
        "example": "palette = [((220, 60, 40), 2), ((250, 210, 90), 1)]"
        "  # colors and their weights\n"
        'picture = tasks.color_sketch(model, Image.open("sketch.png"), palette)',
    },
)

if __name__ == "__main__":
    loop.main(RECIPE)
