"""Release folders: model.safetensors, config.json and README.md, the model card rendered from config.json alone; on
disk and on the Hugging Face Hub.

Knows no network: it writes and reads tensors and their description. Reading is strict; every error is a ValueError
that names the file or the repository and the remedy. Only safetensors and JSON are read, nothing is unpickled.

    save ── folder ── check ── push ──> NAMESPACE/NAME@commit ── pull ── check ── folder in the Hub's cache
"""

import errno
import hashlib
import json
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import httpx2  # what huggingface_hub 2 speaks with, for its errors
import torch
from huggingface_hub import (
    CommitOperationAdd,
    EvalResult,
    HfApi,
    ModelCard,
    ModelCardData,
    constants,
    get_hf_file_metadata,
    hf_hub_download,
    hf_hub_url,
    try_to_load_from_cache,
)
from huggingface_hub import errors as hub_errors
from huggingface_hub.utils import tqdm
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from ae_models.release import card, manifest
from ae_models.release.manifest import REMEDY

WEIGHTS, CONFIG, CARD = "model.safetensors", "config.json", "README.md"
MOST_BYTES = {
    CONFIG: manifest.MOST_BYTES,
    CARD: manifest.MOST_BYTES,
    WEIGHTS: 500_000_000,
}  # a stranger's file may be of any size
FAILURES = (OSError, RuntimeError, ValueError, httpx2.HTTPError)  # what huggingface_hub raises
Result = TypeVar("Result")
COMMIT = re.compile(r"[0-9a-f]{40}")


def save(
    folder: Path, state: dict[str, Tensor], config: dict, dtype: torch.dtype = torch.float16
) -> None:
    """Write a release. `config` holds manifest.FIELDS less sha256; floating tensors are stored as dtype. Raises
    ValueError if a tensor is not finite in that dtype; then nothing is written."""
    stored = {
        k: (v.to(dtype) if v.is_floating_point() else v).cpu().contiguous()
        for k, v in state.items()
    }
    _check_finite(
        stored, Path(folder) / WEIGHTS, remedy="train with a lower rate or store it as bfloat16"
    )
    weights = save_tensors(stored, metadata={"format": "pt"})
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / WEIGHTS, weights)
    save_config(folder, config | {"sha256": hashlib.sha256(weights).hexdigest()})


def save_config(folder: Path, config: dict) -> None:
    """Write config.json and the card that follows from it, leaving the weights as they are."""
    manifest.check(config, Path(folder) / CONFIG)
    write_atomically(Path(folder) / CONFIG, (json.dumps(config, indent=1) + "\n").encode())
    write_atomically(Path(folder) / CARD, render_card(config).encode())


