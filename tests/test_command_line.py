"""python -m ae_models, ae_models.from_pretrained and the entry points of torch.hub."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import ae_models
import hubconf
from ae_models import batch, tasks, zoo
from ae_models.command_line import main
from ae_models.release import hub
from tests.pictures import blob
from tests.test_imports import ROOT


@pytest.fixture
def photos(tmp_path):
    """Three pictures, one in a subfolder, a damaged one and files that are none."""
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    for i, name in enumerate(("a.png", "b.png", "more/c.png")):
        blob((24, 20), i).save(folder / name)
    (folder / "bad.jpg").write_bytes(b"no picture")
    for name in ("._a.png", "notes.txt", "Thumbs.db"):
        (folder / name).write_bytes(b"-")
    return folder


def run(*words) -> int | str | None:
    """Exit status of a command."""
    with pytest.raises(SystemExit) as end:
        main([str(word) for word in words])
    return end.value.code


def test_one_bad_file_is_named_and_the_others_are_written(photos, tmp_path, capsys):
    assert run("colorize", photos, "--out", tmp_path / "out", "--model", "classic", "--json") == 1
    outcomes = json.loads(capsys.readouterr().out)
    assert {o["input"].rsplit("/", 1)[1] for o in outcomes} == {
        "a.png",
        "b.png",
        "c.png",
        "bad.jpg",
    }
    (bad,) = [o for o in outcomes if o["error"]]
    assert bad["input"].endswith("bad.jpg") and "expected" in bad["error"]
    network = zoo.load("photo-color")
    for name in ("a.png", "b.png", "more/c.png"):
        wanted = tasks.colorize(network, Image.open(photos / name).convert("RGB"))
        assert Image.open(tmp_path / "out" / name).tobytes() == wanted.tobytes()


def test_several_processes_write_the_same_pixels(photos, tmp_path):
    (photos / "bad.jpg").unlink()
    command = ["colorize", str(photos), "--model", "classic"]
    for jobs in "12":
        assert run(*command, "--jobs", jobs, "--out", tmp_path / jobs) == 0
    one, two = (sorted((tmp_path / n).rglob("*.png")) for n in "12")
    assert len(one) == 3 and [p.read_bytes() for p in one] == [p.read_bytes() for p in two]


def test_inputs_of_one_name_keep_their_suffix(tmp_path):
    pairs = batch.plan([Path("a.png"), Path("a.jpg"), Path("b.png")], tmp_path, ".png")
    assert [target.name for _, target in pairs] == ["a.png.png", "a.jpg.png", "b.png"]


def test_no_output_replaces_an_input_or_another_output(tmp_path):
    for name in ("x/a.png", "y/a.png"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    with pytest.raises(ValueError, match="expected pictures of different names, got .*x.a.png and"):
        batch.plan([tmp_path / "x", tmp_path / "y"], tmp_path / "out", ".png")
    with pytest.raises(ValueError, match="expected --out to be another folder: .*a.png would be"):
        batch.plan([tmp_path / "x"], tmp_path / "x", ".png")


def test_a_folder_without_pictures_is_an_error(tmp_path):
    assert "expected pictures" in run("colorize", tmp_path, "--out", tmp_path / "out")


def test_colors_of_a_palette_are_those_of_the_task(tmp_path):
    sketch = ROOT / "ui" / "static" / "examples" / "sketch-cat.png"
    assert run("color-sketch", sketch, "--palette", "#e8563f:2, #f4c95d", "--out", tmp_path) == 0
    palette = [((232, 86, 63), 2), ((244, 201, 93), 1)]
    wanted = tasks.color_sketch(
        zoo.load("sketch-color-plus"), Image.open(sketch).convert("RGB"), palette
    )
    assert Image.open(tmp_path / "sketch-cat.png").tobytes() == wanted.tobytes()


@pytest.mark.parametrize("words", [["--palette", "no color"], ["--seed", "x"], ["--model", "best"]])
def test_a_wrong_option_is_refused_before_any_work(tmp_path, words, capsys):
    assert run("color-sketch", tmp_path, *words) == 2
    assert words[0] in capsys.readouterr().err


def test_a_morph_is_a_gif_or_frames_and_samples_are_numbered(tmp_path, capsys):
    faces = [blob((64, 64), i) for i in range(2)]
    paths = [tmp_path / f"{i}.png" for i in range(2)]
    for face, path in zip(faces, paths):
        face.save(path)
    assert run("morph", *paths, "--steps", 5, "--out", tmp_path / "morph.gif") == 0
    assert Image.open(tmp_path / "morph.gif").n_frames == 5
    assert run("morph", *paths, "--steps", 3, "--out", tmp_path / "frames") == 0
    assert run("sample", "--count", 2, "--seed", 7, "--out", tmp_path / "faces") == 0
    drawn = tasks.sample(zoo.load("face-vae-plus"), 2, 7, 0.7)
    written = [Image.open(tmp_path / "faces" / f"face-00{i}.png") for i in range(2)]
    assert [p.tobytes() for p in written] == [p.tobytes() for p in drawn]
    assert len(list((tmp_path / "frames").glob("frame-*.png"))) == 3


def test_edit_and_translations_write_what_the_tasks_give(tmp_path):
    examples = ROOT / "ui" / "static" / "examples"
    assert run("edit", examples / "face-09.webp", "--change", "Smiling=2", "--out", tmp_path) == 0
    face = Image.open(examples / "face-09.webp").convert("RGB")
    wanted = tasks.edit(zoo.load("face-vae-plus"), face, {"Smiling": 2.0})
    assert Image.open(tmp_path / "face-09.png").tobytes() == wanted.tobytes()
    assert run("sketch", examples / "portrait-1.webp", "--whole", "--out", tmp_path) == 0
    assert Image.open(tmp_path / "portrait-1.png").mode == "L"
    assert run("photo", tmp_path / "portrait-1.png", "--whole", "--out", tmp_path / "back") == 0
    assert Image.open(tmp_path / "back" / "portrait-1.png").mode == "RGB"


def test_models_are_listed(capsys):
    main(["models", "--json"])
    assert [row["slug"] for row in json.loads(capsys.readouterr().out)] == list(zoo.BY_SLUG)


def test_from_pretrained_takes_a_slug_and_a_folder(tmp_path):
    shutil.copytree(zoo.WEIGHTS / "dcae", tmp_path / "mine")
    network = ae_models.from_pretrained("dcae")
    again = ae_models.from_pretrained(tmp_path / "mine")
    pairs = zip(network.state_dict().values(), again.state_dict().values())
    assert all((a == b).all() for a, b in pairs) and not again.training
    with pytest.raises(ValueError, match=r"a release folder or NAMESPACE/NAME, got 'nothing'"):
        ae_models.from_pretrained("nothing")


@pytest.mark.parametrize("row", [pytest.param(row, id=row.slug) for row in zoo.ROWS])
def test_the_snippet_of_a_card_works_in_any_folder(row, tmp_path, monkeypatch):
    for name in ("picture.png", "photo.jpg", "face.jpg", "sketch.png", "sketch.jpg"):
        blob((40, 50), 1).save(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    card = (zoo.WEIGHTS / row.slug / "README.md").read_text(encoding="utf-8")
    (snippet,) = re.findall(r"```python\n(.*?)```", card, re.DOTALL)
    names = {}
    exec(snippet, names)
    assert names["model"] is zoo.load(row.slug)
    assert names.keys() - {"__builtins__", "Image", "from_pretrained", "tasks", "model"}, (
        "no result"
    )


def test_the_card_of_a_pushed_release_loads_it_from_there():
    content = hub.release_files(zoo.WEIGHTS / "dcae", "alice/codec", None)
    assert 'from_pretrained("alice/codec")' in content["README.md"].decode()


def test_torch_hub_has_an_entry_point_for_each_network():
    for row in zoo.ROWS:
        assert getattr(hubconf, row.slug.replace("-", "_")).__doc__ == row.summary
    assert hubconf.dcae() is zoo.load("dcae")


def test_the_installed_package_runs_in_an_empty_folder(tmp_path):
    """A wheel built with one release in it: the command and from_pretrained need no checkout."""
    source, site, empty = tmp_path / "source", tmp_path / "site", tmp_path / "empty"
    shutil.copytree(ROOT / "ae_models", source / "ae_models")
    shutil.copytree(zoo.WEIGHTS / "dcae", source / "weights" / "dcae")
    for name in ("pyproject.toml", "setup.py", "requirements.txt", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    empty.mkdir()
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(site), str(source)], check=True)
    code = "import ae_models; print(type(ae_models.from_pretrained('dcae')).__name__)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=empty,
        env={"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "DCAE", done.stderr
    assert (site / "bin" / "autoencoder-studio").is_file()


def test_compress_and_decompress(photos, tmp_path, capsys):
    (photos / "bad.jpg").unlink()
    small, again = tmp_path / "small", tmp_path / "again"
    assert run("compress", photos, "--rate", 2, "--refine", 1, "--out", small) == 0
    network = zoo.load("dcae-plus")
    data = (small / "more/c.aes").read_bytes()
    assert data == tasks.compress(network, Image.open(photos / "more/c.png"), 2, 1)
    (small / "bad.aes").write_bytes(data[:-1])
    assert run("decompress", small, "--out", again) == 1
    assert "bad.aes: expected a whole .aes file" in capsys.readouterr().err
    assert Image.open(again / "more/c.png").tobytes() == tasks.decompress(data).tobytes()
    assert run("compress", photos, "--model", "classic", "--out", small) == 1
    assert "quantizes" in capsys.readouterr().err
