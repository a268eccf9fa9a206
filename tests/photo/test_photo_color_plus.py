"""Computations of the recipe of photo-color-plus beside its loss."""

import pytest
import torch

from ae_models import zoo
from tests.conftest import MINIATURE
from train import photo_color_plus as recipe
from train.engine import folding
from train.measures import photos


def test_a_target_is_shared_among_four_colors_whose_mean_it_is():
    network = zoo.build("photo-color-plus")
    levels = torch.tensor(network.config.levels, dtype=torch.float32)
    ab = torch.rand(2, 2, 5, 7) * 150 - 75
    weights = recipe.spread(ab, levels)
    assert weights.min() >= 0 and (weights > 0).sum(1).max() <= 4
    assert torch.allclose(weights.sum(1), torch.ones(2, 5, 7), atol=1e-5)
    assert torch.allclose(torch.einsum("bkhw,kc->bchw", weights, network.colors), ab, atol=1e-3)
    assert torch.equal(
        recipe.spread(torch.full((1, 2, 1, 1), 500.0), levels).flatten().nonzero(),
        torch.tensor([[120]]),
    )


def test_the_temperature_goes_from_the_mean_to_the_mode():
    network = zoo.build("photo-color-plus", **MINIATURE["photo-color-plus"])
    logits = torch.zeros(1, 9, 1, 1)
    logits[:, 8] = 1.0  # (60, 60)
    means = [network.mean(logits, t)[0, 0].item() for t in (1.0, 0.5, 0.02)]
    assert 0 < means[0] < means[1] < means[2] == pytest.approx(60)


def test_augmentation_stays_in_range_and_hints_every_other_sample():
    photos = torch.randint(0, 256, (8, 3, 32, 32), dtype=torch.uint8)
    x, ab = recipe.augment((photos,), torch.Generator().manual_seed(0))
    assert x.shape == (8, 4, 32, 32) and ab.shape == (8, 2, 32, 32)
    assert x.min() >= 0 and x.max() <= 1
    hinted = x[:, 3].flatten(1).sum(1) > 0
    assert hinted.tolist() == [False, True] * 4
    again, _ = recipe.prepare((photos,))
    assert torch.equal(again, recipe.prepare((photos,))[0])


def test_finish_makes_rare_colors_likelier_and_leaves_no_norm(pictures, monkeypatch):
    monkeypatch.setattr(recipe, "VIVID_ROWS", 4)
    network = recipe.build().eval()
    finished = recipe.finish(network, pictures)
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in finished.modules())
    # (-80, -80) and gray
    assert finished.rarity.min() >= 0 and finished.rarity[0] >= finished.rarity[60]


def test_the_backbone_begins_without_effect_and_its_first_blocks_stay():
    network = recipe.build().eval()
    recipe.start(network, ())
    x = torch.rand(1, 4, 32, 32)
    before = network.logits(x)
    for block in network.backbone.blocks:
        torch.nn.init.zeros_(block.narrow.weight)
    assert torch.equal(network.logits(x), before)
    learned = {p for group in recipe.optimizer(network).param_groups for p in group["params"]}
    for i, block in enumerate(network.backbone.blocks):
        assert {p in learned for p in block.parameters()} == {i >= recipe.FROZEN}


def test_rarity_counts_less_the_more_is_hinted():
    network = zoo.build("photo-color-plus", **MINIATURE["photo-color-plus"]).eval()
    x = torch.full((2, 4, 16, 16), 0.5)
    x[0, 3], x[1, 3] = 0, 1
    plain = network(x)
    network.rarity[8] = 5.0
    assert (network(x) - plain)[0].abs().min() > 0.01
    assert torch.allclose(network(x)[1], plain[1])


def test_training_pictures_are_landscapes_things_and_people_in_their_shares(pictures):
    (mixed,) = recipe.everything(pictures, "train")
    counts, start = [], 0
    for part, share in zip(recipe.sets(pictures, "train"), recipe.SHARES):
        count = round(len(mixed) * share)
        rows = {x.numpy().tobytes() for x in part}
        assert all(x.numpy().tobytes() in rows for x in mixed[start : start + count])
        start += count
        counts.append(count)
    assert sum(counts) == len(mixed)
    assert len(recipe.everything(pictures, "val")[0]) <= recipe.ROWS["val"]


def test_an_old_print_is_faded_and_keeps_its_picture():
    lightness = torch.linspace(0, 1, 64).expand(8, 1, 64, 64).contiguous()
    old = recipe.age(lightness, torch.Generator().manual_seed(0))
    assert old.shape == lightness.shape
    assert ((old.amax((1, 2, 3)) - old.amin((1, 2, 3))) < 1.3).all()
    assert (old[..., 48:].mean((1, 2, 3)) - old[..., :16].mean((1, 2, 3)) < 0.75).all()
    for a, b in zip(old, lightness):
        assert torch.corrcoef(torch.stack([a.flatten(), b.flatten()]))[0, 1] > 0.9


def test_a_folded_network_takes_its_norms_up_again():
    torch.manual_seed(0)
    network = folding.add_norm(zoo.build("photo-color-plus", **MINIATURE["photo-color-plus"]))
    x = torch.rand(16, 4, 16, 16)
    for _ in range(3):
        network.train()(x)
    plain = zoo.build("photo-color-plus", **MINIATURE["photo-color-plus"])
    plain.load_state_dict(folding.fold(network.eval()).state_dict())
    again = folding.add_norm(zoo.build("photo-color-plus", **MINIATURE["photo-color-plus"]))
    folding.unfold(again, plain.state_dict(), lambda: again(x))
    assert torch.allclose(again.eval()(x), plain(x), atol=1e-5)
    assert torch.allclose(again.train()(x), plain(x), atol=1e-3)  # the statistics are those of x
    stem = again.unet.stem[0].weight
    assert torch.allclose(stem.square().sum((1, 2, 3)), torch.full((len(stem),), 1 / 3), atol=1e-4)


def test_vividness_is_that_of_the_picture(pictures):
    (shown,) = recipe.everything(pictures, "val")
    network = zoo.build("photo-color-plus").eval()
    guess = recipe.Guess(network, shown)
    assert guess.frequency.sum() == pytest.approx(1, abs=1e-4)
    even, rare = guess.vividness(torch.zeros(121)), guess.vividness(-10 * guess.frequency)
    assert 0 <= even < rare


def test_faces_are_told_apart_by_the_lightness_of_their_skin():
    levels = (60, 128, 220)
    faces = torch.stack([torch.full((3, 128, 128), level, dtype=torch.uint8) for level in levels])
    assert photos.skin_tones(faces).tolist() == [0, 1, 2]


def test_figures_of_pictures_of_many_sizes_are_those_of_one_batch():
    pictures = torch.randint(0, 256, (3, 3, 24, 16), dtype=torch.uint8)
    network = zoo.build("photo-color-plus", **MINIATURE["photo-color-plus"]).eval()
    batch, single = (
        photos._figures(photos._hinted_values(network, x)) for x in (pictures, list(pictures))
    )
    assert torch.allclose(batch["psnr"], single["psnr"], atol=0.02)
    rows = torch.arange(3)
    assert batch["colorfulness_ratio"](rows) == pytest.approx(
        single["colorfulness_ratio"](rows), rel=0.02
    )
    assert len(batch["colorfulness_ratio"]) == 3
    gray = photos._figures(photos._values(None, list(pictures)))
    assert gray["psnr_gain"].abs().max() == 0 and gray["colorfulness_ratio"](rows) < 0.01