def write_atomically(path: Path, data: bytes) -> None:
    """All of data under its final name, or the old file: never a half."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def read_config(folder: Path) -> dict:
    """config.json with exactly manifest.FIELDS, each within its range. Raises ValueError."""
    path = Path(folder) / CONFIG
    return manifest.parse(_read(path), path)


def check(folder: Path) -> dict:
    """config.json of a release whose weights have the sha256 it names. Raises ValueError. Reads the weights, but does
    not build a network of them."""
    config = read_config(folder)
    _read_checked(Path(folder) / WEIGHTS, config["sha256"])
    return config


def read_weights(folder: Path, sha256: str) -> dict[str, Tensor]:
    """Tensors by name, floats as float32. Raises ValueError unless the file has this sha256 and all is finite."""
    path = Path(folder) / WEIGHTS
    try:
        tensors = load_tensors(_read_checked(path, sha256))
    except SafetensorError as error:
        raise ValueError(
            f"{path}: expected a safetensors file, got a damaged one ({error}); {REMEDY}"
        ) from None
    _check_finite(tensors, path, REMEDY)
    return {k: v.float() if v.is_floating_point() else v for k, v in tensors.items()}


def _read_checked(path: Path, sha256: str) -> bytes:
    data = _read(path)
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise ValueError(f"{path}: expected sha256 {sha256[:12]}..., got {found[:12]}...; {REMEDY}")
    return data


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror}); {REMEDY}") from None


def _check_finite(tensors: dict[str, Tensor], path: Path, remedy: str) -> None:
    for name, tensor in tensors.items():
        if not torch.isfinite(tensor).all():
            raise ValueError(f"{path}: {name} holds NaN or infinity; {remedy}")


# ---- model card ----


def render_card(config: dict, picture: str | None = None) -> str:
    """config.json -> README.md: what it is, what was measured, its limits and terms, how to load it. `picture` is the
    address of the sheet of successes and failures; that of the checkout unless given."""
    slug = config["system"]
    task, datasets = card.about(slug)
    data = ModelCardData(
        library_name="pytorch",
        license="other",
        license_name="terms-of-the-training-data",
        pipeline_tag=task,
        tags=["autoencoder", "image-to-image", slug],
        datasets=datasets or None,
        metrics=list(config["metrics"]["metrics"]) if config["metrics"] else None,
        model_name=slug,
        eval_results=_results(config, task, datasets),
    )
    text = card.body(config, picture or card.sheet(slug))
    return str(ModelCard(f"---\n{data.to_yaml()}\n---\n{text}"))


def _results(config: dict, task: str, datasets: list[str]) -> list[EvalResult] | None:
    """Measured figures as the Hub's model-index; None where nothing was measured."""
    measured = config["metrics"]
    if not measured:
        return None
    return [
        EvalResult(
            task_type=task,
            dataset_type=datasets[0] if datasets else config["system"],
            dataset_name=f"{measured['images']} {measured['pictures']}",
            dataset_split="test",
            metric_type=name,
            metric_value=figure["value"],
        )
        for name, figure in measured["metrics"].items()
    ]


# ---- Hub ----


def push(
    folder: Path,
    repo: str,
    private: bool = False,
    branch: str = "main",
    picture: Path | None = None,
) -> str:
    """Upload a release in one commit, read it back and verify it; gives the commit (40 hex digits). The same release
    again makes no new commit. `picture` goes with it and is shown in the card. Raises ValueError."""
    files = _release_files(Path(folder), picture)
    weights = check(folder)["sha256"]
    commit = upload(repo, files, f"Release {weights[:12]}", private=private, branch=branch)
    with tempfile.TemporaryDirectory() as cache:
        try:
            again = _download(repo, commit, (CONFIG, WEIGHTS, CARD), cache)
            same = all(
                (again / name).read_bytes() == files[name] for name in (CONFIG, WEIGHTS, CARD)
            )
        except FAILURES as error:
            raise _plain(error, repo, commit) from None
    if not same:
        raise ValueError(
            f"{repo}: what was read back at {commit} differs from what was sent; push again"
        )
    return commit


def _release_files(folder: Path, picture: Path | None) -> dict[str, bytes]:
    """Path in the repository -> content. Raises ValueError unless the release is whole and its card is that of its
    config.json."""
    config = check(folder)
    read_weights(folder, config["sha256"])
    if _read(folder / CARD) != render_card(config).encode():
        remedy = "write it again with ae_models.release.hub.save_config(folder, ae_models.release.hub.read_config(folder))"
        raise ValueError(
            f"{folder / CARD}: expected the card that follows from {CONFIG}, got another; {remedy}"
        )
    files = {name: _read(folder / name) for name in (CONFIG, WEIGHTS, CARD)}
    if picture is not None:
        files |= {CARD: render_card(config, picture.name).encode(), picture.name: _read(picture)}
    return files


def upload(
    repo: str,
    files: dict[str, bytes],
    message: str,
    kind: str = "model",
    private=None,
    branch="main",
) -> str:
    """Create the repository and the branch if needed and put the files there in one commit; gives the commit, the
    latest one if nothing changed. `kind` is "model" or "space". Raises ValueError; then nothing was published."""
    api = HfApi()

    def attempt() -> str:
        sdk = {"space_sdk": "gradio"} if kind == "space" else {}
        api.create_repo(repo, repo_type=kind, private=private, exist_ok=True, **sdk)
        if branch != "main":
            api.create_branch(repo, repo_type=kind, branch=branch, exist_ok=True)
        operations = [CommitOperationAdd(path, content) for path, content in files.items()]
        return api.create_commit(
            repo, operations, commit_message=message, repo_type=kind, revision=branch
        ).oid

    try:
        return _patiently(attempt)
    except FAILURES as error:
        raise _plain(error, repo, branch) from None


