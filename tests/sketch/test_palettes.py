"""Palettes, and the colors and hints taken from artwork."""

import pytest
import torch

from ae_models.sketch import palettes
from tests.pictures import RED_BLUE, discs
from train.datasets import artwork


def test_colors_put_in_take_the_place_of_the_entries_most_like_them():
    palette = torch.tensor([[1.0, 0, 0, 1], [0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0]])
    pink, blue = torch.tensor([1.0, 0.5, 0.6]), torch.tensor([0.0, 0.1, 1.0])
    changed = palettes.with_colors(palette, torch.stack([pink, blue, pink]))
    # Blue was near enough
    assert torch.equal(changed[0, :3], pink) and torch.equal(changed[1:], palette[1:])
    many = palettes.with_colors(palette, torch.rand(20, 3))
    assert torch.equal(many[:, 3], palette[:, 3]) and torch.equal(many[3:], palette[3:])


def test_entries_there_and_back():
    assert palettes.to_entries(palettes.from_entries(RED_BLUE)) == [
        ((255, 0, 0), 1.0),
        ((0, 0, 255), 0.5),
    ]
    assert palettes.from_entries([]) is None and palettes.from_entries(None) is None


def test_distance_ignores_order_and_missing_entries():
    a, b = palettes.from_entries(RED_BLUE)[None], palettes.from_entries(RED_BLUE[::-1])[None]
    assert palettes.distance(a, b) == 0
    green = palettes.from_entries([((0, 255, 0), 1)])[None]
    assert palettes.distance(a, green).item() == pytest.approx(2**0.5)  # of corners of the cube
    assert palettes.vividness(a) > palettes.vividness(
        palettes.from_entries([((90, 90, 90), 1)])[None]
    )


def test_dominant_colors_are_those_of_the_picture():
    picture = torch.ones(1, 3, 32, 32)
    picture[:, :, :8] = torch.tensor([1.0, 0, 0])[:, None, None]
    picture[:, :, 8:12] = torch.tensor([0.0, 0, 1])[:, None, None]
    palette = artwork.dominant(picture)[0]
    assert torch.allclose(palette[:2, :3], torch.tensor([[1.0, 0, 0], [0, 0, 1]]), atol=1e-3)
    assert palette[0, 3] == pytest.approx(2 / 3, abs=0.05) and palette[2:, 3].sum() == 0


def test_recoloring_keeps_paper_and_lines_and_moves_palette_and_picture_alike():
    pictures, generator = discs(), torch.Generator().manual_seed(0)
    own = artwork.dominant(pictures)
    new, palette = artwork.recolor(pictures, own, torch.tensor([True, True, False]), generator)
    paper = (pictures == 1).all(1, keepdim=True).expand_as(pictures)
    assert torch.allclose(new[paper], pictures[paper], atol=1e-5)
    assert torch.equal(new[2], pictures[2]) or torch.allclose(new[2], pictures[2], atol=1e-6)
    assert palettes.distance(artwork.dominant(new), palette).diagonal().max() < 0.05
    assert (new[0] - pictures[0]).abs().max() > 0.05


def test_hints_have_the_pictures_colors():
    pictures = discs()
    hints = artwork.hints(pictures, torch.tensor([0, 1, 10]), torch.Generator().manual_seed(1))
    areas = hints[:, 3].sum((1, 2))
    assert areas[0] == 0 and 4 < areas[1] < areas[2]
    assert ((hints[:, :3] - pictures).abs() * hints[:, 3:]).sum() / (3 * areas.sum()) < 0.15


def test_medoids_are_some_of_those_given():
    all_palettes = artwork.dominant(discs(8))
    few = artwork.medoids(all_palettes, 3)
    assert palettes.distance(few, all_palettes).amin(1).max() < 1e-6
    assert len(artwork.medoids(all_palettes[:2], 5)) == 5
