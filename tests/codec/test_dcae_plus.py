"""`dcae-plus` alone: any size, rounding at several rates, and the bits of its prior."""

import math

import numpy as np
import pytest
import torch

from ae_models import images, metrics, tasks, tiles, zoo
from ae_models.codec import others
from ae_models.codec.dcae_plus import karhunen_loeve
from tests.conftest import MINIATURE
from tests.pictures import blob
from train import codec_context
from train import dcae_plus as recipe
from train.datasets import readers
from train.measures import rate_distortion

RATES = range(1, 6)


@pytest.fixture
def network():
    torch.manual_seed(0)
    return zoo.build("dcae-plus", **MINIATURE["dcae-plus"]).eval().requires_grad_(False)


def smooth(count=2, height=32, width=32):
    """Smooth, pale pictures (count, 3, height, width) in [-1, 1], as few coefficients hold."""
    coarse = torch.rand(count, 1, 4, 4) * 1.8 - 0.9 + torch.rand(count, 3, 4, 4) * 0.2 - 0.1
    return torch.nn.functional.interpolate(coarse, (height, width), mode="bicubic").clamp(-1, 1)


def test_the_transform_is_orthonormal_and_sorted():
    basis, deviation = karhunen_loeve(16)
    assert torch.allclose(basis.T @ basis, torch.eye(16), atol=1e-5)
    assert (deviation.diff() <= 1e-6).all() and deviation[-1] > 0
    brightness = basis[:, 0] / basis[0, 0]
    assert (brightness > 0.8).all() and (brightness < 1.3).all()  # about the mean of the patch


def test_untrained_it_is_already_a_transform_of_smooth_pictures(network):
    x = smooth()
    assert (network(x) - x).square().mean() < 0.02 * x.square().mean()


