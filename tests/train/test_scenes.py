"""Drawn things: what they are made of, and how well their parts are told apart."""

import colorsys

import cv2
import numpy as np
import pytest
import torch

from train.datasets import scenes, shapes, things
from train.datasets.shapes import Thing
from train.measures import things as measure

KINDS = (*dict.fromkeys(things.KINDS), *things.SKY, *things.HELD_OUT)


def random(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def drawn(count: int = 12, kinds: tuple = things.KINDS) -> list[scenes.Scene]:
    return [scenes.scene(random(seed), kinds) for seed in range(count)]


def test_pictures_repeat_for_a_seed_whatever_their_number():
    few, many, other = (scenes.pictures(n, s) for n, s in ((2, 0), (4, 0), (2, 1)))
    for a, b, c in zip(few, many, other):
        assert torch.equal(a, b[:2]) and not torch.equal(a, c)
    sketches, art, palettes = many
    assert sketches.shape == (4, 1, 128, 128) and sketches.dtype == torch.uint8
    assert art.shape == (4, 3, 128, 128) and art.dtype == torch.uint8
    assert palettes.shape == (4, 5, 4)


def test_kinds_that_are_held_out_are_never_trained_on():
    assert not set(things.KINDS) & set(things.HELD_OUT) and len(things.HELD_OUT) >= 4


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_kind_has_areas_in_its_colors_and_differs(kind):
    outlines = []
    for seed in range(6):
        thing = Thing()
        kind(thing, random(seed))
        areas = [p for p in thing if p.color is not None]
        assert areas and all(p.curve.shape[1] == 2 and np.isfinite(p.curve).all() for p in thing)
        assert all(scenes.area(p.curve) > 2 for p in areas)
        assert all(0 <= c <= 255 for p in areas for c in p.color)
        outlines.append(np.concatenate([p.curve.ravel() for p in thing]))
    assert not any(np.array_equal(outlines[0], o) for o in outlines[1:])


def test_colors_are_those_that_a_part_may_have():
    for name, known in shapes.TONES.items():
        anchors = np.array([[*bytes.fromhex(c)] for c in known.split()], float)
        picked = np.array([shapes.tones(random(seed), name)[0] for seed in range(100)], float)
        off = np.linalg.norm(picked[:, None] - anchors, axis=2)
        assert off.min(1).max() < 60, name
        assert len(set(off.argmin(1))) > len(anchors) / 2, name


def test_skin_is_of_all_tones_and_of_no_other_hue():
    skin = np.array([shapes.tones(random(seed), "skin")[0] for seed in range(200)]) / 255
    lightness = np.array([colorsys.rgb_to_hls(*c)[1] for c in skin])
    assert np.histogram(lightness, (0.1, 0.3, 0.5, 0.7, 0.95))[0].min() > 20
    assert (skin[:, 0] > skin[:, 2]).mean() > 0.97


def test_a_line_goes_around_every_part():
    """So no two parts, nor a part and the paper, are joined by pixels without ink."""
    for scene in drawn():
        free = (scene.sketch > 128).astype(np.uint8)
        labels = cv2.connectedComponents(free, connectivity=4)[1]
        inside = scene.part >= 0
        pairs = np.unique(np.stack([labels[inside], scene.part[inside]]), axis=1)
        pairs = pairs[:, pairs[0] > 0]
        assert pairs.shape[1] > 1 and len(set(pairs[0])) == pairs.shape[1]
        white = (scene.art == 255).all(2) & ~inside & (labels > 0)
        assert (white.any() and not set(labels[0]) & set(pairs[0])) or (labels[0] == 0).any()


def test_artwork_has_the_colors_of_the_parts_and_the_palette_their_shares():
    for scene in drawn():
        for i, color in enumerate(scene.colors):
            pixels = scene.art[scene.part == i]
            assert not len(pixels) or np.abs(np.median(pixels, 0) / 255 - color).max() < 0.01
        known = scene.palette[scene.palette[:, 3] > 0]
        assert 1 <= len(known) <= 5 and known[:, 3].sum() == pytest.approx(1, abs=0.02)
        first = known[known[:, 3].argmax()]
        painted = (np.abs(scene.art / 255 - first[:3]).max(2) < 0.01).mean()
        assert painted > 0.4 * first[3] * (scene.part >= 0).mean()


def test_the_colors_that_cover_most_stay():
    square = shapes.rect(0, 0, 10, 10)
    tones = [(200, 10, 10), (10, 200, 10), (10, 10, 200), (200, 200, 10), (10, 200, 200)]
    parts = [scenes.Part(square, c) for c in tones] + [scenes.Part(square / 2, (190, 20, 10))]
    parts += [scenes.Part(square, None)]
    few = [p.color for p in scenes.few_colors(parts)]
    assert few == [*tones, tones[0], None]


def test_things_are_fitted_into_their_place_and_mirrored():
    sides = []
    for seed in range(20):
        parts = scenes.placed(random(seed), things.truck, 30, 60, 40)
        points = np.concatenate([p.curve for p in parts])
        assert np.abs((points.min(0) + points.max(0)) / 2 - [30, 60]).max() < 4
        assert 34 < np.ptp(points, 0).max() < 47
        cab = parts[1].curve.mean(0)[0]
        sides.append(cab > 30)
    assert 4 < sum(sides) < 16


def test_the_lines_lie_a_quarter_px_above_and_left_of_the_artworks_own():
    def middle(ink: np.ndarray) -> np.ndarray:
        ink = ink / ink.sum()
        return np.array([(ink * i).sum() for i in np.mgrid[: len(ink), : len(ink)]])

    thing = Thing()
    thing.ink(shapes.poly((50, 20), (50, 80)), shapes.poly((20, 50), (80, 50)))
    scene = scenes.painted(random(0), [*thing, scenes.Part(shapes.rect(0, 0, 1, 1), shapes.WHITE)])
    sketch, art = scenes.shrunk(random(0), scene)
    sketch, art = sketch[20:110, 20:110], art[20:110, 20:110].mean(2)
    moved = middle(255 - sketch.astype(float)) - middle(255 - art)
    assert moved == pytest.approx([-0.25, -0.25], abs=0.08)


# ---- the measure ----


def agreement(scenes_, pictures) -> float:
    return measure.agreement(scenes_, pictures)(torch.arange(len(scenes_)))


def test_true_colors_agree_and_dealt_ones_do_not_more_than_by_chance():
    some = drawn(40)
    assert agreement(some, [scene.art for scene in some]) > 0.99
    r, dealt = random(0), []
    for scene in some:
        known = scene.palette[scene.palette[:, 3] > 0, :3]
        colors = known[r.integers(len(known), size=len(scene.colors))]
        dealt.append((255 * colors[scene.part]).astype(np.uint8))
    assert abs(agreement(some, dealt)) < 0.12
    assert agreement(some, [np.zeros((1, 1, 3), np.uint8)] * 40) < 0


def test_a_color_that_is_a_little_off_still_counts():
    some = drawn(10)
    near, far = ([(scene.art * share).astype(np.uint8) for scene in some] for share in (0.95, 0.6))
    assert agreement(some, near) > 0.95 > 0.3 > agreement(some, far)
