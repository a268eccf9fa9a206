"""The network that colors drawings, and its recipe."""

import pytest
import torch
from PIL import ImageChops, ImageOps
from torch.nn import functional as F

from ae_models import color, images, tasks, zoo
from ae_models.sketch import drawing, palettes
from tests.conftest import coloring_network
from tests.pictures import RED_BLUE, circle
from train import sketch_color_plus as recipe
from train.datasets import readers


@pytest.fixture
def network():
    return coloring_network()


def test_without_a_palette_one_is_taken_that_holds_the_hints_colors(network):
    x = drawing.for_network(drawing.ink_of(circle()), network.config)
    for palette in network.palettes:
        assert torch.equal(network.propose(x, colors=palette[:3, :3])[0], palette)


def test_a_palette_is_chosen_from_the_sketch_at_half_its_size(network, monkeypatch):
    shapes, encode = [], network.encode

    def recorded(x, *args):
        shapes.append(tuple(x.shape))
        return encode(x, *args)

    monkeypatch.setattr(network, "encode", recorded)
    tasks.surprise(network, circle())
    assert shapes == [(1, 1, 8, 8), (4, 1, 16, 16)]


def test_the_network_may_point_at_the_color_of_a_hint_on_this_side_of_a_line(network, monkeypatch):
    sketch, hints = torch.ones(1, 1, 32, 32), torch.zeros(1, 4, 32, 32)
    sketch[..., 16:18] = 0
    red = torch.tensor([0.9, 0.2, 0.1])
    hints[:, :3, 8:12, 6:10], hints[:, 3, 8:12, 6:10] = red[:, None, None], 1
    features = network.encode(sketch, None, hints)
    ink, flowed = features[:2]
    assert ink.shape == (1, 1, 16, 16) and flowed.shape == (1, 8, 32, 32)
    assert (flowed[0, :3, 10, 2] / flowed[0, 3, 10, 2] - red).abs().max() < 1e-4
    assert flowed[0, 7, 10, 2] > 0.5 > 0.01 > flowed[0, 7, 10, 28]  # confidence beyond the line
    y = [torch.zeros(1, width, 32, 32) for width in network.outputs]
    y[1][:, 2:] = 30  # the logits of hints; a shade of 0 leaves colors as they are
    monkeypatch.setattr(network.unet, "decode", lambda *_: torch.cat(y, 1))
    assert (network.decode(features)[0, :, 10, 2] - red).abs().max() < 0.02


def test_the_network_sees_where_the_paper_around_a_closed_drawing_is(network):
    inputs = []
    network.unet.stem.register_forward_pre_hook(lambda _, args: inputs.append(args[0]))
    network(1 - drawing.ink_of(circle()))
    outside = torch.pixel_shuffle(inputs[0], 2)[0, -1]
    assert outside[:, :8].min() > 0.9 and outside[24:40, 24:40].max() < 0.1


def test_training_and_use_are_one_function(network):
    x, palette = 1 - drawing.ink_of(circle()), palettes.from_entries(RED_BLUE)[None]
    hints = torch.rand(1, 4, 64, 64).round()
    used, trained = (n()(x, palette, hints) for n in (network.eval, network.train))
    assert torch.equal(used, trained) and trained.requires_grad


def test_a_picture_is_the_same_in_any_batch(network):
    sketches = torch.cat([1 - drawing.ink_of(circle(width=width)) for width in (3, 6)])
    palette = palettes.from_entries(RED_BLUE)[None].expand(2, 5, 4)
    alone = [network(x, p) for x, p in zip(sketches.split(1), palette.split(1))]
    assert torch.allclose(network(sketches, palette), torch.cat(alone), atol=1e-4)


# ---- the recipe ----


