"""The network that colors drawings, and its recipe."""

import pytest
import torch
from torch.nn import functional as F

from ae_models import tasks
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
