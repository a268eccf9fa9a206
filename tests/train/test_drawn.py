import torch

from train.measures import drawn

ALL = torch.arange(6)


def test_a_pattern_that_repeats_is_a_weave_and_noise_is_none():
    noise = 0.5 + 0.1 * torch.randn(6, 1, 250, 200)
    stripes = noise + 0.1 * torch.cos(2 * torch.pi * 0.3 * torch.arange(200.0))
    assert drawn.Weave(noise)(ALL) < 12
    assert drawn.Weave(stripes)(ALL) > 100
    assert drawn.Weave(noise)(ALL) == drawn.Weave(0.5 * noise)(ALL)


def test_order_is_of_ranks_alone():
    tone = torch.rand(6)
    assert drawn.Order(tone, tone**3)(ALL) == 1
    assert drawn.Order(tone, -tone)(ALL) == -1
    assert abs(drawn.Order(torch.rand(2000), torch.rand(2000))(torch.arange(2000))) < 0.1


def test_tone_is_the_mean_of_all_places():
    pictures = torch.zeros(2, 1, 250, 200)
    pictures[:, :, 144:165, 63:85] = torch.tensor([0.2, 0.6])[:, None, None, None]
    assert torch.allclose(drawn.tone(pictures, drawn.CHEEKS), torch.tensor([0.1, 0.3]))
