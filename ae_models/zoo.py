"""The table of networks, where their weights are, and `load`.

Weights come from weights/<slug>/ of the checkout, and from the Hub where that folder is absent. Two settings, read when
weights are looked for:

AUTOENCODER_STUDIO_HUB=1            prefer the Hub (python app.py --hub does the same)
AUTOENCODER_STUDIO_NAMESPACE=name   prefer the Hub, and there name/autoencoder-studio-<slug>
"""

import logging
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from ae_models.codec.dcae import DCAE, DCAEConfig
from ae_models.codec.dcae_plus import DCAEPlus, DCAEPlusConfig
from ae_models.face.sketch import FaceSketch, FaceSketchConfig
from ae_models.face.sketch_plus import FacePlusConfig, FaceSketchPlus, SketchFacePlus
from ae_models.face.vae import VAE, VAEConfig
from ae_models.face.vae_plus import VAEPlus, VAEPlusConfig
from ae_models.photo.classic import PhotoColor, PhotoColorConfig
from ae_models.photo.plus import PhotoColorPlus, PhotoColorPlusConfig
from ae_models.release import hub
from ae_models.sketch.classic import SketchColor, SketchColorConfig
from ae_models.sketch.plus import SketchColorPlus, SketchColorPlusConfig

WEIGHTS = Path(__file__).resolve().parents[1] / "weights"


@dataclass(frozen=True)
class Row:
    """One network: its slug, its class with the config it takes, and what it does in a sentence."""

    slug: str
    network: type[nn.Module]
    config: type
    summary: str

    def build(self, **arguments) -> nn.Module:
        """An untrained network; `arguments` are those of its config."""
        arguments = {k: tuple(v) if isinstance(v, list) else v for k, v in arguments.items()}
        return self.network(self.config(**arguments))


ROWS = (
    Row(
        "face-sketch",
        FaceSketch,
        FaceSketchConfig,
        "Draws a face photo as an artist's pencil sketch.",
    ),
    Row(
        "face-sketch-plus",
        FaceSketchPlus,
        FacePlusConfig,
        "Draws a face photo with an artist's pencil strokes.",
    ),
    Row(
        "sketch-face-plus",
        SketchFacePlus,
        FacePlusConfig,
        "Paints a pencil sketch of a face as a photo.",
    ),
    Row("sketch-color", SketchColor, SketchColorConfig, "Colors a line drawing of a creature."),
    Row(
        "sketch-color-plus",
        SketchColorPlus,
        SketchColorPlusConfig,
        "Colors a drawing with a palette and dabs of color.",
    ),
    Row("photo-color", PhotoColor, PhotoColorConfig, "Colors a gray landscape photo."),
    Row(
        "photo-color-plus",
        PhotoColorPlus,
        PhotoColorPlusConfig,
        "Colors a gray landscape photo vividly, steered by points of color.",
    ),
    Row(
        "dcae", DCAE, DCAEConfig, "Squeezes a picture into a third of its numbers and rebuilds it."
    ),
    Row(
        "dcae-plus",
        DCAEPlus,
        DCAEPlusConfig,
        "Squeezes a picture of any size, at several rates, and rebuilds it.",
    ),
    Row("face-vae", VAE, VAEConfig, "Describes a face by 128 numbers; morphs and samples faces."),
    Row(
        "face-vae-plus",
        VAEPlus,
        VAEPlusConfig,
        "Describes a face by 128 numbers, sharper; morphs, changes and samples faces.",
    ),
)
BY_SLUG = {row.slug: row for row in ROWS}

# slug -> repository@commit on the Hub, as `python -m train.push` prints it.
PUBLISHED: dict[str, str] = {}

_cache: dict[str, nn.Module] = {}
_lock = threading.Lock()
_sources: dict[str, "Source"] = {}  # those that were looked for on the Hub
_failed: dict[str, tuple[float, str]] = {}  # when and why those were not found
AGAIN = 30.0  # seconds after which a failed download is tried again: a page asks for a network many times
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Source:
    """Where the weights of a network are."""

    folder: Path
    origin: str  # for the reader
    warning: str = ""  # why they are not from the Hub, though that was asked for
    checked: bool = False  # whether their sha256 was, when they were looked for


def row(slug: str) -> Row:
    """The row of a slug. Raises ValueError for a slug that is not in the table."""
    if slug not in BY_SLUG:
        raise ValueError(f"expected one of {', '.join(BY_SLUG)}, got {slug!r}")
    return BY_SLUG[slug]


def build(slug: str, **arguments) -> nn.Module:
    """An untrained network of this row; `arguments` are those of its config."""
    return row(slug).build(**arguments)


def load(slug: str) -> nn.Module:
    """The trained network in eval mode; one copy for the whole process. Raises ValueError saying what is wrong with
    the release and how to mend it."""
    folder = source(slug).folder
    with _lock:
        if slug not in _cache:
            _cache[slug] = load_release(folder, slug)
        return _cache[slug]


# ---- where the weights are ----


