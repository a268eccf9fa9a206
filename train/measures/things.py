"""How well a network tells the parts of drawn things apart."""

from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from ae_models import tasks
from ae_models.sketch import palettes
from train.datasets import scenes
from train.measures.statistics import Results

COUNT, SEED = 100, 2  # scenes of each set; those for training have other seeds
VISIBLE = 100  # px of a part that counts


class Agreement(NamedTuple):
    """Statistic: the share of the parts that have their true color, corrected for chance (Cohen
    1960). All (N,), sums over the parts of a picture; chance is what dealing the colors of the
    palette to the parts at random would give."""

    hits: Tensor
    chance: Tensor
    parts: Tensor

    def __call__(self, rows: Tensor) -> float:
        hits, chance, parts = (x[rows].sum() for x in self)
        return ((hits - chance) / (parts - chance)).item()


def figures(network: nn.Module, count: int = COUNT) -> Results:
    """Agreement of parts, on drawings of 512 px, given the true palette; a color is the true one
    within palettes.SAME_COLOR in RGB.

    things, things_held_out       scenes of the kinds that were trained on, and of others; the sun,
                                  clouds and the ground are in both
    ..._no_weights                the colors of the palette without the shares of the area"""
    results: Results = {"network": {}, "the main color everywhere": {}}
    for name, kinds in (("things", scenes.KINDS), ("things_held_out", scenes.HELD_OUT)):
        drawn = [scenes.scene(np.random.default_rng([SEED, i]), kinds) for i in range(count)]
        given = [palettes.to_entries(torch.from_numpy(d.palette)) for d in drawn]
        alone = [[(color, 1) for color, _ in entries] for entries in given]
        main = [np.broadcast_to(max(p, key=lambda e: e[1])[0], (1, 1, 3)) for p in given]
        for key, entries in ((name, given), (f"{name}_no_weights", alone)):
            results["network"][key] = agreement(drawn, [_colored(network, *x) for x in zip(drawn, entries)])
            results["the main color everywhere"][key] = agreement(drawn, main)
    return results


def _colored(network: nn.Module, drawn: scenes.Scene, palette: palettes.Entries) -> np.ndarray:
    return np.asarray(tasks.color_sketch(network, Image.fromarray(drawn.sketch), palette))


def agreement(drawn: list[scenes.Scene], colored: list[np.ndarray]) -> Agreement:
    """Of scenes and their pictures (H, W, 3), uint8."""
    rows = [_of_parts(scene, picture / 255) for scene, picture in zip(drawn, colored)]
    return Agreement(*torch.tensor(rows, dtype=torch.float64).T)


def _of_parts(drawn: scenes.Scene, picture: np.ndarray) -> tuple[float, float, int]:
    """Hits, chance and number of the parts of a picture."""
    inside, count = drawn.part >= 0, len(drawn.colors)
    part, pixels = drawn.part[inside], np.broadcast_to(picture, (*drawn.part.shape, 3))[inside]
    area = np.bincount(part, minlength=count)
    sums = [np.bincount(part, channel, minlength=count) for channel in pixels.T]
    seen = area >= VISIBLE
    painted, true = (np.stack(sums, 1)[seen] / area[seen, None]), drawn.colors[seen]
    known = drawn.palette[drawn.palette[:, 3] > 0, :3]
    dealt = np.linalg.norm(known - true[:, None], axis=2) < palettes.SAME_COLOR
    hits = np.linalg.norm(painted - true, axis=1) < palettes.SAME_COLOR
    return hits.sum(), dealt.mean(1).sum(), seen.sum()
