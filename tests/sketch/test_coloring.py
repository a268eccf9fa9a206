"""From shares to colors: one entry a region, areas that obey the palette, no smudges."""

import pytest
import torch

from ae_models.sketch import coloring, palettes, regions
from ae_models.sketch.config import SketchColorPlusConfig
from ae_models.sketch.plus import Shares, mix, mixed_entries
from tests.pictures import RED_BLUE

CONFIG = SketchColorPlusConfig()


def parts(entries: torch.Tensor) -> torch.Tensor:
    """Share of each entry in the painted area of the first picture: (5,)."""
    areas = entries.sum((2, 3))[0]
    return areas / areas.sum()


@pytest.mark.parametrize("obeyed", [0, 1])
def test_each_region_has_one_entry_and_areas_obey_the_weights(obeyed):
    config = SketchColorPlusConfig(palette_share_weight=obeyed)
    torch.manual_seed(0)
    weights = torch.tensor([[0.5, 0.3, 0.2, 0, 0], [0.0] * 5])
    present = (weights > 0)[:, :, None, None]
    bias = torch.tensor([0.0, 1, 0, 0, 0, 0])[:, None, None]  # to the second; the last is paper
    of_tiles = torch.randn(2, 6, 32, 32).repeat_interleave(4, 2).repeat_interleave(4, 3)
    shares = (torch.randn(2, 6, 128, 128) + 2 * of_tiles + bias).softmax(1)[:, :5] * present
    tiles = torch.arange(1, 2 * 32 * 32 + 1).reshape(2, 1, 32, 32)
    tiles = tiles.repeat_interleave(2, 2).repeat_interleave(2, 3)
    chosen = coloring.assign(shares, weights, tiles, config)
    assert torch.allclose(chosen.sum(1), shares.sum(1), atol=1e-5)
    assert ((chosen > 0).sum(1) <= 1).all()
    blocks = (chosen[0] > 0).unflatten(1, (32, 4)).unflatten(3, (32, 4)).float()
    assert torch.equal(blocks.amax((2, 4)), blocks.amin((2, 4)))
    before, after = (parts(x) for x in (shares, chosen))
    assert before[1] > 0.45 and (after - (weights[0] if obeyed else before)).abs().max() < 0.1
    assert chosen[1].max() == 0


def test_lines_do_not_count_among_the_areas():
    config = SketchColorPlusConfig(palette_share_weight=1)
    torch.manual_seed(0)
    tiles = (
        torch.arange(1, 1025).reshape(1, 1, 32, 32).repeat_interleave(2, 2).repeat_interleave(2, 3)
    )
    tiles[..., 32:] = 0  # lines on half of the picture
    shares = (
        torch.randn(1, 2, 32, 32).mul(2).softmax(1).repeat_interleave(4, 2).repeat_interleave(4, 3)
    )
    shares = torch.cat([shares, torch.zeros(1, 3, 128, 128)], 1)
    chosen = coloring.assign(shares, torch.tensor([[0.8, 0.2, 0, 0, 0]]), tiles, config)
    assert parts(chosen[..., :64])[0] == pytest.approx(0.8, abs=0.08)


def test_a_flat_color_keeps_part_of_the_mixtures_lightness():
    palette = torch.tensor(
        [[[0.0, 0, 0, 0.5], [1, 1, 0, 0.5], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]]
    )
    entries = torch.tensor([0.2, 0.8, 0, 0, 0])[None, :, None, None].expand(1, 5, 16, 16)
    everywhere = torch.ones(1, 1, 8, 8, dtype=torch.long)
    mixed = mixed_entries(entries, palette).mean()
    kept = coloring.flat(entries, palette, everywhere, CONFIG).mean()
    chosen = coloring.flat(
        entries, palette, everywhere, SketchColorPlusConfig(lightness_kept=0)
    ).mean()
    assert abs(chosen - mixed) > 0.1 and abs(kept - mixed) < 0.5 * abs(chosen - mixed)


def predicted(paper, noise: float) -> Shares:
    """Shares of 32x32 px with a line in columns 16 and 17: these logits of paper, and of a red and
    a blue entry, which differ by noise from pixel to pixel."""
    torch.manual_seed(0)
    ink, logits = torch.zeros(1, 1, 16, 16), torch.full((1, 9, 32, 32), -torch.inf)
    ink[..., 8] = 1
    logits[:, :2], logits[:, 5] = noise * torch.randn(1, 2, 32, 32), paper
    palette = palettes.from_entries(RED_BLUE)[None]
    ones = torch.ones(1, 1, 32, 32)
    hints = torch.zeros(1, 2, 4, 32, 32)
    return Shares(logits.softmax(1), palette, 0.5 * ones.expand(-1, 3, -1, -1), hints, ones, ink)


