"""Fit the context model of a trained codec: ae_models.codec.context.ContextModel.

    python -m train.codec_context --data DIR [--weights DIR] [--epochs N] [--keep]

Fits a release anew (the recipe does so at the end of a training), writes it, and prints for each
rate the bits of validation pictures, as a part of those under the factorized prior. All other
weights stay as they are. With --keep it goes on from the context model that is there.

DIR holds cifar10/, and landscape/ and photos/ if there are any."""

import argparse
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ae_models import inference, zoo
from ae_models.codec.context import PATTERN, ContextModel
from ae_models.release import files
from train.datasets import readers

SLUG = "dcae-plus"
EPOCHS = 12  # over the largest set
LEARNING_RATE, KEPT_LEARNING_RATE = 3e-3, 1e-3
WARMUP = 100  # steps


class Source(NamedTuple):
    """A set of pictures to fit to."""

    name: str
    read: Callable
    most: int  # pictures
    batch: int
    weight: float  # in the loss


class Latents(NamedTuple):
    """Quantized latents of a set, each at one rate."""

    q: Tensor  # (N, K, h, w), int16, kinds in the order of the context model
    rate: Tensor  # (N,), from 0
    prior: Tensor  # (N,), mean bits of the picture's rate under the factorized prior


SOURCES = (
    Source("CIFAR-10", readers.cifar10, 8000, 24, 0.4),
    Source("landscapes", readers.landscape, 4000, 12, 1.0),
    Source("photos", readers.photo_centers, 4000, 12, 1.0),
)


def fit(network: nn.Module, root: Path, epochs: int = EPOCHS, keep: bool = False) -> nn.Module:
    """Fit network.context to the pictures in a folder. Gives the network."""
    if not keep:
        network.context = renewed(network, root)
    sets = latents(network, root, "train")
    context = network.context.requires_grad_(True)
    peak = KEPT_LEARNING_RATE if keep else LEARNING_RATE
    optimizer = torch.optim.AdamW(context.parameters(), peak, (0.9, 0.98), weight_decay=1e-4)
    steps = epochs * max(math.ceil(len(x.q) / source.batch) for source, x in sets.items())
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: factor(step, steps))
    generator = torch.Generator().manual_seed(0)
    for step in range(steps):
        loss = sum(s.weight * loss_of(context, x, s.batch, generator) for s, x in sets.items())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(context.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 50 == 0:
            print(f"step {step} of {steps}: {loss.item():.3f}", flush=True)
    context.round_weights()
    context.requires_grad_(False)
    return network


def factor(step: int, steps: int) -> float:
    """Factor on the learning rate: linear warm-up and a cosine to 0."""
    return min(1, (step + 1) / WARMUP) * 0.5 * (1 + math.cos(math.pi * step / steps))


def renewed(network: nn.Module, root: Path) -> ContextModel:
    """An untrained context model that knows how strong each kind is."""
    config = network.config
    context = ContextModel(len(network.context.order), config.rates, config.context)
    network.context.order.copy_(context.order)
    sort_kinds(context, [x.q for x in latents(network, root, "val").values()])
    return context


def sort_kinds(context: ContextModel, sets: list[Tensor]) -> None:
    """Put the order of kinds right: by their mean size in q (N, K, h, w) of each set, where they
    are in their natural order."""
    mean = sum(q.abs().float().mean((0, 2, 3)) for q in sets)
    context.order.copy_(mean.argsort(descending=True))


def loss_of(context: ContextModel, x: Latents, batch: int, generator: torch.Generator) -> Tensor:
    """Bits of a batch as a part of those under the prior. One pass of each group stands for all."""
    rows = torch.randint(len(x.q), (batch,), generator=generator)
    bits = context.bits(x.q[rows].float(), x.rate[rows], some_passes(context, generator))
    return len(PATTERN) * (bits / x.prior[rows]).mean()


def some_passes(
    context: ContextModel, generator: torch.Generator | None = None
) -> list[tuple[int, int]]:
    """One pass of each group, by chance: 1 / len(PATTERN) of the bits on average."""
    numbers = torch.randint(len(PATTERN), (len(context.sizes),), generator=generator)
    return list(enumerate(numbers.tolist()))


@torch.inference_mode()
def latents(network: nn.Module, root: Path, split: str) -> dict[Source, Latents]:
    """Latents of each set that is in the folder. Rates follow from the place of a picture."""
    sets = {}
    for source in SOURCES:
        try:
            (pictures,) = source.read(root, split)
        except ValueError as error:
            print(f"without {source.name}: {error}", file=sys.stderr)
            continue
        pictures = pictures[
            torch.randperm(len(pictures), generator=torch.Generator().manual_seed(0))
        ]
        pictures = pictures[: source.most]
        rate = torch.arange(len(pictures)) % network.rates + 1
        parts = [quantized(network, *part) for part in zip(pictures.split(64), rate.split(64))]
        q, bits = (torch.cat(column) for column in zip(*parts))
        mean = torch.stack([bits[rate == r].mean() for r in range(1, network.rates + 1)])
        sets[source] = Latents(q, rate - 1, mean[rate - 1])
    return sets


def quantized(network: nn.Module, pictures: Tensor, rate: Tensor) -> tuple[Tensor, Tensor]:
    """uint8 (B, 3, H, W) -> sorted kinds of coefficients, int16, and bits under the prior (B,)."""
    q = network.quantize(
        network.encode(inference.to_network(network, pictures.float() / 255), rate), rate
    )
    return network.sorted_kinds(q).to(torch.int16), network.bits(q, rate)


@torch.inference_mode()
def report(network: nn.Module, root: Path) -> None:
    """Print the bits of validation pictures, as a part of those under the factorized prior."""
    for source, x in latents(network, root, "val").items():
        rows = list(zip(x.q.split(64), x.rate.split(64)))
        bits = torch.cat([network.context.bits(q.float(), rate) for q, rate in rows]) / x.prior
        means = [f"{bits[x.rate == r].mean():.3f}" for r in range(network.rates)]
        print(f"{source.name}: {', '.join(means)}")


def main(root: Path, folder: Path, epochs: int, keep: bool) -> None:
    network = fit(zoo.load_release(folder, SLUG), root, epochs, keep)
    config = files.read_config(folder)
    files.save(folder, network.state_dict(), config | {"metrics": {}})  # to be measured again
    report(network, root)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m train.codec_context")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--weights", type=Path, default=zoo.WEIGHTS / SLUG, help="release folder")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--keep", action="store_true", help="go on from the context that is there")
    args = parser.parse_args()
    try:
        main(args.data, args.weights, args.epochs, args.keep)
    except ValueError as error:
        sys.exit(f"error: {error}")
