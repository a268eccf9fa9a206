"""The page that runs without a server: its texts and figures, and what its maker says without npm.
tests/e2e/test_static.py has its networks and scripts at work."""

import io
import re
import stat
import tarfile

import pytest
import torch

from ae_models import tasks, zoo
from docs.make import static
from tests.conftest import MINIATURE
from tests.ui.test_sheet import read_aloud

NAMES = {"Autoencoder Studio", "English", "Indonesia", "…"}
SAID = re.compile(r'say\("([^"]+)"\)')


@pytest.fixture
def npm(tmp_path, monkeypatch):
    """Puts a script in the place of npm."""

    def put(script: str) -> None:
        path = tmp_path / "npm"
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setattr(static.shutil, "which", lambda name: str(path))

    return put


def test_the_first_numbers_alone_make_the_same_face():
    torch.manual_seed(0)
    whole = zoo.build("face-vae-plus", **MINIATURE["face-vae-plus"]).eval()
    whole.basis.normal_(std=0.2)
    whole.refine.head.weight.data.normal_(std=0.2)
    few = static.first_numbers(whole)
    z = torch.randn(2, few.config.latent)
    padded = torch.cat([z, torch.zeros(2, whole.config.latent - z.shape[1])], 1)
    assert padded.shape[1] > z.shape[1]
    with torch.no_grad():
        assert torch.allclose(few.decode(z), whole.decode(padded), atol=1e-5)


def test_everything_on_the_page_has_an_indonesian_word(tmp_path):
    static.write_texts(tmp_path, "")
    page = (tmp_path / "index.html").read_text("utf-8")
    scripts = "".join(path.read_text("utf-8") for path in static.PAGE.glob("*.js"))
    texts = read_aloud(re.sub(r"<script>.*?</script>", "", page)) | set(SAID.findall(scripts))
    texts = {text for text in texts if "ONNX Runtime" not in text} | set(static.PICTURES)
    assert texts - NAMES == set(static.words())


def test_the_link_leads_to_the_project_and_the_readme_names_the_terms(tmp_path):
    static.write_texts(tmp_path, "https://example.org/studio")
    assert 'href="https://example.org/studio"' in (tmp_path / "index.html").read_text("utf-8")
    readme = (tmp_path / "README.md").read_text("utf-8")
    assert "sdk: static" in readme and "https://example.org/studio" in readme
    assert all(zoo.row(slug).data.terms in readme for slug in static.SLUGS)


def test_bytes_are_those_of_files_that_the_app_writes(tmp_path):
    network = zoo.load("dcae-plus")
    written = static.write_picture(tmp_path, network, "sea")
    assert len(written["bytes"]) == network.rates and written["bytes"] == sorted(written["bytes"])
    with static.Image.open(tmp_path / "sea.png") as picture:
        assert len(tasks.compress(network, picture, 2)) == written["bytes"][1]


def test_a_page_that_grows_too_large_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setattr(static, "runtime", dict)
    monkeypatch.setattr(static, "write", lambda out, *_: (out / "large.bin").write_bytes(bytes(9)))
    monkeypatch.setattr(static, "MOST_BYTES", 8)
    with pytest.raises(SystemExit, match="expected a folder of at most 8 bytes, got 9"):
        static.main(["--out", str(tmp_path)])


def test_without_npm_the_command_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(static.shutil, "which", lambda name: None)
    with pytest.raises(
        SystemExit, match=r"expected npm, to bring onnxruntime-web@[\d.]+, got none"
    ):
        static.main(["--out", str(tmp_path / "page")])
    assert not (tmp_path / "page").exists()


def test_without_a_network_the_command_says_so(npm):
    npm("echo 'npm error code ENOTFOUND' >&2; exit 1")
    with pytest.raises(ValueError, match="ENOTFOUND'; is there a network"):
        static.runtime()


def test_another_package_under_the_same_name_is_refused(npm, tmp_path):
    with tarfile.open(tmp_path / "other.tgz", "w:gz") as packed:
        for name in static.RUNTIME:
            entry = tarfile.TarInfo(f"package/dist/{name}")
            entry.size = 5
            packed.addfile(entry, io.BytesIO(b"other"))
    npm(f"cp {tmp_path}/other.tgz .")
    with pytest.raises(ValueError, match=r"expected ort\.wasm.* with sha256 11e64bd8"):
        static.runtime()