def test_given_lines_are_seen_as_they_are_and_from_both_sides(pictures, monkeypatch):
    rows = recipe.creatures(pictures, "train")
    assert len(rows[0]) == 2 * len(readers.sketch2photo(pictures, "train")[0])
    assert torch.equal(rows[1][: len(rows[1]) // 2].flip(3), rows[1][len(rows[1]) // 2 :])
    monkeypatch.setattr(recipe, "MOVED", 0)
    for share in (0, 1):
        monkeypatch.setattr(recipe, "GIVEN", share)
        drawing = recipe.augment(rows, torch.Generator().manual_seed(0))[0]
        same = (drawing == rows[0].float() / 255).flatten(1).all(1)
        assert same.all() if share else not same.any()


@pytest.mark.parametrize(("split", "times"), [("train", recipe.TIMES), ("val", 1)])
def test_things_that_other_splits_do_not_have_are_among_the_pictures(pictures, split, times):
    rows, mine = recipe.read(pictures, split), recipe.creatures(pictures, split)
    count = len(mine[0])
    assert all(len(x) == (1 + times) * count for x in rows)
    assert torch.equal(rows[1][:count], mine[1])
    other = recipe.things(times * count, "val" if split == "train" else "train")[1]
    assert not (rows[1][count:, None] == other).flatten(2).all(2).any()


def test_palettes_other_hues_and_hints_are_given_in_the_shares_of_the_kind(pictures):
    rows = recipe.read(pictures, "val")
    art = rows[1].float() / 255
    seen = torch.zeros(3, len(art))
    for seed in range(60):
        generator = torch.Generator().manual_seed(seed)
        _, turned, palette, hints = recipe.condition(rows[0], art, *rows[2:], generator)
        given, hinted = palette[:, :, 3].sum(1) > 0, hints[:, 3].amax((1, 2)) > 0
        recolored = (turned - art).abs().amax((1, 2, 3)) > 0.02
        seen += torch.stack([given, recolored, hinted]) / 60
    for half, (given, recolored, hinted) in zip(
        seen.chunk(2, 1), (recipe.CREATURE_SHARES, recipe.THING_SHARES)
    ):
        expected = [given, given * recolored, hinted]
        assert half.mean(1).tolist() == pytest.approx(expected, abs=0.12)


def test_hues_change_only_where_a_palette_tells_of_them(pictures):
    rows = recipe.creatures(pictures, "train")
    art, shares = rows[1].float() / 255, torch.tensor([0.0, 1.0, 0.5]).expand(len(rows[0]), 3)
    generator = torch.Generator().manual_seed(0)
    assert torch.allclose(recipe.condition(rows[0], art, rows[2], shares, generator)[1], art)


def test_the_release_proposes_palettes_that_are_neither_gray_nor_too_vivid():
    colors = torch.rand(300, 5, 3, generator=torch.Generator().manual_seed(0))
    gray = colors.mean(2, keepdim=True)
    own = gray + (colors - gray) * torch.linspace(0, 1, 300)[:, None, None]
    own = torch.cat([own, torch.ones(300, 5, 1)], 2)
    kept, vivid = recipe.representative(own), palettes.vividness(own)
    assert len(kept) == zoo.row(recipe.SLUG).config.palettes
    muted = palettes.muted(own, recipe.CHROMA_KEPT)
    assert all((muted == palette).flatten(1).all(1).any() for palette in kept)
    assert torch.allclose(palettes.vividness(muted), recipe.CHROMA_KEPT * vivid, atol=1e-5)
    assert torch.allclose(
        color.luma(muted.movedim(2, 1)[:, :3]), color.luma(own.movedim(2, 1)[:, :3]), atol=1e-5
    )
    shown = palettes.vividness(kept)
    assert vivid.min() < 0.02 < 0.4 < vivid.max() and shown.min() > 0.07 and shown.max() < 0.3


def test_going_on_from_a_release_keeps_the_statistics_of_batch_norm():
    for frozen, build in ((False, recipe.build), (True, recipe.FURTHER.changes["build"])):
        norms = [m for m in build().train().modules() if isinstance(m, torch.nn.BatchNorm2d)]
        assert norms and all(norm.training is not frozen for norm in norms)


def test_the_prior_says_which_palettes_go_with_a_sketch(network):
    """Circles come with reds, rings of two circles with blues."""
    drawn = [circle(width=3 + i % 3) for i in range(16)]
    twice = [ImageChops.darker(d, ImageOps.expand(d.resize((32, 32)), 16, 255)) for d in drawn]
    sketches = torch.cat([images.to_tensor(d) for d in drawn + twice]).mul(255).byte()
    own = network.palettes[[0] * 16 + [1] * 16]
    recipe.fit_prior(network, sketches, own)
    half = F.avg_pool2d(sketches.float() / 255, 2)  # as propose asks it
    with torch.no_grad():
        said = network.suggest(network.encode(half))
    assert said.mean(0).abs().max() < 1e-3
    assert (said[:, 0] > said[:, 1]).tolist() == [True] * 16 + [False] * 16
    assert torch.allclose(said.std(0)[:2], torch.ones(2), atol=1e-3)


def test_a_finished_network_is_the_released_one(pictures):
    network = recipe.finish(recipe.build().eval(), pictures)
    assert network.state_dict().keys() == zoo.build(recipe.SLUG).state_dict().keys()
    assert network.palettes[:, :, 3].sum(1).min() > 0
