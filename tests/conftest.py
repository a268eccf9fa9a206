"""Miniature networks, small pictures in the layouts of the public data sets, a loopback Hub."""

import collections
import os
import shutil
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.scheduling import Scheduler, together

if TYPE_CHECKING:  # the process that only hands out tests needs no torch
    import torch

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["GRADIO_TEMP_DIR"] = tempfile.mkdtemp(prefix="studio-tests-")  # of this worker alone:
# an app that ends deletes what was uploaded to it, under a name that follows from the content
os.environ["OMP_NUM_THREADS"] = "1"  # of processes that tests start: two workers share the cores
os.environ["OMP_WAIT_POLICY"] = "passive"  # threads that wait leave the core to the other worker


class Miniatures(dict):
    """slug -> arguments that make the same network small; a network without a line stays whole."""

    def __missing__(self, slug: str) -> dict:
        return {}


MINIATURE = Miniatures(
    {
        "face-sketch": {"size": 64, "widths": (4, 4, 8, 8, 8, 8)},
        "face-sketch-plus": {"size": 40, "widths": (4, 8, 8)},
        "sketch-face-plus": {"size": 40, "widths": (4, 8, 8)},
        "sketch-color": {"size": 16, "widths": (4, 8)},
        "sketch-color-plus": {
            "size": 16,
            "widths": (4, 8, 8),
            "key": 8,
            "condition": 8,
            "palettes": 6,
        },
        "photo-color": {"size": 16, "widths": (4, 8, 8)},
        "photo-color-rgb": {"size": 16, "widths": (4, 8, 8)},
        "photo-color-plus": {"size": 16, "widths": (4, 8), "levels": (-60, 0, 60)},
        "dcae": {"size": 16, "width": 8, "latent": 8, "groups": 4},
        "dcae-plus": {
            "size": 16,
            "width": 8,
            "latent": 8,
            "encoder": 1,
            "decoder": 1,
            "block": 2,
            "context": 12,
        },
        "face-vae": {"size": 32, "widths": (4, 4, 8, 8), "latent": 6},
        "face-attributes": {"size": 16, "widths": (4, 6)},
        "face-vae-plus": {
            "size": 32,
            "latent": 9,
            "modeled": 6,
            "encoder": (4, 8),
            "decoder": (4, 8),
            "components": 2,
            "principal": 2,
            "attributes": ("Smiling", "Male", "Bangs"),
        },
    }
)


def pytest_unconfigure() -> None:
    shutil.rmtree(os.environ["GRADIO_TEMP_DIR"], ignore_errors=True)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two workers for the suite and for folders of it. Files and single tests run in this process:
    they are there sooner, and a debugger works."""
    paths = (config.invocation_params.dir / arg.split("::")[0] for arg in config.args)
    return 2 if any(path.is_dir() for path in paths) and os.cpu_count() > 1 else 0


def pytest_xdist_make_scheduler(config: pytest.Config, log) -> Scheduler:
    return Scheduler(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: Playwright keeps an event loop running in this thread, beside which no
    other can be started. Of them the longest files first, and what fills gaps at the end."""
    tests = collections.Counter(item.path for item in items)

    def place(item: pytest.Item) -> int:
        if "e2e" not in item.path.parts:
            return -(10**6)
        return -tests[item.path] if together(item.nodeid.split("::")[0]) else 0

    items.sort(key=place)


@pytest.fixture(autouse=True)
def _one_thread():
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)


def coloring_network() -> "torch.nn.Module":
    """A miniature of sketch-color-plus, untrained."""
    import torch

    from ae_models import zoo

    network = zoo.build("sketch-color-plus", **MINIATURE["sketch-color-plus"]).eval()
    network.palettes.copy_(torch.rand(6, 5, 4))
    return network


def config_of(slug: str, network: "torch.nn.Module") -> dict:
    """The smallest config.json that files.save takes."""
    from ae_models import zoo

    about = {"summary": "A test.", "limits": "All.", "example": "model"}
    return {
        "system": slug,
        "class": type(network).__name__,
        "arguments": {
            k: list(v) if isinstance(v, tuple) else v for k, v in vars(network.config).items()
        },
        "input_size": network.config.size,
        "channels": network.channels,
        "color_space": network.color_space,
        "value_range": list(network.value_range),
        "card": zoo.row(slug).card(about),
        "training": {"command": "python -m none", "curve": [[1, 0.5, 0.5]]},
        "metrics": {},
    }


