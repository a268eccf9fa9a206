"""Scenes of things on white paper, drawn at random: no picture file is read.

A scene has one or two things, perhaps with sky and ground, and at most COLORS colors: those that
are alike are made one. Picture number i of a seed is always the same."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor

from ae_models.sketch.palettes import COLORS
from train.datasets import shapes, things
from train.datasets.shapes import Color, Curve, Part, Thing
from train.datasets.things import Kind

SIDE, SMALL = 512, 128  # px: of a drawing, and of the pictures for training
SHADE = 0.12  # deviation of the slope of light over a part, for half the picture
LEAST_SHARE = 0.002  # of the painted area: a smaller color is not in the palette


class Scene(NamedTuple):
    """A drawing and what it shows, of SIDE x SIDE px."""

    sketch: np.ndarray  # (H, W), uint8, 0 is ink
    art: np.ndarray  # (H, W, 3), uint8, in flat colors with outlines
    part: np.ndarray  # (H, W), int, index into `colors`; -1 on lines and paper
    colors: np.ndarray  # (parts, 3), RGB in [0, 1]
    palette: np.ndarray  # (COLORS, 4), the colors and their shares of the painted area


def scene(r: Generator, kinds: tuple[Kind, ...] = things.KINDS) -> Scene:
    """A drawing of one or two things, and perhaps of the sky and the ground."""
    return painted(r, few_colors(arranged(r, kinds)))


def arranged(r: Generator, kinds: tuple[Kind, ...]) -> list[Part]:
    """Parts on a page of 100 x 100, in an unsteady hand."""
    sky, shake = r.random() < 0.2, r.uniform(0, 0.7)
    if r.random() < 0.7:
        size = r.uniform(58, 70) if sky else r.uniform(70, 96)
        places = [(50 + r.uniform(-6, 6), 97 - size / 2, size) if sky else (50, 50, size)]
    else:
        places = [(x, r.uniform(62, 72), r.uniform(42, 50)) for x in (26, 74)]
    parts = ground(r)
    for place in places:
        parts += placed(r, kinds[r.integers(len(kinds))], *place)
    for x, kind in zip((15, 85), (things.SKY[r.integers(2)], things.cloud)) if sky else ():
        if r.random() < 0.7:
            parts += placed(r, kind, x, 15, r.uniform(20, 28))
    return [Part(unsteady(r, p.curve, p.color is not None, shake), p.color) for p in parts]


def ground(r: Generator) -> list[Part]:
    """A strip of ground, a line of it, or mostly nothing."""
    y, kind, ground = r.uniform(80, 92), r.random(), Thing()
    middle = [(x, y + r.uniform(-5, 5)) for x in (30, 70)]
    edge = shapes.soft((-5, y), *middle, (105, y), closed=False)
    if kind < 0.12:
        material = ("leaf", "water", "crust")[r.choice(3, p=(0.6, 0.2, 0.2))]
        below = shapes.poly((105, 105), (-5, 105))
        ground.fill(*shapes.tones(r, material), np.concatenate([edge, below]))
    elif kind < 0.25:
        ground.ink(edge)
    return ground


def placed(r: Generator, kind: Kind, x: float, y: float, size: float) -> list[Part]:
    """A thing in a square around a place, a little turned and squeezed, often mirrored."""
    thing = Thing()
    kind(thing, r)
    points = np.concatenate([p.curve for p in thing])
    middle, extent = (points.min(0) + points.max(0)) / 2, np.ptp(points, 0)
    angle, squeeze = np.radians(r.normal(0, 3)), r.uniform(0.85, 1.18)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    matrix = np.diag([squeeze * r.choice([-1, 1]), 1]) @ turn * size / max(extent * [squeeze, 1])
    return [Part((p.curve - middle) @ matrix + [x, y], p.color) for p in thing]


def unsteady(r: Generator, curve: Curve, closed: bool, shake: float) -> Curve:
    """A curve with a point on every unit of its length, and a smooth tremor of about `shake`."""
    p = np.concatenate([curve, curve[:1]]) if closed else curve
    at = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(p, axis=0).T))])
    count = max(4, int(at[-1]))
    knots = r.normal(0, shake, (max(3, count // 9), 2))
    if closed:
        knots[-1] = knots[0]
    return _along(p, at, count) + _along(knots, np.arange(len(knots)), count)


def _along(p: Curve, at: np.ndarray, count: int) -> Curve:
    """`count` points evenly between points p at increasing places."""
    t = np.linspace(0, at[-1], count)
    return np.stack([np.interp(t, at, values) for values in p.T], 1)


def few_colors(parts: list[Part]) -> list[Part]:
    """Replace colors by those most like them that cover more, until there are COLORS."""
    areas: dict[Color, float] = {}
    for curve, color in parts:
        if color is not None:
            areas[color] = areas.get(color, 0) + area(curve)
    one_of = {color: color for color in areas}
    while len(areas) > COLORS:
        left = list(areas)
        far = np.linalg.norm(np.array(left)[:, None] - np.array(left), axis=2)
        i, j = np.unravel_index((far + 1e3 * np.eye(len(left))).argmin(), far.shape)
        kept, gone = sorted((left[i], left[j]), key=areas.get, reverse=True)
        areas[kept] += areas.pop(gone)
        one_of = {k: kept if v == gone else v for k, v in one_of.items()}
    return [Part(p.curve, p.color and one_of[p.color]) for p in parts]


def area(curve: Curve) -> float:
    x, y = curve.T
    return abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def painted(r: Generator, parts: list[Part]) -> Scene:
    """Draw the parts one over the other; outlines are dark in the part's own hue, or black."""
    import cv2

    colors = list(dict.fromkeys(p.color for p in parts if p.color is not None))
    sketch, art = np.full((SIDE, SIDE), 255, np.uint8), np.full((SIDE, SIDE, 3), 255, np.uint8)
    part, entry = (np.full((SIDE, SIDE), -1, np.int16) for _ in range(2))
    width, hue, dark = int(r.integers(3, 7)), r.choice([0, r.uniform(0.2, 0.5)]), (20, 20, 20)
    for i, (curve, color) in enumerate(parts):
        points, closed = [np.round(curve * SIDE / 100 * 16).astype(np.int32)], color is not None
        if closed:
            dark = tuple(int(c * hue + 20) for c in color)
            values = 255, tuple(map(int, color)), i, colors.index(color)
            for layer, value in zip((sketch, art, part, entry), values):
                cv2.fillPoly(layer, points, value, cv2.LINE_8, 4)
        cv2.polylines(sketch, points, closed, 0, width + 2, cv2.LINE_AA, 4)
        cv2.polylines(art, points, closed, dark, width, cv2.LINE_AA, 4)
        cv2.polylines(part, points, closed, -1, width + 6, cv2.LINE_8, 4)
    share = np.bincount(entry[entry >= 0], minlength=len(colors)) / max(1, (entry >= 0).sum())
    palette = np.zeros((COLORS, 4), np.float32)
    palette[: len(colors)] = np.column_stack([np.array(colors) / 255, share])
    palette[palette[:, 3] < LEAST_SHARE] = 0
    true = [shapes.WHITE if p.color is None else p.color for p in parts]
    return Scene(sketch, art, part, np.array(true, np.float32) / 255, palette)


