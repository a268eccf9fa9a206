"""The refinement of a latent, a step of the task and not of the network."""

import dataclasses

import pytest
import torch

from ae_models import color, images, tasks, zoo
from ae_models.face.tasks import posterior
from ae_models.face.vae_plus import without_fine_color
from tests.conftest import MINIATURE
from tests.pictures import blob


def build(**arguments) -> torch.nn.Module:
    network = zoo.build("face-vae-plus", **MINIATURE["face-vae-plus"] | arguments)
    network.eval().requires_grad_(False)
    network.basis.copy_(torch.linalg.qr(torch.randn(network.basis.T.shape))[0].T)
    return network


@pytest.fixture
def network():
    return build()


def test_refined_latents_reconstruct_better(network):
    x = torch.rand(4, 3, 32, 32)
    network.to_mean.weight.normal_(std=0.3)  # a poor encoder
    plain, better = network.encode(x).mode(), posterior(network, x).mode()
    errors = [(network.decode(z) - x).square().sum((1, 2, 3)) for z in (plain, better)]
    assert (errors[1] < errors[0]).all()


def test_the_step_is_as_the_config_says(network):
    z, x = torch.randn(2, network.config.latent), torch.rand(2, 3, 32, 32)

    def step(**changes) -> torch.Tensor:
        network.config = dataclasses.replace(network.config, **changes)
        return network.refined(z, x) - z

    one = step(step_size=0.25, least_curvature=1.0)
    assert one.abs().max() > 1e-2
    assert torch.allclose(step(step_size=0.5), 2 * one, atol=1e-5)
    assert torch.allclose(step(step_size=0.5, least_curvature=8.0), one, atol=1e-5)  # PCA has 4


def test_encode_is_the_same_in_training_and_use_and_the_task_refines(network):
    face = blob((32, 32), 3)
    x = images.to_tensor(face)
    used, trained = (n().encode(x).mode() for n in (network.eval, network.train))
    assert torch.equal(used, trained)
    network.eval()
    assert torch.equal(tasks.encode(network, face), network.refined(used, x))
    assert not torch.equal(tasks.encode(network, face), used)


def test_a_classic_posterior_is_what_its_network_encodes():
    network = zoo.build("face-vae", **MINIATURE["face-vae"]).eval()
    x = torch.rand(2, 3, 32, 32)
    with torch.no_grad():
        assert torch.equal(posterior(network, x).mean, network.encode(x).mean)


def test_fine_color_is_blurred_and_all_else_stays():
    gray = torch.rand(1, 1, 16, 16).expand(-1, 3, -1, -1)
    flat = torch.rand(1, 3, 1, 1).expand(-1, -1, 16, 16)
    for kept in (gray, flat):
        assert torch.allclose(without_fine_color(kept), kept, atol=1e-3)
    noise = torch.rand(1, 3, 16, 16)
    colored = noise - color.luma(noise)
    assert without_fine_color(colored).var() < 0.2 * colored.var()
    assert color.luma(without_fine_color(noise)).allclose(color.luma(noise), atol=0.01)
