"""Damaged and forged files: each is read or refused in a sentence, at once and in bounded memory.

python -m benchmarks.fuzz [--count 10000] [--only PNG] [--seed 0] [--keep DIR]     a Markdown table

Small files of every kind are made here, then damaged: bits flipped, bytes replaced, parts cut out,
repeated or taken from another file. Anything but a result or a ValueError is a failure, and so is
what takes more than SLOW seconds or leaves GROWTH behind. --keep writes the failures' files.
"""

import argparse
import gc
import hashlib
import io
import json
import random
import time
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import torch
from PIL import Image
from safetensors.torch import save as save_tensors

from ae_models import images, tasks, zoo
from ae_models.codec import file
from ae_models.release import files
from ui import answers, latents, morph, palettes, photos, sheet

SLOW = 2.0  # seconds
GROWTH = 50.0  # MB
MOST_PIXELS = 256 * 256  # of an .aes file that is decoded here: more is honest work
BYTES = (0, 1, 0x7F, 0x80, 0xFE, 0xFF)


@dataclass
class Outcome:
    """Counts of what became of the files of one kind."""

    read: int = 0
    refused: int = 0
    failed: Counter = field(default_factory=Counter)  # error -> times
    slowest: float = 0.0
    growth: float = 0.0  # MB

    def good(self) -> bool:
        return not self.failed and self.slowest < SLOW and self.growth < GROWTH


# ---- damage ----


def damaged(seeds: list[bytes], chance: random.Random) -> bytes:
    """One of the seeds with one to eight faults."""
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, 8)):
        chance.choice(FAULTS)(data, seeds, chance)
    return bytes(data)


def flip(data: bytearray, seeds: list[bytes], chance: random.Random) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def replace(data: bytearray, seeds: list[bytes], chance: random.Random) -> None:
    start = chance.randint(0, len(data))
    data[start : start + chance.choice((1, 1, 2, 4))] = bytes([chance.choice(BYTES)]) * 4


def cut(data: bytearray, seeds: list[bytes], chance: random.Random) -> None:
    start, length = part(data, chance)
    del data[start : start + length]


def repeat(data: bytearray, seeds: list[bytes], chance: random.Random) -> None:
    start, length = part(data, chance)
    data[start:start] = data[start : start + length]


def splice(data: bytearray, seeds: list[bytes], chance: random.Random) -> None:
    other = chance.choice(seeds)
    start, length = part(other, chance)
    data[chance.randint(0, len(data)) :] = other[start : start + length]


def part(data: bytes, chance: random.Random) -> tuple[int, int]:
    """Start and length of a part, mostly a short one."""
    return chance.randint(0, len(data)), int(len(data) ** chance.random())


FAULTS = (flip, flip, flip, replace, replace, cut, repeat, splice)


# ---- what reads files, and a few good ones ----


def pictures(kind: str, **options) -> list[bytes]:
    gradient = Image.linear_gradient("L").resize((24, 16))
    several = [gradient.convert("RGB"), gradient, gradient.convert("RGBA"), gradient.convert("1")]
    found = []
    for picture in several:
        buffer = io.BytesIO()
        try:
            picture.save(buffer, kind, **options)
        except (OSError, ValueError):  # this kind of file does not hold that kind of picture
            continue
        found.append(buffer.getvalue())
    return found


def read_picture(data: bytes) -> None:
    images.pixels(data)
    images.read(data)


def read_sheet(data: bytes) -> None:
    sheet.layers(data, True)


def read_weights(data: bytes) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / files.WEIGHTS).write_bytes(data)
        files.read_weights(Path(folder), hashlib.sha256(data).hexdigest())


def read_release(data: bytes) -> None:
    """config.json beside the weights that it had."""
    with TemporaryDirectory() as folder:
        (Path(folder) / files.CONFIG).write_bytes(data)
        (Path(folder) / files.WEIGHTS).symlink_to(zoo.WEIGHTS / "dcae" / files.WEIGHTS)
        zoo.load_release(Path(folder), "dcae")


def read_codec(data: bytes) -> None:
    """An .aes file whose checksum a forger has put right."""
    header = len(file.pack(file.unpack(CODEC[0])[0], b"")) - 2
    data = data[:header] + file._crc(data[:header] + data[header + 2 :]) + data[header + 2 :]
    header, _ = file.unpack(data)
    if header.width * header.height <= MOST_PIXELS:
        tasks.decompress(data)


