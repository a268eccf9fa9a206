"""Train `sketch-color-plus` on the Pokémon sketch2photo pairs.

python -m train.sketch_color_plus --data DIR        95 minutes on two busy cores
"""

import dataclasses
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ae_models import zoo
from ae_models.sketch import palettes
from train.datasets import artwork, augmentation, lines, readers
from train.datasets.files import Split
from train.engine import loop, optimizers
from train.engine.folding import add_dropout, add_norm, fold
from train.engine.recipe import Recipe

SLUG = "sketch-color-plus"
MOVED = 0.85  # share of the samples that are bent, turned, scaled and moved
GIVEN = 0.4  # share of the samples with the data's own lines instead of drawn ones
PALETTE, HINTS = 0.75, 0.75  # share of the samples that are given a palette, and hints
MAX_HINTS = 20
RECOLORED = 0.6  # share of the samples with a palette whose hues are changed
DROPPED = 0.25  # share of the channels at the lowest resolution
VIVID = (0.2, 0.75)  # quantiles of vividness between which palettes are released
SOFTNESS = 0.03  # of the prior's labels, as a distance between palettes


def read(root: Path, split: str) -> Split:
    """Sketches, artwork, its palettes (N, 5, 4), and soft labels of the nearest palettes of the
    prior (N, palettes); for training also all of them mirrored."""
    known = prior_palettes(root)
    sides = [
        readers.sketch2photo(root, split, mirrored)
        for mirrored in ([False, True] if split == "train" else [False])
    ]
    sketches, art = map(torch.cat, zip(*sides))
    own = artwork.dominant(art.float() / 255)
    return sketches, art, own, (-palettes.distance(own, known) / SOFTNESS).softmax(1)


def prior_palettes(root: Path) -> Tensor:
    """The palettes that represent all training pictures best: (palettes, 5, 4)."""
    art = readers.sketch2photo(root, "train")[1].float() / 255
    return artwork.medoids(artwork.dominant(art), zoo.row(SLUG).config.palettes)


def augment(batch: Split, generator: torch.Generator) -> Split:
    """Rows of `read` -> drawing, artwork, palette (all 0 where none is given), hints, labels.

    Moving artwork blurs it a little, so some of it stays in place: the network has to learn lines
    of one px."""
    sketch, art, palette, target = batch
    sketch, art = sketch.float() / 255, art.float() / 255
    moved = augmentation.affine(
        (sketch, art), generator, degrees=15, zoom=0.3, move=0.08, mode="bicubic"
    )
    moved = augmentation.wobble(moved, generator, 2.5, cells=6, mode="bicubic")
    chosen = augmentation.chance(len(art), generator, MOVED)
    sketch, art = (torch.where(chosen, m.clamp(0, 1), x) for m, x in zip(moved, (sketch, art)))
    given = augmentation.chance(len(art), generator, GIVEN)
    drawing = torch.where(given, sketch, lines.draw(art, sketch, generator))
    return condition(drawing, art, palette, target, generator)


def prepare(batch: Split) -> Split:
    """Rows of `read` as `augment` gives them, with the data's own lines and always the same
    hints."""
    sketch, art, palette, target = batch
    sketch, art = sketch.float() / 255, art.float() / 255
    return condition(sketch, art, palette, target, torch.Generator().manual_seed(0))


def condition(
    drawing: Tensor, art: Tensor, palette: Tensor, target: Tensor, generator: torch.Generator
) -> Split:
    """Choose at random who is given a palette and hints. Hues change only where a palette tells of
    them: else the network would learn that every color averages to gray."""
    given, recolored, hinted = torch.rand(3, len(art), generator=generator).unbind()
    given, hinted = given < PALETTE, hinted < HINTS
    art, palette = artwork.recolor(art, palette, given & (recolored < RECOLORED), generator)
    palette = artwork.imperfect(palette, generator) * given[:, None, None]
    count = torch.randint(1, MAX_HINTS + 1, (len(art),), generator=generator) * hinted
    return drawing, art, palette, artwork.hints(art, count, generator), target


