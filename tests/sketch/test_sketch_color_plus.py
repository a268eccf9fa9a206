"""The network that colors drawings, how it decides in use, and its recipe."""

import pytest
import torch
from torch.nn import functional as F

from ae_models import tasks
from ae_models.sketch import drawing, palettes, plus, regions
from tests.conftest import coloring_network
from tests.pictures import RED_BLUE, circle
from train import sketch_color_plus as recipe
from train.datasets import readers


@pytest.fixture
def network():
    return coloring_network()


def test_without_a_palette_one_is_taken_that_holds_the_dabs_colors(network):
    x = drawing.for_network(drawing.ink_of(circle()), 16)
    for palette in network.palettes:
        assert torch.equal(network.propose(x, wanted=palette[:3, :3])[0], palette)


def test_a_palette_is_chosen_from_the_sketch_at_half_its_size(network, monkeypatch):
    seen, encode = [], network.encode
    monkeypatch.setattr(
        network, "encode", lambda x, *given: seen.append(tuple(x.shape)) or encode(x, *given)
    )
    tasks.surprise(network, circle())
    assert seen == [(1, 1, 8, 8), (4, 1, 16, 16)]


def test_the_network_may_point_at_the_color_of_a_dab_on_this_side_of_a_line(network):
    sketch, dabs = torch.ones(1, 1, 32, 32), torch.zeros(1, 4, 32, 32)
    sketch[..., 16:18] = 0
    red = torch.tensor([0.9, 0.2, 0.1])
    dabs[:, :3, 8:12, 6:10], dabs[:, 3, 8:12, 6:10] = red[:, None, None], 1
    ink, near = network.encode(sketch, None, dabs)[:2]
    assert ink.shape == (1, 1, 16, 16) and near.shape == (1, 8, 32, 32)
    assert (near[0, :3, 10, 2] / near[0, 3, 10, 2] - red).abs().max() < 1e-4  # a dab has one color
    assert (
        near[0, 7, 10, 2] > 0.5 > 0.01 > near[0, 7, 10, 28]
    )  # on the far side of the line nothing is sure
    wanted = [torch.zeros(1, width, 32, 32) for width in network.outputs]
    wanted[1][:, 2:] = 30  # the logits of dabs; a shade of 0 is light
    painted = network._paint(
        torch.cat(wanted, 1), torch.zeros(1, 5, 8), torch.zeros(1, 5, 4), ink, near
    )
    assert (painted[0, :, 10, 2] - red).abs().max() < 0.02


def test_the_network_is_told_where_the_paper_around_a_closed_drawing_is(network):
    seen = []
    network.unet.stem.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    network(1 - drawing.ink_of(circle()))
    outside = torch.pixel_shuffle(seen[0], 2)[0, -1]
    assert outside[:, :8].min() > 0.9 and outside[24:40, 24:40].max() < 0.1


@pytest.mark.parametrize("obeyed", [0, 1])
def test_each_region_has_one_entry_and_areas_obey_the_weights(monkeypatch, obeyed):
    monkeypatch.setattr(plus, "OBEYED", obeyed)
    torch.manual_seed(0)
    weights = torch.tensor([[0.5, 0.3, 0.2, 0, 0], [0.0] * 5])
    there = (weights > 0)[:, :, None, None]
    likes = torch.tensor([0.0, 1, 0, 0, 0, 0])[
        :, None, None
    ]  # in doubt, for the second; the last is paper
    taste = (
        torch.randn(2, 6, 32, 32).repeat_interleave(4, 2).repeat_interleave(4, 3)
    )  # of each tile
    shares = (torch.randn(2, 6, 128, 128) + 2 * taste + likes).softmax(1)[:, :5] * there
    tiles = torch.arange(1, 2 * 32 * 32 + 1).reshape(2, 1, 32, 32)
    chosen = plus._choice(shares, weights, tiles.repeat_interleave(2, 2).repeat_interleave(2, 3))
    assert (
        torch.allclose(chosen.sum(1), shares.sum(1), atol=1e-5) and ((chosen > 0).sum(1) <= 1).all()
    )
    blocks = (chosen[0] > 0).unflatten(1, (32, 4)).unflatten(3, (32, 4)).float()
    assert torch.equal(blocks.amax((2, 4)), blocks.amin((2, 4)))
    before, after = (plus._parts(x.sum((2, 3)))[0] for x in (shares, chosen))
    assert before[1] > 0.45 and (after - (weights[0] if obeyed else before)).abs().max() < 0.1
    assert chosen[1].max() == 0


