"""From training to an app that answers with those weights, by way of the Hub, as README.md tells
it."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import yaml
from gradio_client import Client, handle_file
from PIL import Image

import train.push
from ae_models import tasks, zoo
from tests.pictures import blob
from tests.release.hub_process import ROOT, TOKEN, environment, free_port, miniature

README = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON = shlex.quote(sys.executable)
FAKE_SPACES = "def GPU(function):\n    print('declared', function.__name__)\n    return function\n"


FETCH = """
import json, sys
from huggingface_hub import hf_hub_download
for repo, names, commit in json.loads(sys.argv[1]):
    for name in names.split(","):
        hf_hub_download(repo, name, revision=commit)
"""  # as the builder of Spaces does with preload_from_hub


def commands(section: str) -> list[str]:
    """Command lines of a section of the README, for the user alice and this Python."""
    text = README.split(f"\n## {section}\n")[1].split("\n## ")[0]
    lines = [
        line
        for block in re.findall(r"```\n(.*?)```", text, re.DOTALL)
        for line in block.splitlines()
    ]
    return [
        re.sub(r"(?<!\S)python(?= )", PYTHON, line)
        .replace("NAMESPACE/NAME", "alice/studio")
        .replace("=NAMESPACE", "=alice")
        .replace("NAMESPACE/", "alice/")
        for line in lines
    ]


def checkout(folder: Path) -> Path:
    """The files of the repository that a user runs, without weights."""
    for name in ("ae_models", "train", "ui", "docs"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyi")
        )
    for name in ("app.py", "README.md", "LICENSE", "requirements.txt"):
        shutil.copy(ROOT / name, folder)
    return folder


def shell(command: str, folder: Path, settings: dict) -> str:
    """Output of a command that must succeed; it never prints the token."""
    done = subprocess.run(
        command, shell=True, cwd=folder, env=settings, capture_output=True, text=True
    )
    assert done.returncode == 0 and TOKEN not in done.stdout + done.stderr, (
        done.stdout + done.stderr
    )
    return done.stdout


@contextmanager
def running(command: list[str], folder: Path, settings: dict):
    """A started app: its address and the file it logs to."""
    port = free_port()
    log = (Path(settings["HF_HOME"]).parent / f"app-{port}.log").open("w+")
    settings = settings | {"GRADIO_SERVER_PORT": str(port)}
    process = subprocess.Popen(
        command, cwd=folder, env=settings, stdout=log, stderr=subprocess.STDOUT
    )
    try:
        yield f"http://127.0.0.1:{port}", answering(f"http://127.0.0.1:{port}", process, log), log
    finally:
        process.terminate()
        process.wait()
        log.close()


def answering(url: str, process, log) -> str:
    """The first page; three minutes are enough on a machine with much else to do."""
    end = time.monotonic() + 180
    while time.monotonic() < end:
        try:
            return urllib.request.urlopen(url).read().decode()
        except OSError:
            assert process.poll() is None, Path(log.name).read_text()
            time.sleep(0.05)
    raise AssertionError("the app did not answer")


def own(server, home: Path, token: str = TOKEN, **more) -> dict:
    return environment(
        server.url, home, HF_TOKEN=token, PYTHONPATH="", ACCELERATE_USE_CPU="true", **more
    )


def test_train_push_delete_start_answer(server, pictures, tmp_path):
    server.faults()
    folder, settings = checkout(tmp_path / "studio"), own(server, tmp_path)
    shell(f"{PYTHON} -m train.dcae --data {pictures} --epochs 1 --batch 8", folder, settings)
    kept = shutil.copytree(folder / "runs/dcae/release", tmp_path / "kept")
    push, start = commands("Your own weights on the Hub")
    assert push.startswith(f"{PYTHON} -m train.push dcae") and start.endswith(f"{PYTHON} app.py")
    pushed = shell(push, folder, settings).splitlines()[-1].strip()
    assert re.fullmatch(r'"dcae": "alice/autoencoder-studio-dcae@[0-9a-f]{40}",', pushed)
    shutil.rmtree(folder / "runs")

    picture = blob((40, 32), 3)
    picture.save(tmp_path / "picture.png")
    expected = tasks.reconstruct(zoo.load_release(kept, "dcae"), picture)
    name, value = start.split()[0].split("=")
    with running([sys.executable, "app.py"], folder, settings | {name: value}) as (url, _, _):
        answer = Client(url, verbose=False).predict(
            handle_file(str(tmp_path / "picture.png")), model="classic", api_name="/reconstruct"
        )
        assert np.array_equal(np.asarray(Image.open(answer)), np.asarray(expected))
        rows = {row["slug"]: row for row in Client(url, verbose=False).predict(api_name="/models")}
        assert rows["dcae"]["weights_from"].startswith("Hub, alice/autoencoder-studio-dcae at ")
        assert rows["face-vae"]["unavailable"].endswith("log in with hf auth login")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A checkout with small weights of every network."""
    folder = checkout(tmp_path_factory.mktemp("whole") / "studio")
    for slug in zoo.BY_SLUG:
        miniature(folder / "weights" / slug, slug)
    return folder


