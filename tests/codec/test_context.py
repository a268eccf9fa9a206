"""The context model: what a number may depend on, and that its arithmetic is exact."""

import pytest
import torch

from ae_models.codec import context
from ae_models.codec.context import ContextModel
from train.codec_context import factor


@pytest.fixture
def model():
    model = ContextModel(kinds=32, rates=3, width=12)
    for name, weight in model.named_parameters():
        torch.nn.init.normal_(weight, std=0.3 if "bias" in name else 0.2)
    model.round_weights()
    return model.requires_grad_(False)


def numbers(*shape):
    return (torch.randn(shape) * 6).round()


def test_groups_hold_every_kind():
    for kinds in (4, 32, 128, 256):
        assert sum(context.group_sizes(kinds)) == kinds
    assert context.group_sizes(256) == [4, 8, 16, 32, 64, 132]


def test_each_place_is_coded_in_one_pass():
    cells = context.pass_of((5, 7))
    assert cells.unique().tolist() == [0, 1, 2, 3] and cells[0, 0] == 0 and cells[1, 1] == 1


def test_a_number_depends_only_on_those_coded_before(model):
    """Change all that comes after: the prediction stays to the bit."""
    q, rate, cells = numbers(1, 32, 6, 6), torch.tensor([1]), context.pass_of((6, 6))
    for group, number in model.passes():
        start = sum(model.sizes[:group])
        later = q.clone()
        later[:, start + model.sizes[group] :] += 3
        later[:, start : start + model.sizes[group]] += 3 * (cells >= number)
        for a, b in zip(model(q, rate, group, number), model(later, rate, group, number)):
            assert torch.equal(a, b)


def test_a_number_depends_on_those_coded_before(model):
    q, rate = numbers(1, 32, 6, 6), torch.tensor([1])
    earlier = q.clone()
    earlier[:, :4] += 9
    assert not torch.equal(model(q, rate, 1, 0)[1], model(earlier, rate, 1, 0)[1])
    assert not torch.equal(model(q, rate, 1, 0)[1], model(q, rate - 1, 1, 0)[1])


def test_sums_are_exact_in_float32(model):
    """float64 gives the same, so no order of the additions can matter."""
    q, rate = numbers(2, 32, 8, 8) * 20, torch.tensor([0, 2])
    double = ContextModel(32, 3, 12).double()
    double.load_state_dict(model.state_dict())
    for passed in model.passes():
        for a, b in zip(model(q, rate, *passed), double(q.double(), rate, *passed)):
            assert torch.equal(a.double(), b)


def test_means_and_scales_are_those_of_the_tables(model):
    q, rate = numbers(2, 32, 6, 6), torch.tensor([0, 2])
    for passed in model.passes():
        mean, scale = model(q, rate, *passed)
        assert torch.equal((mean * context.FRACTIONS).round(), mean * context.FRACTIONS)
        assert torch.equal(scale.round().clamp(0, context.SCALES - 1), scale)


def test_weights_fit_half_precision(model):
    for weight in model.parameters():
        assert torch.equal(weight.half().float(), weight)
    before = {name: weight.clone() for name, weight in model.named_parameters()}
    model.round_weights()
    assert all(torch.equal(before[name], weight) for name, weight in model.named_parameters())


def test_tables_are_distributions_near_the_logistic_one():
    tables = context.make_tables()
    assert tables.dtype == torch.int32 and (tables > 0).all()
    assert (tables.sum(2) == context.TOTAL).all()
    scale = context.scale_of(torch.tensor(20.0))
    exact = context.probability(torch.arange(-40, 41) - 3 / 8, scale)
    assert torch.allclose(tables[20, 3, 1:-1] / context.TOTAL, exact, atol=2e-3)


def test_bits_are_those_of_the_passes(model):
    q, rate = numbers(3, 32, 4, 6), torch.tensor([0, 1, 2])
    parts = sum(model.bits(q, rate, [one]) for one in model.passes())
    assert torch.allclose(parts, model.bits(q, rate), rtol=1e-5) and (parts > 0).all()


def test_every_weight_learns():
    model = ContextModel(32, 3, 12)
    model.bits(numbers(6, 32, 4, 4), torch.tensor([0, 1, 2, 0, 1, 2])).sum().backward()
    assert not [n for n, p in model.named_parameters() if not p.grad.abs().sum() > 0]


def test_the_learning_rate_rises_and_falls_to_zero():
    factors = [factor(step, 1000) for step in range(1000)]
    assert factors[0] < 0.02 < max(factors) > 0.9 and factors[-1] < 1e-4