def test_lines_do_not_count_among_the_areas(monkeypatch):
    monkeypatch.setattr(plus, "OBEYED", 1)
    torch.manual_seed(0)
    tiles = (
        torch.arange(1, 1025).reshape(1, 1, 32, 32).repeat_interleave(2, 2).repeat_interleave(2, 3)
    )
    tiles[..., 32:] = 0  # lines on half of the picture
    shares = (
        torch.randn(1, 2, 32, 32).mul(2).softmax(1).repeat_interleave(4, 2).repeat_interleave(4, 3)
    )
    shares = torch.cat([shares, torch.zeros(1, 3, 128, 128)], 1)
    chosen = plus._choice(shares, torch.tensor([[0.8, 0.2, 0, 0, 0]]), tiles)
    assert plus._parts(chosen[..., :64].sum((2, 3)))[0, 0] == pytest.approx(0.8, abs=0.08)


def test_a_decided_color_keeps_part_of_the_mixtures_lightness(monkeypatch):
    palette = torch.tensor(
        [[[0.0, 0, 0, 0.5], [1, 1, 0, 0.5], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]]
    )
    given = torch.tensor([0.2, 0.8, 0, 0, 0])[None, :, None, None].expand(1, 5, 16, 16), palette
    everywhere = torch.ones(1, 1, 8, 8, dtype=torch.long)
    mixed, used = plus._mixed(*given).mean(), plus._decided(*given, everywhere).mean()
    monkeypatch.setattr(plus, "LIGHTNESS", 0)
    chosen = plus._decided(*given, everywhere).mean()
    assert abs(chosen - mixed) > 0.1 and abs(used - mixed) < 0.5 * abs(chosen - mixed)


def painted(network, paper, taste):
    """What the network paints, (3, 32, 32), with a line in columns 16 and 17, if its U-Net gives these logits of paper and
    so different a liking for entries from pixel to pixel."""
    torch.manual_seed(0)
    ink, palette = torch.zeros(1, 1, 16, 16), palettes.from_entries(RED_BLUE)[None]
    ink[..., 8] = 1
    query, logits, own, shade = [torch.zeros(1, width, 32, 32) for width in network.outputs]
    logits[:, 0], logits[:, 1:] = paper, -30
    y = torch.cat([taste * query.normal_(), logits, own, shade], 1)  # a shade of 0 is light
    return network._paint(
        y, torch.randn(1, 5, query.shape[1]), palette, ink, torch.zeros(1, 8, 32, 32)
    )[0]


def test_in_use_a_part_has_one_color_and_in_training_a_pixel_its_own(network, monkeypatch):
    used, trained = (painted(n(), -30, taste=1) for n in (network.eval, network.train))
    assert used[:, :, :16].std((1, 2)).max() < 1e-4 < 0.1 < trained[:, :, :16].std((1, 2)).max()
    monkeypatch.setattr(plus, "LIGHTNESS", 0)
    used = painted(network.eval(), -30, taste=1)
    assert (
        min((used[:, 0, 0] - torch.tensor(c)).abs().max() for c in ([1.0, 0, 0], [0, 0, 1.0]))
        < 1e-4
    )
    assert torch.equal(used[:, :, 16:18], trained[:, :, 16:18])


def test_in_use_smudges_on_paper_are_left_out(network):
    paper = torch.full((32, 32), 30.0)
    paper[4:6, 4:6] = 2  # mostly paper
    used, trained = (
        painted(n(), paper, taste=0)[:, 4:6, 4:6] for n in (network.eval, network.train)
    )
    assert used.min() > 0.999 > 0.95 > trained.amin(0).max()


def test_smudges_on_paper_go_and_open_parts_of_a_creature_stay():
    shares = torch.zeros(1, 9, 32, 32)
    shares[:, 5] = 1
    shares[0, :, :4, :4] = torch.tensor([0.2, 0, 0, 0, 0, 0.8, 0, 0, 0])[:, None, None]  # a smudge
    shares[0, :, :4, 8:12] = torch.tensor([0.9, 0, 0, 0, 0, 0.1, 0, 0, 0])[:, None, None]  # a leg
    doubtful = torch.tensor([0.4, 0, 0, 0, 0, 0.6, 0, 0, 0])
    shares[0, :, 16:] = doubtful[:, None, None]  # a region of its own
    halves = torch.arange(1, 3).repeat_interleave(8)[None, None, :, None].expand(1, 1, 16, 16)
    cleaned = plus._without_smudges(shares, halves)
    assert cleaned[0, 5, :4, :4].min() > 0.99
    assert torch.allclose(cleaned[..., 8:12], shares[..., 8:12])
    assert torch.equal(cleaned[..., 16:, :], shares[..., 16:, :])


def test_regions_are_what_lines_part():
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