def read_canvas(data: bytes) -> None:
    """Texts that a page sends beside a picture: each reader of text gets it."""
    text = data.decode("utf-8", "replace")
    readers = [
        palettes.entries,
        lambda text: photos.hint_layer(photos.hints_of(text), (64, 48)),
        lambda text: tasks.edit(zoo.load(latents.EDITING), FACE, morph.changes_of(text)),
        lambda text: latents.eyes_of(text, (640, 480)),
        lambda text: answers.number({"seed": text}, "seed"),
        lambda text: answers.decimal({"radius": text}, "radius", 0.0),
    ]
    for reader in readers:
        try:
            reader(text)
        except ValueError:
            continue


FACE = Image.linear_gradient("L").resize((128, 128)).convert("RGB")
CODEC: list[bytes] = []
TEXTS = [
    '[["#e8563f", 2], ["#f4c95d", 1]]',
    '[[0.5, 0.25, "#2f6fd0"]]',
    '{"Smiling": 2, "component_1": -1}',
    "120.5,200,180,201.5",
    "12",
]


def kinds() -> dict[str, tuple[Callable[[bytes], None], list[bytes]]]:
    """Kind of file -> what reads it, good files."""
    scene = Image.linear_gradient("L").resize((48, 32)).convert("RGB")
    CODEC[:] = [tasks.compress(zoo.load("dcae-plus"), scene, rate) for rate in (1, 5)]
    tensors = {"a": torch.ones(2, 3), "b.c": torch.zeros(4, dtype=torch.int64)}
    config = (zoo.WEIGHTS / "dcae" / files.CONFIG).read_bytes()
    latent = zoo.config("face-vae-plus")["arguments"]["latent"]
    numbers = torch.randn(3, latent).numpy().astype("<f4").tobytes()
    small = json.dumps(json.loads(config)).encode()
    formats = {kind: pictures(kind) for kind in ("PNG", "JPEG", "WEBP", "AVIF", "GIF", "TIFF")}
    return {kind: (read_picture, seeds) for kind, seeds in formats.items()} | {
        "sheet": (read_sheet, formats["PNG"]),
        "safetensors": (read_weights, [save_tensors(tensors), save_tensors({"a": tensors["a"]})]),
        "config.json": (read_release, [config, small]),
        ".aes": (read_codec, CODEC),
        "latents": (lambda data: latents.decoded(data, {}), [numbers, numbers[: 4 * latent]]),
        "canvas": (read_canvas, [text.encode() for text in TEXTS]),
    }


# ---- the run ----


def fuzz(reader: Callable, seeds: list[bytes], count: int, seed: int, keep=None) -> Outcome:
    """Read so many damaged files, the same for the same seed."""
    chance, outcome = random.Random(seed), Outcome()
    for good in seeds:
        reader(good)
    before = megabytes()
    for i in range(count):
        data, start = damaged(seeds, chance), time.perf_counter()
        try:
            reader(data)
            outcome.read += 1
        except ValueError:
            outcome.refused += 1
        except Exception as error:
            outcome.failed[f"{type(error).__name__}: {str(error)[:80]}"] += 1
            if keep:
                (Path(keep) / f"{type(error).__name__}-{i}").write_bytes(data)
        took = time.perf_counter() - start
        if took > SLOW and keep:
            (Path(keep) / f"slow-{i}").write_bytes(data)
        outcome.slowest = max(outcome.slowest, took)
    outcome.growth = megabytes() - before
    return outcome


def megabytes() -> float:
    gc.collect()
    return psutil.Process().memory_info().rss / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="files of each kind")
    parser.add_argument("--only", help="one kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", help="folder for the files that fail")
    args = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")  # Pillow's, of damaged metadata
    print("| files | read | refused | failed | slowest | growth |\n|---|--:|--:|--:|--:|--:|")
    good = True
    for kind, (reader, seeds) in kinds().items():
        if args.only in (None, kind):
            one = fuzz(reader, seeds, args.count, args.seed, args.keep)
            failed = one.failed.total()
            print(
                f"| {kind} | {one.read:,} | {one.refused:,} | {failed} | "
                f"{one.slowest:.2f} s | {one.growth:+.0f} MB |",
                flush=True,
            )
            for error, times in one.failed.items():
                print(f"\n{times} times {error}\n")
            good &= one.good()
    raise SystemExit(0 if good else 1)


if __name__ == "__main__":
    main()
