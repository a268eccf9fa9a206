"""Release folders on disk: model.safetensors, config.json and README.md, the model card.

Reading is strict: every error is a ValueError that names the file and the remedy. Only safetensors
and JSON are read; nothing is unpickled.

    save ── folder ── check ── read_config, read_weights
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

from ae_models.release import card, manifest
from ae_models.release.manifest import REMEDY

WEIGHTS, CONFIG, CARD = "model.safetensors", "config.json", "README.md"
LARGE = 1_000_000  # numbers of a tensor from which it is stored in 8 bits
SCALE = ".scale"  # what the name of its scales ends in


def save(
    folder: Path, state: dict[str, Tensor], config: dict, dtype: torch.dtype = torch.float16
) -> None:
    """Write a release. `config` holds manifest.FIELDS less sha256; floats are stored as dtype,
    those of LARGE tensors in 8 bits.

    Raises ValueError if a tensor is not finite in that dtype; then nothing is written."""
    folder = Path(folder)
    floats = {k: v for k, v in state.items() if v.is_floating_point()}
    stored = state | {k: v.to(dtype) for k, v in floats.items()}
    _check_finite(stored, folder / WEIGHTS, "train with a lower rate or store it as bfloat16")
    for name in [k for k, v in floats.items() if v.ndim > 1 and v.numel() >= LARGE]:
        stored[name], stored[name + SCALE] = _in_8_bits(floats[name])
    stored = {k: v.cpu().contiguous() for k, v in stored.items()}
    weights = save_tensors(stored, metadata={"format": "pt"})
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / WEIGHTS, weights)
    save_config(folder, config | {"sha256": hashlib.sha256(weights).hexdigest()})


def save_config(folder: Path, config: dict) -> None:
    """Write config.json and the model card that follows from it; the weights stay as they are."""
    manifest.check(config, Path(folder) / CONFIG)
    write_atomically(Path(folder) / CONFIG, (json.dumps(config, indent=1) + "\n").encode())
    write_atomically(Path(folder) / CARD, card.render(config).encode())


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file so that readers see the old content or all of the new, never a part.

    Raises ValueError if it cannot be written, with the old content in place."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise ValueError(
            f"{path}: cannot be written ({error.strerror}); make room there or choose another "
            "folder"
        ) from None
    finally:
        temporary.unlink(missing_ok=True)


def read_config(folder: Path) -> dict:
    """config.json with exactly manifest.FIELDS, each within its range. Raises ValueError."""
    path = Path(folder) / CONFIG
    return manifest.parse(read(path), path)


def check(folder: Path) -> dict:
    """config.json of a release whose weights have the sha256 it states. Raises ValueError.

    Reads the weights but builds no network from them."""
    config = read_config(folder)
    _read_checked(Path(folder) / WEIGHTS, config["sha256"])
    return config


def read_weights(folder: Path, sha256: str) -> dict[str, Tensor]:
    """Tensors by name, floats as float32. Raises ValueError for another hash, NaN or infinity."""
    path = Path(folder) / WEIGHTS
    try:
        tensors = load_tensors(_read_checked(path, sha256))
    except SafetensorError as error:
        raise ValueError(
            f"{path}: expected a safetensors file, got a damaged one ({error}); {REMEDY}"
        ) from None
    _check_finite(tensors, path, REMEDY)
    for name in [k for k, v in tensors.items() if v.dtype == torch.int8]:
        scale = tensors.pop(name + SCALE, None)
        tensors[name] = _from_8_bits(tensors[name], scale, name, path)
    return {k: v.float() if v.is_floating_point() else v for k, v in tensors.items()}


def read(path: Path) -> bytes:
    """Content of a file. Raises ValueError if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror}); {REMEDY}") from None


def _in_8_bits(tensor: Tensor) -> tuple[Tensor, Tensor]:
    """Floats -> int8 of their shape and a scale for each row, float32, whose product they are."""
    scale = tensor.flatten(1).abs().amax(1).clamp_min(1e-12) / 127
    return (tensor / _as_column(scale, tensor)).round().to(torch.int8), scale


def _from_8_bits(tensor: Tensor, scale: Tensor | None, name: str, path: Path) -> Tensor:
    if scale is None or not tensor.ndim or scale.shape != tensor.shape[:1]:
        got = "none" if scale is None else f"shape {tuple(scale.shape)}"
        wanted = f"a scale for each row of {name}, {tuple(tensor.shape)}"
        raise ValueError(f"{path}: expected {wanted}, got {got}; {REMEDY}")
    return tensor.float() * _as_column(scale.float(), tensor)


def _as_column(scale: Tensor, tensor: Tensor) -> Tensor:
    return scale.view(-1, *[1] * (tensor.ndim - 1))


def _read_checked(path: Path, sha256: str) -> bytes:
    data = read(path)
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise ValueError(f"{path}: expected sha256 {sha256[:12]}..., got {found[:12]}...; {REMEDY}")
    return data


def _check_finite(tensors: dict[str, Tensor], path: Path, remedy: str) -> None:
    for name, tensor in tensors.items():
        if not torch.isfinite(tensor).all():
            raise ValueError(f"{path}: {name} holds NaN or infinity; {remedy}")