def pull_all(wanted: Iterable[tuple[str, str]]) -> list[Path | ValueError]:
    """pull of (repo, revision) pairs, those to download side by side, with a progress bar; where one fails, its error."""

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
        fetched = dict(zip(absent, list(bar)))  # to its end, which closes the bar
    return [fetched[pair] if pair in fetched else attempt(pair) for pair in wanted]


def pull(repo: str, revision: str) -> Path:
    """Folder in the Hub's cache with a release whose sha256 was checked. A commit that is in the cache makes no request.
    Damaged files are fetched once more, then refused by name and removed. Raises ValueError."""
    try:
        folder = _locate(repo, revision)
        damage = _damage(folder)
        if damage:
            _forget(folder)
            folder = _download(repo, folder.name)
            damage = _damage(folder)
    except FAILURES as error:
        raise _plain(error, repo, revision) from None
    if damage:
        _forget(folder)
        raise ValueError(
            f"{repo} at {revision}: {damage}, also when fetched once more; push the release again"
        )
    return folder


def _damage(folder: Path) -> str:
    """What is wrong with a release in the cache, or nothing."""
    try:
        check(folder)
        return ""
    except ValueError as error:
        return str(error).replace(f"{folder}{os.sep}", "").replace(f"; {REMEDY}", "")


def _locate(repo: str, revision: str) -> Path:
    """The folder in the cache, downloaded if need be. The last known commit of a branch serves without a network."""
    if folder := _pinned(repo, revision):
        return folder
    try:
        return _download(repo, revision)
    except (httpx2.TransportError, hub_errors.OfflineModeIsEnabled):
        if folder := _cached(repo, revision):
            return folder
        raise


def _pinned(repo: str, revision: str) -> Path | None:
    """The folder of a commit that is in the cache; of a branch none, since it may have moved."""
    return _cached(repo, revision) if COMMIT.fullmatch(revision) else None


def _cached(repo: str, revision: str) -> Path | None:
    """The folder in the cache if both files are there; none for a name that is no repository's."""
    try:
        paths = [
            try_to_load_from_cache(repo, name, revision=revision) for name in (CONFIG, WEIGHTS)
        ]
    except hub_errors.HFValidationError:
        return None
    return Path(paths[0]).parent if all(isinstance(path, str) for path in paths) else None


def _download(repo: str, revision: str, names=(CONFIG, WEIGHTS), cache: str | None = None) -> Path:
    """config.json, then the weights of the same commit. The library writes each under another name first."""
    for name in names:
        url = hf_hub_url(repo, name, revision=revision)
        size = _patiently(lambda: get_hf_file_metadata(url)).size or 0  # noqa: B023
        if size > MOST_BYTES[name]:
            raise OSError(errno.EFBIG, f"{name} has {size:,} bytes, more than {MOST_BYTES[name]:,}")
        path = _patiently(lambda: hf_hub_download(repo, name, revision=revision, cache_dir=cache))  # noqa: B023
        revision = Path(path).parent.name  # the commit that a branch was at
    return Path(path).parent


def _patiently(action: Callable[[], Result]) -> Result:
    """Three tries on top of the library's own: it gives up at once where a connection breaks off before an answer, and
    at some stages where the Hub stumbles. Without any network it fails at once."""
    for seconds in (1, 2, None):
        try:
            return action()
        except FAILURES as error:
            if seconds is None or not any(map(_passing, _causes(error))):
                raise
            time.sleep(max(seconds, *map(_asked_to_wait, _causes(error))))


def _asked_to_wait(error: BaseException) -> float:
    """Seconds of Retry-After, at most a minute."""
    value = (
        error.response.headers.get("Retry-After", "")
        if isinstance(error, hub_errors.HfHubHTTPError)
        else ""
    )
    return min(60.0, float(value)) if value.isdigit() else 0.0


