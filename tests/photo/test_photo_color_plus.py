"""What the recipe of photo-color-plus computes beside its loss."""

import pytest
import torch

from ae_models import zoo
from tests.conftest import MINIATURE
from train import photo_color_plus as recipe


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


def test_finish_makes_rare_colors_likelier_and_leaves_no_norm(pictures):
    network = recipe.build().eval()
    finished = recipe.finish(network, pictures)
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in finished.modules())
    assert (
        finished.rarity.min() >= 0 and finished.rarity[0] >= finished.rarity[60]
    )  # (-80, -80) and gray


def test_rarity_counts_less_the_more_is_hinted():
    network = zoo.build("photo-color-plus", **MINIATURE["photo-color-plus"]).eval()
    x = torch.full((2, 4, 16, 16), 0.5)
    x[0, 3], x[1, 3] = 0, 1
    plain = network(x)
    network.rarity[8] = 5.0
    assert (network(x) - plain)[0].abs().min() > 0.01
    assert torch.allclose(network(x)[1], plain[1])
