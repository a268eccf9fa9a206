"""Recipes are tested by running them on drawn pictures, with miniatures of their networks."""

import dataclasses
import importlib
import json
import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path

import pytest
import torch
from accelerate.state import AcceleratorState
from safetensors.torch import load_file

from ae_models import zoo
from ae_models.release import files
from tests.conftest import MINIATURE
from tests.release.hub_process import free_port
from train.datasets import files as datasets
from train.datasets import scenes
from train.engine import loop, optimizers, precision, schedule
from train.engine.recipe import Recipe, build

ROOT = Path(__file__).resolve().parents[2]
MODULES = {slug: slug.replace("-", "_") for slug in zoo.BY_SLUG}
RECIPES = {
    slug: importlib.import_module(f"train.{module}")
    for slug, module in MODULES.items()
    if (ROOT / "train" / f"{module}.py").is_file()
}


# the palettes of the prior are counted before there is a network
SMALL = MINIATURE | {"sketch-color-plus": {**MINIATURE["sketch-color-plus"], "palettes": 53}}


@pytest.fixture(autouse=True)
def _miniatures(monkeypatch):
    """Small networks, and pictures at a quarter of their size."""
    whole, build = datasets.stack, zoo.build

    def stack(pictures, folder):
        x = whole(pictures, folder)
        return x if x.shape[2] <= 32 else x[:, :, ::4, ::4].contiguous()

    monkeypatch.setattr(datasets, "stack", stack)
    monkeypatch.setattr(zoo, "build", lambda slug, **more: build(slug, **SMALL[slug], **more))
    monkeypatch.setattr(RECIPES["face-sketch"], "SIZE", 64)
    monkeypatch.setattr(scenes, "SMALL", 32)


@pytest.mark.parametrize("slug", MODULES)
def test_every_network_has_a_recipe(slug):
    assert slug in RECIPES, f"expected train/{MODULES[slug]}.py, the recipe of {slug}; found none"


def weights(release: Path) -> dict[str, torch.Tensor]:
    return load_file(release / "model.safetensors")


def equal(a: Path, b: Path) -> bool:
    first, second = weights(a), weights(b)
    return first.keys() == second.keys() and all(torch.equal(first[k], second[k]) for k in first)


@pytest.mark.parametrize("slug", RECIPES)
def test_each_recipe_trains_a_release_that_loads(slug, pictures, tmp_path):
    recipe = RECIPES[slug].RECIPE
    folders = ["--data", str(pictures), "--out", str(tmp_path)]
    loop.main(recipe, [*folders, "--epochs", "1", "--batch", "4"])
    release = tmp_path / loop.RELEASE
    network = zoo.load_release(release, slug)
    start = build(recipe)
    assert any(not torch.equal(a, b) for a, b in zip(network.parameters(), start.parameters()))
    training = files.read_config(release)["training"]
    assert training["steps"] == len(training["curve"]) >= 1
    assert (
        training["command"]
        == f"python -m train.{slug.replace('-', '_')} --data DIR --epochs 1 --batch 4"
    )
    written = (release / "config.json").read_text()
    assert str(pictures) not in written and str(tmp_path) not in written


@pytest.mark.parametrize("slug", ["sketch-color", "photo-color"])
def test_the_sources_protocol(slug, pictures, tmp_path):
    source = RECIPES[slug].RECIPE.variant("source")
    if slug == "photo-color":
        few = tuple(x[:6] for x in source.data(pictures, "train"))
        source = dataclasses.replace(source, data=lambda root, split: few)
    release = loop.train(dataclasses.replace(source, epochs=3), pictures, tmp_path)
    assert source.augment is None and source.ema == 0 and source.schedule == "constant"
    training = files.read_config(release)["training"]
    assert training["epochs"] == 3 and training["batch"] == min(6, source.batch or 6)


