"""What the recipes between face photos and sketches share."""

import pytest
import torch
from PIL import ImageDraw

from ae_models import images, metrics, zoo
from tests.conftest import MINIATURE, blob
from train import face_sketch_plus, sketch_face_plus
from train.datasets import portrait_pairs
from train.measures import systems


def generator():
    return torch.Generator().manual_seed(5)


def studio_photo():
    """(1, 3, 250, 200) uint8: a dark head and shoulders on blue, a blue tie where no way leads to the edge."""
    image = blob((200, 250), 0)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 200, 250), fill=(120, 200, 240))
    draw.ellipse((50, 60, 150, 200), fill=(80, 60, 50))
    draw.rectangle((20, 200, 180, 250), fill=(80, 60, 50))
    draw.rectangle((95, 215, 105, 240), fill=(120, 200, 240))
    return images.to_uint8(images.to_tensor(image))


def batch(count=16):
    photo = studio_photo().expand(count, -1, -1, -1)
    sketch = torch.randint(0, 256, (count, 1, 250, 200), generator=generator(), dtype=torch.uint8)
    return (
        photo,
        sketch,
        portrait_pairs.background(photo),
        torch.zeros(count, 1, 1, 1, dtype=torch.uint8),
    )


@pytest.fixture
def contest(monkeypatch):
    small, build = MINIATURE["face-sketch-plus"], zoo.build
    monkeypatch.setattr(portrait_pairs.zoo, "build", lambda slug: build(slug, **small))
    return portrait_pairs.Contest("face-sketch-plus")


def test_pairs_say_whose_style(pictures):
    photos, sketches, behind, styles = portrait_pairs.pairs(pictures, "train")
    assert len(photos) == len(sketches) == len(behind) == len(styles)
    assert styles.flatten().tolist() == sorted(styles.flatten().tolist()) and set(
        styles.flatten().tolist()
    ) == {0, 1}


def test_background_is_what_is_seen_from_the_edges():
    behind = portrait_pairs.background(studio_photo())
    assert behind[0, 0, 30, 100] == behind[0, 0, 150, 10] == 255
    assert behind[0, 0, 130, 100] == behind[0, 0, 230, 100] == 0  # the face; the tie


def test_warp_moves_photo_and_sketch_alike_and_leaves_others_sharp():
    photo = torch.randint(0, 256, (16, 3, 40, 32), generator=generator(), dtype=torch.uint8)
    moved, sketch, _, _ = portrait_pairs.warp(
        (photo, photo[:, :1], photo[:, :1], photo[:, :1, :1, :1]), generator()
    )
    assert torch.equal(moved[:, :1], sketch)
    kept = [
        bool((m == p / 255).all() or (m == p.flip(2) / 255).all()) for m, p in zip(moved, photo)
    ]
    assert 3 < sum(kept) < 13


@pytest.mark.parametrize(
    "recipe", [face_sketch_plus, sketch_face_plus], ids=lambda r: r.RECIPE.slug
)
def test_only_the_input_is_changed_and_some_stay_as_they_were(recipe):
    rows = batch()
    given, wanted, styles = recipe.augment(rows, generator())
    photo, sketch, _, _ = portrait_pairs.warp(rows, generator())
    source, target = (photo, sketch) if recipe is face_sketch_plus else (sketch, photo)
    assert torch.equal(wanted, target) and torch.equal(styles, rows[3])
    assert given.min() >= 0 and given.max() <= 1
    assert 1 < sum(torch.equal(a, b) for a, b in zip(given, source)) < 13
    again, _, _ = recipe.augment(rows, generator())
    assert torch.equal(given, again)


def test_ssim_is_that_of_torchmetrics_but_for_the_border():
    x = torch.nn.functional.interpolate(
        torch.rand(2, 3, 12, 10), scale_factor=20.0, mode="bicubic"
    ).clamp(0, 1)
    y = (x + 0.1 * torch.randn(x.shape)).clamp(0, 1)
    assert portrait_pairs.ssim(x, y).item() == pytest.approx(
        systems.ssim(x, y).mean().item(), abs=0.01
    )
    assert portrait_pairs.ssim(x, x).item() == pytest.approx(1)


def test_the_variogram_ignores_where_strokes_are_but_not_how_strong():
    x = (torch.arange(48) % 4 < 2).float().expand(1, 1, 48, 48)
    assert torch.allclose(
        portrait_pairs.variogram(x), portrait_pairs.variogram(x.roll(2, 3)), atol=1e-5
    )
    assert portrait_pairs.variogram(x * 0.5).mean() == pytest.approx(
        0.5 * portrait_pairs.variogram(x).mean().item(), rel=1e-2
    )


def test_the_variogram_tells_strokes_from_a_checkerboard():
    rows, columns = torch.arange(48)[:, None], torch.arange(48)
    stripes = ((rows + 0 * columns) % 6 < 3).float()[None, None]
    checkerboard = ((rows + columns) % 2).float()[None, None]
    flat = torch.full_like(stripes, 0.5)
    wanted = portrait_pairs.variogram(stripes)
    distances = [
        (portrait_pairs.variogram(x) - wanted).abs().mean().item()
        for x in (stripes.roll(3, 2), checkerboard, flat)
    ]
    assert distances[0] < 0.05 < distances[1]


def test_one_backward_pass_trains_network_and_critic_apart():
    critic, drawn = portrait_pairs.Critic(1), torch.rand(2, 1, 48, 40, requires_grad=True)
    own, opinion = critic.losses(drawn, torch.rand(2, 1, 48, 40))
    opinion.backward()
    assert drawn.grad.abs().sum() > 0 and all(p.grad is None for p in critic.parameters())
    drawn.grad = None
    own.backward()
    assert drawn.grad is None and all(p.grad.abs().sum() > 0 for p in critic.parameters())


def test_the_critic_has_no_say_early_nor_in_validation(contest):
    rows = torch.rand(4, 3, 40, 32), torch.rand(4, 1, 40, 32), torch.zeros(4, 1, 1, 1)
    loss = portrait_pairs.objective(strokes=0.1, opinion=0.5)
    contest.train()
    torch.manual_seed(0)  # the same noise
    early, parts = loss(contest, rows, 0.1)
    torch.manual_seed(0)
    late, _ = loss(contest, rows, 0.9)
    assert late.item() == pytest.approx((early + 0.5 * parts["opinion"]).item(), abs=1e-3)
    assert set(loss(contest.eval(), rows, 1.0)[1]) == {"l1", "dssim", "strokes"}


def test_the_release_computes_what_was_trained(contest):
    x, style = torch.rand(2, 3, 40, 32), torch.zeros(2, 1, 1, 1)
    contest.train()(x, style)  # moves the running statistics
    with torch.no_grad():
        trained = contest.eval()(x, style)
        released = portrait_pairs.release(contest, None)
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
