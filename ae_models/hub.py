"""Release folders: model.safetensors, config.json and README.md, the model card rendered from config.json alone.

Knows no network: it writes and reads tensors and their description. Reading is strict; every error is a ValueError
that names the file and the remedy. Only safetensors and JSON are read, nothing is unpickled.
"""

import hashlib
import json
import os
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

WEIGHTS, CONFIG, CARD = "model.safetensors", "config.json", "README.md"
REMEDY = "restore the folder from the repository (git checkout) or train it again"

# config.json: key -> type. `card` has the texts of the model card, `training` says how the weights were made,
# `metrics` is what train.evaluate measured.
FIELDS = {
    "system": str,
    "class": str,
    "arguments": dict,
    "input_size": int,
    "channels": int,
    "color_space": str,
    "value_range": list,
    "card": dict,
    "training": dict,
    "metrics": dict,
    "sha256": str,
}


def save(folder: Path, state: dict[str, Tensor], config: dict, dtype: torch.dtype = torch.float16) -> None:
    """Write a release. `config` holds FIELDS less sha256; floating tensors are stored as dtype. Raises ValueError if
    a tensor is not finite in that dtype; then nothing is written."""
    stored = {k: (v.to(dtype) if v.is_floating_point() else v).cpu().contiguous() for k, v in state.items()}
    _check_finite(stored, Path(folder) / WEIGHTS, remedy="train with a lower rate or store it as bfloat16")
    weights = save_tensors(stored, metadata={"format": "pt"})
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / WEIGHTS, weights)
    save_config(folder, config | {"sha256": hashlib.sha256(weights).hexdigest()})


def save_config(folder: Path, config: dict) -> None:
    """Write config.json and the card that follows from it, leaving the weights as they are."""
    _check_fields(config, Path(folder) / CONFIG)
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
    """config.json with exactly FIELDS. Raises ValueError."""
    path = Path(folder) / CONFIG
    try:
        config = json.loads(_read(path))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: expected JSON, got a damaged file ({error}); {REMEDY}") from None
    _check_fields(config, path)
    return config


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
        raise ValueError(f"{path}: expected a safetensors file, got a damaged one ({error}); {REMEDY}") from None
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


def _check_fields(config: object, path: Path) -> None:
    if not isinstance(config, dict):
        raise ValueError(f"{path}: expected a JSON object, got {type(config).__name__}; {REMEDY}")
    missing, unknown = FIELDS.keys() - config, config.keys() - FIELDS
    if missing or unknown:
        raise ValueError(f"{path}: missing keys {sorted(missing)}, unknown keys {sorted(unknown)}; {REMEDY}")
    for key, kind in FIELDS.items():
        if not isinstance(config[key], kind) or isinstance(config[key], bool):
            got = type(config[key]).__name__
            raise ValueError(f"{path}: expected {key} to be {kind.__name__}, got {got}; {REMEDY}")


# ---- model card ----


def render_card(config: dict) -> str:
    """config.json -> README.md: what it is, how it was trained, what was measured, how to load it."""
    training, card, slug = config["training"], config["card"], config["system"]
    size, low_high = config["input_size"], config["value_range"]
    lines = [
        "---",
        "library_name: pytorch",
        "license: other",
        "tags: [autoencoder, image-to-image]",
        "---",
        f"# {slug}",
        "",
        card.get("summary", ""),
        "",
        f"![{slug}: what it does well, and where it fails](../../docs/{slug}.webp)",
        "",
        f"`{config['class']}({', '.join(f'{k}={v!r}' for k, v in config['arguments'].items())})`, input "
        f"{config['channels']}x{size}x{size}, {config['color_space']}, values in {low_high}.",
        "",
        "## Measured",
        "",
        *_metric_table(config["metrics"]),
        "",
        "## Trained",
        "",
        *(f"- {key.replace('_', ' ')}: {_code(value)}" for key, value in training.items() if key in _TRAINING_KEYS),
        "",
        "## Limits",
        "",
        card.get("limits", ""),
        "",
        "## Load",
        "",
        "```python",
        "from PIL import Image",
        "from ae_models import tasks, zoo",
        f'model = zoo.load("{slug}")',
        card.get("example", ""),
        "```",
        "",
        f"sha256 of the weights: `{config['sha256']}`",
        "",
    ]
    return "\n".join(lines)


_TRAINING_KEYS = (
    "command",
    "data",
    "terms",
    "images",
    "epochs",
    "steps",
    "batch",
    "seconds",
    "device",
    "seed",
    "commit",
)


def _code(value: object) -> str:
    return f"`{value}`" if isinstance(value, str) and value.startswith("python") else str(value)


def _metric_table(metrics: dict) -> list[str]:
    """The object that train.evaluate prints -> a Markdown table, a row for the network and one for each baseline."""
    if not metrics:
        return ["Not measured yet."]
    names = list(metrics["metrics"])
    rows = {metrics["system"]: metrics["metrics"]} | metrics["baselines"]
    return [
        f"On {metrics['images']} {metrics['pictures']}, with bootstrap 95 % intervals; `{metrics['command']}`",
        "",
        "| | " + " | ".join(names) + " |",
        "|---" * (len(names) + 1) + "|",
        *(
            f"| {row} | " + " | ".join(_figure(figures.get(name)) for name in names) + " |"
            for row, figures in rows.items()
        ),
    ]


def _figure(figure: dict | None) -> str:
    if figure is None:
        return ""
    text = f"{figure['value']:.4g}"
    return text + (f" ({figure['low']:.4g} to {figure['high']:.4g})" if "low" in figure else "")