def test_soft_faces_of_a_release_are_made_sharp(pictures, tmp_path):
    recipe = RECIPES["face-vae-plus"].RECIPE
    soft = loop.train(dataclasses.replace(recipe, epochs=1, batch=4), pictures, tmp_path / "soft")
    sharpen = dataclasses.replace(recipe.variant("sharpen"), epochs=1, batch=4)
    sharp = loop.train(sharpen, pictures, tmp_path / "sharp", start=soft)
    a, b = (zoo.load_release(folder, "face-vae-plus") for folder in (soft, sharp))
    assert torch.equal(a.basis, b.basis) and not torch.equal(
        a.refine.head.weight, b.refine.head.weight
    )
    assert not torch.equal(a.aggregate.means, b.aggregate.means)  # fitted anew


def small(**changes) -> Recipe:
    return dataclasses.replace(RECIPES["dcae"].RECIPE, batch=4, **changes)


@pytest.mark.parametrize(
    ("slug", "asked"),
    [
        ("dcae", "fp32"),
        ("dcae", "bf16"),
        ("face-vae", "auto"),
        ("face-sketch", "auto"),
        ("face-sketch-plus", "auto"),
    ],
)
def test_a_resumed_run_equals_an_unbroken_one(slug, asked, pictures, tmp_path, monkeypatch):
    """Bit for bit: with SOAP, batch norm and latent noise, dropout, Muon, grain and a critic. The
    precision is not asked for again."""
    recipe = dataclasses.replace(
        RECIPES[slug].RECIPE, epochs=2, batch=4, data=few(RECIPES[slug].RECIPE.data)
    )
    unbroken = loop.train(recipe, pictures, tmp_path / "a", precision=asked)
    with monkeypatch.context() as patch:
        patch.setattr(loop, "StopSignals", StopAtTheSecondStep)
        with pytest.raises(KeyboardInterrupt, match="stopped at step 2 of 4; .* --resume"):
            loop.train(recipe, pictures, tmp_path / "b", precision=asked)
    resumed = loop.train(recipe, pictures, tmp_path / "b", resume=True)
    assert equal(unbroken, resumed)
    curves = [
        [row[:2] for row in files.read_config(r)["training"]["curve"]] for r in (unbroken, resumed)
    ]
    assert curves[0] == curves[1]


class StopAtTheSecondStep:
    """A signal that comes during the second step."""

    def __init__(self):
        self.polls = 0

    @property
    def asked(self):
        self.polls += 1
        return self.polls == 2


def few(read):
    return lambda root, split: tuple(x[:8] for x in read(root, split))


def test_seeds_differ_and_repeat(pictures, tmp_path):
    a, b, c = (
        loop.train(small(epochs=1), pictures, tmp_path / n, seed=s)
        for n, s in (("a", 0), ("b", 0), ("c", 1))
    )
    assert equal(a, b) and not equal(a, c)


def test_a_checkpoint_of_another_run_is_refused(pictures, tmp_path):
    loop.train(small(epochs=1), pictures, tmp_path)
    with pytest.raises(ValueError, match="run with seed 1, got seed 0$"):
        loop.train(small(epochs=1), pictures, tmp_path, seed=1, resume=True)
    with pytest.raises(ValueError, match="epochs 2, got epochs 1; .* --start .*last.pt"):
        loop.train(small(epochs=2), pictures, tmp_path, resume=True)
    other = "bf16" if precision.choose("auto", torch.device("cpu"))[0] == "fp32" else "fp32"
    with pytest.raises(ValueError, match=f"run with precision {other}, got precision"):
        loop.train(small(epochs=1), pictures, tmp_path, resume=True, precision=other)
    (tmp_path / loop.CHECKPOINT).write_bytes(b"half")
    with pytest.raises(ValueError, match="damaged checkpoint"):
        loop.train(small(epochs=1), pictures, tmp_path, resume=True)
    with pytest.raises(ValueError, match="no .*last.pt"):
        loop.train(small(epochs=1), pictures, tmp_path / "new", resume=True)


