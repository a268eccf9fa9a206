"""Releases on the Hugging Face Hub: push, pull, upload. Every error is a ValueError with a remedy.

folder ── push ──> NAMESPACE/NAME@commit ── pull ──> folder in the Hub's cache
"""

import errno
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import httpx2
from huggingface_hub import (
    CommitOperationAdd,
    HfApi,
    get_hf_file_metadata,
    hf_hub_download,
    hf_hub_url,
    try_to_load_from_cache,
)
from huggingface_hub.errors import HFValidationError, OfflineModeIsEnabled
from huggingface_hub.utils import tqdm

from ae_models.release import card, errors, files, manifest
from ae_models.release.files import CARD, CONFIG, WEIGHTS

MOST_BYTES = {  # to download: a stranger's file may be of any size
    CONFIG: manifest.MOST_BYTES,
    CARD: manifest.MOST_BYTES,
    WEIGHTS: 500_000_000,
}
COMMIT = re.compile(r"[0-9a-f]{40}")
Result = TypeVar("Result")


# ---- to the Hub ----


def push(
    folder: Path,
    repo: str,
    private: bool = False,
    branch: str = "main",
    sheet: Path | None = None,
) -> str:
    """Upload a release in one commit, read it back and verify it; returns the 40-digit commit.

    A release that is there already makes no new commit. `sheet`, the picture of successes and
    failures, is uploaded too and shown in the card. Raises ValueError."""
    content = release_files(Path(folder), repo, sheet)
    weights = files.check(folder)["sha256"]
    commit = upload(repo, content, f"Release {weights[:12]}", private=private, branch=branch)
    names = (CONFIG, WEIGHTS, CARD)
    with tempfile.TemporaryDirectory() as cache:
        try:
            found = _download(repo, commit, names, cache)
            same = all((found / name).read_bytes() == content[name] for name in names)
        except errors.FAILURES as error:
            raise errors.to_value_error(error, repo, commit) from None
    if not same:
        raise ValueError(f"{repo}: the files at {commit} differ from the release; push again")
    return commit


def release_files(folder: Path, repo: str, sheet: Path | None) -> dict[str, bytes]:
    """Path in the repository -> content; the card says how to load it from there.

    Raises ValueError for a damaged release or card."""
    config = files.check(folder)
    files.read_weights(folder, config["sha256"])
    if files.read(folder / CARD) != card.render(config).encode():
        raise ValueError(
            f"{folder / CARD}: expected the card that follows from {CONFIG}, got another; write it "
            "again with ae_models.release.files: save_config(folder, read_config(folder))"
        )
    content = {name: files.read(folder / name) for name in (CONFIG, WEIGHTS, CARD)}
    content[CARD] = card.render(config, sheet.name if sheet else "", repo).encode()
    if sheet is not None:
        content[sheet.name] = files.read(sheet)
    return content


def upload(
    repo: str,
    content: dict[str, bytes],
    message: str,
    kind: str = "model",
    private: bool | None = None,
    branch: str = "main",
) -> str:
    """Put files into a repository in one commit; returns the commit, the latest if nothing changed.

    Creates the repository and the branch if needed. `content` maps a path to bytes, `kind` is
    "model" or "space". Raises ValueError; then nothing was published."""
    api = HfApi()

    def attempt() -> str:
        sdk = {"space_sdk": "gradio"} if kind == "space" else {}
        api.create_repo(repo, repo_type=kind, private=private, exist_ok=True, **sdk)
        if branch != "main":
            api.create_branch(repo, repo_type=kind, branch=branch, exist_ok=True)
        operations = [CommitOperationAdd(path, data) for path, data in content.items()]
        return api.create_commit(
            repo, operations, commit_message=message, repo_type=kind, revision=branch
        ).oid

    try:
        return with_retries(attempt)
    except errors.FAILURES as error:
        raise errors.to_value_error(error, repo, branch) from None


# ---- from the Hub ----


