"""Trained networks by slug: where their weights are, and `load`.

The networks are the rows of ae_models/rows.py. Weights come from weights/<slug>/ of the checkout,
and from the Hub where that folder is absent. Two settings, read when weights are looked for:

AUTOENCODER_STUDIO_HUB=1            prefer the Hub (python app.py --hub does the same)
AUTOENCODER_STUDIO_NAMESPACE=name   prefer the Hub, and there name/autoencoder-studio-<slug>
"""

import functools
import logging
import os
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from ae_models import rows
from ae_models.release import files, hub
from ae_models.release.manifest import REMEDY
from ae_models.rows import ROWS, Row

HERE = Path(__file__).resolve().parent
INSTALLED = HERE / "weights"  # of a package that was built with them
WEIGHTS = INSTALLED if INSTALLED.is_dir() else HERE.parent / "weights"  # of a checkout
BY_SLUG = {row.slug: row for row in ROWS}  # the networks that the app offers
INSTRUMENTS = {row.slug: row for row in rows.INSTRUMENTS}  # the networks that measure others

# slug -> repository@commit on the Hub, as `python -m train.push` prints it.
PUBLISHED: dict[str, str] = {}

AGAIN = 30.0  # seconds before a failed download is tried again: a page asks for a network often
_cache: dict[str, nn.Module] = {}
_lock = threading.Lock()
_sources: dict[str, "Source"] = {}  # results of looking on the Hub
_failed: dict[str, tuple[float, str]] = {}  # slug -> time and reason of a failed download
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Source:
    """Place of a network's weights."""

    folder: Path
    origin: str  # for the reader
    warning: str = ""  # why they are not from the Hub although that was asked for
    checked: bool = False  # whether their sha256 was verified when they were found


def row(slug: str) -> Row:
    """The row of a slug. Raises ValueError for a slug that is not in the table."""
    table = BY_SLUG | INSTRUMENTS
    if slug not in table:
        raise ValueError(f"expected one of {', '.join(table)}, got {slug!r}")
    return table[slug]


def build(slug: str, **arguments) -> nn.Module:
    """Build an untrained network of this row; `arguments` are those of its config."""
    return row(slug).build(**arguments)


def load(slug: str) -> nn.Module:
    """The trained network in eval mode, one copy for the whole process.

    Raises ValueError that says what is wrong with the release and how to repair it."""
    folder = source(slug).folder
    with _lock:
        if slug not in _cache:
            _cache[slug] = load_release(folder, slug)
        return _cache[slug]


def networks(system: str) -> dict[str, str]:
    """Kinds of network of a system -> their slugs, the default first. Raises ValueError."""
    found = [row for row in ROWS if row.system == system]
    if not found:
        raise ValueError(f"expected a system of the zoo, got {system!r}")
    return {row.kind: row.slug for row in sorted(found, key=lambda row: row.kind != "plus")}


def from_pretrained(name: str | os.PathLike, revision: str = "main") -> nn.Module:
    """Load a slug, a release folder, or a repository of the Hub at a branch or commit.

    Raises ValueError."""
    if name in BY_SLUG or name in INSTRUMENTS:
        return load(name)
    if Path(name).is_dir():
        folder = Path(name)
    elif re.fullmatch(r"[\w.-]+/[\w.-]+", str(name)):
        folder = hub.pull(str(name), revision)
    else:
        slugs = ", ".join(BY_SLUG)
        raise ValueError(f"expected {slugs}, a release folder or NAMESPACE/NAME, got {name!r}")
    return load_release(folder, files.read_config(folder)["system"])


# ---- where the weights are ----


def repo_name(slug: str, namespace: str) -> str:
    """Name of the repository that push creates for a network by default."""
    return f"{namespace}/autoencoder-studio-{slug}"


def on_hub(slug: str) -> tuple[str, str] | None:
    """(repository, revision) of a network on the Hub, or None if it was not published.

    In a chosen namespace it is the newest release, unless PUBLISHED names a commit of that very
    repository."""
    repo, _, commit = PUBLISHED.get(slug, "").partition("@")
    namespace = os.environ.get("AUTOENCODER_STUDIO_NAMESPACE")
    if namespace and repo != repo_name(slug, namespace):
        return repo_name(slug, namespace), "main"
    return (repo, commit or "main") if repo else None


def prefers_hub() -> bool:
    """Whether one of the two settings asks for the Hub even where embedded weights exist."""
    on = os.environ.get("AUTOENCODER_STUDIO_HUB", "").lower() in ("1", "true", "yes", "on")
    return on or bool(os.environ.get("AUTOENCODER_STUDIO_NAMESPACE"))