def test_a_run_in_a_folder_with_a_checkpoint_is_refused_unless_it_may_overwrite(pictures, tmp_path):
    first = weights(loop.train(small(epochs=1), pictures, tmp_path))
    with pytest.raises(ValueError, match="found .*last.pt; --resume goes on .*, --overwrite"):
        loop.train(small(epochs=1), pictures, tmp_path, seed=1)
    with pytest.raises(ValueError, match="--resume or --overwrite, got both"):
        loop.train(small(epochs=1), pictures, tmp_path, resume=True, overwrite=True)
    with pytest.raises(ValueError, match="expected a folder with"):
        loop.train(small(epochs=1), tmp_path, tmp_path, overwrite=True)
    assert (tmp_path / loop.CHECKPOINT).is_file()  # bad data cost nothing
    again = weights(loop.train(small(epochs=1), pictures, tmp_path, seed=1, overwrite=True))
    assert not torch.equal(*(next(iter(w.values())) for w in (first, again)))


def test_a_run_that_overwrites_and_breaks_leaves_no_checkpoint_of_the_old_one(pictures, tmp_path):
    loop.train(small(epochs=1), pictures, tmp_path)

    def broken(network, batch, progress):
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError):
        loop.train(small(epochs=1, loss=broken), pictures, tmp_path, overwrite=True)
    assert not (tmp_path / loop.CHECKPOINT).exists()


@pytest.mark.parametrize(("asked", "dtype"), [("bf16", torch.bfloat16), ("fp32", torch.float32)])
def test_the_network_computes_in_the_precision_that_is_printed(
    asked, dtype, pictures, tmp_path, capsys
):
    seen = set()

    def loss(network, batch, progress):
        seen.add(network(batch[0]).dtype)
        return RECIPES["dcae"].RECIPE.loss(network, batch, progress)

    recipe = small(epochs=1, loss=loss)
    release = loop.train(recipe, pictures, tmp_path, precision=asked)
    assert seen == {dtype}
    name = precision.NAMES[asked]
    assert f"precision: {name} (--precision {asked})" in capsys.readouterr().out
    assert files.read_config(release)["training"]["device"].endswith(name)


def test_a_run_learns_and_another_starts_with_its_weights(pictures, tmp_path):
    first = loop.train(small(epochs=12), pictures, tmp_path / "a")
    curve = files.read_config(first)["training"]["curve"]
    assert curve[-1][1] < 0.6 * curve[0][1] and curve[-1][2] < curve[0][2]
    again = loop.train(
        small(epochs=2), pictures, tmp_path / "b", start=tmp_path / "a" / loop.CHECKPOINT
    )
    after = files.read_config(again)["training"]["curve"]
    assert after[0][1] < 0.7 * curve[0][1]
    with pytest.raises(ValueError, match="expected a checkpoint of face-vae, got dcae"):
        loop.train(
            RECIPES["face-vae"].RECIPE,
            pictures,
            tmp_path / "c",
            start=tmp_path / "a" / loop.CHECKPOINT,
        )


def test_options_are_shown_and_change_the_recipe(pictures, tmp_path, capsys):
    for slug, option in (
        ("sketch-color", "--source"),
        ("photo-color", "--source"),
        ("dcae", "--download"),
    ):
        with pytest.raises(SystemExit):
            loop.main(RECIPES[slug].RECIPE, ["--help"])
        shown = capsys.readouterr().out
        assert option in shown and "--precision" in shown and "--overwrite" in shown
    folders = ["--data", str(pictures), "--out", str(tmp_path)]
    loop.main(RECIPES["sketch-color"].RECIPE, [*folders, "--epochs=2", "--source", "--seed", "3"])
    training = files.read_config(tmp_path / loop.RELEASE)["training"]
    assert training["steps"] == 2  # the whole set in one batch
    assert training["command"] == (
        "python -m train.sketch_color --data DIR --epochs 2 --seed 3 --source"
    )


def test_download_is_of_the_reader(monkeypatch, pictures):
    asked = {}
    monkeypatch.setattr(
        "train.datasets.readers.CIFAR10",
        type(
            "CIFAR10",
            (),
            {"base_folder": "x", "__init__": lambda self, *a, **k: asked.update(k) or 1 / 0},
        ),
    )
    with pytest.raises(ZeroDivisionError):
        RECIPES["dcae"].RECIPE.variant("download").data(pictures, "train")
    assert asked == {"train": True, "download": True}