def loss(network: nn.Module, batch: Split, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
    """PSNR, L1 of pixels and of their differences, and the cross-entropy of the prior on samples
    that have neither a palette nor hints."""
    drawing, art, palette, hints, target = batch
    features = network.encode(drawing, palette, hints)
    painted = network.decode(features, palette)
    error = painted - art
    psnr = -10 * (error.square().mean((1, 2, 3)) + 1e-4).log10()
    edges = error.diff(dim=2).abs().mean() + error.diff(dim=3).abs().mean()
    alone = (palette[:, :, 3].sum(1) == 0) & (hints[:, 3].amax((1, 2)) == 0)
    entropy = F.cross_entropy(network.suggest(features).float(), target, reduction="none") * alone
    prior = entropy.sum() / alone.sum().clamp_min(1)
    total = 0.3 * error.abs().mean() + 0.2 * edges - 0.02 * psnr.mean() + 0.01 * prior
    return total, {"psnr": psnr.mean(), "prior": prior}


def build() -> nn.Module:
    network = zoo.build(SLUG)
    add_dropout(network.unet, DROPPED)
    return add_norm(network, plain=[network.unet.head])


def finish(network: nn.Module, root: Path) -> nn.Module:
    """Fold the norms, and fill in the palettes of the prior."""
    network = fold(network)
    network.palettes.copy_(prior_palettes(root))
    standardize(network, readers.sketch2photo(root, "train")[0])
    return without_extremes(network)


def without_extremes(network: nn.Module) -> nn.Module:
    """Remove the least and the most vivid palettes, so that none of them is ever proposed: the
    first give gray pictures, the others pictures that are more colorful than the artwork."""
    vivid = palettes.vividness(network.palettes)
    least, most = vivid.quantile(torch.tensor(VIVID).to(vivid))
    rows = (vivid >= least) & (vivid <= most)
    network.config = dataclasses.replace(network.config, palettes=int(rows.sum()))
    network.palettes = network.palettes[rows]
    network.prior.weight, network.prior.bias = (
        nn.Parameter(p[rows]) for p in network.prior.parameters()
    )
    return network


@torch.no_grad()
def standardize(network: nn.Module, sketches: Tensor) -> None:
    """Scale the logits of the prior to mean 0 and deviation 1 over the training sketches (N, 1, H,
    W), uint8, at half their size as in use: else the few most frequent palettes would always
    win."""
    batches = sketches.to(network.palettes.device).split(32)
    logits = torch.cat(
        [network.suggest(network.encode(F.avg_pool2d(x.float() / 255, 2))) for x in batches]
    )
    mean, deviation = logits.mean(0), logits.std(0).clamp_min(1e-3)
    network.prior.weight.div_(deviation[:, None])
    network.prior.bias.sub_(mean).div_(deviation)


RECIPE = Recipe(
    slug=SLUG,
    data=read,
    augment=augment,
    prepare=prepare,
    loss=loss,
    optimizer=lambda network: optimizers.muon(network, lr=0.05, rest=2e-3),
    build=build,
    finish=finish,
    epochs=48,
    batch=8,
    channels_last=True,
    about={
        "summary": "Colors a line drawing with the colors of a palette, guided by color hints "
        "where there are any.",
        "limits": "It knows creatures on white paper. It guesses which part gets which color "
        "of the palette, and hints correct the guess. A part is an area enclosed by lines, so a "
        "body without inner lines gets one color. Parts that belong together, such as wings or "
        "spots, are recognized only by their size and length. A light color comes out darker "
        "where the network expects a dark one: white as gray, yellow as ochre. White runs into "
        "open outlines.",
        "example": "palette = [((220, 60, 40), 2), ((250, 210, 90), 1)]"
        "  # colors and their weights\n"
        'picture = tasks.color_sketch(model, Image.open("sketch.png"), palette)',
    },
)

if __name__ == "__main__":
    loop.main(RECIPE)
