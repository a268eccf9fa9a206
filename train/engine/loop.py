"""The training loop of every recipe, and its command line.

    python -m train.dcae --data DIR [--out DIR] [--epochs N] [--batch N] [--seed N]
                         [--resume | --overwrite] [--start PATH] [--precision auto|bf16|fp32]
                         [--track]
    accelerate launch --multi_gpu -m train.dcae --data DIR ...         several GPUs
    torchrun --nproc_per_node 2 -m train.dcae --data DIR ...           several processes on CPUs

Writes OUT/last.pt (everything needed to go on exactly) every few minutes and OUT/release/
(model.safetensors, config.json, README.md) with the best averaged weights at the end. Ctrl-C
finishes the step, saves and says how to go on. A loss that is not finite ends the run and leaves
OUT/last.pt at the last good step."""

import argparse
import dataclasses
import importlib.util
import math
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from accelerate import Accelerator
from tqdm import tqdm

from train.engine import checkpoint, precision
from train.engine.recipe import Recipe
from train.engine.run import Run, Step

CHECKPOINT, RELEASE = "last.pt", "release"
CURVE_POINTS = 40  # validations in a run
SAVE_SECONDS = 180
NOT_OF_THE_COMMAND = ("data", "out", "resume", "overwrite")  # folders, and how a run was continued


