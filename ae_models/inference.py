"""Between pictures and networks: value ranges, batches, and checks of arguments."""

import math
from collections.abc import Callable

import torch
from PIL import Image
from torch import Tensor, nn

from ae_models import images

BATCH = 256  # rows of a tensor that go through a network at once


def expect(model: nn.Module, classes: type | tuple[type, ...], what: str) -> None:
    """Raise ValueError unless `model` is of one of the classes; `what` describes them."""
    if not isinstance(model, classes):
        raise ValueError(f"expected {what}, got {type(model).__name__}")


def number(name: str, value: float, low: float, high: float) -> float:
    """Check a number: value as a float. Raises ValueError unless it is in [low, high]."""
    try:
        result = float(value)
    except (TypeError, ValueError):
        result = math.nan
    if isinstance(value, str | bool) or not low <= result <= high:
        raise ValueError(f"expected {name} to be a number from {low} to {high}, got {value!r}")
    return result


def whole_number(name: str, value: float, low: int, high: int) -> int:
    """Check a whole number: value as an int. Raises ValueError unless it is in [low, high]."""
    result = number(name, value, low, high)
    if not result.is_integer():
        raise ValueError(
            f"expected {name} to be a whole number from {low} to {high}, got {value!r}"
        )
    return int(result)


def hint_layer(hints: Image.Image, size: tuple[int, int], of: str) -> Image.Image:
    """Check hints for a picture. Raises ValueError unless they are RGBA and of its size.

    of: a word for the picture, "photo" or "sketch"."""
    is_picture = isinstance(hints, Image.Image)
    if not is_picture or hints.mode != "RGBA" or hints.size != size:
        got = (
            f"{hints.mode} of {hints.width}x{hints.height}" if is_picture else type(hints).__name__
        )
        expected = f"an RGBA picture of the {of}'s {size[0]}x{size[1]} px"
        raise ValueError(f"expected hints to be {expected}, got {got}")
    return hints


def input_size(model: nn.Module) -> tuple[int, int]:
    """Width and height in px of the pictures that a network was trained on."""
    height = model.config.size
    return round(height * model.aspect), height


def device(model: nn.Module) -> torch.device:
    """Device of a network's weights."""
    return next(model.parameters()).device


def to_network(model: nn.Module, x: Tensor) -> Tensor:
    """Convert [0, 1] to the network's value range, on its device."""
    low, high = model.value_range
    return (x * (high - low) + low).to(device(model))


def from_network(model: nn.Module, y: Tensor) -> Tensor:
    """Convert the network's value range to [0, 1], float32, on the network's device."""
    low, high = model.value_range
    return (y.float() - low) / (high - low)


def to_pictures(model: nn.Module, y: Tensor) -> list[Image.Image]:
    """Convert the network's output (B, C, H, W) to B pictures."""
    return images.to_images(from_network(model, y))


@torch.inference_mode()
def run(model: nn.Module, x: Tensor, **inputs: Tensor | list[Tensor]) -> Tensor:
    """Apply a network to x and further inputs by name: its output, float32, on the CPU."""

    def moved(value: Tensor | list[Tensor]):
        return [*map(moved, value)] if isinstance(value, list) else value.to(device(model))

    inputs = {name: moved(value) for name, value in inputs.items()}
    return model(x.to(device(model)), **inputs).float().cpu()


def in_batches(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Apply a function to BATCH rows of x at a time, so that memory stays small."""
    return torch.cat([function(part) for part in x.split(BATCH)])


def finite_latent(latent: Tensor) -> Tensor:
    """Check a latent: float32. Raises ValueError if it holds NaN or infinity."""
    latent = torch.as_tensor(latent, dtype=torch.float32)
    if not torch.isfinite(latent).all():
        raise ValueError("expected a finite latent, got NaN or infinity")
    return latent
