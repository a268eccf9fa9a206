"""Every network as an ONNX file and a torch.export program that compute what it computes."""

import json

import onnx
import pytest
import torch

from ae_models import zoo
from tests.conftest import MINIATURE
from train import export

ROWS = [pytest.param(row, id=row.slug) for row in zoo.ROWS]


def miniature(slug: str) -> torch.nn.Module:
    network = zoo.build(slug, **MINIATURE[slug]).eval()
    for parameter in network.parameters():  # heads that start at zero would show nothing
        parameter.data.add_(0.02 * torch.randn_like(parameter))
    return network


def pictures(network: torch.nn.Module) -> torch.Tensor:
    """Two pictures of noise of the network's size."""
    return torch.rand(2, 3, network.config.size, network.config.size)


def assert_same(got, expected):
    got, expected = ([y] if torch.is_tensor(y) else list(y) for y in (got, expected))
    torch.testing.assert_close(got, expected, atol=1e-4, rtol=1e-3)
    assert all(y.std() > 1e-5 for y in expected)


@pytest.mark.parametrize("row", ROWS)
def test_torch_export_follows_every_network(row):
    network = miniature(row.slug)
    graphs, single = (export.graphs(network, row.slug, pictures(network)[:n]) for n in (2, 1))
    for graph, other in zip(graphs, single, strict=True):
        method = export.Method(network, graph.method)
        program = export.followed(method, graph).module()
        with torch.no_grad():
            for inputs in (graph.inputs, other.inputs):  # another number of pictures, too
                assert_same(program(*inputs), method(*inputs))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "slug",
    ["sketch-color", "sketch-color-plus", "face-sketch-plus", "photo-color-plus", "face-vae-plus"],
)
def test_an_onnx_file_computes_what_the_network_does(slug, tmp_path):
    network = miniature(slug)
    reports = list(export.export(network, slug, pictures(network), tmp_path, half=False))
    assert {report["file"] for report in reports} == {path.name for path in tmp_path.iterdir()}
    assert all(report["difference"] < 1e-4 and report["bytes"] > 1000 for report in reports)
    for graph in export.graphs(network, slug, pictures(network)[:1]):
        with torch.no_grad():
            expected = export.Method(network, graph.method)(*graph.inputs)
        got = export.run(tmp_path / f"{graph.name}.onnx", graph.inputs)
        assert_same(got[0] if torch.is_tensor(expected) else got, expected)


@pytest.mark.filterwarnings("ignore")
def test_a_codec_takes_any_size_and_says_what_it_is(tmp_path):
    network = miniature("dcae-plus")
    list(export.export(network, "dcae-plus", pictures(network), tmp_path, half=False))
    x, rate = torch.rand(1, 3, 18, 21) * 2 - 1, torch.tensor([2])
    (latent,) = export.run(tmp_path / "dcae-plus-encode.onnx", (x, rate))
    (rounded,) = export.run(tmp_path / "dcae-plus-round.onnx", (latent, rate))
    (again,) = export.run(tmp_path / "dcae-plus-decode.onnx", (rounded, rate))
    with torch.no_grad():
        torch.testing.assert_close(again[..., :18, :21], network(x, 2), atol=1e-4, rtol=1e-3)
    found = onnx.load(tmp_path / "dcae-plus-encode.onnx").metadata_props
    properties = {entry.key: entry.value for entry in found}
    assert json.loads(properties["value_range"]) == [-1.0, 1.0] and "CIFAR" in properties["terms"]


@pytest.mark.filterwarnings("ignore")
def test_half_precision_shrinks_the_file_and_keeps_the_figures(tmp_path):
    network = zoo.load("dcae")  # whose release stores float16
    whole, half = (
        list(export.export(network, "dcae", pictures(network), tmp_path / str(flag), flag))
        for flag in (False, True)
    )
    for a, b in zip(whole, half, strict=True):
        assert b["difference"] < 1e-4
        share = 0.75 if b["file"].endswith(".onnx") else 1  # the rest is the graph
        assert b["bytes"] < share * a["bytes"], (a, b)


def test_a_difference_is_an_error(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(export, "MOST_DIFFERENCE", -1.0)
    with pytest.raises(SystemExit, match="dcae-encode.pt2: expected differences"):
        export.main(["dcae", "--out", str(tmp_path)])
    assert json.loads(capsys.readouterr().out)["file"] == "dcae-encode.pt2"