@pytest.mark.parametrize("size", [(1, 1), (16, 16), (18, 21), (32, 32), (40, 100), (257, 130)])
def test_any_size(network, size):
    x = torch.rand(1, 3, *size) * 2 - 1
    assert network.encode(x).shape == (1, 8, -(-size[0] // 4), -(-size[1] // 4))
    assert network(x).shape == network(x, rate=2).shape == x.shape


@pytest.mark.parametrize("rate", [0, 3])
def test_a_part_is_as_in_the_whole_but_near_its_borders(network, rate):
    """No statistics over the picture, and no tiles: so no seams."""
    whole = torch.rand(1, 3, 96, 128) * 2 - 1
    part, reach = whole[:, :, 16:80, 24:112], network.reach
    latent, of_part = network.encode(whole, rate), network.encode(part, rate)
    inside = (slice(None), slice(None), slice(reach, -reach), slice(reach, -reach))
    assert torch.allclose(latent[:, :, 4:20, 6:28][inside], of_part[inside], atol=1e-5)
    again, part_again = network.decode(latent, rate), network.decode(latent[:, :, 4:20, 6:28], rate)
    inside = (slice(None), slice(None), slice(4 * reach, -4 * reach), slice(4 * reach, -4 * reach))
    assert torch.allclose(again[:, :, 16:80, 24:112][inside], part_again[inside], atol=1e-5)


@pytest.mark.parametrize("rate", [0, 4])
def test_strips_change_nothing(network, monkeypatch, rate):
    picture = blob((150, 83), 1)
    latent = tasks.encode(network, picture, rate)
    at_once = tasks.decode(network, latent, rate)
    monkeypatch.setattr(tiles, "CELLS", 100)  # strips of two rows
    assert torch.allclose(tasks.encode(network, picture, rate), latent, atol=1e-5)
    again = tasks.decode(network, latent, rate)
    assert max(abs(a - b) for a, b in zip(again.tobytes(), at_once.tobytes())) <= 1


@pytest.mark.parametrize("rate", RATES)
def test_rounding_there_and_back(network, rate):
    latent = network.encode(smooth(), rate)
    q = network.quantize(latent, rate)
    assert q.dtype == torch.int32 and q.shape == latent.shape
    assert torch.equal(network.quantize(network.dequantize(q, rate), rate), q)
    exact = network.bottleneck.scale(latent, rate)
    assert ((q - exact).abs() <= 0.5 + 1e-5).all()
    assert (network.dequantize(q, rate) - latent).abs().max() < 1.0


def test_a_batch_may_mix_rates(network):
    x, rates = smooth(5), torch.tensor(list(RATES))
    latent = network.encode(x, rates)
    q = network.quantize(latent, rates)
    bits, again = network.bits(q, rates), network.decode(network.dequantize(q, rates), rates)
    for i, rate in enumerate(RATES):
        alone = network.quantize(network.encode(x[i : i + 1], rate), rate)
        assert (alone - q[i : i + 1]).abs().sum() <= 1  # a tie may fall either way
        assert torch.allclose(network.bits(q[i : i + 1], rate), bits[i : i + 1], rtol=1e-4)
        decoded = network.decode(network.dequantize(q[i : i + 1], rate), rate)
        assert torch.allclose(decoded, again[i : i + 1], atol=1e-5)


def test_finer_rates_cost_more_and_keep_more(network):
    network.sha256 = "ab" * 32
    codec, pictures = (
        rate_distortion.codecs(network)["network"],
        [blob((48, 40), i) for i in (1, 2)],
    )
    curve = rate_distortion.curve(codec, pictures)
    assert (curve.bytes.mean(1).diff() > 0).all() and (curve.psnr.mean(1).diff() > 0).all()


def test_rounded_latents(network):
    latent = tasks.encode(network, blob((45, 37), 3), 2)
    assert torch.equal(
        tasks.rounded(network, latent, 2), network.dequantize(network.quantize(latent, 2), 2)
    )


def test_kinds_are_sorted_and_back(network):
    network.context.order.copy_(torch.randperm(32))
    q = torch.arange(8 * 4 * 6, dtype=torch.int32).reshape(1, 8, 4, 6)
    kinds = network.sorted_kinds(q)
    assert kinds.shape == (1, 32, 2, 3) and torch.equal(network.unsorted_kinds(kinds), q)
    first = int(network.context.order[0])
    channel, row, column = first // 4, first // 2 % 2, first % 2
    assert torch.equal(kinds[0, 0], q[0, channel, row::2, column::2])


@pytest.mark.parametrize("rate", [-1, 6, 2.5, math.nan, "2", None, True])
def test_rates_that_are_none_are_refused(network, rate):
    picture = blob((20, 20), 0)
    with pytest.raises(ValueError, match="expected rate to be a"):
        tasks.reconstruct(network, picture, rate)
    with pytest.raises(ValueError, match="expected rate to be a number from 0 to 0"):
        tasks.reconstruct(zoo.build("dcae", **MINIATURE["dcae"]).eval(), picture, 1)


@pytest.mark.parametrize("shape", [(8,), (2, 8, 3, 3), (1, 7, 3, 3), (1, 8, 3), (1, 8, 0, 3)])
def test_latents_of_another_shape_are_refused(network, shape):
    for function in (tasks.decode, tasks.rounded):
        with pytest.raises(ValueError, match=r"expected a latent of shape \(1, 8, n, m\)"):
            function(network, torch.zeros(shape), 1)


def test_rounded_takes_no_nan(network):
    with pytest.raises(ValueError, match="expected a finite latent"):
        tasks.rounded(network, torch.full((1, 8, 3, 3), torch.nan), 1)


def test_the_loss_reaches_everything_and_is_the_same_again_without_noise(network):
    network.requires_grad_(True)
    sizes = (10, 3, recipe.SIDE, recipe.SIDE), (10, 3 * recipe.SMALL, 32, 32)
    rows = tuple(torch.randint(0, 256, size, dtype=torch.uint8) for size in sizes)
    batch = recipe.augment(rows, torch.Generator())
    assert batch[0].shape == (10, 3, recipe.CROP, recipe.CROP)
    assert recipe.loss(network, batch, 1.0)[0] == recipe.loss(network, batch, 1.0)[0]
    loss, _ = recipe.loss(network.train(), batch, 0.0)
    assert loss != recipe.loss(network, batch, 0.0)[0]
    loss.backward()
    learns = {n for n, p in network.named_parameters() if p.grad is not None and p.grad.any()}
    assert learns == {n for n, _ in network.named_parameters()}


def test_a_pass_of_each_group_costs_its_share_of_the_bits(network):
    """Training sees one of the four passes of each group; all are counted once in turn."""
    q = (torch.randn(3, 128, 8, 8) * 2).round()
    rate, context = torch.tensor([0, 2, 4]), network.context
    whole = context.bits(q, rate)
    parts = [context.bits(q, rate, [(g, i) for g in range(len(context.sizes))]) for i in range(4)]
    assert torch.allclose(sum(parts), whole, rtol=1e-5)
    generator = torch.Generator().manual_seed(0)
    chosen = [codec_context.some_passes(context, generator) for _ in range(40)]
    assert {i for passes in chosen for _, i in passes} == {0, 1, 2, 3}
    noise = torch.rand_like(q) - 0.5
    noisy = context.bits(q, rate, noisy=q + noise)
    assert torch.allclose(noisy, whole, rtol=0.5) and not torch.equal(noisy, whole)


def test_training_pictures_are_parts_of_photos_and_landscapes_beside_small_ones(pictures):
    large, small = recipe.pictures(pictures, "train")
    parts, (landscapes,) = recipe.parts(pictures, "train"), readers.landscape(pictures, "train")
    assert torch.equal(large, torch.cat([parts, landscapes]))
    assert large.shape[1:] == (3, 128, 128) and small.shape[1:] == (3 * recipe.SMALL, 32, 32)
    known = {x.numpy().tobytes() for x in readers.cifar10(pictures, "train")[0]}
    assert all(x.numpy().tobytes() in known for x in small.unflatten(1, (-1, 3)).flatten(0, 1))


# ---- curves ----


def test_bytes_at_a_quality_lie_between_those_of_two_points():
    psnr = torch.tensor([[25.0, 27.0], [29.0, 31.0]])
    cost = torch.tensor([[100.0, 100.0], [400.0, 400.0]])
    curve = rate_distortion.Curve(psnr, cost, psnr)
    rows = torch.arange(2)
    assert curve.bytes_at(26.0)(rows) == pytest.approx(100)
    assert curve.bytes_at(28.0)(rows) == pytest.approx(200)  # half-way in the logarithm
    assert curve.bytes_at(28.0)(torch.tensor([0])) > 200
    assert curve.covers(28.0) and not curve.covers(25.0) and not curve.covers(31.0)


@pytest.mark.parametrize("name", others.OPTIONS)
def test_points_of_other_codecs_are_those_of_their_files(network, name):
    codec = rate_distortion.codecs(network)[name]
    picture = blob((176, 180), 1)
    curve = rate_distortion.curve(codec, [picture])
    data = others.file_of(name, picture, codec.qualities[2])
    assert curve.bytes[2, 0] == len(data)
    assert curve.psnr[2, 0] == pytest.approx(
        metrics.psnr(*map(images.to_tensor, (others.opened(data), picture))).item()
    )
    assert (curve.bytes.diff(dim=0) > 0).all() and (curve.ms_ssim.diff(dim=0) > 0).all()
    assert rate_distortion.curve(codec, [blob((32, 32), 1)]).ms_ssim.isnan().all()


def test_the_largest_file_of_at_most_so_many_bytes():
    picture = blob((64, 48), 1)
    for name in others.OPTIONS:
        quality, data = others.file_of_size(name, picture, 1200)
        assert len(data) <= 1200 < len(others.file_of(name, picture, min(100, quality + 8)))
        assert others.file_of_size(name, picture, 1) == (0, others.file_of(name, picture, 0))


def test_bd_rate_of_known_curves():
    psnr, size = np.array([26.0, 29.0, 32.0, 35.0, 37.0]), np.array([90, 150, 260, 430, 600.0])
    assert rate_distortion.bd_rate(psnr, size, psnr, size) == pytest.approx(0, abs=1e-6)
    assert rate_distortion.bd_rate(psnr, 1.2 * size, psnr, size) == pytest.approx(20, rel=1e-4)
    assert rate_distortion.bd_rate(psnr, 0.5 * size, psnr, size) == pytest.approx(-50, rel=1e-4)
    line = np.exp(psnr / 5)  # 1 dB costs a fifth of a nat
    assert rate_distortion.bd_rate(psnr - 1, line, psnr, line) == pytest.approx(
        100 * (math.exp(1 / 5) - 1), rel=1e-3
    )
    assert math.isnan(rate_distortion.bd_rate(psnr + 50, size, psnr, size))


def test_points_that_another_one_beats_do_not_count():
    psnr, size = np.array([26.0, 29.0, 35.0, 34.0]), np.array([90.0, 150.0, 260.0, 430.0])
    quality, kept = rate_distortion.worthwhile(psnr, size)
    assert quality.tolist() == [26, 29, 35] and kept.tolist() == [90, 150, 260]
    quality, _ = rate_distortion.worthwhile(psnr[::-1], size[::-1])
    assert quality.tolist() == [26, 29, 35]


def test_bd_rates_leave_out_pictures_without_a_common_quality():
    psnr = torch.tensor([[20.0, 20], [25, 25], [30, 30], [35, 35], [40, 40]])
    size = psnr.exp2()
    anchor = rate_distortion.Curve(psnr + torch.tensor([0.0, 90.0]), size, psnr)
    found = rate_distortion.bd_rates(rate_distortion.Curve(psnr, 2 * size, psnr), anchor)
    assert found.tolist() == pytest.approx([100.0], rel=1e-3)