def shrunk(r: Generator, drawn: Scene) -> tuple[np.ndarray, np.ndarray]:
    """Sketch (SMALL, SMALL) and artwork (SMALL, SMALL, 3), uint8, that look like those of
    sketch2photo: each part a little lighter on one side, and the sketch's lines a quarter px to the
    upper left of the artwork's own."""
    import cv2

    step = SIDE // SMALL
    moved = np.roll(drawn.sketch, (-step // 4, -step // 4), (0, 1))
    small = [
        cv2.resize(x, (SMALL, SMALL), interpolation=cv2.INTER_AREA) for x in (moved, drawn.art)
    ]
    part = drawn.part[step // 2 :: step, step // 2 :: step]
    inside, count = part >= 0, len(drawn.colors)
    slope = r.normal(0, SHADE, (count, 2)) * r.uniform(0, 1)
    place = np.stack(np.nonzero(inside), 1) / SMALL * 2 - 1
    light = (slope[part[inside]] * place).sum(1)
    area = np.bincount(part[inside], minlength=count).clip(1)
    light -= (np.bincount(part[inside], light, minlength=count) / area)[part[inside]]
    art = small[1].astype(float)
    art[inside] *= 1 + light[:, None]
    return small[0], art.clip(0, 255).round().astype(np.uint8)


def pictures(count: int, seed: int, kinds: tuple[Kind, ...] = things.KINDS) -> tuple[Tensor, ...]:
    """Sketches (count, 1, SMALL, SMALL) and artwork (count, 3, SMALL, SMALL), uint8, and palettes
    (count, COLORS, 4)."""
    rows = []
    for i in range(count):
        r = np.random.default_rng([seed, i])
        drawn = scene(r, kinds)
        rows.append((*shrunk(r, drawn), drawn.palette))
    sketches, art, palettes = (torch.from_numpy(np.stack(x)) for x in zip(*rows))
    return sketches[:, None], art.permute(0, 3, 1, 2).contiguous(), palettes
