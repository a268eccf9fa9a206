"""One training loop for every system.

    python -m train.dcae --data DIR [--out DIR] [--epochs N] [--batch N] [--seed N] [--resume] [--fp32] [--track]
    accelerate launch --num_processes 2 -m train.dcae --data DIR ...

Writes OUT/last.pt (everything needed to go on exactly) every few minutes and OUT/release/ (model.safetensors,
config.json, README.md) with the best averaged weights at the end. Ctrl-C finishes the step, saves and says how to go
on. A loss that is not finite ends the run and leaves OUT/last.pt at the last good step.
"""

import argparse
import dataclasses
import io
import math
import pickle
import signal
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.utils import reduce
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel
from tqdm import tqdm

from ae_models import hub, zoo
from train.data import Split

CHECKPOINT, RELEASE = "last.pt", "release"
CURVE_POINTS = 40  # validations in a run
SAVE_SECONDS = 180


@dataclass(frozen=True)
class Recipe:
    """What differs between systems. A batch is a Split's rows; `loss` gives the loss to minimise and parts to print."""

    slug: str
    data: Callable[..., Split]  # (root, "train" | "val") -> tensors
    augment: Callable[[Split, torch.Generator], Split]  # uint8 batch -> float batch as the network takes it
    prepare: Callable[[Split], Split]  # the same without chance, for validation
    loss: Callable[[nn.Module, Split, float], tuple[Tensor, dict[str, Tensor]]]  # (network, batch, progress in [0, 1])
    optimizer: Callable[[nn.Module], torch.optim.Optimizer]
    epochs: int
    batch: int  # per process; 0 is the whole set
    about: dict[str, str]  # texts of the model card: summary, data, terms, limits, example
    build: Callable[[], nn.Module] | None = None  # the network as it is trained; None is the zoo's
    finish: Callable[[nn.Module], nn.Module] = lambda network: network  # as it was trained -> the zoo's
    schedule: str = "cosine"  # or "constant", the source's plain one
    warmup: int = 100  # steps
    clip: float = 1.0  # norm of the gradient
    ema: float = 0.999  # 0 keeps no average
    bf16: bool = True
    channels_last: bool = False
    limit: int = 0  # train on the first so many rows; 0 is all


@dataclass
class State:
    """How far a run is."""

    step: int = 0
    seconds: float = 0.0
    best: float = float("inf")
    weights: dict[str, Tensor] = field(default_factory=dict)  # those of the best validation loss
    recent: list[float] = field(default_factory=list)  # losses since the last validation
    history: list[list[float]] = field(default_factory=list)  # [step, mean of recent, validation loss]


