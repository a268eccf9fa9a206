"""Push and pull against a real server process that speaks the Hub's protocol, with and without
faults."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from zlib import crc32

import pytest

from ae_models import zoo
from ae_models.release import files, hub
from tests.release.hub_process import REPO, TOKEN, environment, free_port, miniature, wait_for
from tests.release.hub_server import STAGES

DOWNLOAD = ("head-config", "get-config", "head-weights", "get-weights")
UPLOAD = ("create", "yaml", "preupload", "batch", "put", "commit")


@pytest.fixture(scope="module")
def commit(server, release, tmp_path_factory):
    """The commit of the release, published."""
    result = server.push(release, REPO, tmp_path_factory.mktemp("pusher"))
    assert hub.COMMIT.fullmatch(result["value"]), result
    return result["value"]


@pytest.fixture(autouse=True)
def _no_faults(server):
    server.faults()


def tidy(home: Path) -> None:
    """Nothing half-written, and nothing under a final name that is not what it should be."""
    left = [
        path for path in (home / "cache").rglob("*") if path.is_file() and path.suffix != ".lock"
    ]
    assert not [path for path in left if "incomplete" in path.name]
    assert not [path for path in left if path.name == files.WEIGHTS]


# ---- round trip ----


def test_what_is_pushed_is_what_is_pulled(server, release, commit, tmp_path):
    folder = Path(server.pull(tmp_path, revision=commit)["value"])
    for name in (files.CONFIG, files.WEIGHTS):
        assert (folder / name).read_bytes() == (release / name).read_bytes()
    assert not zoo.load_release(folder, "face-sketch").training


def test_the_same_release_again_makes_no_new_commit(server, release, commit, tmp_path):
    assert server.push(release, REPO, tmp_path)["value"] == commit
    assert not [entry for entry in server.log() if entry[0] in ("commit", "put")]


def test_another_release_makes_one_commit(server, tmp_path):
    first = server.push(miniature(tmp_path / "a", seed=1), "alice/two", tmp_path)["value"]
    server.faults()
    second = server.push(miniature(tmp_path / "b", seed=2), "alice/two", tmp_path)["value"]
    assert first != second and len([entry for entry in server.log() if entry[0] == "commit"]) == 1
    assert server.pull(tmp_path, "alice/two")["value"].endswith(second)
    assert server.pull(tmp_path, "alice/two", first)["value"].endswith(first)


def test_a_commit_in_the_cache_makes_no_request(server, commit, tmp_path):
    server.pull(tmp_path, revision=commit)
    server.faults()
    assert server.pull(tmp_path, revision=commit)["value"]
    assert server.log() == []


def test_the_token_does_not_go_to_another_host(server, commit, tmp_path):
    assert server.pull(tmp_path, token=TOKEN)["value"]
    with_token = {entry[0]: entry[4] for entry in server.log()}
    assert with_token["head-weights"] and not with_token["get-weights"]


def test_a_private_repository(server, release, tmp_path):
    commit = server.push(release, "alice/private", tmp_path, more=", private=True")["value"]
    assert server.pull(tmp_path / "..", "alice/private", commit, TOKEN)["value"]
    for token, status in (("", "refuses access (401)"), ("hf_bob", "knows no such")):
        home = tmp_path / (token or "nobody")
        home.mkdir()
        error = server.pull(home, "alice/private", token=token)["error"]
        assert status in error and error.endswith("log in with hf auth login")


def test_a_branch(server, release, commit, tmp_path):
    other = server.push(
        miniature(tmp_path / "other", seed=3), REPO, tmp_path, more=', branch="try"'
    )["value"]
    assert server.pull(tmp_path, revision="try")["value"].endswith(other) and other != commit
    assert server.pull(tmp_path)["value"].endswith(commit)


def test_the_command_prints_the_line_for_the_zoo(server, release, commit, tmp_path):
    code = f'push.main(["face-sketch", "--repo", {REPO!r}, "--weights", {str(release)!r}])'
    printed = server.run(code, tmp_path, TOKEN)["log"]
    assert re.search(rf'^    "face-sketch": "{REPO}@[0-9a-f]{{40}}",$', printed, re.MULTILINE)


# ---- what push refuses ----


@pytest.mark.parametrize("damage", ["flipped", "card", "no card", "another network"])
def test_a_damaged_release_is_not_published(server, release, tmp_path, damage):
    folder = shutil.copytree(release, tmp_path / "release")
    if damage == "flipped":
        data = (folder / files.WEIGHTS).read_bytes()
        (folder / files.WEIGHTS).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    elif damage == "card":
        (folder / files.CARD).write_text("# Better than everything")
    elif damage == "no card":
        (folder / files.CARD).unlink()
    else:
        miniature(folder, "dcae")
    code = f'push.main(["face-sketch", "--repo", "alice/damaged", "--weights", {str(folder)!r}])'
    words = {
        "flipped": "expected sha256",
        "card": "expected the card",
        "no card": "README.md: cannot be read",
    }
    assert (
        words.get(damage, "expected the release of face-sketch, got dcae")
        in server.run(code, tmp_path, TOKEN)["error"]
    )
    assert server.log() == []


@pytest.mark.parametrize(
    ("repo", "token", "words"),
    [
        ("alice/new", "", "does not accept the token (401); log in"),
        ("alice/new", "hf_mallory", "does not accept the token (401); log in"),
        ("alice/new", "hf_bob", "the token may not do that (403); make one with write access"),
        ("alice/a/b", TOKEN, "expected a repository named NAMESPACE/NAME; correct the name"),
    ],
)
def test_push_without_the_right_to(server, release, tmp_path, repo, token, words):
    assert words in server.push(release, repo, tmp_path, token)["error"]


# ---- faults of the network ----


@pytest.mark.parametrize("action", ["close", "500", "429"])
@pytest.mark.parametrize("stage", DOWNLOAD)
def test_a_download_survives_one_fault(server, commit, tmp_path, stage, action):
    server.faults({"stage": stage, "action": action, "times": 1})
    result = server.pull(tmp_path)
    assert result["value"], result
    if action == "429":
        assert max(result["slept"]) >= 1  # what Retry-After asks for
    assert action in [entry[3] for entry in server.log()]


@pytest.mark.parametrize("action", ["close", "500", "429"])
@pytest.mark.parametrize("stage", UPLOAD)
def test_an_upload_survives_one_fault(server, tmp_path, stage, action):
    release = miniature(tmp_path / "new", seed=crc32(f"{stage} {action}".encode()))
    server.faults({"stage": stage, "action": action, "times": 1})
    result = server.push(release, f"alice/{stage}-{action}", tmp_path)
    assert result["value"], result
    log = server.log()
    assert (
        action in [entry[3] for entry in log]
        and len([e for e in log if e[0] == "commit" and e[3] == 200]) == 1
    )


@pytest.mark.parametrize("stage", DOWNLOAD)
@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("close", "the connection broke off; try again"),
        ("500", "the Hub answers with an error (500); try again later"),
        ("429", "the Hub asks to slow down (429); wait some minutes and try again"),
        ("401", "log in with hf auth login"),
    ],
)
def test_a_download_that_cannot_work_ends_in_one_sentence(
    server, commit, tmp_path, stage, action, words
):
    server.faults({"stage": stage, "action": action})
    error = server.pull(tmp_path)["error"]
    assert error.startswith(REPO) and words in error and "\n" not in error
    tidy(tmp_path)


@pytest.mark.parametrize("stage", UPLOAD)
@pytest.mark.parametrize(
    ("action", "words"), [("close", "broke off; try again"), ("500", "(500); try again later")]
)
def test_an_upload_that_cannot_work_ends_in_one_sentence(server, tmp_path, stage, action, words):
    server.faults({"stage": stage, "action": action})
    repo = f"alice/never-{stage}-{action}"
    error = server.push(
        miniature(tmp_path / "new", seed=crc32(f"never {stage} {action}".encode())), repo, tmp_path
    )["error"]
    assert error.startswith(repo) and words in error and "\n" not in error
    server.faults()
    assert server.pull(tmp_path, repo)["error"]  # nothing half-published


def test_a_download_that_breaks_in_the_middle_goes_on_there(server, commit, tmp_path):
    server.faults({"stage": "get-weights", "action": "half", "times": 1})
    code = f"""
