"""Time loading and augmentation beside the rest of a training step.

    python -m benchmarks.loading --data DIR [--threads 1]

Prints the precision, and for each recipe milliseconds of both and the share of loading: medians of
a few steps after a warm-up."""

import argparse
import importlib
import statistics
import time
from pathlib import Path

import torch

from ae_models import zoo
from train.engine import precision
from train.engine.recipe import build

STEPS = 5


def timed(function) -> float:
    """Median seconds of a call, after one that does not count."""
    function()
    seconds = []
    for _ in range(STEPS):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def measure(slug: str, root: Path, short: bool) -> None:
    """Print the line of a recipe; `short` says that it computes in bfloat16."""
    recipe = importlib.import_module(f"train.{slug.replace('-', '_')}").RECIPE
    pictures = recipe.data(root, "val")
    rows = torch.arange(recipe.batch) % len(pictures[0])
    generator = torch.Generator().manual_seed(0)
    layout = torch.channels_last if recipe.channels_last else torch.contiguous_format
    network = build(recipe).to(memory_format=layout).train()
    optimizer = recipe.optimizer(network)

    def load():
        batch = recipe.augment(tuple(x[rows] for x in pictures), generator)
        return tuple(x.to(memory_format=layout) if x.ndim == 4 else x for x in batch)

    def step():
        with torch.autocast("cpu", torch.bfloat16, enabled=short):
            loss, _ = recipe.loss(network, batch, 0.5)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()

    batch = load()
    loading, training = timed(load), timed(step)
    share = loading / (loading + training)
    print(
        f"{slug:17} batch {recipe.batch:4}  loading {1e3 * loading:7.1f} ms  "
        f"network {1e3 * training:8.1f} ms  {share:6.1%}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    chosen, reason = precision.choose("auto", torch.device("cpu"))
    print(f"precision: {precision.NAMES[chosen]} ({reason})")
    for name in zoo.BY_SLUG:
        measure(name, args.data, chosen == "bf16")