def pull_all(wanted: Iterable[tuple[str, str]]) -> list[Path | ValueError]:
    """Pull (repository, revision) pairs in parallel, with a progress bar. Errors are returned."""

    def attempt(pair: tuple[str, str]) -> Path | ValueError:
        try:
            return pull(*pair)
        except ValueError as error:
            return error

    wanted = list(wanted)
    absent = [(repo, revision) for repo, revision in wanted if not _pinned(repo, revision)]
    with ThreadPoolExecutor(max_workers=8) as pool:
        found = pool.map(attempt, absent)
        bar = tqdm(
            found,
            total=len(absent),
            desc="Releases from the Hub",
            unit="release",
            disable=not absent,
        )
        fetched = dict(zip(absent, list(bar)))  # a list, since only a finished bar closes
    return [fetched[pair] if pair in fetched else attempt(pair) for pair in wanted]


def pull(repo: str, revision: str) -> Path:
    """Folder in the Hub's cache with a release whose sha256 was checked.

    A commit in the cache makes no request. Damaged files are fetched once more; if they are still
    damaged they are removed. Raises ValueError."""
    try:
        folder = _locate(repo, revision)
        damage = find_damage(folder)
        if damage:
            evict(folder)
            folder = _download(repo, folder.name)
            damage = find_damage(folder)
    except errors.FAILURES as error:
        raise errors.to_value_error(error, repo, revision) from None
    if damage:
        evict(folder)
        raise ValueError(
            f"{repo} at {revision}: {damage}, also when fetched once more; push the release again"
        )
    return folder


def find_damage(folder: Path) -> str:
    """Description of the damage to a release in the cache, empty if there is none."""
    try:
        files.check(folder)
        return ""
    except ValueError as error:
        return str(error).replace(f"{folder}{os.sep}", "").replace(f"; {manifest.REMEDY}", "")


def evict(folder: Path) -> None:
    """Remove a release from the cache: the names in the snapshot and the files they point to."""
    for path in (folder / CONFIG, folder / WEIGHTS):
        path.resolve().unlink(missing_ok=True)
        path.unlink(missing_ok=True)


def with_retries(action: Callable[[], Result]) -> Result:
    """Try up to three times: huggingface_hub does not retry every dropped connection and 5xx."""
    for seconds in (1, 2, None):
        try:
            return action()
        except errors.FAILURES as error:
            causes = errors.causes(error)
            if seconds is None or not any(map(errors.is_transient, causes)):
                raise
            time.sleep(max(seconds, *map(errors.retry_after, causes)))


def _locate(repo: str, revision: str) -> Path:
    """Folder in the cache, downloaded if needed; offline, the last known commit of a branch."""
    if folder := _pinned(repo, revision):
        return folder
    try:
        return _download(repo, revision)
    except (httpx2.TransportError, OfflineModeIsEnabled):
        if folder := _cached(repo, revision):
            return folder
        raise


def _pinned(repo: str, revision: str) -> Path | None:
    """Folder of a commit in the cache; None for a branch, which may have moved since."""
    return _cached(repo, revision) if COMMIT.fullmatch(revision) else None


def _cached(repo: str, revision: str) -> Path | None:
    """Folder in the cache if both files are there, else None, also for an invalid name."""
    try:
        paths = [
            try_to_load_from_cache(repo, name, revision=revision) for name in (CONFIG, WEIGHTS)
        ]
    except HFValidationError:
        return None
    return Path(paths[0]).parent if all(isinstance(path, str) for path in paths) else None


def _download(repo: str, revision: str, names=(CONFIG, WEIGHTS), cache: str | None = None) -> Path:
    """Folder with these files, all of the commit that the first was at."""
    for name in names:
        folder = _fetch(repo, name, revision, cache).parent
        revision = folder.name
    return folder


def _fetch(repo: str, name: str, revision: str, cache: str | None) -> Path:
    """Download one file that is not too large; the library writes it under another name first."""
    url = hf_hub_url(repo, name, revision=revision)
    size = with_retries(lambda: get_hf_file_metadata(url)).size or 0
    if size > MOST_BYTES[name]:
        raise OSError(errno.EFBIG, f"{name} has {size:,} bytes, more than {MOST_BYTES[name]:,}")

    return Path(
        with_retries(lambda: hf_hub_download(repo, name, revision=revision, cache_dir=cache))
    )
