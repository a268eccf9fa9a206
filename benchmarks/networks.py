"""Time each network on one picture and one thread, beside the floor of its arithmetic.

    python -m benchmarks.networks [--rounds 15]

For each network, at its working size: multiply-adds of one task (counted by torch), milliseconds in
float32, and the floor: the multiply-adds at the rate of the fastest convolution measured here. The
face decoders are timed apart, in float32 and, if this processor has bfloat16 instructions, also
with weights and latents in bfloat16, channels last."""

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
from train.engine.precision import has_bfloat16

# system -> its task, and the size of the picture in px
TASKS = {
    "face-sketch": (tasks.translate_face, (200, 250)),
    "sketch-face": (tasks.translate_face, (200, 250)),
    "sketch-color": (tasks.color_sketch, (128, 128)),
    "photo-color": (tasks.colorize, (128, 128)),
    "photo-color-rgb": (tasks.colorize, (128, 128)),
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
def decode_ms(network: nn.Module, dtype: torch.dtype, rounds: int) -> float:
    """Milliseconds of one face decode with weights and latent in `dtype`, channels last."""
    network = copy.deepcopy(network).to(dtype, memory_format=torch.channels_last)
    z = torch.zeros(1, network.config.latent, dtype=dtype)
    return median_ms(lambda: network.decode(z), rounds)


@torch.inference_mode()
def decode_line(slug: str, peaks: dict[torch.dtype, float], rounds: int) -> str:
    """The time of a face decode in each precision, and its floor."""
    network = zoo.load(slug)
    count = multiply_adds(lambda: network.decode(torch.zeros(1, network.config.latent)))
    times = [
        f"{decode_ms(network, dtype, rounds):.1f} ms in {name(dtype)} (floor {count / fast:.1f})"
        for dtype, fast in peaks.items()
    ]
    return f"`{slug}`, one decode: {', '.join(times)}"


def name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def row(slug: str, once: Callable, fast: float, rounds: int) -> str:
    """A line of the table: multiply-adds and time of a task, and the floor at `fast` million
    multiply-adds a millisecond."""
    count, spent = multiply_adds(once), median_ms(once, rounds)
    floor = count / fast
    return f"| `{slug}` | {count:,.0f} | {spent:.1f} | {floor:.1f} | {spent / floor:.1f} |"


def main(rounds: int) -> None:
    torch.set_num_threads(1)
    short = has_bfloat16(torch.device("cpu"))
    dtypes = [torch.float32, torch.bfloat16] if short else [torch.float32]
    peaks = {dtype: peak(dtype, rounds) for dtype in dtypes}
    shown = ", ".join(f"{fast:.0f} in {name(dtype)}" for dtype, fast in peaks.items())
    print(f"fastest convolution, million multiply-adds a ms: {shown}")
    print(f"this processor has {'' if short else 'no '}bfloat16 instructions\n")
    print("| network | million multiply-adds | ms | floor | times the floor |")
    print("|---|--:|--:|--:|--:|")
    for slug in zoo.BY_SLUG:
        task, size = TASKS[zoo.row(slug).system]
        once = functools.partial(task, zoo.load(slug), Image.effect_noise(size, 64).convert("RGB"))
        print(row(slug, once, peaks[torch.float32], rounds))
    print()
    for slug in [s for s in zoo.BY_SLUG if s.startswith("face-vae")]:
        print(decode_line(slug, peaks, rounds))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.networks")
    parser.add_argument("--rounds", type=int, default=15)
    main(parser.parse_args().rounds)
