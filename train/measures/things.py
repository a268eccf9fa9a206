"""How well a network tells the parts of drawn things apart."""

import numpy as np
import torch
from PIL import Image
from torch import nn

from ae_models import tasks
from ae_models.sketch import palettes
from train.datasets import scenes
from train.datasets.things import HELD_OUT, KINDS
from train.measures.statistics import Ratio, Statistic

Figures = dict[str, Statistic]

COUNT, SEED = 100, 2  # scenes of each set; those for training have other seeds
VISIBLE = 100  # px of a part that counts
NEAR = 0.15  # mean difference of the channels up to which a color is the true one


def figures(network: nn.Module) -> tuple[Figures, Figures]:
    """Agreement of the parts in drawings of 512 px, given the true palette: those of the network,
    and those of pictures that have the palette's main color everywhere.

    things, things_held_out       scenes of the kinds that were trained on, and of others; the sun,
                                  clouds and the ground are in both
    ..._no_weights                the colors of the palette without their shares of the area"""
    own, plain = {}, {}
    for name, kinds in (("things", KINDS), ("things_held_out", HELD_OUT)):
        drawn = [scenes.scene(np.random.default_rng([SEED, i]), kinds) for i in range(COUNT)]
        weighted = [palettes.to_entries(torch.from_numpy(d.palette)) for d in drawn]
        even = [[(color, 1) for color, _ in entries] for entries in weighted]
        main = [np.full((1, 1, 3), max(p, key=lambda e: e[1])[0]) for p in weighted]
        for key, given in ((name, weighted), (f"{name}_no_weights", even)):
            own[key] = agreement(drawn, [colored(network, *x) for x in zip(drawn, given)])
            plain[key] = agreement(drawn, main)
    return own, plain


def colored(network: nn.Module, drawn: scenes.Scene, palette: palettes.Entries) -> np.ndarray:
    return np.asarray(tasks.color_sketch(network, Image.fromarray(drawn.sketch), palette))


def agreement(drawn: list[scenes.Scene], pictures: list[np.ndarray]) -> Ratio:
    """The share of the parts of scenes that have their true color in pictures (H, W, 3), uint8,
    corrected for chance (Cohen 1960): that of dealing the palette's colors to them at random."""
    rows = [_of_parts(scene, picture / 255) for scene, picture in zip(drawn, pictures)]
    hits, chance, parts = torch.tensor(rows, dtype=torch.float64).T
    return Ratio(hits - chance, parts - chance)


def _of_parts(drawn: scenes.Scene, picture: np.ndarray) -> tuple[float, float, int]:
    """Hits, chance and number of the parts of a picture."""
    inside, count = drawn.part >= 0, len(drawn.colors)
    part, pixels = drawn.part[inside], np.broadcast_to(picture, (*drawn.part.shape, 3))[inside]
    area = np.bincount(part, minlength=count)
    sums = [np.bincount(part, channel, minlength=count) for channel in pixels.T]
    seen = area >= VISIBLE
    painted, true = (np.stack(sums, 1)[seen] / area[seen, None]), drawn.colors[seen]
    known = drawn.palette[drawn.palette[:, 3] > 0, :3]
    dealt = np.abs(known - true[:, None]).mean(2) < NEAR
    hits = np.abs(painted - true).mean(1) < NEAR
    return hits.sum(), dealt.mean(1).sum(), seen.sum()
