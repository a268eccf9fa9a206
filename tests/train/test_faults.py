"""A training run that is killed, or has no room to write: nothing is lost but what came after the
last checkpoint."""

import dataclasses
import errno
import multiprocessing
import os
import random
import time
from pathlib import Path

import pytest
from safetensors.torch import load_file

from ae_models.release import files
from train import dcae
from train.datasets import files as datasets
from train.engine import loop

KILLS = int(os.environ.get("KILLS", 4))
RECIPE = dataclasses.replace(dcae.RECIPE, epochs=6, batch=8)


def train(pictures: Path, out: Path) -> None:
    """A run on small pictures that writes a checkpoint at each step, slowly."""
    whole, sync = datasets.stack, os.fsync

    def slow(descriptor: int) -> None:
        sync(descriptor)
        time.sleep(0.02)  # half of the time a kill meets a file that is being written

    datasets.stack = lambda *given: whole(*given)[:, :, ::4, ::4].contiguous()
    loop.SAVE_SECONDS = 0
    os.fsync = slow
    loop.train(RECIPE, pictures, out, resume=(out / loop.CHECKPOINT).exists())


def started(pictures: Path, out: Path) -> multiprocessing.Process:
    process = multiprocessing.get_context("fork").Process(target=train, args=(pictures, out))
    process.start()
    return process


def ended(pictures: Path, out: Path) -> float:
    """Seconds of a run that nobody kills."""
    start, process = time.monotonic(), started(pictures, out)
    process.join(120)
    assert process.exitcode == 0
    return time.monotonic() - start


def test_a_run_that_is_killed_again_and_again_gives_the_same_release(pictures, tmp_path):
    seconds = ended(pictures, tmp_path / "unbroken")
    out, chance, kills, halves = tmp_path / "killed", random.Random(0), 0, 0
    while kills < KILLS:
        process = started(pictures, out)
        process.join(seconds * chance.uniform(0.1, 1.0))
        if process.exitcode is None:
            kills += 1
            process.kill()
        process.join(60)
        halves += len([*out.glob(".*"), *out.glob("release/.*")])
        if (out / loop.RELEASE / files.CONFIG).exists():  # done before the kill: begin another
            files.read_config(out / loop.RELEASE)
            for path in (out / loop.RELEASE).iterdir():
                path.unlink()
            (out / loop.CHECKPOINT).unlink()
    ended(pictures, out)
    a, b = (
        load_file(tmp_path / name / "release/model.safetensors") for name in ("unbroken", "killed")
    )
    assert a.keys() == b.keys() and all(a[key].equal(b[key]) for key in a)
    assert not [*out.glob(".*"), *out.glob("release/.*")]
    print(f"{kills} kills, {halves} of them while a file was written")


def test_a_full_disk_is_a_sentence_and_the_last_checkpoint_stays(pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "SAVE_SECONDS", 0)
    folders, count = ["--data", str(pictures), "--out", str(tmp_path)], 0

    def full(descriptor: int) -> None:
        nonlocal count
        count += 1
        if count == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(
        SystemExit, match=r"last.pt: cannot be written \(No space left .* make room"
    ):
        loop.main(dcae.RECIPE, [*folders, "--epochs", "2", "--batch", "8"])
    assert [path.name for path in tmp_path.iterdir()] == [loop.CHECKPOINT]
    loop.main(dcae.RECIPE, [*folders, "--epochs", "2", "--batch", "8", "--resume"])
    assert (tmp_path / loop.RELEASE / files.CONFIG).exists()