class Objective(nn.Module):
    """Network and loss as one module, so that a data-parallel wrapper sees one forward pass for one gradient."""

    def __init__(self, network: nn.Module, loss: Callable):
        super().__init__()
        self.network, self.loss = network, loss

    def forward(self, batch: Split, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
        return self.loss(self.network, batch, progress)


def main(recipe: Recipe, argv: list[str] | None = None) -> None:
    """The command line of a recipe."""
    parser = argparse.ArgumentParser(prog=f"python -m train.{recipe.slug.replace('-', '_')}")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data set, in its public layout")
    parser.add_argument("--out", type=Path, default=Path("runs") / recipe.slug, help="where checkpoints and the release go")
    parser.add_argument("--epochs", type=int, default=recipe.epochs)
    parser.add_argument("--batch", type=int, default=recipe.batch, help="per process; 0 is the whole set")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--resume", action="store_true", help="go on from OUT/last.pt")
    parser.add_argument("--fp32", action="store_true", help="no bfloat16")
    parser.add_argument("--track", action="store_true", help="log to trackio")
    args = parser.parse_args(argv)
    recipe = dataclasses.replace(recipe, epochs=args.epochs, batch=args.batch, bf16=recipe.bf16 and not args.fp32)
    try:
        train(recipe, args.data, args.out, args.seed, args.resume, args.track)
    except (ValueError, FloatingPointError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt as stopped:
        sys.exit(str(stopped))


def train(recipe: Recipe, root: Path, out: Path, seed: int = 0, resume: bool = False, track: bool = False) -> Path:
    """Train and write OUT/release; gives its path. Raises ValueError for bad data or a checkpoint that does not fit,
    FloatingPointError when the loss is not finite, KeyboardInterrupt when a signal stopped it after a checkpoint."""
    accelerator = Accelerator(mixed_precision="bf16" if recipe.bf16 else "no", log_with="trackio" if track else None)
    if track:
        accelerator.init_trackers("autoencoder-studio", config={"system": recipe.slug, "seed": seed})
    device, world, rank = accelerator.device, accelerator.num_processes, accelerator.process_index
    train_set = tuple(x[: recipe.limit or None] for x in recipe.data(root, "train"))
    val_set = recipe.data(root, "val")
    rows = len(train_set[0])
    batch = min(recipe.batch or rows, rows)
    total_batch = min(batch * world, rows)
    per_epoch = max(1, rows // total_batch)
    total = recipe.epochs * per_epoch
    run = {"system": recipe.slug, "rows": rows, "epochs": recipe.epochs, "batch": batch, "processes": world, "seed": seed}

    torch.manual_seed(seed)
    network = build(recipe)
    layout = torch.channels_last if recipe.channels_last else torch.contiguous_format
    network = network.to(device, memory_format=layout).train()
    optimizer = recipe.optimizer(network)
    for group in optimizer.param_groups:
        group["peak"] = group["lr"]
    average = AveragedModel(network, multi_avg_fn=_ema(recipe.ema), use_buffers=True).requires_grad_(False)
    state = State()
    if resume:
        state = load_checkpoint(out / CHECKPOINT, run, network, average, optimizer)
    objective, optimizer = accelerator.prepare(Objective(network, recipe.loss), optimizer)

    stop = _Stop()
    started, saved = time.monotonic() - state.seconds, time.monotonic()
    bar = tqdm(total=total, initial=state.step, desc=recipe.slug, disable=rank > 0, mininterval=2, file=sys.stdout)
    while state.step < total and not stop.agreed:
        torch.manual_seed(_mix(seed, state.step, rank))  # dropout and latent noise: a resumed run draws the same
        generator = torch.Generator().manual_seed(_mix(seed, state.step))  # augmentation: all processes draw the same
        picked = order(seed, state.step // per_epoch, rows)[state.step % per_epoch * total_batch :][:total_batch]
        samples = recipe.augment(tuple(x[picked] for x in train_set), generator)
        samples = tuple(x[rank::world].to(device, memory_format=layout) for x in samples)

        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * rate(recipe, state.step, total)
        with accelerator.autocast():
            loss, parts = objective(samples, state.step / total)
        accelerator.backward(loss)
        norm = accelerator.clip_grad_norm_(objective.parameters(), recipe.clip)
        # one exchange a step, so that every process sees the same loss and stops at the same step
        value, norm, stop.agreed = reduce(torch.stack([loss.detach().float(), norm, stop.asked(device)]), "mean").tolist()
        if not (math.isfinite(value) and math.isfinite(norm)):
            raise FloatingPointError(f"loss {value}, gradient {norm} at step {state.step}; {_kept(out)}")
        optimizer.step()
        optimizer.zero_grad()
        average.update_parameters(network)
        state.step += 1
        state.recent.append(value)
        bar.update()
        bar.set_postfix(loss=f"{value:.4f}", refresh=False)

        if state.step % max(1, total // CURVE_POINTS) == 0 or state.step == total:
            validate(recipe, average.module, val_set, state, accelerator)
            accelerator.log({"loss": state.history[-1][1], "val": state.history[-1][2]}, step=state.step)
            bar.write(_line(state, parts))
        state.seconds = time.monotonic() - started
        if rank == 0 and (time.monotonic() - saved > SAVE_SECONDS or state.step == total or stop.agreed):
            saved = time.monotonic()
            save_checkpoint(out / CHECKPOINT, run, network, average, optimizer, state)
    bar.close()
    accelerator.end_training()
    if state.step < total:
        raise KeyboardInterrupt(f"stopped at step {state.step} of {total}; go on with the same command and --resume")
    if rank == 0:
        save_release(out / RELEASE, recipe, seed, state, rows, total_batch, device)
        print(f"wrote {out / RELEASE}")
    return out / RELEASE


def build(recipe: Recipe) -> nn.Module:
    """The untrained network as the recipe trains it."""
    return recipe.build() if recipe.build else zoo.build(recipe.slug)


def order(seed: int, epoch: int, rows: int) -> Tensor:
    """The order of the samples in an epoch, from (seed, epoch) alone: (rows,)."""
    return torch.randperm(rows, generator=torch.Generator().manual_seed(_mix(seed, epoch, 1_000_003)))


def rate(recipe: Recipe, step: int, total: int) -> float:
    """Factor on the peak learning rate: linear warm-up, then a cosine to 0 (Loshchilov & Hutter 2016) or constant."""
    warmup = min(recipe.warmup, total // 10)
    if step < warmup:
        return (step + 1) / (warmup + 1)
    if recipe.schedule == "constant":
        return 1.0
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / (total - warmup)))


@torch.no_grad()
def validate(recipe: Recipe, network: nn.Module, val_set: Split, state: State, accelerator: Accelerator) -> None:
    """Mean loss of the averaged network over the validation set; notes it in the curve and keeps the best weights."""
    network.eval()
    total = 0.0
    for rows in torch.arange(len(val_set[0])).split(64):
        batch = tuple(x.to(accelerator.device) for x in recipe.prepare(tuple(x[rows] for x in val_set)))
        with accelerator.autocast():
            loss, _ = recipe.loss(network, batch, 1.0)
        total += loss.item() * len(rows)
    value = total / len(val_set[0])
    state.history.append([state.step, sum(state.recent) / len(state.recent), value])
    state.recent.clear()
    if value < state.best:
        state.best, state.weights = value, {k: v.detach().cpu().clone() for k, v in network.state_dict().items()}


# ---- files ----


def save_checkpoint(path: Path, run: dict, network, average, optimizer, state: State) -> None:
    """Everything an exact resume needs, written atomically; `run` is what must be the same then."""
    buffer = io.BytesIO()
    checkpoint = {
        "run": run,
        "network": network.state_dict(),
        "average": average.state_dict(),
        "optimizer": optimizer.state_dict(),
        "state": vars(state),
    }
    torch.save(checkpoint, buffer)
    path.parent.mkdir(parents=True, exist_ok=True)
    hub.write_atomically(path, buffer.getvalue())


def load_checkpoint(path: Path, run: dict, network, average, optimizer) -> State:
    """Restore all that save_checkpoint wrote. Raises ValueError if there is none, or if it is of another run."""
    if not path.is_file():
        raise ValueError(f"expected a checkpoint to resume from, found no {path}")
    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise ValueError(f"{path}: damaged checkpoint ({error}); start again without --resume") from None
    if checkpoint["run"] != run:
        raise ValueError(f"{path}: expected the checkpoint of a run with {run}, got {checkpoint['run']}")
    network.load_state_dict(checkpoint["network"])
    average.load_state_dict(checkpoint["average"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    return State(**checkpoint["state"])


def save_release(folder: Path, recipe: Recipe, seed: int, state: State, rows: int, batch: int, device) -> None:
    """The best averaged weights as a release; figures come later, from train.evaluate --write."""
    network = build(recipe)
    network.load_state_dict(state.weights)
    network = recipe.finish(network.eval())
    training = {
        "command": f"python -m train.{recipe.slug.replace('-', '_')} {' '.join(_options())}".strip(),
        "data": recipe.about["data"],
        "terms": recipe.about["terms"],
        "images": rows,
        "epochs": recipe.epochs,
        "steps": state.step,
        "batch": batch,
        "seconds": round(state.seconds),
        "device": f"{device.type}, {torch.get_num_threads()} threads, {'bfloat16' if recipe.bf16 else 'float32'}",
        "seed": seed,
        "commit": _commit(),
        "curve": [[step, round(train, 6), round(val, 6)] for step, train, val in state.history],
    }
    config = {
        "system": recipe.slug,
        "class": type(network).__name__,
        "arguments": dataclasses.asdict(network.config),
        "input_size": network.config.size,
        "channels": network.channels,
        "color_space": network.color_space,
        "value_range": list(network.value_range),
        "card": {key: recipe.about[key] for key in ("summary", "limits", "example")},
        "training": training,
        "metrics": {},
    }
    hub.save(folder, network.state_dict(), config)


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


def _ema(decay: float) -> Callable:
    """Exponential average whose memory grows with the steps taken, so that the random start is forgotten early."""

    def update(averaged: list[Tensor], current: list[Tensor], count: Tensor) -> None:
        if averaged[0].is_floating_point():
            torch._foreach_lerp_(averaged, current, 1 - min(decay, (1 + count.item()) / (10 + count.item())))
        else:
            torch._foreach_copy_(averaged, current)

    return update


def _mix(*numbers: int) -> int:
    """Numbers -> one seed; neighbours give unrelated seeds."""
    return zlib.crc32(repr(numbers).encode())


def _kept(out: Path) -> str:
    last = out / CHECKPOINT
    return f"the last good weights are in {last}" if last.exists() else "no checkpoint had been written yet"


def _line(state: State, parts: dict[str, Tensor]) -> str:
    step, loss, val = state.history[-1]
    extra = " ".join(f"{name} {float(value):.4g}" for name, value in parts.items())
    return f"step {step}  loss {loss:.5f}  val {val:.5f}  best {state.best:.5f}  {extra}"


def _options() -> list[str]:
    """The command line less the folders of this machine."""
    words, skip = [], False
    for word in sys.argv[1:]:
        if skip:
            skip = False
        elif word in ("--data", "--out"):
            skip = True
        elif word != "--resume" and not word.startswith(("--data=", "--out=")):
            words.append(word)
    return ["--data DIR", *words]


def _commit() -> str:
    try:
        command = ["git", "describe", "--always", "--dirty"]
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
