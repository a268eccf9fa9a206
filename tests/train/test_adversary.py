"""The critic of drawings, the contest with it, and the losses on strokes."""

import pytest
import torch

from ae_models import color, metrics, zoo
from tests.conftest import MINIATURE
from train.engine import adversary, losses
from train.measures import pictures


@pytest.fixture
def contest(monkeypatch):
    small, build = MINIATURE["face-sketch-plus"], zoo.build
    monkeypatch.setattr(adversary.zoo, "build", lambda slug, **more: build(slug, **small, **more))
    return adversary.Contest("face-sketch-plus")


def test_ssim_is_that_of_torchmetrics_but_for_the_border():
    x = torch.nn.functional.interpolate(
        torch.rand(2, 3, 12, 10), scale_factor=20.0, mode="bicubic"
    ).clamp(0, 1)
    y = (x + 0.1 * torch.randn(x.shape)).clamp(0, 1)
    assert losses.ssim(x, y).item() == pytest.approx(pictures.ssim(x, y).mean().item(), abs=0.01)
    assert losses.ssim(x, x).item() == pytest.approx(1)


def test_the_variogram_ignores_where_strokes_are_but_not_how_strong():
    x = (torch.arange(48) % 4 < 2).float().expand(1, 1, 48, 48)
    assert torch.allclose(losses.variogram(x), losses.variogram(x.roll(2, 3)), atol=1e-5)
    assert losses.variogram(x * 0.5).mean() == pytest.approx(
        0.5 * losses.variogram(x).mean().item(), rel=1e-2
    )


def test_the_variogram_tells_strokes_from_a_checkerboard():
    rows, columns = torch.arange(48)[:, None], torch.arange(48)
    stripes = ((rows + 0 * columns) % 6 < 3).float()[None, None]
    checkerboard = ((rows + columns) % 2).float()[None, None]
    flat = torch.full_like(stripes, 0.5)
    wanted = losses.variogram(stripes)
    distances = [
        (losses.variogram(x) - wanted).abs().mean().item()
        for x in (stripes.roll(3, 2), checkerboard, flat)
    ]
    assert distances[0] < 0.05 < distances[1]


def test_stripes_are_patterns_of_every_second_pixel_alone():
    x = torch.nn.functional.interpolate(torch.rand(1, 1, 8, 8), (64, 64), mode="bicubic")
    every = torch.arange(64) % 2
    for pattern in (every[:, None], every, every[:, None] ^ every):
        assert losses.stripes(x + 0.1 * pattern, x).item() == pytest.approx(0.05, rel=0.1)
    assert losses.stripes(x + 0.1 * (torch.arange(64) // 2 % 2), x) < 0.005
    assert losses.stripes(x + 0.1, x) < 1e-6


def test_one_backward_pass_trains_network_and_critic_apart():
    critic, drawn = adversary.Critic(1), torch.rand(2, 1, 48, 40, requires_grad=True)
    own, opinion = critic.losses(drawn, torch.rand(2, 1, 48, 40))
    opinion.backward()
    assert drawn.grad.abs().sum() > 0 and all(p.grad is None for p in critic.parameters())
    drawn.grad = None
    own.backward()
    assert drawn.grad is None and all(p.grad.abs().sum() > 0 for p in critic.parameters())


def test_the_critic_has_no_say_early_nor_in_validation(contest):
    rows = torch.rand(4, 3, 40, 32), torch.rand(4, 1, 40, 32), torch.zeros(4, 1, 1, 1)
    loss = adversary.objective(losses.strokes, weight=0.1, opinion=0.5)
    contest.train()
    torch.manual_seed(0)  # the same noise
    early, parts = loss(contest, rows, 0.1)
    torch.manual_seed(0)
    late, _ = loss(contest, rows, 0.9)
    assert late.item() == pytest.approx((early + 0.5 * parts["opinion"]).item(), abs=1e-3)
    assert set(loss(contest.eval(), rows, 1.0)[1]) == {"l1", "dssim", "texture"}


def test_the_release_computes_what_was_trained(contest):
    x, style = torch.rand(2, 3, 40, 32), torch.zeros(2, 1, 1, 1)
    contest.train()(x, style)  # moves the running statistics
    with torch.no_grad():
        trained = contest.eval()(x, style)
        released = adversary.release(contest, None)
        drawn = released(x, noise=released.fixed_noise(40, 32))
        assert torch.allclose(drawn, trained, atol=1e-5)


def test_styles_differ_once_they_are_learned():
    network = zoo.build("face-sketch-plus", **MINIATURE["face-sketch-plus"]).eval()
    x, first, second = torch.rand(1, 3, 40, 32), torch.tensor([0]), torch.tensor([1])
    assert torch.equal(network(x), network(x, first)) and torch.equal(
        network(x), network(x, second)
    )
    torch.nn.init.normal_(network.unet.middle[0].film.weight)
    assert not torch.equal(network(x, first), network(x, second))


def test_training_draws_other_noise_each_time_and_validation_does_not(contest):
    x, style = torch.rand(2, 3, 40, 32), torch.zeros(2, 1, 1, 1)
    assert torch.equal(contest.eval()(x, style), contest(x, style))
    contest.train().network.unet.apply(lambda m: setattr(m, "training", False))  # no dropout
    assert not torch.allclose(contest(x, style), contest(x, style), atol=1e-3)


def test_sharpness_is_zero_on_a_slope_and_grows_with_noise():
    slope = torch.linspace(0, 1, 20).expand(1, 1, 20, 20)
    noise = torch.rand(1, 1, 20, 20)
    assert (
        metrics.sharpness(slope)
        < 1e-10
        < 4 * metrics.sharpness(noise / 4)
        < metrics.sharpness(noise)
    )


def test_fine_color_is_not_sharpness():
    """Noise that lies in color alone looks like nothing, and photos have none."""
    noise = torch.rand(1, 3, 20, 20)
    assert metrics.sharpness(noise - color.luma(noise)) < 1e-3 * metrics.sharpness(noise)


def test_a_weave_is_told_and_other_detail_or_less_of_it_is_not():
    x, other = 0.5 + 0.05 * torch.randn(2, 1, 3, 96, 96, generator=torch.Generator().manual_seed(0))
    rows, columns = torch.arange(96)[:, None], torch.arange(96)
    lattice = 0.05 * ((rows + 2 * columns) % 4 < 2).float()
    soft = torch.nn.functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
    same, elsewhere, less, woven = (
        losses.weave(z, x).item() for z in (x, other, soft, soft + lattice)
    )
    assert same == less == 0 and 0.05 < elsewhere < 0.1 and woven > 1.5 * elsewhere
