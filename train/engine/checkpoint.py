"""The files of a training run: checkpoints to resume from, and the release at the end."""

import dataclasses
import io
import subprocess
from pathlib import Path

import torch

from ae_models import zoo
from ae_models.release import files
from train.engine import folding
from train.engine.adversary import Contest
from train.engine.precision import NAMES
from train.engine.recipe import State, build


def save_checkpoint(path: Path, run) -> None:
    """Write all that an exact resume of a Run needs, atomically."""
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
    """Put a checkpoint's tensors into a fresh Run; gives the state to go on from. Raises ValueError
    if there is no checkpoint, or if it is of another run."""
    checkpoint = _read(path)
    if checkpoint["run"] != run.identity:
        raise ValueError(_of_another_run(path, run.identity, checkpoint["run"]))
    run.network.load_state_dict(checkpoint["network"])
    run.average.load_state_dict(checkpoint["average"])
    run.optimizer.load_state_dict(checkpoint["optimizer"])
    return State(**checkpoint["state"])


def load_weights(path: Path, run) -> None:
    """Begin a fresh Run with the best averaged weights in the checkpoint of another, or with those
    of a release folder. Raises ValueError."""
    if path.is_dir():
        return _load_release(path, run)
    checkpoint = _read(path)
    if checkpoint["run"]["system"] != run.recipe.slug:
        raise ValueError(
            f"{path}: expected a checkpoint of {run.recipe.slug}, got {checkpoint['run']['system']}"
        )
    for network in (run.network, run.average.module):
        network.load_state_dict(checkpoint["state"]["weights"])


def _load_release(folder: Path, run) -> None:
    folded = zoo.load_release(folder, run.recipe.slug).state_dict()
    network = run.network.network if isinstance(run.network, Contest) else run.network
    try:
        folding.unfold(network, folded, run.look)
    except RuntimeError as error:
        detail = " ".join(str(error).split())[:200]
        raise ValueError(
            f"{folder}: does not fit {run.recipe.slug} as it is trained: {detail}"
        ) from None
    run.average.module.load_state_dict(run.network.state_dict())


def precision_of(path: Path) -> str | None:
    """The precision of the run that wrote a checkpoint. Raises ValueError if there is none."""
    return _read(path)["run"].get("precision")


def _of_another_run(path: Path, expected: dict, got: dict) -> str:
    differing = [name for name in expected if expected[name] != got.get(name)]
    wanted, found = (
        ", ".join(f"{name} {run.get(name)}" for name in differing) for run in (expected, got)
    )
    sentence = f"{path}: expected the checkpoint of a run with {wanted}, got {found}"
    if "epochs" not in differing:
        return sentence
    return (
        f"{sentence}; --resume keeps the schedule of the run. To train for longer, begin a new "
        f"schedule with its weights: --start {path} --out ANOTHER_FOLDER"
    )


def _read(path: Path) -> dict:
    if not path.is_file():
        raise ValueError(f"expected a checkpoint to go on from, found no {path}")
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # reading a damaged file raises whatever its bytes happen to mean
        raise ValueError(
            f"{path}: damaged checkpoint ({error!r}); start again without it"
        ) from None


def save_release(folder: Path, run, command: str) -> None:
    """Write the weights that a Run kept as a release, without figures: train.evaluate --write adds
    them. `command` is the one that the card shows."""
    recipe = run.recipe
    network = build(recipe)
    network.load_state_dict(run.state.weights)
    network.eval()
    if recipe.finish:
        network = recipe.finish(network, run.root)
    config = {
        "system": recipe.slug,
        "class": type(network).__name__,
        "arguments": dataclasses.asdict(network.config),
        "input_size": network.config.size,
        "channels": network.channels,
        "color_space": network.color_space,
        "value_range": list(network.value_range),
        "card": zoo.row(recipe.slug).card(recipe.about),
        "training": _training(run, command),
        "metrics": {},
    }
    files.save(folder, network.state_dict(), config)


def _training(run, command: str) -> dict:
    """The part of config.json about the training."""
    recipe, state, device = run.recipe, run.state, run.accelerator.device.type
    threads = torch.get_num_threads()
    threads = f"{threads} thread{'' if threads == 1 else 's'}"
    return {
        "command": command,
        "data": zoo.row(recipe.slug).data.name,
        "images": run.rows,
        "epochs": recipe.epochs,
        "steps": state.step,
        "batch": run.batch,
        "seconds": round(state.seconds),
        "device": f"{device}, {threads}, {NAMES[run.precision]}",
        "seed": run.seed,
        "commit": state.commit,
        "curve": [[step, round(train, 6), round(val, 6)] for step, train, val in state.history],
    }


def code_commit() -> str:
    """The commit checked out, with -dirty if files were changed since."""
    command = ["git", "describe", "--always", "--dirty"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()
