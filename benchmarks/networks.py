"""How long does each network take for one picture on one thread, and how far is that from the floor of its arithmetic?

    python -m benchmarks.networks [--rounds 15]

For each network, at its working size: multiply-adds of one task (counted by torch), milliseconds in float32, and the
floor: the multiply-adds at the rate of the fastest convolution measured here. The face decoders are timed apart, also
with weights and pictures in bfloat16, channels last.
"""

import argparse
import copy
import functools
from collections.abc import Callable

import torch
from PIL import Image
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from ae_models import tasks, zoo
from benchmarks.timing import median_ms

# system -> what it does, and the size of the picture it does that to, in px
TASKS = {
    "face-sketch": (tasks.translate_face, (200, 250)),
    "sketch-face": (tasks.translate_face, (200, 250)),
    "sketch-color": (tasks.color_sketch, (128, 128)),
    "photo-color": (tasks.colorize, (128, 128)),
    "dcae": (tasks.reconstruct, (32, 32)),
    "face-vae": (tasks.reconstruct, (128, 128)),
}
PEAK_CHANNELS, PEAK_SIDE = 256, 64


def multiply_adds(function: Callable) -> float:
    """Millions of multiply-adds in convolutions and matrix products."""
    with FlopCounterMode(display=False) as counter:
        function()
    return counter.get_total_flops() / 2e6


@torch.inference_mode()
def peak(dtype: torch.dtype, rounds: int) -> float:
    """Millions of multiply-adds a millisecond of a wide convolution."""
    conv = nn.Conv2d(PEAK_CHANNELS, PEAK_CHANNELS, 3, padding=1).to(
        dtype, memory_format=torch.channels_last
    )
    x = torch.randn(1, PEAK_CHANNELS, PEAK_SIDE, PEAK_SIDE, dtype=dtype).to(
        memory_format=torch.channels_last
    )
    return multiply_adds(lambda: conv(x)) / median_ms(lambda: conv(x), rounds)


@torch.inference_mode()
def decode_ms(network: nn.Module, rounds: int) -> tuple[float, float, float]:
    """Milliseconds of one face decode in float32 and with all in bfloat16, channels last, and its multiply-adds."""
    z = torch.zeros(1, network.config.latent)
    half = copy.deepcopy(network).to(torch.bfloat16, memory_format=torch.channels_last)
    plain = median_ms(lambda: network.decode(z), rounds)
    return (
        plain,
        median_ms(lambda: half.decode(z.bfloat16()), rounds),
        multiply_adds(lambda: network.decode(z)),
    )


def row(slug: str, once: Callable, fast: float, rounds: int) -> str:
    """Of the table: a task's multiply-adds, time, and the floor at `fast` million multiply-adds a millisecond."""
    count, spent = multiply_adds(once), median_ms(once, rounds)
    return f"| `{slug}` | {count:,.0f} | {spent:.1f} | {count / fast:.1f} | {spent * fast / count:.1f} |"


def main(rounds: int) -> None:
    torch.set_num_threads(1)
    fast, faster = peak(torch.float32, rounds), peak(torch.bfloat16, rounds)
    print(
        f"fastest convolution: {fast:.0f} million multiply-adds a ms in float32, {faster:.0f} in bfloat16\n"
    )
    print(
        "| network | million multiply-adds | ms | floor | times the floor |\n|---|--:|--:|--:|--:|"
    )
    for slug in zoo.BY_SLUG:
        task, size = TASKS[zoo.row(slug).system]
        once = functools.partial(task, zoo.load(slug), Image.effect_noise(size, 64).convert("RGB"))
        print(row(slug, once, fast, rounds))
    for slug in [s for s in zoo.BY_SLUG if s.startswith("face-vae")]:
        plain, short, count = decode_ms(zoo.load(slug), rounds)
        print(
            f"\n`{slug}`, one decode: {plain:.1f} ms in float32, {short:.1f} ms in bfloat16 (floor {count / faster:.1f})"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.networks")
    parser.add_argument("--rounds", type=int, default=15)
    main(parser.parse_args().rounds)