def _passing(error: BaseException) -> bool:
    if isinstance(error, hub_errors.HfHubHTTPError):
        return error.response.status_code in (408, 429) or error.response.status_code >= 500
    broken = isinstance(error, httpx2.TransportError) and not isinstance(error, httpx2.ConnectError)
    return (
        broken
        or isinstance(error, json.JSONDecodeError)
        or "Consistency check failed" in str(error)
    )


def _forget(folder: Path) -> None:
    """Take a release out of the cache: the names in the snapshot and the files they point to."""
    for path in (folder / CONFIG, folder / WEIGHTS):
        path.resolve().unlink(missing_ok=True)
        path.unlink(missing_ok=True)


def _plain(error: Exception, repo: str, revision: str) -> ValueError:
    """What went wrong with the Hub in one sentence that ends in the remedy. Nothing of the request's headers is in it."""
    for cause in reversed(_causes(error)):
        for kinds, sentence in SENTENCES:
            if isinstance(cause, kinds) and (text := sentence(cause)):
                return ValueError(f"{repo} at {revision}: {text}")
    text = " ".join(str(error).split())[:200]
    return ValueError(f"{repo} at {revision}: {type(error).__name__}: {text}; try again later")


def _causes(error: BaseException) -> list[BaseException]:
    """An error and what it came from: the library wraps what broke off in "an error happened"."""
    causes = [error]
    while causes[-1].__cause__ is not None:
        causes.append(causes[-1].__cause__)
    return causes


def _missing_repository(error: hub_errors.RepositoryNotFoundError) -> str:
    status = error.response.status_code
    found = (
        "the Hub knows no such repository"
        if status == 404
        else f"the Hub refuses access ({status})"
    )
    return f"{found}, or it is private; check the name, or log in with hf auth login"


def _status(error: hub_errors.HfHubHTTPError) -> str:
    status = error.response.status_code
    meaning = {
        401: "the Hub does not accept the token (401); log in with hf auth login",
        403: "the token may not do that (403); make one with write access, or choose a namespace of your own",
        409: "the Hub is busy with this repository or it changed meanwhile (409); try again",
        429: "the Hub asks to slow down (429); wait some minutes and try again",
    }
    return meaning.get(status, f"the Hub answers with an error ({status}); try again later")


def _disk(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full; make room, or let HF_HOME name a folder on another disk"
    if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        return f"{error.filename} cannot be written; let HF_HOME name a folder that can"
    if error.errno == errno.EFBIG:
        return f"{error.strerror}; this is no release of Autoencoder Studio"
    if "Consistency check failed" in str(error):
        return "a file arrived with the wrong size; try again, or push the release again"
    return ""


SENTENCES = (  # kinds of error, what to say; the first that fits and says something
    (
        hub_errors.GatedRepoError,
        lambda e: "access must be asked for on the repository's page; do that, then log in",
    ),
    (hub_errors.RepositoryNotFoundError, _missing_repository),
    (
        hub_errors.RevisionNotFoundError,
        lambda e: "no such commit or branch there; correct the line in ae_models/zoo.py",
    ),
    (
        hub_errors.RemoteEntryNotFoundError,
        lambda e: (
            f"no file {str(e.response.url.path).rsplit('/', 1)[-1]} there; push the release again"
        ),
    ),
    (hub_errors.HfHubHTTPError, _status),
    (
        hub_errors.OfflineModeIsEnabled,
        lambda e: "not in the cache, and HF_HUB_OFFLINE is set; unset it once to fetch it",
    ),
    (
        httpx2.ConnectError,
        lambda e: f"{constants.ENDPOINT} cannot be reached; check the network, then start again",
    ),
    (httpx2.TimeoutException, lambda e: "the Hub did not answer in time; try again later"),
    (httpx2.TransportError, lambda e: "the connection broke off; try again"),
    (
        hub_errors.HFValidationError,
        lambda e: "expected a repository named NAMESPACE/NAME; correct the name",
    ),
    (
        hub_errors.FileMetadataError,
        lambda e: "what answers is not a Hub; check HF_ENDPOINT and the proxy",
    ),
    (json.JSONDecodeError, lambda e: "what answers is not a Hub; check HF_ENDPOINT and the proxy"),
    (OSError, _disk),
)
