"""Write a page that runs two of our networks in the visitor's browser, with no server behind it.

    python -m docs.make.static [--out DIR] [--repository URL]

DIR, build/static unless given, then holds all that the page needs: docs/make/page, the decoder of
face-vae-plus and faces that it samples, dcae-plus and drawn pictures, and ONNX Runtime Web, which
npm brings. Addresses are relative, so any host of files will do (docs/hosting.md); to look at it,
`python -m http.server -d DIR`. URL is where the page's link to the project leads.

Prints the bytes of each file."""

import argparse
import dataclasses
import gzip
import hashlib
import html
import json
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

from PIL import Image
from torch import nn

from ae_models import tasks, zoo
from ae_models.face.vae_plus import VAEPlus
from train import export

ROOT = Path(__file__).resolve().parents[2]
PAGE, STATIC = Path(__file__).with_name("page"), ROOT / "ui" / "static"
FROM_APP = ("words.js", "mixing.js", "favicon.svg")
VERSION = "1.30.0"  # of onnxruntime-web
RUNTIME = {  # the smallest build, one thread on the processor: files and their sha256
    "ort.wasm.bundle.min.mjs": "11e64bd8ffe11bd1a2a2f0d6275fdfbbba7262f0b76b99b53d228a8a22ef3d90",
    "ort-wasm-simd-threaded.wasm": (
        "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2"
    ),
}
SLUGS = ("face-vae-plus", "dcae-plus")
UNUSED = "face-vae-plus-encode"  # of their graphs
FACES, TEMPERATURE, SEED = 8, 0.8, 2
MOST_BYTES = 15_000_000  # of the folder
DIGITS = 4  # of a number of a face
PICTURES = ("lake", "forest", "glacier", "sea")
README = """---
title: Autoencoder Studio in the browser
emoji: 🎨
colorFrom: indigo
colorTo: pink
sdk: static
license: other
license_name: research-only
---
# Autoencoder Studio in the browser

Two small networks, run by the visitor's own browser: `face-vae-plus` and `dcae-plus` of Autoencoder
Studio. `python -m docs.make.static` writes this folder. The code is under the Apache License 2.0,
ONNX Runtime Web (`ort*`) under the MIT License, © Microsoft Corporation.

"""


def runtime() -> dict[str, bytes]:
    """Files of ONNX Runtime Web by name. Raises ValueError where npm does not bring them."""
    npm, package = shutil.which("npm"), f"onnxruntime-web@{VERSION}"
    if npm is None:
        raise ValueError(f"expected npm, to bring {package}, got none; it comes with Node.js")
    with TemporaryDirectory() as folder:
        command = [npm, "pack", "--fetch-retries=0", "--pack-destination", folder, package]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        packed = next(Path(folder).glob("*.tgz"), None)
        if done.returncode or packed is None:
            got = next(iter(done.stderr.strip().splitlines()), "nothing")
            raise ValueError(f"expected npm to bring {package}, got {got!r}; is there a network?")
        with tarfile.open(packed) as files:
            found = {name: files.extractfile(f"package/dist/{name}").read() for name in RUNTIME}
    for name, data in found.items():
        if (got := hashlib.sha256(data).hexdigest()) != RUNTIME[name]:
            raise ValueError(f"expected {name} of {package} with sha256 {RUNTIME[name]}, got {got}")
    return found


def write(out: Path, runtime: dict[str, bytes], repository: str = "") -> None:
    """Write the page into a folder, with the files of ONNX Runtime Web."""
    out.mkdir(parents=True, exist_ok=True)
    script, binary = runtime.values()
    (out / "ort.js").write_bytes(script)  # .mjs is text to some hosts
    _pack(binary, out / "ort-wasm.bin")
    networks = {slug: zoo.load(slug) for slug in SLUGS}
    networks["face-vae-plus"] = first_numbers(networks["face-vae-plus"])
    for slug, network in networks.items():
        write_networks(out, network, slug)
    content = {
        "faces": faces(networks["face-vae-plus"]),
        "rates": networks["dcae-plus"].rates,
        "pictures": [write_picture(out, networks["dcae-plus"], name) for name in PICTURES],
    }
    (out / "content.json").write_text(json.dumps(content), encoding="utf-8")
    write_texts(out, repository)


