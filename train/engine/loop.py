"""One training loop for every system.

    python -m train.dcae --data DIR [--out DIR] [--epochs N] [--batch N] [--seed N] [--resume] [--start FILE]
                         [--fp32] [--track]
    accelerate launch --multi_gpu -m train.dcae --data DIR ...            several GPUs
    torchrun --nproc_per_node 2 -m train.dcae --data DIR ...              several processes on CPUs, with gloo

Writes OUT/last.pt (everything needed to go on exactly) every few minutes and OUT/release/ (model.safetensors,
config.json, README.md) with the best averaged weights at the end. Ctrl-C finishes the step, saves and says how to go
on. A loss that is not finite ends the run and leaves OUT/last.pt at the last good step.
"""

import argparse
import dataclasses
import importlib.util
import math
import signal
import sys
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.utils import reduce
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel
from tqdm import tqdm

from train.datasets.files import Split
from train.engine.checkpoint import (
    code_commit,
    load_checkpoint,
    load_weights,
    save_checkpoint,
    save_release,
)
from train.engine.recipe import Recipe, State, build

CHECKPOINT, RELEASE = "last.pt", "release"
CURVE_POINTS = 40  # validations in a run
SAVE_SECONDS = 180


def main(recipe: Recipe, argv: list[str] | None = None) -> None:
    """The command line of a recipe."""
    parser = argparse.ArgumentParser(prog=f"python -m train.{recipe.slug.replace('-', '_')}")
    parser.add_argument(
        "--data", type=Path, required=True, help="folder of the data set, in its public layout"
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("runs") / recipe.slug,
        help="where checkpoints and the release go",
    )
    parser.add_argument("--epochs", type=_at_least(1), default=recipe.epochs)
    parser.add_argument(
        "--batch", type=_at_least(0), default=recipe.batch, help="per process; 0 is the whole set"
    )
    parser.add_argument("--seed", type=_at_least(0), default=0)
    parser.add_argument("--resume", action="store_true", help="go on from OUT/last.pt")
    parser.add_argument(
        "--start",
        type=Path,
        help="last.pt of an earlier run, whose weights a new schedule goes on from",
    )
    parser.add_argument("--fp32", action="store_true", help="no bfloat16")
    parser.add_argument("--track", action="store_true", help="log to trackio")
    args = parser.parse_args(argv)
    recipe = dataclasses.replace(
        recipe, epochs=args.epochs, batch=args.batch, bf16=recipe.bf16 and not args.fp32
    )
    try:
        train(recipe, args.data, args.out, args.seed, args.resume, args.track, args.start)
    except (ValueError, FloatingPointError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt as stopped:
        sys.exit(str(stopped))


def train(
    recipe: Recipe,
    root: Path,
    out: Path,
    seed: int = 0,
    resume: bool = False,
    track: bool = False,
    start: Path | None = None,
) -> Path:
    """Train and write OUT/release; gives its path. `start` is the checkpoint of another run, to begin with its weights.
    Raises ValueError for bad data or a checkpoint that does not fit, FloatingPointError when the loss is not finite,
    KeyboardInterrupt when a signal stopped it after a checkpoint."""
    if track and importlib.util.find_spec("trackio") is None:
        raise ValueError(
            "expected the package trackio for --track, found none: pip install trackio"
        )
    accelerator = Accelerator(
        mixed_precision="bf16" if recipe.bf16 else "no", log_with="trackio" if track else None
    )
    if track:
        accelerator.init_trackers(
            "autoencoder-studio", config={"system": recipe.slug, "seed": seed}
        )
    run, main_process = Run(recipe, root, seed, accelerator), accelerator.is_main_process
    if start:
        load_weights(start, run)
    if resume:
        run.state = load_checkpoint(out / CHECKPOINT, run)
    state, stop = run.state, _Stop()
    started, saved = time.monotonic() - state.seconds, time.monotonic()
    bar = tqdm(
        total=run.total,
        initial=state.step,
        desc=recipe.slug,
        disable=not main_process,
        mininterval=2,
        file=sys.stdout,
    )
    while state.step < run.total and not stop.agreed:
        loss, norm, parts = run.gradients(stop)
        if not (math.isfinite(loss) and math.isfinite(norm)):
            raise FloatingPointError(
                f"loss {loss}, gradient {norm} at step {state.step}; {_kept(out)}"
            )
        run.update(loss)
        bar.update()
        bar.set_postfix(loss=f"{loss:.4f}", refresh=False)
        if state.step % max(1, run.total // CURVE_POINTS) == 0 or state.step == run.total:
            run.validate()
            accelerator.log(
                {"loss": state.history[-1][1], "val": state.history[-1][2]}, step=state.step
            )
            if main_process:
                bar.write(_line(state, parts))
        state.seconds = time.monotonic() - started
        due = time.monotonic() - saved > SAVE_SECONDS or state.step == run.total or stop.agreed
        if main_process and due:
            saved = time.monotonic()
            save_checkpoint(out / CHECKPOINT, run)
    bar.close()
    accelerator.end_training()
    if state.step < run.total:
        raise KeyboardInterrupt(
            f"stopped at step {state.step} of {run.total}; go on with the same command and --resume"
        )
    if main_process:
        save_release(out / RELEASE, run)
        print(f"wrote {out / RELEASE}")
    return out / RELEASE


class Objective(nn.Module):
    """Network and loss as one module, so that a data-parallel wrapper sees one forward pass for one gradient."""

    def __init__(self, network: nn.Module, loss: Callable):
        super().__init__()
        self.network, self.loss = network, loss

    def forward(self, batch: Split, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
        return self.loss(self.network, batch, progress)


class Run:
    """A recipe under way: its data, network, optimizer and averaged network, and how far they are.

    `batch` is that of all processes together; `step` counts updates of the weights."""

    def __init__(self, recipe: Recipe, root: Path, seed: int, accelerator: Accelerator):
        self.recipe, self.root, self.seed, self.accelerator = recipe, root, seed, accelerator
        self.state = State(commit=code_commit())
        self.train_set = tuple(x[: recipe.limit or None] for x in recipe.data(root, "train"))
        self.val_set = recipe.data(root, "val")
        self.rows = len(self.train_set[0])
        self.batch = min((recipe.batch or self.rows) * accelerator.num_processes, self.rows)
        self.steps_per_epoch = self.rows // self.batch
        self.total = recipe.epochs * self.steps_per_epoch

        torch.manual_seed(seed)
        self.layout = torch.channels_last if recipe.channels_last else torch.contiguous_format
        self.network = build(recipe)
        recipe.start(self.network, self.train_set)
        self.network = self.network.to(accelerator.device, memory_format=self.layout).train()
        self.average = AveragedModel(
            self.network, multi_avg_fn=_ema(recipe.ema), use_buffers=True
        ).requires_grad_(False)
        optimizer = recipe.optimizer(self.network)
        for group in optimizer.param_groups:
            group["peak"] = group["lr"]
        self.objective, self.optimizer = accelerator.prepare(
            Objective(self.network, recipe.loss), optimizer
        )

    @property
    def identity(self) -> dict:
        """What must be the same for a resumed run to equal an unbroken one."""
        recipe = self.recipe
        return {
            "system": recipe.slug,
            "rows": self.rows,
            "epochs": recipe.epochs,
            "batch": self.batch,
            "seed": self.seed,
        }

    def samples(self) -> Split:
        """This process's share of the step's batch. All processes draw the same batch and the same augmentation."""
        step, rank = self.state.step, self.accelerator.process_index
        epoch, within = divmod(step, self.steps_per_epoch)
        picked = order(self.seed, epoch, self.rows)[within * self.batch :][: self.batch]
        generator = torch.Generator().manual_seed(_mix(self.seed, step))
        batch = self.recipe.augment(tuple(x[picked] for x in self.train_set), generator)
        share = slice(rank, None, self.accelerator.num_processes)
        return tuple(self._placed(x[share]) for x in batch)

    def _placed(self, x: Tensor) -> Tensor:
        """On the device; pictures in the recipe's memory layout."""
        layout = self.layout if x.ndim == 4 else torch.contiguous_format
        return x.to(self.accelerator.device, memory_format=layout)

    def gradients(self, stop: "_Stop") -> tuple[float, float, dict[str, Tensor]]:
        """Loss, norm of its gradient, and parts of the loss; the gradient is left clipped in the parameters."""
        torch.manual_seed(
            _mix(self.seed, self.state.step, self.accelerator.process_index)
        )  # dropout, latent noise
        samples = self.samples()
        with self.accelerator.autocast():
            loss, parts = self.objective(samples, self.state.step / self.total)
        self.accelerator.backward(loss)
        norm = self.accelerator.clip_grad_norm_(self.objective.parameters(), self.recipe.clip)
        # one exchange a step, so that every process sees the same loss and stops at the same step
        exchanged = torch.stack([loss.detach().float(), norm, stop.asked(self.accelerator.device)])
        loss, norm, stop.agreed = reduce(exchanged, "mean").tolist()
        return loss, norm, parts

    def update(self, loss: float) -> None:
        """One step of the optimizer and of the average."""
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * rate(self.recipe, self.state.step, self.total)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.average.update_parameters(self.network)
        self.state.step += 1
        self.state.recent.append(loss)

    @torch.no_grad()
    def validate(self) -> None:
        """Mean loss of the averaged network over the validation set: a point of the curve. Its weights are kept
        if they are the best, or in any case (Recipe.keep_last)."""
        network, state, recipe, total = self.average.module.eval(), self.state, self.recipe, 0.0
        for rows in torch.arange(len(self.val_set[0])).split(64):
            batch = recipe.prepare(tuple(x[rows] for x in self.val_set))
            with self.accelerator.autocast():
                loss, _ = recipe.loss(
                    network, tuple(x.to(self.accelerator.device) for x in batch), 1.0
                )
            total += loss.item() * len(rows)
        value = total / len(self.val_set[0])
        state.history.append([state.step, sum(state.recent) / len(state.recent), value])
        state.recent.clear()
        if value < state.best or recipe.keep_last:
            state.weights = {k: v.detach().cpu().clone() for k, v in network.state_dict().items()}
        state.best = min(state.best, value)


def order(seed: int, epoch: int, rows: int) -> Tensor:
    """The order of the samples in an epoch, from (seed, epoch) alone: (rows,)."""
    return torch.randperm(
        rows, generator=torch.Generator().manual_seed(_mix(seed, epoch, 1_000_003))
    )


def rate(recipe: Recipe, step: int, total: int) -> float:
    """Factor on the peak learning rate: linear warm-up, then a cosine to 0 (Loshchilov & Hutter 2016) or constant."""
    warmup = min(recipe.warmup, total // 10)
    if step < warmup:
        return (step + 1) / (warmup + 1)
    if recipe.schedule == "constant":
        return 1.0
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / (total - warmup)))


# ---- small things ----


class _Stop:
    """Ctrl-C and SIGTERM ask for a stop; the loop agrees on it between processes after the step under way."""

    def __init__(self):
        self.agreed = self._signalled = 0.0
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, self._handle)

    def _handle(self, *_) -> None:
        self._signalled = 1.0

    def asked(self, device: torch.device) -> Tensor:
        return torch.tensor(self._signalled, device=device)


def _at_least(least: int) -> Callable[[str], int]:
    """For argparse: a whole number that is not smaller."""

    def whole(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(
                f"expected a whole number of at least {least}, got {text!r}"
            )
        return int(text)

    return whole


def _ema(decay: float) -> Callable:
    """Exponential average whose memory grows with the steps taken, so that the random start is forgotten early."""

    def update(averaged: list[Tensor], current: list[Tensor], count: Tensor) -> None:
        if averaged[0].is_floating_point():
            torch._foreach_lerp_(
                averaged, current, 1 - min(decay, (1 + count.item()) / (10 + count.item()))
            )
        else:
            torch._foreach_copy_(averaged, current)

    return update


def _mix(*numbers: int) -> int:
    """Numbers -> one seed; neighbors give unrelated seeds."""
    return zlib.crc32(repr(numbers).encode())


def _kept(out: Path) -> str:
    last = out / CHECKPOINT
    return (
        f"the last good weights are in {last}"
        if last.exists()
        else "no checkpoint had been written yet"
    )


def _line(state: State, parts: dict[str, Tensor]) -> str:
    step, loss, val = state.history[-1]
    extra = " ".join(f"{name} {value.item():.4g}" for name, value in parts.items())
    return f"step {step}  loss {loss:.5f}  val {val:.5f}  best {state.best:.5f}  {extra}"