from huggingface_hub import constants
constants.DOWNLOAD_CHUNK_SIZE = 1000  # it goes on after a whole chunk
answer = str(hub.pull({REPO!r}, 'main'))"""
    assert server.run(code, tmp_path)["value"]
    assert [entry[3] for entry in server.log() if entry[0] == "get-weights"] == ["half", 206]


@pytest.mark.parametrize("stage", ["get-config", "get-weights"])
@pytest.mark.parametrize(
    ("action", "words"), [("half", "broke off; try again"), ("long", "the wrong size; try again")]
)
def test_a_body_that_never_arrives_whole(server, commit, tmp_path, stage, action, words):
    server.faults({"stage": stage, "action": action})
    assert words in server.pull(tmp_path)["error"]
    tidy(tmp_path)


@pytest.mark.parametrize("action", ["long", "flip"])
@pytest.mark.parametrize("stage", ["get-config", "get-weights"])
def test_wrong_bytes_are_fetched_once_more(server, release, commit, tmp_path, stage, action):
    server.faults({"stage": stage, "action": action, "times": 1})
    folder = Path(server.pull(tmp_path)["value"])
    assert files.check(folder) == files.check(release)
    assert len([entry for entry in server.log() if entry[0] == stage]) == 2


@pytest.mark.parametrize(
    ("stage", "name"), [("get-config", files.CONFIG), ("get-weights", files.WEIGHTS)]
)
def test_bytes_that_stay_wrong_are_refused_by_name_and_removed(
    server, commit, tmp_path, stage, name
):
    server.faults({"stage": stage, "action": "flip"})
    error = server.pull(tmp_path)["error"]
    assert (
        error.startswith(f"{REPO} at main: {name}: expected") and "push the release again" in error
    )
    assert len([entry for entry in server.log() if entry[0] == stage]) == 2
    tidy(tmp_path)
    server.faults()
    assert server.pull(tmp_path)["value"]


def test_a_file_that_rots_in_the_cache_is_fetched_again(server, release, commit, tmp_path):
    folder = Path(server.pull(tmp_path, revision=commit)["value"])
    weights = (folder / files.WEIGHTS).read_bytes()
    (folder / files.WEIGHTS).resolve().write_bytes(weights[:-1] + b"?")
    assert server.pull(tmp_path, revision=commit)["value"] == str(folder)
    assert (folder / files.WEIGHTS).read_bytes() == weights


@pytest.mark.parametrize(
    ("repo", "revision", "token", "words"),
    [
        (
            "alice/nothing",
            "main",
            TOKEN,
            "the Hub knows no such repository, or it is private; check the name, or log in",
        ),
        (
            "alice/nothing",
            "main",
            "",
            "the Hub refuses access (401), or it is private; check the name, or log in",
        ),
        (REPO, "main", "hf_mallory", "the Hub does not accept the token (401); log in"),
        (
            REPO,
            "0" * 40,
            "",
            "no such commit or branch there; correct the revision, or the line in ae_models/zoo.py",
        ),
        (
            "no-namespace//",
            "main",
            "",
            "expected a repository named NAMESPACE/NAME; correct the name",
        ),
    ],
)
def test_wrong_names(server, commit, tmp_path, repo, revision, token, words):
    error = server.pull(tmp_path, repo, revision, token)["error"]
    assert error.startswith(f"{repo} at {revision}: {words}")


@pytest.mark.parametrize("name", [files.CONFIG, files.WEIGHTS])
def test_a_repository_with_a_file_missing(server, release, tmp_path, name):
    names = {files.CONFIG, files.WEIGHTS, files.CARD} - {name}
    content = f"{{name: (Path({str(release)!r}) / name).read_bytes() for name in {names}}}"
    server.run(f'hub.upload("alice/less-{name}", {content}, "less")', tmp_path, TOKEN)
    assert (
        f"no file {name} there; push the release again"
        in server.pull(tmp_path, f"alice/less-{name}")["error"]
    )


FULL = """
import errno
from huggingface_hub import file_download
def full(url, file, **_):
    file.write(b"half")
    raise OSError(errno.{kind}, "on purpose", "/the/cache")