def stems(count: int, every: int, remainders=(0,), pattern: str = "{}") -> list[str]:
    """`count` names, at least two of them on each of the remainders of CRC-32 modulo `every`, by
    which train.datasets.files splits."""
    names = [pattern.format(i) for i in range(1, 4000)]
    kept = {r: [n for n in names if zlib.crc32(n.encode()) % every == r][:2] for r in remainders}
    chosen = [n for group in kept.values() for n in group]
    return (
        chosen
        + [
            n for n in names if n not in chosen and zlib.crc32(n.encode()) % every not in remainders
        ][:count]
    )


def _save(image: Image.Image, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory) -> Path:
    """A folder with all five data sets, a few pictures each."""
    from tests.pictures import blob
    from train.datasets.celeba import ATTRIBUTES

    root = tmp_path_factory.mktemp("data")
    for split, names in (("train", stems(6, 10)), ("test", ["901", "902", "903"])):
        for subset in ("cuhk_student", "ar"):
            for i, name in enumerate(names):
                photo = blob((200, 250), i)
                _save(photo, root / f"cufs/{subset}/{split}/photos/{name}.jpg")
                _save(photo.convert("L"), root / f"cufs/{subset}/{split}/sketches/{name}.jpg")
    for split, names in (("train", stems(6, 20, pattern="{}_A")), ("test", ["1_A", "2_A", "3_A"])):
        for i, name in enumerate(names):
            art = blob((256, 256), i)
            _save(art.convert("L"), root / f"sketch2photo/{split}A/{name}.png")
            _save(art, root / f"sketch2photo/{split}B/{name.removesuffix('_A')}_B.jpg")
    for i, name in enumerate(stems(12, 20, (0, 1))):
        _save(blob((128, 128), i), root / f"landscape/color/{name}.webp")
    for split, count in (("train", 6), ("val", 3), ("test", 3)):
        for i in range(count):
            size = ((160, 240), (160, 160), (213, 160))[i % 3]
            _save(blob(size, i + count), root / f"photos/{split}/osie_{i}.webp")
    for i, name in enumerate(stems(8, 20, (0, 1), pattern="A_Person_{:04d}")):
        _save(blob((128, 128), i), root / f"lfw/{name}.webp")
    for split in ("train", "test"):
        for i, name in enumerate(stems(24, 20, pattern="{:05d}")):
            _save(blob((32, 32), i), root / f"cifar10/{split}/{('cat', 'dog')[i % 2]}/{name}.png")
    lines, marks = [], [" ".join(ATTRIBUTES)]
    for i in range(40):
        folder, size = (
            ("img_align_celeba", (178, 218)) if i < 12 else ("img_align_celeba_half", (89, 109))
        )
        _save(blob(size, i), root / f"celeba/{folder}/{i:06d}.jpg")
        lines.append(f"{i:06d}.jpg {1 if 6 <= i < 9 else 2 if 9 <= i < 12 else 0}")
        marks.append(
            f"{i:06d}.jpg " + " ".join("1" if (i * j) % 3 == 1 else "-1" for j in range(1, 41))
        )
    (root / "celeba/list_eval_partition.txt").write_text("\n".join(lines) + "\n")
    (root / "celeba/list_attr_celeba.txt").write_text("\n".join(["40", *marks]) + "\n")
    people = "\n".join(f"{i:06d}.jpg {100 + i}" for i in range(40))
    (root / "celeba/identity_CelebA.txt").write_text(people + "\n")
    return root


def launched(demo) -> str:
    import app

    return demo.launch(**app.LAUNCH, prevent_thread_lock=True, quiet=True)[1]


@pytest.fixture(scope="session")
def url():
    """The app in this process, for programs and for the browser."""
    import app

    yield launched(app.demo)
    app.demo.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The loopback Hub, with a process to run client code in."""
    from tests.release.hub_process import Hub  # starts what most tests need not

    started = Hub(tmp_path_factory.mktemp("hub"))
    yield started
    started.stop()
