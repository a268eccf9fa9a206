"""The table of networks, and `load`."""

import threading
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from ae_models import hub
from ae_models.dcae import DCAE, DCAEConfig
from ae_models.face_sketch import FaceSketch, FaceSketchConfig
from ae_models.photo_color import PhotoColor, PhotoColorConfig
from ae_models.sketch_color import SketchColor, SketchColorConfig
from ae_models.vae import VAE, VAEConfig

WEIGHTS = Path(__file__).resolve().parents[1] / "weights"


@dataclass(frozen=True)
class Row:
    """One network: its slug, its class with the config it takes, and what it does in a sentence."""

    slug: str
    network: type[nn.Module]
    config: type
    summary: str


ROWS = (
    Row("face-sketch", FaceSketch, FaceSketchConfig, "Draws a face photo as an artist's pencil sketch."),
    Row("sketch-color", SketchColor, SketchColorConfig, "Colours a line drawing of a creature."),
    Row("photo-color", PhotoColor, PhotoColorConfig, "Colours a grey landscape photo."),
    Row("dcae", DCAE, DCAEConfig, "Squeezes a picture into a third of its numbers and rebuilds it."),
    Row("face-vae", VAE, VAEConfig, "Describes a face by 128 numbers; morphs and samples faces."),
)
BY_SLUG = {row.slug: row for row in ROWS}

_cache: dict[str, nn.Module] = {}
_lock = threading.Lock()


def row(slug: str) -> Row:
    """The row of a slug. Raises ValueError for a slug that is not in the table."""
    if slug not in BY_SLUG:
        raise ValueError(f"expected one of {', '.join(BY_SLUG)}, got {slug!r}")
    return BY_SLUG[slug]


def build(slug: str, **arguments) -> nn.Module:
    """An untrained network of this row; `arguments` are those of its config."""
    entry = row(slug)
    arguments = {k: tuple(v) if isinstance(v, list) else v for k, v in arguments.items()}
    return entry.network(entry.config(**arguments))


def load(slug: str) -> nn.Module:
    """The trained network in eval mode; one copy for the whole process. Raises ValueError saying what is wrong with
    the release and how to mend it."""
    row(slug)
    with _lock:
        if slug not in _cache:
            _cache[slug] = load_release(WEIGHTS / slug, slug)
        return _cache[slug]


def load_release(folder: Path, slug: str) -> nn.Module:
    """The network in a release folder, in eval mode, on the CPU, not cached. Raises ValueError."""
    config = hub.read_config(folder)
    path = Path(folder) / hub.CONFIG
    if (config["system"], config["class"]) != (slug, row(slug).network.__name__):
        raise ValueError(f"{path}: expected the release of {slug}, got {config['system']}; {hub.REMEDY}")
    try:
        with torch.device("meta"):  # no memory, no random start: the weights are assigned below
            model = build(slug, **config["arguments"])
    except (TypeError, ValueError, ZeroDivisionError, IndexError) as error:
        raise ValueError(f"{path}: arguments do not fit {config['class']} ({error}); {hub.REMEDY}") from None
    state = hub.read_weights(folder, config["sha256"])
    try:
        model.load_state_dict(state, strict=True, assign=True)
    except RuntimeError as error:
        detail = " ".join(str(error).split())[:200]
        raise ValueError(
            f"{Path(folder) / hub.WEIGHTS}: does not fit {config['class']}: {detail}; {hub.REMEDY}"
        ) from None
    return model.eval().requires_grad_(False)