def downloaded(server, folder: Path) -> Path:
    """Files of the Space alice/studio."""
    tree = urllib.request.urlopen(f"{server.url}/api/spaces/alice/studio/tree/main").read()
    for entry in yaml.safe_load(tree):
        path = folder / entry["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(
            urllib.request.urlopen(
                f"{server.url}/spaces/alice/studio/resolve/main/{entry['path']}"
            ).read()
        )
    return folder


def front(readme: Path) -> dict:
    return yaml.safe_load(readme.read_text(encoding="utf-8").split("---\n")[1])


def test_a_space_with_embedded_weights_starts_read_only(server, whole, tmp_path):
    server.faults()
    command = commands("Your own Space")[0]
    assert command.endswith("--embed") and "space alice/studio at" in shell(
        command, whole, own(server, tmp_path)
    )
    space = downloaded(server, tmp_path / "space")
    assert {path.name for path in space.iterdir()} == {
        *("README.md", "LICENSE", "TERMS.md", "app.py", "requirements.txt"),
        *("ae_models", "ui", "docs", "train", "weights"),
    }  # fmt: skip
    assert (space / front(space / "README.md")["app_file"]).is_file()
    (tmp_path / "fake").mkdir()
    (tmp_path / "fake/spaces.py").write_text(FAKE_SPACES)
    before = {path: path.stat().st_mtime_ns for path in space.rglob("*")}
    settings = own(
        server, tmp_path, "", SPACE_ID="alice/studio", GRADIO_TEMP_DIR=str(tmp_path / "uploads")
    )
    settings |= {"PYTHONPATH": str(tmp_path / "fake")}
    with read_only(space) as command, running(command, tmp_path, settings) as (url, page, log):
        assert "Pictures are sent to this Space" in page
        assert "declared unused" in Path(log.name).read_text()
        faces = {"count": 2, "seed": 1, "temperature": 1, "model": "classic", "api_name": "/sample"}
        assert len(Client(url, verbose=False).predict(**faces)) == 2
    assert before == {path: path.stat().st_mtime_ns for path in space.rglob("*")}


@contextmanager
def read_only(folder: Path):
    """The command that starts the app in a folder that cannot be written. Root may write what has
    no permission, and so gets a mount of its own, which ends with the process."""
    start = f"exec {PYTHON} {folder}/app.py"
    if os.geteuid() == 0:
        mount = f"mount --bind {folder} {folder} && mount -o remount,ro,bind {folder}"
        if subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode:
            pytest.skip("root without the right to mount: nothing here is read-only")
        yield ["unshare", "-m", "sh", "-c", f"{mount} && {start}"]
        return
    subprocess.run(["chmod", "-R", "a-w", folder], check=True)
    try:
        yield ["sh", "-c", start]
    finally:
        subprocess.run(["chmod", "-R", "u+w", folder], check=True)


def test_a_space_has_the_pictures_that_its_readme_shows(monkeypatch):
    monkeypatch.setattr(zoo, "BY_SLUG", {})  # without weights
    content = train.push.space_files("alice/studio", embed=True)
    shown = re.findall(r"!\[[^]]*\]\(([^)]+)\)", content["README.md"].decode())
    assert shown and set(shown) <= set(content)