def test_a_run_starts_with_a_release(pictures, tmp_path):
    recipe = dataclasses.replace(RECIPES["photo-color-plus"].RECIPE, epochs=1, batch=4)
    first = loop.train(recipe, pictures, tmp_path / "a")
    run = loop.Run(recipe, pictures, 0, loop.Accelerator(mixed_precision="no"), "no")
    loop.checkpoint.load_weights(first, run)
    x = torch.rand(2, 4, 32, 32)
    released = zoo.load_release(first, "photo-color-plus")
    assert torch.allclose(run.network.eval().logits(x), released.logits(x), atol=1e-2)
    with pytest.raises(ValueError, match="expected the release of face-vae, got photo-color-plus"):
        loop.train(RECIPES["face-vae"].RECIPE, pictures, tmp_path / "c", start=first)


def test_a_network_beside_a_critic_starts_with_a_release_too(pictures, tmp_path):
    recipe = dataclasses.replace(RECIPES["sketch-face-plus"].RECIPE, epochs=1, batch=4)
    first = loop.train(recipe, pictures, tmp_path)
    run = loop.Run(recipe, pictures, 0, loop.Accelerator(mixed_precision="no"), "no")
    loop.checkpoint.load_weights(first, run)
    x, style = torch.rand(2, 1, 40, 32), torch.ones(2, 1, 1, 1)
    released = zoo.load_release(first, "sketch-face-plus")(x, style.flatten().long())
    assert torch.allclose(run.network.eval()(x, style), released, atol=1e-2)


def test_a_loss_that_is_not_finite_ends_the_run_and_keeps_the_last_good_weights(
    pictures, tmp_path, monkeypatch
):
    monkeypatch.setattr(loop, "SAVE_SECONDS", 0)
    recipe = small(epochs=4)

    def explode(network, batch, progress):
        loss, parts = recipe.loss(network, batch, progress)
        return loss * (float("nan") if progress > 0.5 else 1.0), parts

    with pytest.raises(FloatingPointError, match="not|nan .* last good weights are in"):
        loop.train(dataclasses.replace(recipe, loss=explode), pictures, tmp_path)
    kept = torch.load(tmp_path / loop.CHECKPOINT, weights_only=True)
    assert kept["state"]["step"] >= 1
    assert all(torch.isfinite(t).all() for t in kept["network"].values())
    assert not (tmp_path / loop.RELEASE).exists()


def test_a_release_has_the_best_weights_or_if_the_recipe_says_so_the_last(pictures, tmp_path):
    validations = iter(range(1000))

    def loss(network, batch, progress):
        value, parts = RECIPES["dcae"].RECIPE.loss(network, batch, progress)
        return value if network.training else torch.tensor(
            float(next(validations))
        ), parts  # worse and worse

    best, last = (
        loop.train(small(epochs=3, loss=loss, keep_last=keep), pictures, tmp_path / str(keep))
        for keep in (False, True)
    )
    average = torch.load(tmp_path / "True" / loop.CHECKPOINT, weights_only=True)["average"]
    assert all(
        torch.equal(value, average[f"module.{name}"].to(value))
        for name, value in weights(last).items()
    )
    assert not equal(best, last)


def test_learning_rate_warms_up_and_falls():
    recipe = small(epochs=1, warmup=10)
    rates = [schedule.learning_rate(recipe, step, 200) for step in range(200)]
    assert rates[0] < 0.2 and max(rates) == pytest.approx(1) and rates[-1] < 1e-3
    assert rates[:10] == sorted(rates[:10]) and rates[10:] == sorted(rates[10:], reverse=True)
    constant = dataclasses.replace(recipe, schedule="constant", warmup=0)
    assert schedule.learning_rate(constant, 150, 200) == 1


def started(slug: str, arguments: list[str], log: Path, **environment: str):
    """The command of a recipe in a process of its own, which has read torch already. What it says
    is in `log`."""

    def run():
        os.environ.update(environment, ACCELERATE_USE_CPU="true")
        AcceleratorState._reset_state(reset_partial_state=True)  # to read the environment
        sys.stdout = sys.stderr = log.open("w", buffering=1)
        loop.main(RECIPES[slug].RECIPE, arguments)

    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    return process


