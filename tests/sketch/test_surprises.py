"""Presses of the button that proposes palettes."""

import torch

from ae_models import tasks
from ae_models.sketch import palettes
from tests.conftest import coloring_network
from tests.pictures import RED_BLUE, circle


def suited(count: int = 24) -> torch.Tensor:
    return torch.rand(count, 5, 4, generator=torch.Generator().manual_seed(1))


def test_eight_presses_show_thirty_two_palettes_none_like_another():
    shown = torch.cat([palettes.walk(suited(), 4, step) for step in range(8)])
    mean = palettes.mean_color(shown)
    far = torch.cdist(mean, mean) + torch.eye(32)
    assert far.min() > palettes.FRESH
    assert torch.equal(shown[0], suited()[0])  # the best first


def test_those_beside_the_best_look_most_unlike_it_and_each_other():
    mean = palettes.mean_color(suited())
    shown = [0]
    for _ in range(3):
        shown.append(int(torch.cdist(mean, mean[shown]).amin(1).argmax()))
    assert torch.equal(palettes.walk(suited(), 4, 0), suited()[shown])
    best = next(
        i for i in range(24) if torch.cdist(mean[i : i + 1], mean[shown]).min() > palettes.FRESH
    )
    assert torch.equal(palettes.walk(suited(), 4, 1)[0], suited()[best])


def test_a_step_is_the_same_whenever_it_is_asked_for():
    assert torch.equal(palettes.walk(suited(), 4, 5), palettes.walk(suited(), 4, 5))
    period = len(suited()) * (1 + len(palettes.TURNS)) // 4
    assert torch.equal(palettes.walk(suited(), 4, 2), palettes.walk(suited(), 4, 2 + period))


def test_no_palette_comes_twice_in_a_whole_period():
    few = suited(3)
    steps = range(3 * (1 + len(palettes.TURNS)) // 2)
    shown = torch.cat([palettes.walk(few, 2, step) for step in steps])
    assert len(shown.flatten(1).unique(dim=0)) == len(shown)


def test_turned_palettes_keep_lightness_and_weights_and_change_hue():
    palette = palettes.from_entries(RED_BLUE)[None] * torch.tensor([0.5, 0.5, 0.5, 1])
    turned = palettes.turned(palette, 2.0)
    assert torch.equal(turned[..., 3], palette[..., 3])
    assert (turned[0, :2, :3] - palette[0, :2, :3]).abs().amax(1).min() > 0.1
    assert palettes.turned(palette, 0.0).sub(palette).abs().max() < 1e-3


def test_a_second_press_shows_four_others():
    network = coloring_network()
    first, second = (tasks.surprise(network, circle(), seed) for seed in (0, 1))
    assert not {str(p) for _, p in first} & {str(p) for _, p in second}
    assert len({picture.tobytes() for picture, _ in first + second}) == 8
