"""torch.export takes every network: no data-dependent Python, no hidden randomness, no gradient."""

import pytest
import torch

from ae_models import zoo
from ae_models.layers import Posterior
from tests.conftest import MINIATURE

# Further inputs of a network's forward, for pictures of one size.
INPUTS = {
    "sketch-color-plus": lambda x: (torch.rand(len(x), 5, 4), torch.rand(len(x), 4, *x.shape[2:])),
    "face-sketch-plus": lambda x: (torch.tensor([1, 0]), torch.randn(len(x), 1, *x.shape[2:])),
    "sketch-face-plus": lambda x: (torch.tensor([1, 0]),),
}
# Networks of which the app uses both halves alone.
LATENT = ("dcae", "dcae-plus", "face-vae", "face-vae-plus")


class Method(torch.nn.Module):
    """One method of a network as the forward of a module, which is what torch.export takes."""

    def __init__(self, network: torch.nn.Module, name: str):
        super().__init__()
        self.network, self.name = network, name

    def forward(self, *inputs):
        result = getattr(self.network, self.name)(*inputs)
        return (result.mean, result.log_variance) if isinstance(result, Posterior) else result


def assert_exports(network: torch.nn.Module, name: str, inputs: tuple):
    """Export a method; the program must give what the network gives. Returns that."""
    method = Method(network, name)
    with torch.no_grad():
        exported = torch.export.export(method, inputs).module()
        expected, got = method(*inputs), exported(*inputs)
    torch.testing.assert_close(got, expected, atol=1e-4, rtol=1e-4)
    return expected


@pytest.mark.parametrize("row", zoo.ROWS, ids=lambda row: row.slug)
def test_every_network_exports(row):
    network = row.build(**MINIATURE[row.slug]).eval()
    for parameter in network.parameters():  # heads that start at zero would show nothing
        parameter.data.add_(0.02 * torch.randn_like(parameter))
    x = torch.rand(2, network.channels, network.config.size, network.config.size)
    inputs = INPUTS.get(row.slug, lambda x: ())(x)
    assert assert_exports(network, "forward", (x, *inputs)).std() > 1e-4
    if row.slug in LATENT:
        latent = assert_exports(network, "encode", (x,))
        latent = latent[0] if isinstance(latent, tuple) else latent  # the mean of a posterior
        assert_exports(network, "decode", (latent,))


@pytest.mark.parametrize("rate", [1, 5])
def test_a_codec_exports_with_rounding(rate):
    network = zoo.build("dcae-plus", **MINIATURE["dcae-plus"]).eval()
    assert_exports(network, "forward", (torch.rand(1, 3, 18, 21) * 2 - 1, rate))