file_download.http_get = full
answer = str(hub.pull({repo!r}, "main"))
"""


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("ENOSPC", "the disk is full; make room, or let HF_HOME name a folder on another disk"),
        ("EROFS", "/the/cache cannot be written; let HF_HOME name a folder that can"),
    ],
)
def test_a_disk_that_takes_no_more(server, commit, tmp_path, kind, words):
    assert words in server.run(FULL.format(kind=kind, repo=REPO), tmp_path)["error"]
    tidy(tmp_path)


def test_a_huge_file_is_not_downloaded(server, release, tmp_path):
    server.run(
        'hub.upload("alice/huge", {"config.json": b" " * 1_000_001}, "huge")', tmp_path, TOKEN
    )
    assert (
        "config.json has 1,000,001 bytes, more than 1,000,000"
        in server.pull(tmp_path, "alice/huge")["error"]
    )
    assert not [entry for entry in server.log() if entry[0] == "get-config"]


# ---- the zoo's choice ----

SHOW = """
import dataclasses
{before}
source = zoo.source("face-sketch")
answer = [str(source.folder), source.origin, source.warning]
zoo.load("face-sketch")
"""


@pytest.fixture
def embedded(tmp_path):
    miniature(tmp_path / "weights/face-sketch", seed=5)
    return f"zoo.WEIGHTS = Path({str(tmp_path / 'weights')!r})"


def test_embedded_weights_make_no_request(server, commit, tmp_path, embedded):
    before = f'{embedded}; zoo.PUBLISHED["face-sketch"] = "{REPO}@{commit}"'
    assert (
        server.run(SHOW.format(before=before), tmp_path)["value"][1]
        == "embedded, weights/face-sketch"
    )
    assert server.log() == []


def test_without_embedded_weights_the_published_commit_is_used(server, commit, tmp_path):
    before = f'zoo.WEIGHTS = Path("/nowhere"); zoo.PUBLISHED["face-sketch"] = "{REPO}@{commit}"'
    assert (
        server.run(SHOW.format(before=before), tmp_path)["value"][1]
        == f"Hub, {REPO} at {commit[:7]}"
    )


@pytest.mark.parametrize(
    "setting", [{"AUTOENCODER_STUDIO_HUB": "1"}, {"AUTOENCODER_STUDIO_NAMESPACE": "alice"}]
)
def test_the_hub_is_preferred_where_that_is_asked_for(server, commit, tmp_path, embedded, setting):
    before = f'{embedded}; zoo.PUBLISHED["face-sketch"] = "{REPO}@{commit}"'
    assert server.run(SHOW.format(before=before), tmp_path, **setting)["value"][1].startswith(
        "Hub, alice/"
    )


def test_the_embedded_weights_stay_in_use_with_a_warning(server, commit, tmp_path, embedded):
    server.faults({"stage": "head-config", "action": "500"})
    result = server.run(
        SHOW.format(before=embedded), tmp_path, AUTOENCODER_STUDIO_NAMESPACE="alice"
    )
    assert result["value"][1] == "embedded, weights/face-sketch"
    assert (
        "the embedded weights are in use, because alice/" in result["value"][2]
        and "(500)" in result["log"]
    )


def test_preferring_the_hub_for_what_is_not_there_is_a_warning(server, tmp_path, embedded):
    result = server.run(SHOW.format(before=embedded), tmp_path, AUTOENCODER_STUDIO_HUB="1")
    assert result["value"][1] == "embedded, weights/face-sketch"
    assert "not published on the Hub yet; push it" in result["value"][2] and server.log() == []


def test_asking_the_hub_before_anything_is_there_is_one_sentence(server, tmp_path):
    """Eleven networks, one line."""
    code = "zoo.fetch(); answer = [zoo.source(slug).origin for slug in zoo.BY_SLUG]"
    result = server.run(code, tmp_path, AUTOENCODER_STUDIO_HUB="1")
    assert result["value"] == [f"embedded, weights/{slug}" for slug in zoo.BY_SLUG]
    assert result["log"].count("embedded weights are in use") == 1
    assert result["log"].startswith("no network is published on the Hub yet, so")


def test_a_namespace_that_is_none_is_a_warning(server, tmp_path, embedded):
    result = server.run(
        SHOW.format(before=f"{embedded}; zoo.fetch()"),
        tmp_path,
        AUTOENCODER_STUDIO_NAMESPACE="../x y",
    )
    assert "expected a repository named NAMESPACE/NAME" in result["value"][2] and server.log() == []


def test_without_any_weights_the_error_says_why(server, tmp_path):
    before = 'zoo.WEIGHTS = Path("/nowhere")'
    result = server.run(SHOW.format(before=before), tmp_path, AUTOENCODER_STUDIO_NAMESPACE="nobody")
    assert (
        "nobody/autoencoder-studio-face-sketch at main: the Hub refuses access" in result["error"]
    )
    # Nor was it published
    assert "git checkout" in server.run(SHOW.format(before=before), tmp_path)["error"]


def test_all_weights_are_pulled_side_by_side_with_a_bar(server, tmp_path):
    for slug in zoo.BY_SLUG:
        miniature(tmp_path / "all" / slug, slug)
    before = (
        f'zoo.WEIGHTS = Path({str(tmp_path / "all")!r}); push.main(["--all", "--namespace", "bob"])'
    )
    assert not server.run(before, tmp_path, "hf_bob")["error"]
    server.faults({"stage": "head-weights", "action": "slow"})
    code = 'import time; zoo.WEIGHTS = Path("/nowhere"); begin = time.perf_counter(); zoo.fetch()\n'
    code += (
        "answer = [time.perf_counter() - begin, [zoo.source(slug).origin for slug in zoo.BY_SLUG]]"
    )
    result = server.run(code, tmp_path, AUTOENCODER_STUDIO_NAMESPACE="bob")
    seconds, origins = result["value"]
    assert all(origin.startswith("Hub, bob/") for origin in origins)
    waited = 0.5 * len([entry for entry in server.log() if entry[3] == "slow"])
    # One after the other would take that and more
    assert waited >= 0.5 * len(origins) and seconds < waited
    assert f"{len(origins)}/{len(origins)}" in result["log"]


def test_unreachable_and_offline(release, tmp_path):
    """Settings that huggingface_hub reads when it is imported: a process of its own, which must not
    wait long."""
    code = """
