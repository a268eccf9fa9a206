"""What a training run writes: checkpoints to resume from, and the release at the end."""

import dataclasses
import io
import subprocess
import sys
from pathlib import Path

import torch

from ae_models import zoo
from ae_models.release import files
from train.engine.recipe import State, build


def save_checkpoint(path: Path, run) -> None:
    """Everything an exact resume of a loop.Run needs, written atomically."""
    buffer = io.BytesIO()
    checkpoint = {
        "run": run.identity,
        "network": run.network.state_dict(),
        "average": run.average.state_dict(),
        "optimizer": run.optimizer.state_dict(),
        "state": vars(run.state),
    }
    torch.save(checkpoint, buffer)
    path.parent.mkdir(parents=True, exist_ok=True)
    files.write_atomically(path, buffer.getvalue())


def load_checkpoint(path: Path, run) -> State:
    """Put a checkpoint's tensors into a fresh loop.Run; gives the state to go on from. Raises ValueError if there is no
    checkpoint, or if it is of another run."""
    checkpoint = _read(path)
    if checkpoint["run"] != run.identity:
        raise ValueError(
            f"{path}: expected the checkpoint of a run with {run.identity}, got {checkpoint['run']}"
        )
    run.network.load_state_dict(checkpoint["network"])
    run.average.load_state_dict(checkpoint["average"])
    run.optimizer.load_state_dict(checkpoint["optimizer"])
    return State(**checkpoint["state"])


def load_weights(path: Path, run) -> None:
    """The best averaged weights in a checkpoint of another run, for a fresh loop.Run to begin with. Raises ValueError."""
    checkpoint = _read(path)
    if checkpoint["run"]["system"] != run.recipe.slug:
        raise ValueError(
            f"{path}: expected a checkpoint of {run.recipe.slug}, got {checkpoint['run']['system']}"
        )
    for network in (run.network, run.average.module):
        network.load_state_dict(checkpoint["state"]["weights"])


def _read(path: Path) -> dict:
    if not path.is_file():
        raise ValueError(f"expected a checkpoint to go on from, found no {path}")
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # reading a damaged file raises whatever its bytes happen to mean
        raise ValueError(
            f"{path}: damaged checkpoint ({error!r}); start again without it"
        ) from None


def save_release(folder: Path, run) -> None:
    """The weights that a loop.Run kept as a release; figures come later, from train.evaluate --write."""
    recipe, state, row = run.recipe, run.state, zoo.row(run.recipe.slug)
    network = build(recipe)
    network.load_state_dict(state.weights)
    network = recipe.finish(network.eval(), run.root)
    training = {
        "command": f"python -m train.{recipe.slug.replace('-', '_')} {' '.join(_options())}".strip(),
        "data": row.data.name,
        "images": run.rows,
        "epochs": recipe.epochs,
        "steps": state.step,
        "batch": run.batch,
        "seconds": round(state.seconds),
        "device": f"{run.accelerator.device.type}, {torch.get_num_threads()} threads, {'bfloat16' if recipe.bf16 else 'float32'}",
        "seed": run.seed,
        "commit": state.commit,
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
        "card": row.card(recipe.about),
        "training": training,
        "metrics": {},
    }
    files.save(folder, network.state_dict(), config)


def _options() -> list[str]:
    """The command line less the folders of this machine."""
    words, skip = [], False
    for word in sys.argv[1:]:
        if skip:
            skip = False
        elif words and words[-1] == "--start":
            words.append(Path(word).name)
        elif word in ("--data", "--out"):
            skip = True
        elif word != "--resume" and not word.startswith(("--data=", "--out=")):
            words.append(word)
    return ["--data DIR", *words]


def code_commit() -> str:
    """The commit checked out, with -dirty if files were changed since."""
    try:
        command = ["git", "describe", "--always", "--dirty"]
        return subprocess.run(
            command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
