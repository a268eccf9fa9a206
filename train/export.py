"""Export a trained network for other runtimes: ONNX and torch.export.

    python -m train.export <slug> --out DIR [--weights DIR] [--half]

Writes DIR/<slug>.onnx and .pt2. For a network with a latent it writes <slug>-encode and -decode
instead, and for dcae-plus <slug>-round too, which does to a latent what a file does.
Inputs have the names and ranges of the network's own methods; a graph takes any number of pictures
at once, those of dcae-plus one of any size (a .pt2 of whole blocks of the network). Metadata of an
ONNX file: value range and terms.

--half stores weights as float16, as a release does, and computes the same in float32: files are
about half as large.

Prints a JSON object for each file: its bytes and the largest difference from the network on two of
the app's examples. Exit status 1 if that is over 1e-3."""

import argparse
import inspect
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import onnx
import onnxruntime
import torch
from PIL import Image
from torch import Tensor, nn

from ae_models import images, inference, zoo
from ae_models.layers import Posterior

OPSET = 23  # the newest that torch.onnx writes
MOST_DIFFERENCE, MOST_PICTURES = 1e-3, 1024
EXAMPLES = Path(__file__).parents[1] / "ui" / "static" / "examples"
SHOWN = {  # system -> the examples that suit it
    "sketch-color": "sketch-*.png",
    "photo-color": "landscape-*.webp",
    "face-sketch": "portrait-*.webp",
    "sketch-face": "drawn-*.png",
    "dcae": "landscape-*.webp",
    "face-vae": "face-*.webp",
}


class Method(nn.Module):
    """A method of a network as a module, which is what exporters take."""

    def __init__(self, network: nn.Module, name: str):
        super().__init__()
        self.network, self.name = network, name

    def forward(self, *inputs: Tensor):
        result = getattr(self.network, self.name)(*inputs)
        return (result.mean, result.log_variance) if isinstance(result, Posterior) else result


class Half(nn.Module):
    """A module whose weights are float16 until they are used."""

    def __init__(self, module: nn.Module):
        super().__init__()
        self.module = [module]  # in a list, so that its own weights are not stored too
        for name, tensor in module.state_dict().items():
            stored = tensor.half() if tensor.is_floating_point() else tensor
            self.register_buffer(name.replace(".", "/"), stored)

    def forward(self, *inputs: Tensor):
        stored = ((name.replace("/", "."), t) for name, t in self.named_buffers())
        state = {n: t.float() if t.dtype == torch.float16 else t for n, t in stored}
        return torch.func.functional_call(self.module[0], state, inputs)


@dataclass(frozen=True)
class Graph:
    """Graph to export: a method, and inputs to follow it with and to compare on."""

    name: str  # of the files
    method: str
    inputs: tuple[Tensor, ...]
    any_size: bool = False  # the last two dimensions of the first input


@torch.no_grad()
def graphs(network: nn.Module, slug: str, pictures: Tensor) -> Iterator[Graph]:
    """Graphs of a network; pictures are (B, 3, H, W) in [0, 1]."""
    x = _seen(network, pictures)
    if zoo.row(slug).system not in ("dcae", "face-vae"):
        yield Graph(slug, "forward", (x, *_conditions(network, slug, x)))
        return
    sizes = slug == "dcae-plus"
    x = x[:1] if sizes else x
    rate = (torch.full((1,), network.rates),) if network.rates else ()
    yield Graph(f"{slug}-encode", "encode", (x, *rate), sizes)
    latent = network.encode(x, *rate)
    latent = latent.mode() if isinstance(latent, Posterior) else latent
    yield Graph(f"{slug}-decode", "decode", (latent, *rate), sizes)
    if rate:
        yield Graph(f"{slug}-round", "rounded", (latent, *rate), sizes)


def _seen(network: nn.Module, pictures: Tensor) -> Tensor:
    """Pictures as a network takes them: RGB, or gray, to which no hints are given."""
    if network.channels == 3:
        return inference.to_network(network, pictures)
    gray = pictures.mean(1, keepdim=True)
    hints = torch.zeros_like(gray).expand(-1, network.channels - 1, -1, -1)
    return torch.cat([inference.to_network(network, gray), hints], 1)


