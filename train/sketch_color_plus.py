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
GIVEN = 0.4  # share of the samples with the given lines as they are, not drawn anew
PALETTE, DABS, MOST_DABS = 0.75, 0.75, 20  # how often each is given
DROPPED = 0.25  # of the channels at the lowest resolution
VIVID = (
    0.2,
    0.75,
)  # of the palettes, from the least to the most vivid, the release has those between
RECOLORED = 0.6  # of those with a palette
SOFTNESS = 0.03  # of the prior's labels, a distance of palettes


def read(root: Path, split: str) -> Split:
    """Sketches, artwork, its palettes (N, 5, 4) and how near they are to each of those the prior knows (N, palettes);
    for training with the same mirrored."""
    known = prior_palettes(root)
    sides = [
        readers.sketch2photo(root, split, mirrored)
        for mirrored in ([False, True] if split == "train" else [False])
    ]
    sketches, art = map(torch.cat, zip(*sides))
    own = artwork.dominant(art.float() / 255)
    return sketches, art, own, (-palettes.distance(own, known) / SOFTNESS).softmax(1)


def prior_palettes(root: Path) -> Tensor:
    """(palettes, 5, 4) that stand for those of all training pictures."""
    art = readers.sketch2photo(root, "train")[1].float() / 255
    return artwork.medoids(artwork.dominant(art), zoo.row(SLUG).config.palettes)


def augment(batch: Split, generator: torch.Generator) -> Split:
    """-> drawing, artwork, palette (all 0 where none is given), dabs, the prior's target. Artwork that is moved is blurred
    a little, so that some of it stays in place: lines of one px have to be learned."""
    sketch, art, palette, target = batch
    sketch, art = sketch.float() / 255, art.float() / 255
    moved = augmentation.affine(
        (sketch, art), generator, degrees=15, zoom=0.3, move=0.08, mode="bicubic"
    )
    moved = augmentation.wobble(moved, generator, 2.5, cells=6, mode="bicubic")
    chosen = augmentation.chance(len(art), generator, MOVED)
    sketch, art = (torch.where(chosen, m.clamp(0, 1), x) for m, x in zip(moved, (sketch, art)))
    drawing = torch.where(
        augmentation.chance(len(art), generator, GIVEN), sketch, lines.draw(art, sketch, generator)
    )
    return condition(drawing, art, palette, target, generator)


def prepare(batch: Split) -> Split:
    """The given sketches, with the same palettes and dabs each time."""
    sketch, art, palette, target = batch
    return condition(
        sketch.float() / 255, art.float() / 255, palette, target, torch.Generator().manual_seed(0)
    )


def condition(
    drawing: Tensor, art: Tensor, palette: Tensor, target: Tensor, generator: torch.Generator
) -> Split:
    """Decide what is given. New hues only where a palette tells of them: else they would teach that colors are gray."""
    given, recolored, dabbed = torch.rand(3, len(art), generator=generator).unbind()
    given, dabbed = given < PALETTE, dabbed < DABS
    art, palette = artwork.recolor(art, palette, given & (recolored < RECOLORED), generator)
    palette = artwork.imperfect(palette, generator) * given[:, None, None]
    count = torch.randint(1, MOST_DABS + 1, (len(art),), generator=generator) * dabbed
    return drawing, art, palette, artwork.dabs(art, count, generator), target


def loss(network: nn.Module, batch: Split, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
    """The logarithm of the squared error, which is what PSNR measures, and L1 of pixels and of their differences; the
    prior's cross-entropy where the network saw nothing but the sketch."""
    drawing, art, palette, dabs, target = batch
    features = network.encode(drawing, palette, dabs)
    painted = network.decode(features, palette)
    error = painted - art
    psnr = -10 * (error.square().mean((1, 2, 3)) + 1e-4).log10()
    edges = error.diff(dim=2).abs().mean() + error.diff(dim=3).abs().mean()
    alone = (palette[:, :, 3].sum(1) == 0) & (dabs[:, 3].amax((1, 2)) == 0)
    surprise = F.cross_entropy(network.suggest(features).float(), target, reduction="none") * alone
    prior = surprise.sum() / alone.sum().clamp_min(1)
    total = 0.3 * error.abs().mean() + 0.2 * edges - 0.02 * psnr.mean() + 0.01 * prior
    return total, {"psnr": psnr.mean(), "prior": prior}


def build() -> nn.Module:
    network = zoo.build(SLUG)
    add_dropout(network.unet, DROPPED)
    return add_norm(network, plain=[network.unet.head])


def finish(network: nn.Module, root: Path) -> nn.Module:
    """Norms folded in, and the prior's palettes."""
    network = fold(network)
    network.palettes.copy_(prior_palettes(root))
    standardise(network, readers.sketch2photo(root, "train")[0])
    return without_extremes(network)


def without_extremes(network: nn.Module) -> nn.Module:
    """The least and the most vivid palettes left out, so that none of them is ever proposed: gray pleases nobody, and
    what is painted in pure colors is more colorful than artwork."""
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
def standardise(network: nn.Module, sketches: Tensor) -> None:
    """Give what the prior says of sketches at half their size, as it is asked in use, mean 0 and deviation 1 over the
    training sketches (N, 1, H, W), uint8: else the few most frequent palettes would win for each."""
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
        "example": "palette = [((220, 60, 40), 2), ((250, 210, 90), 1)]  # colors and their weights\n"
        'picture = tasks.color_sketch(model, Image.open("sketch.png"), palette)',
    },
)

if __name__ == "__main__":
    loop.main(RECIPE)
