"""Regions enclosed by lines, and their statistics."""

import torch

from ae_models.sketch import regions
from tests.sketch.test_coloring import pairs


def test_regions_are_enclosed_by_lines():
    ink = torch.zeros(2, 1, 16, 16)
    ink[0, :, :, 8] = ink[1, :, 4] = 1
    region = regions.regions(ink)
    left, right, above, below = (
        region[0, 0, :, :8],
        region[0, 0, :, 9:],
        region[1, 0, :4],
        region[1, 0, 5:],
    )
    assert sorted(int(x.unique()) for x in (left, right, above, below)) == [1, 2, 3, 4]
    assert torch.equal(region == 0, ink == 1)
    assert [int(regions.pictures(region)[x.max()]) for x in (left, right, above, below)] == [
        0,
        0,
        1,
        1,
    ]


def test_means_of_regions_are_shown_in_their_pixels():
    region = torch.ones(2, 1, 16, 16, dtype=torch.long)
    region[0, :, :, 8], region[1] = 0, 2
    x, weight = torch.rand(2, 3, 16, 16), torch.rand(2, 1, 16, 16)
    weight[0, :, :, 9:] = 0
    values, sums = regions.means(x, weight, region)
    mean = (x * weight)[0, :, :, :8].sum((1, 2)) / weight[0, :, :, :8].sum()
    assert torch.allclose(values[1], mean, atol=1e-5) and torch.allclose(sums[2], weight[1].sum())
    pixels = regions.shown(values, region)
    assert torch.equal(pixels[0, :, 3, 12], values[1]) and torch.equal(
        pixels[1, :, 3, 12], values[2]
    )
    assert pixels[0, :, :, 8].abs().max() == 0


def test_a_regions_size_and_length_do_not_depend_on_place_and_turn():
    one, turned, long, large = regions.sizes(pairs())[1:]
    assert torch.allclose(one, turned, atol=1e-3)
    assert torch.allclose(one[0], long[0], atol=1e-3) and long[1] > one[1] + 0.5
    assert torch.allclose(large - one, torch.tensor(2.0).log().expand(2), atol=0.01)