def repo_name(slug: str, namespace: str) -> str:
    """The repository that push makes for a network unless told otherwise."""
    return f"{namespace}/autoencoder-studio-{slug}"


def on_hub(slug: str) -> tuple[str, str] | None:
    """(repository, revision) on the Hub, or None if it was not published: the line of PUBLISHED, or the repository in
    the chosen namespace, there at its pinned commit if it is the one of that line, else at its newest."""
    repo, _, commit = PUBLISHED.get(slug, "").partition("@")
    namespace = os.environ.get("AUTOENCODER_STUDIO_NAMESPACE")
    if namespace and repo != repo_name(slug, namespace):
        return repo_name(slug, namespace), "main"
    return (repo, commit or "main") if repo else None


def prefers_hub() -> bool:
    """Whether one of the two settings asks for the Hub though there are embedded weights."""
    on = os.environ.get("AUTOENCODER_STUDIO_HUB", "").lower() in ("1", "true", "yes", "on")
    return on or bool(os.environ.get("AUTOENCODER_STUDIO_NAMESPACE"))


def source(slug: str) -> Source:
    """Where the weights of a network are, fetched from the Hub if need be. Raises ValueError if they are nowhere."""
    row(slug)
    if slug in _sources:
        return _sources[slug]
    if not _wants_hub(slug):
        return _embedded(slug)
    since, sentence = _failed.get(slug, (-AGAIN, ""))
    if time.monotonic() - since < AGAIN:
        raise ValueError(sentence)
    return _from_hub(slug, _attempt([slug])[0])


def config(slug: str) -> dict:
    """config.json of a network whose weights have the sha256 it names. Raises ValueError."""
    found = source(slug)
    return hub.read_config(found.folder) if found.checked else hub.check(found.folder)


def fetch() -> None:
    """Look for all weights at once that have to come from the Hub, side by side. A failure shows where they are used."""
    slugs = [slug for slug in BY_SLUG if slug not in _sources and _wants_hub(slug)]
    for slug, result in zip(slugs, _attempt(slugs)):
        try:
            _from_hub(slug, result)
        except ValueError as error:
            _log.warning("%s", error)


def _wants_hub(slug: str) -> bool:
    """A folder that is there but damaged is not passed over: the reader should know."""
    there = (_embedded(slug).folder / hub.CONFIG).is_file()
    return prefers_hub() if there else on_hub(slug) is not None


def _attempt(slugs: list[str]) -> list[Path | ValueError]:
    unpublished = ValueError(
        "not published on the Hub yet; push it, or choose a namespace that has it"
    )
    wanted = {slug: on_hub(slug) for slug in slugs}
    found = dict(
        zip(
            (s for s in slugs if wanted[s]),
            hub.pull_all([pair for pair in wanted.values() if pair]),
        )
    )
    return [found.get(slug, unpublished) for slug in slugs]


def _from_hub(slug: str, result: Path | ValueError) -> Source:
    """Remember where a network's weights are; the embedded ones, with a warning, if the Hub has failed."""
    embedded = _embedded(slug)
    if not isinstance(result, ValueError):
        repo, _ = on_hub(slug)
        found = Source(result, f"Hub, {repo} at {result.name[:7]}", checked=True)
    elif (embedded.folder / hub.CONFIG).is_file():
        found = Source(
            embedded.folder, embedded.origin, f"the embedded weights are in use, because {result}"
        )
        _log.warning("%s: %s", slug, found.warning)
    else:
        _failed[slug] = time.monotonic(), str(result)
        raise result
    _sources[slug] = found
    return found


def _embedded(slug: str) -> Source:
    return Source(WEIGHTS / slug, f"embedded, weights/{slug}")


def load_release(folder: Path, slug: str) -> nn.Module:
    """The network in a release folder, in eval mode, on the CPU, not cached. Raises ValueError."""
    return read_release(folder, row(slug))


def read_release(folder: Path, entry: Row) -> nn.Module:
    """The same for a row that need not be in the table."""
    config = hub.read_config(folder)
    path = Path(folder) / hub.CONFIG
    if (config["system"], config["class"]) != (entry.slug, entry.network.__name__):
        raise ValueError(
            f"{path}: expected the release of {entry.slug}, got {config['system']}; {hub.REMEDY}"
        )
    try:
        with torch.device("meta"):  # no memory, no random start: the weights are assigned below
            model = entry.build(**config["arguments"])
    except (TypeError, ValueError, ZeroDivisionError, IndexError) as error:
        raise ValueError(
            f"{path}: arguments do not fit {config['class']} ({error}); {hub.REMEDY}"
        ) from None
    state = hub.read_weights(folder, config["sha256"])
    try:
        model.load_state_dict(state, strict=True, assign=True)
    except RuntimeError as error:
        detail = " ".join(str(error).split())[:200]
        raise ValueError(
            f"{Path(folder) / hub.WEIGHTS}: does not fit {config['class']}: {detail}; {hub.REMEDY}"
        ) from None
    return (
        model.eval().requires_grad_(False).to(memory_format=torch.channels_last)
    )  # faster on a CPU