def main(recipe: Recipe, argv: list[str] | None = None) -> None:
    """The command line of a recipe."""
    parser = _parser(recipe)
    args = parser.parse_args(argv)
    for name in recipe.variants:
        if getattr(args, name):
            recipe = recipe.variant(name)
    epochs = recipe.epochs if args.epochs is None else args.epochs
    batch = recipe.batch if args.batch is None else args.batch
    recipe = dataclasses.replace(recipe, epochs=epochs, batch=batch)
    options = ("seed", "resume", "overwrite", "start", "precision", "track")
    try:
        train(
            recipe,
            args.data,
            args.out,
            command=_command(parser, args),
            **{name: getattr(args, name) for name in options},
        )
    except (ValueError, FloatingPointError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt as stopped:
        sys.exit(str(stopped))


def train(
    recipe: Recipe,
    root: Path,
    out: Path,
    *,
    seed: int = 0,
    resume: bool = False,
    overwrite: bool = False,
    start: Path | None = None,
    precision: str = "auto",
    track: bool = False,
    command: str = "",
) -> Path:
    """Train and write OUT/release; gives its path. `start` is the checkpoint of another run or a
    release folder, to begin with its weights; `command` is kept in the release.

    Raises ValueError for bad data or a checkpoint that does not fit, FloatingPointError when the
    loss is not finite, KeyboardInterrupt when a signal stopped it after a checkpoint."""
    _check_options(out, resume, overwrite, track)
    run = _begin(recipe, root, out, seed, resume, precision, track)
    if start:
        checkpoint.load_weights(start, run)
    if resume:
        run.state = checkpoint.load_checkpoint(out / CHECKPOINT, run)
    elif run.accelerator.is_main_process:
        (out / CHECKPOINT).unlink(missing_ok=True)
    if run.accelerator.is_main_process:
        for half in (*out.glob(f".{CHECKPOINT}.*"), *(out / RELEASE).glob(".*")):
            half.unlink()  # of a process that was killed as it wrote
    _steps(run, out)
    run.accelerator.end_training()
    if run.state.step < run.total:
        raise KeyboardInterrupt(
            f"stopped at step {run.state.step} of {run.total}; "
            "go on with the same command and --resume"
        )
    if run.accelerator.is_main_process:
        checkpoint.save_release(out / RELEASE, run, command or f"{_program(recipe)} --data DIR")
        print(f"wrote {out / RELEASE}")
    return out / RELEASE


def _check_options(out: Path, resume: bool, overwrite: bool, track: bool) -> None:
    if resume and overwrite:
        raise ValueError("expected --resume or --overwrite, got both")
    if (out / CHECKPOINT).exists() and not (resume or overwrite):
        raise ValueError(
            f"expected a folder without a checkpoint, found {out / CHECKPOINT}; --resume goes on "
            "from it, --overwrite starts anew in its place, --out names another folder"
        )
    if track and importlib.util.find_spec("trackio") is None:
        raise ValueError(
            "expected the package trackio for --track, found none: pip install trackio"
        )


def _begin(
    recipe: Recipe, root: Path, out: Path, seed: int, resume: bool, asked: str, track: bool
) -> Run:
    """A fresh run, in a precision that is printed."""
    accelerator = Accelerator(mixed_precision="no", log_with="trackio" if track else None)
    if track:
        config = {"slug": recipe.slug, "seed": seed}
        accelerator.init_trackers("autoencoder-studio", config=config)
    begun = checkpoint.precision_of(out / CHECKPOINT) if resume else None
    chosen, reason = precision.choose(asked, accelerator.device, begun)
    accelerator.print(f"precision: {precision.NAMES[chosen]} ({reason})")
    return Run(recipe, root, seed, accelerator, chosen)


def _steps(run: Run, out: Path) -> None:
    """Train to the end, or until a signal asks to stop; checkpoints on the way."""
    state, main_process, signals = run.state, run.accelerator.is_main_process, StopSignals()
    started = saved = time.monotonic()
    before = state.seconds
    bar = tqdm(
        total=run.total,
        initial=state.step,
        desc=run.recipe.slug,
        disable=not main_process,
        mininterval=2,
        file=sys.stdout,
    )
    stop = False
    while state.step < run.total and not stop:
        step = run.gradients(signals.asked)
        stop = step.stop
        if not (math.isfinite(step.loss) and math.isfinite(step.norm)):
            raise FloatingPointError(
                f"loss {step.loss}, gradient {step.norm} at step {state.step}; {_kept(out)}"
            )
        run.update(step.loss)
        bar.update()
        bar.set_postfix(loss=f"{step.loss:.4f}", refresh=False)
        if state.step % max(1, run.total // CURVE_POINTS) == 0 or state.step == run.total:
            _validate(run, step, bar)
        state.seconds = before + time.monotonic() - started
        due = time.monotonic() - saved > SAVE_SECONDS or state.step == run.total or stop
        if main_process and due:
            saved = time.monotonic()
            checkpoint.save_checkpoint(out / CHECKPOINT, run)
    bar.close()


def _validate(run: Run, step: Step, bar: tqdm) -> None:
    run.validate()
    number, loss, value = run.state.history[-1]
    run.accelerator.log({"loss": loss, "val": value}, step=number)
    if run.accelerator.is_main_process:
        parts = " ".join(f"{name} {part.item():.4g}" for name, part in step.parts.items())
        best = run.state.best
        bar.write(f"step {number}  loss {loss:.5f}  val {value:.5f}  best {best:.5f}  {parts}")


def _kept(out: Path) -> str:
    last = out / CHECKPOINT
    if last.exists():
        return f"the last good weights are in {last}"
    return "no checkpoint had been written yet"


class StopSignals:
    """`asked` turns true at Ctrl-C and SIGTERM."""

    def __init__(self):
        self.asked = False
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, self._handle)

    def _handle(self, *_) -> None:
        self.asked = True


# ---- the command line ----


def _program(recipe: Recipe) -> str:
    return f"python -m train.{recipe.slug.replace('-', '_')}"


def _parser(recipe: Recipe) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=_program(recipe))
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder of the data set, in its public layout")
    out = Path("runs") / recipe.slug
    add("--out", type=Path, default=out, help=f"for checkpoints and the release; default {out}")
    add("--epochs", type=_at_least(1), help=f"default {recipe.epochs}")
    batch = f"per process; 0 is the whole set; default {recipe.batch}"
    add("--batch", type=_at_least(0), help=batch)
    add("--seed", type=_at_least(0), default=0, help="default 0")
    add("--resume", action="store_true", help="go on from OUT/last.pt with the same schedule")
    add("--overwrite", action="store_true", help="start anew although OUT/last.pt exists")
    add(
        "--start",
        type=Path,
        help="last.pt of another run, or a release folder: a new schedule for its weights",
    )
    add(
        "--precision",
        choices=precision.PRECISIONS,
        default="auto",
        help="auto (default): bfloat16 if this machine has instructions for it, else float32",
    )
    add("--track", action="store_true", help="log to trackio")
    for name, variant in recipe.variants.items():
        add(f"--{name}", action="store_true", help=variant.help)
    return parser


def _command(parser: argparse.ArgumentParser, args: argparse.Namespace) -> str:
    """The command of a run, without the folders of this machine."""
    words = [parser.prog, "--data DIR"]
    for name, value in vars(args).items():
        if name in NOT_OF_THE_COMMAND or value == parser.get_default(name):
            continue
        words.append(f"--{name}")
        if value is not True:
            words.append(value.name if isinstance(value, Path) else str(value))
    return " ".join(words)


def _at_least(least: int) -> Callable[[str], int]:
    """For argparse: a whole number that is not smaller."""

    def whole(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(
                f"expected a whole number of at least {least}, got {text!r}"
            )
        return int(text)

    return whole