def test_ctrl_c_saves_and_says_how_to_go_on(pictures, tmp_path):
    log = tmp_path / "log"
    folders = ["--data", str(pictures), "--out", str(tmp_path)]
    process = started("dcae", [*folders, "--epochs", "100000"], log)
    while not log.exists() or "%|" not in log.read_text():
        assert process.is_alive(), log.read_text()
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGINT)
    process.join(60)
    said = log.read_text()
    assert process.exitcode == 1 and "--resume" in said and "Traceback" not in said
    assert (tmp_path / loop.CHECKPOINT).is_file()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--data", "/nowhere"], "error: expected a folder with"),
        ([], "--data"),
        (["--data", ".", "--epochs", "0"], "at least 1, got '0'"),
        (["--data", ".", "--batch", "-4"], "at least 0, got '-4'"),
        (["--data", ".", "--seed", "nan"], "whole number"),
        (["--data", ".", "--precision", "half"], "invalid choice: 'half'"),
        (["--data", ".", "--fp32"], "unrecognized arguments: --fp32"),
    ],
)
def test_bad_command_lines_end_in_one_sentence(arguments, words, capsys):
    with pytest.raises(SystemExit) as caught:
        loop.main(RECIPES["dcae"].RECIPE, arguments)
    assert words in capsys.readouterr().err + str(caught.value)


def test_tracking_without_the_package_says_what_to_install(pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(loop.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match="pip install trackio"):
        loop.train(small(epochs=1), pictures, tmp_path, track=True)


def test_two_processes_equal_one_with_the_doubled_batch(pictures, tmp_path):
    """gloo, gradients averaged over processes; float32, so that only rounding differs."""
    recipe = RECIPES["sketch-color"].RECIPE
    common = ["--data", str(pictures), "--epochs", "2", "--precision", "fp32"]
    loop.main(recipe, [*common, "--batch", "4", "--out", str(tmp_path / "one")])
    more = ["--batch", "2", "--out", str(tmp_path / "two")]
    place = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port()), "WORLD_SIZE": "2"}
    logs = [tmp_path / f"{rank}.log" for rank in range(2)]
    processes = [
        started("sketch-color", [*common, *more], log, **place, RANK=str(i), LOCAL_RANK=str(i))
        for i, log in enumerate(logs)
    ]  # with the settings of torchrun
    for process, log in zip(processes, logs):
        process.join(120)
        assert process.exitcode == 0, log.read_text()
    one, two = (weights(tmp_path / n / "release") for n in ("one", "two"))
    torch.manual_seed(0)
    start = build(recipe).state_dict()
    for name in one:
        assert torch.allclose(one[name].float(), two[name].float(), atol=2e-4), name
    assert json.loads((tmp_path / "two/release/config.json").read_text())["training"]["batch"] == 4
    assert any((one[n].float() - start[n]).abs().max() > 1e-3 for n in one)


def test_muon_has_the_inner_kernels_and_adamw_the_rest():
    network = torch.nn.ModuleDict({k: torch.nn.Conv2d(2, 2, 3) for k in ("stem", "inside", "head")})
    more = torch.nn.Parameter(torch.zeros(2))
    inner, others, added = optimizers.muon(
        network, 0.05, 1e-3, {"params": [more], "lr": 1e-4}
    ).param_groups
    assert (
        inner["params"] == [network["inside"].weight] and inner["use_muon"] and inner["lr"] == 0.05
    )
    assert len(others["params"]) == 5 and not others["use_muon"] and others["lr"] == 1e-3
    assert added["params"] == [more] and not added["use_muon"] and added["lr"] == 1e-4


def test_muon_steps_along_orthogonal_matrices_in_float32():
    conv = torch.nn.Conv2d(4, 6, 3)
    before = conv.weight.detach().clone()
    conv.weight.grad = torch.randn_like(conv.weight)
    optimizers.Muon32([{"params": [conv.weight], "use_muon": True, "lr": 0.1}]).step()
    step = (before - conv.weight).detach().flatten(1) / 0.1
    assert step.dtype == torch.float32
    # As near to 1 as five iterations come
    assert torch.linalg.svdvals(step).sub(1).abs().max() < 0.35