def _conditions(network: nn.Module, slug: str, x: Tensor) -> tuple[Tensor, ...]:
    """Further inputs of forward: palettes and hints, or styles and noise."""
    batch, _, height, width = x.shape
    if slug == "sketch-color-plus":
        hints = x.new_zeros(batch, 4, height, width)
        hints[:, ::3, height // 3 : height // 2, width // 3 : width // 2] = 1  # a red hint
        return network.palettes[:batch], hints
    styles = torch.zeros(batch, dtype=torch.long)
    if slug == "sketch-face-plus":
        return (styles,)
    if slug == "face-sketch-plus":
        return styles, network.fixed_noise(height, width).repeat(batch, 1, 1, 1)
    return ()


def examples(slug: str, network: nn.Module) -> Tensor:
    """Two of the app's example pictures at the network's size, (2, 3, H, W) in [0, 1]."""
    paths = sorted(EXAMPLES.glob(SHOWN[zoo.row(slug).system]))[:2]
    size = inference.input_size(network)
    read = (images.resize(images.to_rgb(Image.open(path)), size) for path in paths)
    return torch.cat([images.to_tensor(picture) for picture in read])


@torch.no_grad()
def export(
    network: nn.Module, slug: str, pictures: Tensor, out: Path, half: bool
) -> Iterator[dict]:
    """Write the graphs of a network; yields name, bytes and largest difference of each file.

    pictures: (B, 3, H, W) in [0, 1] of the network's size, to compare on."""
    out.mkdir(parents=True, exist_ok=True)
    for graph in graphs(network, slug, pictures):
        method = Method(network, graph.method).eval()
        expected = method(*graph.inputs)
        program = followed(Half(method).eval() if half else method, graph)
        path = out / f"{graph.name}.pt2"
        torch.export.save(program, path)
        yield _report(path, expected, torch.export.load(path).module()(*graph.inputs))
        path = path.with_suffix(".onnx")
        write_onnx(program, network, slug, graph, path)
        yield _report(path, expected, run(path, graph.inputs))


def followed(module: nn.Module, graph: Graph) -> torch.export.ExportedProgram:
    """The graph for any number of pictures, or for one of any size."""
    batch = torch.export.Dim("batch", min=1, max=MOST_PICTURES)
    shapes = [{} if graph.any_size else {0: batch} for _ in graph.inputs]
    if graph.any_size:
        shapes[0] = dict.fromkeys((2, 3), torch.export.Dim.DYNAMIC)
    return torch.export.export(module, graph.inputs, dynamic_shapes=(tuple(shapes),))


def write_onnx(
    program: torch.export.ExportedProgram, network: nn.Module, slug: str, graph: Graph, path: Path
) -> None:
    """Write the program of a graph as one ONNX file, whose inputs are named as the method's."""
    names = list(inspect.signature(getattr(network, graph.method)).parameters)[: len(graph.inputs)]
    written = torch.onnx.export(program, input_names=names, opset_version=OPSET, verbose=False)
    model = written.model_proto
    onnx.helper.set_model_props(model, about(network, slug))
    onnx.save(model, path)


def about(network: nn.Module, slug: str) -> dict[str, str]:
    """Metadata of an ONNX file."""
    return {
        "network": slug,
        "sha256": getattr(network, "sha256", ""),
        "color_space": network.color_space,
        "value_range": json.dumps(network.value_range),
        "terms": zoo.row(slug).data.terms,
    }


def run(path: Path, inputs: tuple[Tensor, ...]) -> list[Tensor]:
    """Outputs of an ONNX file."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [given.name for given in session.get_inputs()]
    fed = dict(zip(names, (x.contiguous().numpy() for x in inputs), strict=True))
    return [torch.from_numpy(y) for y in session.run(None, fed)]


def _report(path: Path, expected, got) -> dict:
    """Name and bytes of a file, and the largest difference of its outputs."""
    pairs = zip(_listed(expected), _listed(got), strict=True)
    difference = max((a - b).abs().max().item() for a, b in pairs)
    return {"file": path.name, "bytes": path.stat().st_size, "difference": difference}


def _listed(outputs) -> list[Tensor]:
    return [outputs] if isinstance(outputs, Tensor) else list(outputs)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m train.export")
    parser.add_argument("slug", choices=zoo.BY_SLUG)
    parser.add_argument("--out", type=Path, required=True, help="folder for the files")
    parser.add_argument("--weights", type=Path, help="release folder; weights/<slug> unless given")
    parser.add_argument("--half", action="store_true", help="store weights as float16")
    args = parser.parse_args(argv)
    try:
        network = zoo.load_release(args.weights or zoo.WEIGHTS / args.slug, args.slug)
    except ValueError as error:
        sys.exit(f"error: {error}")
    pictures = examples(args.slug, network)
    for report in export(network, args.slug, pictures, args.out, args.half):
        print(json.dumps(report), flush=True)
        if not report["difference"] <= MOST_DIFFERENCE:
            sys.exit(f"error: {report['file']}: expected differences up to {MOST_DIFFERENCE}")


if __name__ == "__main__":
    main()
