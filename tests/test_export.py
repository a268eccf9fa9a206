"""Every network as an ONNX file and a torch.export program that compute what it computes."""

import json
from itertools import islice

import onnx
import pytest
import torch

from ae_models import zoo
from tests.conftest import MINIATURE
from train import export

AS_ONNX = ("sketch-color", "sketch-color-plus", "face-sketch-plus", "photo-color-plus",
           "face-vae-plus")  # fmt: skip
CODEC = "dcae-plus"
OTHERS = [pytest.param(row, id=row.slug) for row in zoo.ROWS if row.slug not in (*AS_ONNX, CODEC)]


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


@pytest.fixture
def programs(monkeypatch) -> list[torch.export.ExportedProgram]:
    """The programs that are exported in a test."""
    kept, followed = [], export.followed

    def keep(*given):
        kept.append(followed(*given))
        return kept[-1]

    monkeypatch.setattr(export, "followed", keep)
    return kept


def assert_follows(program: torch.nn.Module, network: torch.nn.Module, *graphs: export.Graph):
    """Compare a program with the method on the inputs of each graph."""
    for graph in graphs:
        with torch.no_grad():
            expected = export.Method(network, graph.method)(*graph.inputs)
            assert_same(program(*graph.inputs), expected)


@pytest.mark.parametrize("row", OTHERS)
def test_torch_export_follows_every_network(row):
    network = miniature(row.slug)
    graphs, single = (export.graphs(network, row.slug, pictures(network)[:n]) for n in (2, 1))
    for graph, other in zip(graphs, single, strict=True):
        program = export.followed(export.Method(network, graph.method), graph).module()
        assert_follows(program, network, graph, other)  # of another number of pictures, too


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("slug", AS_ONNX)
def test_files_compute_what_the_network_does(slug, programs, tmp_path):
    network = miniature(slug)
    reports = list(export.export(network, slug, pictures(network), tmp_path, half=False))
    assert {report["file"] for report in reports} == {path.name for path in tmp_path.iterdir()}
    assert all(report["difference"] < 1e-4 and report["bytes"] > 1000 for report in reports)
    graphs, single = (export.graphs(network, slug, pictures(network)[:n]) for n in (2, 1))
    for program, graph, other in zip(programs, graphs, single, strict=True):
        assert_follows(program.module(), network, graph, other)
        with torch.no_grad():
            expected = export.Method(network, other.method)(*other.inputs)
        got = export.run(tmp_path / f"{other.name}.onnx", other.inputs)
        assert_same(got[0] if torch.is_tensor(expected) else got, expected)


@pytest.mark.filterwarnings("ignore")
def test_a_codec_takes_any_size_and_says_what_it_is(programs, tmp_path):
    network = miniature(CODEC)
    list(export.export(network, CODEC, pictures(network), tmp_path, half=False))
    larger = torch.rand(1, 3, 24, 32)  # a program takes sides of whole blocks
    both = (export.graphs(network, CODEC, x) for x in (pictures(network), larger))
    for program, *graphs in zip(programs, *both, strict=True):
        assert_follows(program.module(), network, *graphs)
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
def test_half_precision_shrinks_the_file_and_keeps_the_figures(tmp_path, monkeypatch):
    network, graphs = zoo.load("dcae"), export.graphs  # whose release stores float16
    monkeypatch.setattr(export, "graphs", lambda *given: islice(graphs(*given), 1))
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