def pairs() -> torch.Tensor:
    """Regions: 1 and 2 are alike but for a quarter turn, 3 is as large and longer, 4 is larger."""
    region = torch.zeros(1, 1, 64, 64, dtype=torch.long)
    region[..., 2:22, 2:12] = 1
    region[..., 30:40, 4:24] = 2
    region[..., 60:64, 2:52] = 3
    region[..., 2:42, 34:54] = 4
    return region


def test_a_regions_size_and_length_do_not_depend_on_place_and_turn():
    one, turned, long, large = regions.sizes(pairs())[1:]
    assert torch.allclose(one, turned, atol=1e-3)
    assert torch.allclose(one[0], long[0], atol=1e-3) and long[1] > one[1] + 0.5
    assert torch.allclose(large - one, torch.tensor(2.0).log().expand(2), atol=0.01)


def test_a_pair_has_one_color_though_weights_could_be_met_by_two():
    region = torch.where(pairs() > 2, 0, pairs())
    shares = torch.zeros(1, 5, 128, 128)
    shares[:, 0] = (
        torch.where(region == 1, 0.52, 0.48).repeat_interleave(2, 2).repeat_interleave(2, 3)
    )
    shares[:, 1] = 1 - shares[:, 0]
    chosen = plus._choice(shares, torch.tensor([[0.5, 0.5, 0, 0, 0]]), region)[0, :, ::2, ::2]
    one, turned = (chosen[:, region[0, 0] == i].mean(1) for i in (1, 2))
    assert torch.equal(one, turned) and one.amax() == 1


def test_parts_alike_agree_and_others_do_not():
    region = torch.cat([pairs(), torch.where(pairs() > 0, pairs() + 4, 0)])
    liking = torch.zeros(9, 5)
    liking[1:, 0] = torch.tensor(
        [0.1, -0.1, 0.3, 0.4, 0.2, 4, 0.3, 0.4]
    )  # in the second picture a pair disagrees much
    area = torch.ones(9, 1)
    agreed = plus._agreed(liking, area, region)[1:, 0]
    assert torch.allclose(agreed[:2], torch.zeros(2), atol=1e-3)
    assert torch.allclose(agreed[2:], liking[3:, 0], atol=0.01)


def test_a_picture_is_the_same_in_any_batch(network):
    sketches = torch.cat([1 - drawing.ink_of(circle(width=width)) for width in (3, 6)])
    palette = palettes.from_entries(RED_BLUE)[None].expand(2, 5, 4)
    alone = [network(x, p) for x, p in zip(sketches.split(1), palette.split(1))]
    assert torch.allclose(network(sketches, palette), torch.cat(alone), atol=1e-4)


# ---- the recipe ----


def test_given_lines_are_seen_as_they_are_and_from_both_sides(pictures, monkeypatch):
    rows = recipe.read(pictures, "train")
    assert len(rows[0]) == 2 * len(readers.sketch2photo(pictures, "train")[0])
    assert torch.equal(rows[1][: len(rows[1]) // 2].flip(3), rows[1][len(rows[1]) // 2 :])
    assert len(recipe.read(pictures, "val")[0]) == len(readers.sketch2photo(pictures, "val")[0])
    monkeypatch.setattr(recipe, "MOVED", 0)
    for share in (0, 1):
        monkeypatch.setattr(recipe, "GIVEN", share)
        drawing = recipe.augment(rows, torch.Generator().manual_seed(0))[0]
        same = (drawing == rows[0].float() / 255).flatten(1).all(1)
        assert same.all() if share else not same.any()


def test_a_finished_network_has_only_palettes_between_the_extremes(pictures):
    torch.manual_seed(0)
    known = palettes.vividness(recipe.prior_palettes(pictures))
    network = recipe.finish(recipe.build().eval(), pictures)
    kept = palettes.vividness(network.palettes)
    assert (
        known.min() < kept.min()
        and kept.max() < known.max()
        and len(kept) == network.config.palettes < len(known)
    )
    sketches = readers.sketch2photo(pictures, "train")[0].float() / 255
    with torch.no_grad():
        said = network.suggest(network.encode(F.avg_pool2d(sketches, 2)))  # as propose asks it
    assert said.mean(0).abs().max() < 1e-3


def test_the_release_does_without_the_least_and_the_most_vivid_palettes(network):
    kept, suited = network.palettes.clone(), network.prior.weight.clone()
    vivid = palettes.vividness(kept)
    smaller = recipe.without_extremes(network)
    assert len(smaller.palettes) == smaller.config.palettes == len(smaller.prior.bias) < len(kept)
    least, most = (vivid.quantile(x) for x in recipe.VIVID)
    rows = [i for i in range(len(kept)) if least <= vivid[i] <= most]
    assert torch.equal(smaller.palettes, kept[rows]) and torch.equal(
        smaller.prior.weight, suited[rows]
    )