def test_a_dry_run_lists_files_sizes_and_licenses_and_sends_nothing(monkeypatch, capsys):
    def refused(*args, **kwargs):
        raise AssertionError("something was sent")

    monkeypatch.setattr(train.push.hub, "upload", refused)
    monkeypatch.setattr(train.push.zoo, "BY_SLUG", {"face-vae": zoo.row("face-vae")})
    train.push.main(["--space", "alice/studio", "--embed", "--dry-run"])
    listed = capsys.readouterr().out
    size = (zoo.WEIGHTS / "face-vae" / "model.safetensors").stat().st_size
    assert f"{size:,}  weights/face-vae/model.safetensors" in listed
    assert "code: Apache-2.0" in listed and "face-vae: CelebA may be used for non-comm" in listed
    assert listed.endswith("bytes; nothing was sent\n")
    train.push.main(["face-vae", "--repo", "alice/vae", "--dry-run"])
    assert "alice/vae: 4 files" in capsys.readouterr().out  # with its sheet


def test_the_license_of_a_space_is_true(monkeypatch):
    """The code's license, unless it holds weights: then what each may be used for."""
    monkeypatch.setattr(train.push.zoo, "BY_SLUG", {"face-vae": zoo.row("face-vae")})
    content = train.push.space_files("alice/studio", embed=True)
    matter = yaml.safe_load(content["README.md"].decode().split("---\n")[1])
    assert matter["license"] == "other" and matter["license_link"] == "TERMS.md"
    assert re.fullmatch(r"[a-z0-9.-]+", matter["license_name"])
    assert "- `weights/face-vae`: CelebA may be used" in content["TERMS.md"].decode()
    if "docs/social.png" in content:
        assert matter["thumbnail"].endswith("spaces/alice/studio/resolve/main/docs/social.png")
    monkeypatch.setattr(train.push.zoo, "PUBLISHED", {"face-vae": "alice/vae@" + "a" * 40})
    content = train.push.space_files("alice/studio", embed=False)
    matter = yaml.safe_load(content["README.md"].decode().split("---\n")[1])
    assert matter["license"] == "apache-2.0" and "TERMS.md" not in content


def test_a_space_by_reference_needs_weights_on_the_hub():
    with pytest.raises(SystemExit, match="push them.*--embed"):
        train.push.main(["--space", "alice/studio"])


def test_a_space_with_weights_by_reference_starts_without_a_request(server, whole, tmp_path):
    folder, settings = shutil.copytree(whole, tmp_path / "studio"), own(server, tmp_path)
    printed = shell(f"{PYTHON} -m train.push --all --namespace alice", folder, settings)
    lines = [line for line in printed.splitlines() if line.startswith("    ")]
    assert len(lines) == len(zoo.BY_SLUG)
    table = folder / "ae_models/zoo.py"
    table.write_text(
        table.read_text().replace(
            "PUBLISHED: dict[str, str] = {}", "PUBLISHED = {\n" + "\n".join(lines) + "\n}"
        )
    )
    shell(f"{PYTHON} -m train.push --space alice/studio", folder, settings)
    space = downloaded(server, tmp_path / "space")
    preload = [entry.split() for entry in front(space / "README.md")["preload_from_hub"]]
    assert [repo for repo, _, _ in preload] == front(space / "README.md")["models"]
    subprocess.run([sys.executable, "-c", FETCH, json.dumps(preload)], env=settings, check=True)
    shutil.copytree(whole / "weights", space / "weights", dirs_exist_ok=True)  # --hub: not these
    server.faults()
    command = [sys.executable, str(space / "app.py"), "--hub"]
    with running(command, tmp_path, settings) as (url, _, _):
        rows = Client(url, verbose=False).predict(api_name="/models")
        assert (
            all(row["weights_from"].startswith("Hub, alice/") for row in rows)
            and server.log() == []
        )


def test_the_front_matter_is_one_that_the_hub_takes():
    matter = front(ROOT / "README.md")
    assert (
        matter["sdk"] == "gradio"
        and matter["app_file"] == "app.py"
        and matter["license"] == "apache-2.0"
    )
    assert len(matter["short_description"]) <= 60 and re.fullmatch(
        r"3\.\d+", matter["python_version"]
    )
    pinned = re.search(r"^gradio==(.*)$", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    assert matter["sdk_version"] == pinned[1]


def test_the_container_copies_what_is_there():
    copied = re.findall(r"^COPY (.*) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    missing = [name for line in copied for name in line.split() if not (ROOT / name).exists()]
    assert copied and not missing