def first_numbers(network: VAEPlus) -> VAEPlus:
    """The network with its modeled numbers alone, and a quarter of the bytes: faces are softer."""
    small = VAEPlus(dataclasses.replace(network.config, latent=network.config.modeled)).eval()
    whole = network.state_dict()
    for name, tensor in small.state_dict().items():
        tensor.copy_(whole[name][tuple(map(slice, tensor.shape))])
    return small


def write_networks(out: Path, network: nn.Module, slug: str) -> None:
    """Write the graphs of a network that the page runs, with weights as float16, packed."""
    for graph in export.graphs(network, slug, export.examples(slug, network)):
        if graph.name == UNUSED:
            continue
        method = export.Half(export.Method(network, graph.method)).eval()
        with TemporaryDirectory() as folder:
            path = Path(folder) / "network.onnx"
            export.write_onnx(export.followed(method, graph), network, slug, graph, path)
            _pack(path.read_bytes(), out / f"{graph.name}.bin")


def faces(network: nn.Module) -> list[list[float]]:
    """Random latents for the page's slider."""
    latents = tasks.random_latents(network, FACES, SEED, TEMPERATURE)
    return [[round(number, DIGITS) for number in latent] for latent in latents.tolist()]


def write_picture(out: Path, network: nn.Module, name: str) -> dict:
    """Write a drawn picture; returns its name and the bytes of the app's file of it at each
    rate."""
    with Image.open(export.EXAMPLES / f"landscape-{name}.webp") as opened:
        picture = opened.convert("RGB")
    picture.save(out / f"{name}.png", optimize=True)
    rates = range(1, network.rates + 1)
    return {"name": name, "bytes": [len(tasks.compress(network, picture, rate)) for rate in rates]}


def write_texts(out: Path, repository: str) -> None:
    """Write the page itself, its style and its scripts, and a README, as a Space needs one."""
    for name in FROM_APP:
        shutil.copyfile(STATIC / name, out / name)
    for path in PAGE.glob("*.js"):
        shutil.copyfile(path, out / path.name)
    style = tokens() + (PAGE / "page.css").read_text(encoding="utf-8")
    (out / "page.css").write_text(style, encoding="utf-8")
    terms = [f"{slug}: {zoo.row(slug).data.terms}" for slug in SLUGS]
    page = Template((PAGE / "index.html").read_text(encoding="utf-8")).substitute(
        readme=html.escape(repository or "README.md"),
        runtime=VERSION,
        terms="\n  ".join(f"<p>{html.escape(line)}</p>" for line in terms),
        words=json.dumps(words(), ensure_ascii=False),
    )
    (out / "index.html").write_text(page, encoding="utf-8")
    lines = "".join(f"- {line}\n" for line in terms)
    link = f"\nThe project: {repository}\n" if repository else ""
    (out / "README.md").write_text(README + lines + link, encoding="utf-8")
    (out / ".nojekyll").touch()  # GitHub Pages takes the files as they are


def tokens() -> str:
    """Colors of the app, light and dark."""
    return (STATIC / "app.css").read_text(encoding="utf-8").split("\nbody {")[0] + "\n"


def words() -> dict[str, str]:
    """English texts of the page -> Indonesian."""
    return json.loads((PAGE / "id.json").read_text(encoding="utf-8"))


def _pack(data: bytes, path: Path) -> None:
    """Write bytes packed by gzip, the same each time. The name is no .gz, which some hosts send
    unpacked."""
    path.write_bytes(gzip.compress(data, mtime=0))


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m docs.make.static")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "build" / "static", help="folder to fill"
    )
    parser.add_argument("--repository", default="", help="address of the project, for the link")
    args = parser.parse_args(argv)
    try:
        write(args.out, runtime(), args.repository)
    except ValueError as error:
        sys.exit(f"error: {error}")
    sizes = {path.name: path.stat().st_size for path in sorted(args.out.iterdir())}
    for name, size in sizes.items():
        print(f"{size:>10,}  {name}")
    print(f"{sum(sizes.values()):>10,}  in all")
    if sum(sizes.values()) > MOST_BYTES:
        got = f"{sum(sizes.values()):,}"
        sys.exit(f"error: expected a folder of at most {MOST_BYTES:,} bytes, got {got}")


if __name__ == "__main__":
    main()
