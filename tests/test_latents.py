import torch

from ae_models.latents import lerp, slerp

T = torch.linspace(0, 1, 9)


def test_ends_are_exact():
    a, b = torch.randn(2, 1, 16)
    for way in (lerp, slerp):
        path = way(a, b, T)
        assert path.shape == (9, 16)
        assert torch.allclose(path[0], a[0], atol=1e-5) and torch.allclose(path[-1], b[0], atol=1e-5)


def test_slerp_keeps_the_length_where_lerp_cuts_through():
    a, b = torch.eye(2)[:1] * 3, torch.eye(2)[1:] * 3
    assert torch.allclose(slerp(a, b, T).norm(dim=1), torch.full((9,), 3.0), atol=1e-5)
    assert lerp(a, b, T)[4].norm() < 2.2


def test_slerp_of_parallel_opposite_and_zero_vectors_is_finite():
    a = torch.randn(1, 8)
    for b in (a, 2 * a, -a, torch.zeros(1, 8)):
        assert torch.isfinite(slerp(a, b, T)).all()
        assert torch.isfinite(slerp(b, a, T)).all()