from ae_models.release import hub
try: hub.pull('alice/x', 'main')
except ValueError as error: print(error)"""
    for more, words in (
        ({}, "cannot be reached; check the network"),
        ({"HF_HUB_OFFLINE": "1"}, "HF_HUB_OFFLINE is set"),
    ):
        own = environment(f"http://127.0.0.1:{free_port()}", tmp_path, **more)
        done = subprocess.run(
            [sys.executable, "-c", code], env=own, capture_output=True, text=True, check=True
        )
        assert done.stdout.startswith("alice/x at main: ") and words in done.stdout


def test_a_branch_in_the_cache_serves_without_a_network(server, commit, tmp_path):
    folder = server.pull(tmp_path)["value"]
    server.faults({"stage": "head-config", "action": "close"})
    assert server.pull(tmp_path)["value"] == folder


AGAIN = """
zoo.WEIGHTS = Path("/nowhere")
answer = []
for pause in (0, 0, zoo.AGAIN):
    zoo._failed = {slug: (since - pause, why) for slug, (since, why) in zoo._failed.items()}
    try:
        zoo.source("face-sketch")
    except ValueError as error:
        answer.append(str(error))
"""


def test_a_failed_download_is_not_tried_at_each_click(server, tmp_path):
    result = server.run(AGAIN, tmp_path, AUTOENCODER_STUDIO_NAMESPACE="nobody")
    assert len(result["value"]) == 3 and len(set(result["value"])) == 1
    assert len([entry for entry in server.log() if entry[0] == "head-config"]) == 2


# ---- an independent server ----


@pytest.fixture
def olah(release, tmp_path):
    """olah serving a git repository with the release, under the address of a Hub. It needs other
    versions of our libraries, so it lives in an environment of its own: OLAH names its olah-cli."""
    program = os.environ.get("OLAH") or shutil.which("olah-cli")
    if not program:
        pytest.skip(
            "no olah: pip install olah==0.5.4 into another environment, and "
            "OLAH=<there>/bin/olah-cli"
        )
    repository = shutil.copytree(release, tmp_path / "mirrors/models" / REPO)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", str(repository)]
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "release"]):
        subprocess.run([*git, *command], check=True)
    url = f"http://127.0.0.1:{free_port()}"
    basic = {"host": "127.0.0.1", "mirror-netloc": url[7:], "repos-path": str(tmp_path / "repos")}
    settings = "".join(f"{key} = {json.dumps(value)}\n" for key, value in basic.items())
    settings += f"port = {url.rsplit(':', 1)[1]}\n"
    settings += f"mirrors-path = [{json.dumps(str(tmp_path / 'mirrors'))}]\n"
    (tmp_path / "olah.toml").write_text(f"[basic]\n{settings}[accessibility]\noffline = true\n")
    command = [program, "-c", "olah.toml", "--log-path", str(tmp_path / "logs")]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    yield (
        url,
        subprocess.run(
            [*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True
        ).stdout.strip(),
    )
    process.terminate()
    process.wait()


def test_pull_from_olah(olah, release, tmp_path):
    url, commit = olah
    wait_for(url)
    pulls = f"hub.pull({REPO!r}, 'main'), hub.pull({REPO!r}, {commit!r})"
    code = f"from ae_models.release import hub; print({pulls})"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(url, tmp_path), capture_output=True, text=True
    )
    branch, pinned = done.stdout.split()
    assert branch == pinned and branch.endswith(commit)
    assert files.check(Path(branch)) == files.check(release)


def test_every_stage_of_the_server_is_tested():
    assert {stage for stage, *_ in STAGES} == {*DOWNLOAD, *UPLOAD, "other"}