def colored(shares: Shares, **config) -> torch.Tensor:
    region = regions.regions(shares.ink)
    return coloring.per_region(shares, region, SketchColorPlusConfig(**config))[0]


def test_a_region_gets_one_color_where_each_pixel_had_its_own():
    shares = predicted(-30, noise=4)
    used, mixture = colored(shares), mix(shares)[0]
    assert used[:, :, :16].std((1, 2)).max() < 1e-4 < 0.1 < mixture[:, :, :16].std((1, 2)).max()
    used = colored(shares, lightness_kept=0)
    red, blue = torch.tensor([1.0, 0, 0]), torch.tensor([0, 0, 1.0])
    assert min((used[:, 0, 0] - color).abs().max() for color in (red, blue)) < 1e-4
    assert torch.equal(used[:, :, 16:18], mixture[:, :, 16:18])


def test_smudges_on_paper_are_left_out_of_the_colored_picture():
    paper = torch.full((32, 32), 30.0)
    paper[4:6, 4:6] = 2  # mostly paper
    shares = predicted(paper, noise=0)
    used, mixture = (x[:, 4:6, 4:6] for x in (colored(shares), mix(shares)[0]))
    assert used.min() > 0.999 > 0.95 > mixture.amin(0).max()


def test_smudges_on_paper_go_and_open_parts_of_a_creature_stay():
    shares = torch.zeros(1, 9, 32, 32)
    shares[:, 5] = 1
    shares[0, :, :4, :4] = torch.tensor([0.2, 0, 0, 0, 0, 0.8, 0, 0, 0])[:, None, None]  # a smudge
    shares[0, :, :4, 8:12] = torch.tensor([0.9, 0, 0, 0, 0, 0.1, 0, 0, 0])[:, None, None]  # a leg
    doubtful = torch.tensor([0.4, 0, 0, 0, 0, 0.6, 0, 0, 0])
    shares[0, :, 16:] = doubtful[:, None, None]  # a region of its own
    halves = torch.arange(1, 3).repeat_interleave(8)[None, None, :, None].expand(1, 1, 16, 16)
    cleaned = coloring.without_smudges(shares, halves, CONFIG)
    assert cleaned[0, 5, :4, :4].min() > 0.99
    assert torch.allclose(cleaned[..., 8:12], shares[..., 8:12])
    assert torch.equal(cleaned[..., 16:, :], shares[..., 16:, :])


def pairs() -> torch.Tensor:
    """Regions: 1 and 2 are alike but for a quarter turn, 3 is as large and longer, 4 is larger."""
    region = torch.zeros(1, 1, 64, 64, dtype=torch.long)
    region[..., 2:22, 2:12] = 1
    region[..., 30:40, 4:24] = 2
    region[..., 60:64, 2:52] = 3
    region[..., 2:42, 34:54] = 4
    return region


def test_a_pair_has_one_color_though_weights_could_be_met_by_two():
    region = torch.where(pairs() > 2, 0, pairs())
    shares = torch.zeros(1, 5, 128, 128)
    shares[:, 0] = (
        torch.where(region == 1, 0.52, 0.48).repeat_interleave(2, 2).repeat_interleave(2, 3)
    )
    shares[:, 1] = 1 - shares[:, 0]
    chosen = coloring.assign(shares, torch.tensor([[0.5, 0.5, 0, 0, 0]]), region, CONFIG)
    chosen = chosen[0, :, ::2, ::2]
    one, turned = (chosen[:, region[0, 0] == i].mean(1) for i in (1, 2))
    assert torch.equal(one, turned) and one.amax() == 1


def test_similar_regions_agree_and_others_do_not():
    region = torch.cat([pairs(), torch.where(pairs() > 0, pairs() + 4, 0)])
    logits = torch.zeros(9, 5)  # in the second picture a pair disagrees much
    logits[1:, 0] = torch.tensor([0.1, -0.1, 0.3, 0.4, 0.2, 4, 0.3, 0.4])
    agreed = coloring.agreed(logits, torch.ones(9, 1), region, CONFIG)[1:, 0]
    assert torch.allclose(agreed[:2], torch.zeros(2), atol=1e-3)
    assert torch.allclose(agreed[2:], logits[3:, 0], atol=0.01)
