"""Noise is an input of the networks that draw strokes; the task supplies the same each time."""

import torch
from PIL import Image

from ae_models import images, tasks, zoo
from tests.conftest import MINIATURE
from tests.pictures import blob


def build(slug: str, **arguments) -> torch.nn.Module:
    return zoo.build(slug, **MINIATURE[slug] | arguments).eval()


def test_fixed_noise_is_always_the_same_and_as_strong_as_the_config_says():
    network = build("face-sketch-plus", noise_scale=3.0)
    noise = network.fixed_noise(200, 160)
    assert noise.shape == (1, 1, 200, 160) and torch.equal(noise, network.fixed_noise(200, 160))
    assert abs(noise.std() - 3) < 0.1
    assert build("sketch-face-plus").fixed_noise(40, 32).shape == (1, 0, 40, 32)


def test_a_network_takes_noise_for_all_or_for_each_and_none_is_zero():
    network, x = build("face-sketch-plus"), torch.rand(2, 3, 40, 32)
    noise = torch.randn(2, 1, 40, 32)
    both = network(x, noise=noise)
    alone = [network(x[i : i + 1], noise=noise[i : i + 1]) for i in (0, 1)]
    assert torch.allclose(both, torch.cat(alone), atol=1e-5)
    assert torch.equal(network(x), network(x, noise=torch.zeros(1, 1, 40, 32)))
    assert not torch.allclose(network(x), both, atol=1e-3)


def test_a_task_draws_with_the_fixed_noise():
    network = build("face-sketch-plus")
    face = blob((32, 40), 1)
    drawn, x = tasks.translate_face(network, face), images.to_tensor(face)
    expected = network(x, noise=network.fixed_noise(40, 32))[0, 0].detach()
    expected = Image.fromarray(expected.clamp(0, 1).mul(255).round().byte().numpy())
    assert drawn.tobytes() == expected.tobytes()


def test_the_style_in_use_is_that_of_the_config():
    network, x = build("sketch-face-plus", style=1), torch.rand(1, 1, 40, 32)
    torch.nn.init.normal_(network.unet.middle[0].film.weight)
    assert torch.equal(network(x), network(x, torch.tensor([1])))
    assert not torch.equal(network(x), network(x, torch.tensor([0])))
