import math

import pytest
import torch

from ae_models.codec.bottleneck import Bottleneck, dct

RATES = range(1, 4)


@pytest.fixture
def bottleneck():
    return Bottleneck(channels=5, rates=3, block=2, mixture=3).requires_grad_(False)


@pytest.mark.parametrize("size", [1, 2, 4, 8])
def test_the_cosine_transform_is_orthonormal(size):
    matrix = dct(size)
    assert torch.allclose(matrix @ matrix.T, torch.eye(size), atol=1e-6)
    assert torch.allclose(matrix[0], torch.full((size,), size**-0.5))


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("shape", [(2, 5, 4, 6), (1, 5, 3, 3), (1, 5, 1, 1)])
def test_there_and_back(bottleneck, rate, shape):
    latent = torch.randn(shape)
    q = bottleneck.quantize(latent, rate)
    assert q.dtype == torch.int32 and q.shape[2:] == tuple(n + n % 2 for n in shape[2:])
    again = bottleneck.dequantize(q, rate)
    assert torch.equal(bottleneck.quantize(again, rate), q)
    error = (again[..., : shape[2], : shape[3]] - latent).abs().max()
    # Half a step in each of 4 coefficients, halved
    assert error <= bottleneck.log_step[rate - 1].exp().max() + 1e-5


def test_a_coefficient_stays_in_the_place_of_its_block(bottleneck):
    latent = torch.zeros(1, 5, 4, 6)
    latent[0, 3, 2:, 4:] = 5.0  # a flat block: only its mean
    q = bottleneck.quantize(latent, 2)
    assert q.count_nonzero() == 1
    assert q[0, 3, 2, 4] == round(10.0 / bottleneck.log_step[1, 3].exp()[0, 0, 0, 0].item())


def test_a_batch_may_mix_rates(bottleneck):
    latent, rates = torch.randn(3, 5, 4, 4), torch.tensor([3, 1, 2])
    q = bottleneck.quantize(latent, rates)
    bits, again = bottleneck.bits(q, rates), bottleneck.dequantize(q, rates)
    for i, rate in enumerate(rates.tolist()):
        one = slice(i, i + 1)
        assert torch.equal(bottleneck.quantize(latent[one], rate), q[one])
        assert torch.allclose(bottleneck.bits(q[one], rate), bits[one])
        assert torch.allclose(bottleneck.dequantize(q[one], rate), again[one], atol=1e-5)


def test_bits_by_hand(bottleneck):
    """-log2 of the mass of a logistic distribution, mean 0.3 and scale 0.5, in a step of 0.4."""
    bottleneck.logit[1, ..., 0] = 50.0  # all weight on the first
    bottleneck.mean[1], bottleneck.log_scale[1], bottleneck.log_step[1] = (
        0.3,
        math.log(0.5),
        math.log(0.4),
    )
    q = torch.tensor([[-3, 0], [2, 1]]).expand(1, 5, 2, 2)

    def cumulative(x):
        return 1 / (1 + math.exp(-(x - 0.3) / 0.5))

    masses = [cumulative((k + 0.5) * 0.4) - cumulative((k - 0.5) * 0.4) for k in (-3, 0, 2, 1)]
    assert bottleneck.bits(q, 2).item() == pytest.approx(-5 * sum(map(math.log2, masses)), rel=1e-5)


@pytest.mark.parametrize("rate", RATES)
def test_the_prior_is_a_distribution(bottleneck, rate):
    q = torch.arange(-400, 400).reshape(1, 1, 800, 1).repeat_interleave(2, 2).expand(1, 5, 1600, 2)
    p = bottleneck.probability(q, rate)
    assert (p > 0).all() and torch.allclose(p[:, :, ::2].sum(2), torch.ones(1, 5, 2), atol=1e-4)


def test_numbers_far_away_are_finite(bottleneck):
    far = torch.full((1, 5, 2, 2), 10**6)
    assert 20 * 20 < bottleneck.bits(far, 1).item() == bottleneck.bits(-far, 1).item() < math.inf
