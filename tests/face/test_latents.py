import pytest
import torch

from ae_models.face.latents import Aggregate, lerp, slerp

T = torch.linspace(0, 1, 9)


def test_ends_are_exact():
    a, b = torch.randn(2, 1, 16)
    for way in (lerp, slerp):
        path = way(a, b, T)
        assert path.shape == (9, 16)
        assert torch.allclose(path[0], a[0], atol=1e-5) and torch.allclose(
            path[-1], b[0], atol=1e-5
        )


def test_slerp_keeps_the_length_where_lerp_cuts_through():
    a, b = torch.eye(2)[:1] * 3, torch.eye(2)[1:] * 3
    assert torch.allclose(slerp(a, b, T).norm(dim=1), torch.full((9,), 3.0), atol=1e-5)
    assert lerp(a, b, T)[4].norm() < 2.2


def test_slerp_of_parallel_opposite_and_zero_vectors_is_finite():
    a = torch.randn(1, 8)
    for b in (a, 2 * a, -a, torch.zeros(1, 8)):
        assert torch.isfinite(slerp(a, b, T)).all()
        assert torch.isfinite(slerp(b, a, T)).all()


def test_an_untrained_aggregate_is_the_prior():
    noise = torch.randn(50, 6)
    assert torch.equal(Aggregate(6, 4, 3, 2, 2).sample(noise, torch.rand(50)), noise)


def test_an_aggregate_draws_each_component_by_its_weight():
    aggregate = Aggregate(2, 2, 3, 0, 0)
    aggregate.weights.copy_(torch.tensor([0.5, 0.0, 0.5]))
    aggregate.means.copy_(torch.tensor([[-9.0, 0], [50, 50], [9, 0]]))
    aggregate.factors[2] = torch.tensor([[1.0, 0], [2, 0.1]])
    z = aggregate.sample(torch.randn(2000, 2), torch.rand(2000))
    right = z[z[:, 0] > 0]
    assert 850 < len(right) < 1150 and z[:, 0].abs().max() < 20
    assert torch.allclose(torch.cov(right.T), torch.tensor([[1.0, 2], [2, 4]]), atol=0.6)
    assert aggregate.sample(torch.zeros(1, 2), torch.ones(1)).tolist() == [[9, 0]]
    assert torch.allclose(aggregate.mean(), torch.zeros(2))


def test_the_other_numbers_follow_from_the_first():
    aggregate = Aggregate(3, 1, 1, 0, 0)
    aggregate.means.fill_(4.0)
    aggregate.offset.copy_(torch.tensor([1.0, -1]))
    aggregate.slope.copy_(torch.tensor([[2.0], [0]]))
    aggregate.spread.copy_(torch.tensor([[0.1, 0], [0, 3]]))
    assert aggregate.mean().tolist() == [4, 9, -1]
    z = aggregate.sample(torch.randn(4000, 3), torch.rand(4000))
    assert (z[:, 1] - 2 * z[:, 0] - 1).std() == pytest.approx(0.1, rel=0.1)
    assert z[:, 2].std() == pytest.approx(3, rel=0.1)