def source(slug: str) -> Source:
    """Find the weights of a network, and fetch them from the Hub if needed. Raises ValueError."""
    row(slug)
    if slug in _sources:
        return _sources[slug]
    if not _wants_hub(slug):
        return _embedded(slug)
    since, reason = _failed.get(slug, (-AGAIN, ""))
    if time.monotonic() - since < AGAIN:
        raise ValueError(reason)
    return _from_hub(slug, _pull([slug])[0])


def config(slug: str) -> dict:
    """config.json of a network whose weights have the sha256 it states. Raises ValueError."""
    found = source(slug)
    return files.read_config(found.folder) if found.checked else files.check(found.folder)


def fetch() -> None:
    """Fetch in parallel what the app needs from the Hub. A failure is logged, and raised on use."""
    slugs = [slug for slug in BY_SLUG if slug not in _sources and _wants_hub(slug)]
    for slug, result in zip(slugs, _pull(slugs)):
        try:
            _from_hub(slug, result)
        except ValueError as error:
            _log.warning("%s", error)


def _wants_hub(slug: str) -> bool:
    """Whether to look on the Hub. A damaged folder is not skipped: the reader should know."""
    embedded = (_embedded(slug).folder / files.CONFIG).is_file()
    return prefers_hub() if embedded else on_hub(slug) is not None


def _pull(slugs: list[str]) -> list[Path | ValueError]:
    unpublished = ValueError(
        "not published on the Hub yet; push it, or choose a namespace that has it"
    )
    wanted = {slug: on_hub(slug) for slug in slugs}
    published = [slug for slug in slugs if wanted[slug]]
    found = dict(zip(published, hub.pull_all([wanted[slug] for slug in published])))
    return [found.get(slug, unpublished) for slug in slugs]


def _from_hub(slug: str, result: Path | ValueError) -> Source:
    """Remember the source of a network: the Hub, or if that failed its embedded weights."""
    embedded = _embedded(slug)
    if not isinstance(result, ValueError):
        repo, _ = on_hub(slug)
        found = Source(result, f"Hub, {repo} at {result.name[:7]}", checked=True)
    elif (embedded.folder / files.CONFIG).is_file():
        found = Source(
            embedded.folder, embedded.origin, f"the embedded weights are in use, because {result}"
        )
        if on_hub(slug):
            _log.warning("%s: %s", slug, found.warning)
        else:
            _tell_unpublished()
    else:
        _failed[slug] = time.monotonic(), str(result)
        raise result
    _sources[slug] = found
    return found


@functools.cache
def _tell_unpublished() -> None:
    """Say once in a process that the Hub was asked for before anything was pushed there."""
    absent = [slug for slug in BY_SLUG if not on_hub(slug)]
    names = "no network" if len(absent) == len(BY_SLUG) else f"none of {', '.join(absent)}"
    _log.warning(
        "%s is published on the Hub yet, so the embedded weights are in use; "
        "python -m train.push publishes them",
        names,
    )


def _embedded(slug: str) -> Source:
    return Source(WEIGHTS / slug, f"embedded, weights/{slug}")


# ---- from a release folder to a network ----


def load_release(folder: Path, slug: str) -> nn.Module:
    """Load the network of a release folder, in eval mode, on the CPU, not cached.

    Raises ValueError."""
    config = files.read_config(folder)
    model = _empty(config, row(slug), Path(folder) / files.CONFIG)
    state = files.read_weights(folder, config["sha256"])
    try:
        model.load_state_dict(state, strict=True, assign=True)
    except RuntimeError as error:
        detail = " ".join(str(error).split())[:200]
        path = Path(folder) / files.WEIGHTS
        raise ValueError(f"{path}: does not fit {config['class']}: {detail}; {REMEDY}") from None
    model.sha256 = config["sha256"]  # files of a codec name the weights that read them
    # Convolutions on a CPU are faster in this memory format.
    return model.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def _empty(config: dict, entry: Row, path: Path) -> nn.Module:
    """Build the network that config.json describes, without memory for its weights."""
    if (config["system"], config["class"]) != (entry.slug, entry.network.__name__):
        raise ValueError(
            f"{path}: expected the release of {entry.slug}, got {config['system']}; {REMEDY}"
        )
    try:
        with torch.device("meta"):
            return entry.build(**config["arguments"])
    except (TypeError, ValueError, ZeroDivisionError, IndexError) as error:
        raise ValueError(
            f"{path}: arguments do not fit {config['class']} ({error}); {REMEDY}"
        ) from None
