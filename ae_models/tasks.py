"""What the networks do, on pictures: network first, PIL in, PIL out. No state, no gradio; the same for the same seed.

Every function raises ValueError for a picture or a number it cannot use, saying what was expected and what was got.
"""

import math

import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from ae_models import drawing, images, palettes
from ae_models.latents import lerp, slerp

FACE_ASPECT = 200 / 250  # width / height of the CUHK Face Sketch Database
MAX_STEPS, MAX_SAMPLES = 257, 64
TILES_AT_ONCE = 256


def color_sketch(model: nn.Module, sketch: Image.Image, palette=None, hints=None, seed: int = 0) -> Image.Image:
    """Line sketch -> RGB picture of the sketch's size.

    palette: up to 5 of ((r, g, b) in 0..255, weight); without one the network picks one that suits the sketch, another
    for another seed. hints: RGBA picture of the sketch's size, opaque where its colour is wanted. White lines on black
    are turned round. The classic network sees the whole sketch padded with white to a square of its own size, and
    ignores palette, hints and seed."""
    if not hasattr(model, "propose"):
        return _color_classic(model, sketch)
    seed, given = int(_number("seed", seed, 0, 2**32 - 1)), palettes.from_entries(palette)
    ink, x, dabs = _drawing(model, sketch, hints)
    if drawing.is_blank(ink):
        return _on_lines(torch.ones(1, 3, *_size(model)), ink)
    chosen = _propose(model, x, dabs, 1, seed) if given is None else given[None]
    return _paint(model, ink, x, chosen, dabs)[0]


def surprise(
    model: nn.Module, sketch: Image.Image, seed: int = 0, count: int = 4, hints: Image.Image | None = None
) -> list[tuple[Image.Image, palettes.Entries]]:
    """Line sketch -> `count` (1 to 8) pictures of its size in palettes that suit it and differ from each other, each
    with its palette as color_sketch takes it. Raises ValueError for a blank sketch."""
    count, seed = int(_number("count", count, 1, 8)), int(_number("seed", seed, 0, 2**32 - 1))
    ink, x, dabs = _drawing(model, sketch, hints)
    if drawing.is_blank(ink):
        raise ValueError("expected a drawing, got a blank sheet: draw a few lines")
    chosen = _propose(model, x, dabs, count, seed)
    return list(zip(_paint(model, ink, x, chosen, dabs), map(palettes.to_entries, chosen)))


def translate_face(model: nn.Module, picture: Image.Image) -> Image.Image:
    """Face photo -> sketch (L), of the size of the largest centred 4:5 part of the photo, which is what is drawn."""
    face = images.centre_crop(images.to_rgb(picture), FACE_ASPECT)
    x = images.to_tensor(images.resize(face, _size(model)))
    sketch = _run(model, _to_network(model, x)).mean(1, keepdim=True)
    return images.resize(_from_network(model, sketch)[0], face.size)


def colorize(model: nn.Module, photo: Image.Image, saturation: float = 1.0) -> Image.Image:
    """Photo, grey or not -> RGB at its own size: its own CIE lightness with the predicted chroma, which is multiplied
    by saturation, in [0, 3]."""
    saturation = _number("saturation", saturation, 0, 3)
    lab = images.rgb_to_lab(images.to_tensor(images.to_rgb(photo)))
    lightness = lab[:, :1]
    small = images.resize_tensor(lightness, _size(model)) / 100
    ab = _run(model, small) * 255 - 128  # (1, 2, h, w)
    ab = images.resize_tensor(ab, lightness.shape[-2:]) * saturation
    return images.to_images(images.lab_to_rgb(torch.cat([lightness, ab], 1)))[0]


def reconstruct(model: nn.Module, picture: Image.Image) -> Image.Image:
    """Picture -> what is left of it after the latent, RGB of the same size.

    A face network rebuilds the square it sees (images.face_box), in its place in the picture. A fully convolutional one
    whose normalisation spans the picture works in tiles of its size, overlapping by half and blended."""
    image = images.to_rgb(picture)
    if _is_vae(model):
        left, top, right, bottom = images.face_box(image.size)
        face = decode(model, encode(model, image))
        image = image.copy()
        image.paste(images.resize(face, (right - left, bottom - top)), (left, top))
        return image
    return _reconstruct_tiled(model, image)


@torch.inference_mode()
def encode(model: nn.Module, picture: Image.Image) -> Tensor:
    """Picture -> latent, float32, on the CPU: (1, Z) of a face network, for the square of images.face_box; of the
    autoencoder (1, C, H / f, W / f), the picture's sides padded to whole tiles and each tile encoded apart."""
    image = images.to_rgb(picture)
    if _is_vae(model):
        face = image.resize(_size(model), Image.Resampling.BICUBIC, box=images.face_box(image.size))
        return model.encode(_to_network(model, images.to_tensor(face))).mode().float().cpu()
    size = model.config.size
    x = images.to_tensor(image)
    x = F.pad(x, (0, -x.shape[3] % size, 0, -x.shape[2] % size), mode="replicate")
    rows, columns = x.shape[2] // size, x.shape[3] // size
    return _join(_batches(model.encode, _to_network(model, _split(x, size))), rows, columns).float().cpu()


@torch.inference_mode()
def decode(model: nn.Module, latent: Tensor) -> Image.Image:
    """The latent of one picture, as encode gives it -> RGB picture (of the padded size). Raises ValueError for a shape
    that encode cannot have given, or values that are not finite."""
    latent = torch.as_tensor(latent, dtype=torch.float32)
    if not torch.isfinite(latent).all():
        raise ValueError("expected a finite latent, got NaN or infinity")
    latent = latent.to(_device(model))
    if _is_vae(model):
        if latent.shape != (1, model.config.latent):
            raise ValueError(f"expected a latent of shape (1, {model.config.latent}), got {tuple(latent.shape)}")
        return _from_network(model, model.decode(latent))[0]
    _, channels, side, _ = model.encode(torch.zeros(1, 3, *_size(model), device=_device(model))).shape
    if (
        latent.ndim != 4
        or latent.shape[:2] != (1, channels)
        or 0 in latent.shape
        or any(n % side for n in latent.shape[2:])
    ):
        raise ValueError(f"expected a latent of shape (1, {channels}, {side}n, {side}m), got {tuple(latent.shape)}")
    rows, columns = latent.shape[2] // side, latent.shape[3] // side
    return _from_network(model, _join(_batches(model.decode, _split(latent, side)), rows, columns))[0]


@torch.inference_mode()
def morph(model: nn.Module, a: Image.Image, b: Image.Image, steps: int = 33, mode: str = "slerp") -> list[Image.Image]:
    """Faces a and b -> `steps` (2 to 257) pictures from the reconstruction of a to that of b, through the latent space
    along a great circle ("slerp") or a straight line ("lerp")."""
    steps = int(_number("steps", steps, 2, MAX_STEPS))
    if mode not in ("slerp", "lerp"):
        raise ValueError(f"expected mode slerp or lerp, got {mode!r}")
    way = {"slerp": slerp, "lerp": lerp}[mode]
    latents = way(encode(model, a), encode(model, b), torch.linspace(0, 1, steps))
    return _from_network(model, _batches(model.decode, latents.to(_device(model))))


@torch.inference_mode()
def sample(model: nn.Module, count: int, seed: int = 0, temperature: float = 1.0) -> list[Image.Image]:
    """`count` (1 to 64) new faces from the prior N(0, temperature^2 I), temperature in [0, 2]."""
    count = int(_number("count", count, 1, MAX_SAMPLES))
    temperature = _number("temperature", temperature, 0, 2)
    generator = torch.Generator().manual_seed(int(_number("seed", seed, 0, 2**32 - 1)))
    latents = torch.randn(count, model.config.latent, generator=generator) * temperature
    return _from_network(model, _batches(model.decode, latents.to(_device(model))))


# ---- drawings ----


def _color_classic(model: nn.Module, sketch: Image.Image) -> Image.Image:
    grey = images.to_rgb(sketch).convert("L")
    width, height = grey.size
    side = max(width, height)
    square = Image.new("L", (side, side), 255)
    corner = ((side - width) // 2, (side - height) // 2)
    square.paste(grey, corner)
    x = images.to_tensor(images.resize(square, _size(model))).expand(-1, 3, -1, -1)
    picture = images.resize(_from_network(model, _run(model, _to_network(model, x)))[0], (side, side))
    return picture.crop((*corner, corner[0] + width, corner[1] + height))


def _drawing(model: nn.Module, sketch: Image.Image, hints: Image.Image | None) -> tuple[Tensor, Tensor, Tensor | None]:
    """A sketch's ink, and sketch and dabs as the network takes them. Raises ValueError for hints that do not fit."""
    ink = drawing.ink_of(sketch)
    x = drawing.for_network(ink, model.config.size).to(_device(model))
    if hints is None:
        return ink, x, None
    if not isinstance(hints, Image.Image) or hints.mode != "RGBA":
        raise ValueError(f"expected hints as an RGBA picture, got {getattr(hints, 'mode', type(hints).__name__)}")
    if hints.size != (ink.shape[3], ink.shape[2]):
        raise ValueError(f"expected hints of the sketch's size {ink.shape[3]}x{ink.shape[2]}, got {hints.size}")
    return ink, x, drawing.dabs_for_network(hints, model.config.size).to(_device(model))


@torch.inference_mode()
def _propose(model: nn.Module, x: Tensor, dabs: Tensor | None, count: int, seed: int) -> Tensor:
    wanted = None if dabs is None else dabs[0, :3, dabs[0, 3] > 0].T
    return model.propose(x, count, seed, wanted)


def _paint(model: nn.Module, ink: Tensor, x: Tensor, chosen: Tensor, dabs: Tensor | None) -> list[Image.Image]:
    """A picture for each palette (B, 5, 4), at the drawing's size."""
    many = len(chosen)
    with torch.inference_mode():
        hints = None if dabs is None else dabs.expand(many, -1, -1, -1)
        colours = model(x.expand(many, -1, -1, -1), chosen.to(x), hints).float().cpu()
    return [_on_lines(colour[None], ink) for colour in colours]


def _on_lines(colour: Tensor, ink: Tensor) -> Image.Image:
    return images.to_images(drawing.under_lines(colour, ink))[0]


# ---- between pictures and networks ----


def _number(name: str, value: float, low: float, high: float) -> float:
    """value as a float. Raises ValueError unless it is a number in [low, high]."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(value, str | bool) or not low <= number <= high:
        raise ValueError(f"expected {name} to be a number from {low} to {high}, got {value!r}")
    return number


def _is_vae(model: nn.Module) -> bool:
    """Whether the latent is one vector for the whole picture, with a posterior."""
    return hasattr(model, "to_mean")


def _size(model: nn.Module) -> tuple[int, int]:
    return model.config.size, model.config.size


def _device(model: nn.Module) -> torch.device:
    return next(model.parameters()).device


def _to_network(model: nn.Module, x: Tensor) -> Tensor:
    """[0, 1] -> the network's value range, on its device."""
    low, high = model.value_range
    return (x * (high - low) + low).to(_device(model))


def _from_network(model: nn.Module, y: Tensor) -> list[Image.Image]:
    low, high = model.value_range
    return images.to_images((y.float() - low) / (high - low))


@torch.inference_mode()
def _run(model: nn.Module, x: Tensor) -> Tensor:
    return model(x.to(_device(model))).float().cpu()


def _batches(function, x: Tensor) -> Tensor:
    """function over the rows of x, so many at once that memory stays small."""
    return torch.cat([function(part) for part in x.split(TILES_AT_ONCE)])


# ---- tiles ----


def _split(x: Tensor, side: int) -> Tensor:
    """(1, C, rows * side, columns * side) -> (rows * columns, C, side, side)."""
    return x.unfold(2, side, side).unfold(3, side, side)[0].permute(1, 2, 0, 3, 4).flatten(0, 1)


def _join(tiles: Tensor, rows: int, columns: int) -> Tensor:
    """The inverse of _split."""
    _, channels, height, width = tiles.shape
    grid = tiles.reshape(rows, columns, channels, height, width).permute(2, 0, 3, 1, 4)
    return grid.reshape(1, channels, rows * height, columns * width)


@torch.inference_mode()
def _reconstruct_tiled(model: nn.Module, image: Image.Image) -> Image.Image:
    """Four grids of tiles, shifted by half a tile, weighted by how far a pixel is from its tile's edge; a picture of
    just the network's size goes through whole."""
    size, x = model.config.size, images.to_tensor(image)
    if image.size == _size(model):
        return _from_network(model, _run(model, _to_network(model, x)))[0]
    height, width = x.shape[2:]
    ramp = 1 - ((torch.arange(size) + 0.5) / size * 2 - 1).abs()  # a triangle: halves a tile apart sum to 1
    window = ramp[:, None] * ramp[None, :]
    total = torch.zeros(1, 3, height, width)
    for dy in (0, size // 2):
        for dx in (0, size // 2):
            padding = (dx, -(width + dx) % size, dy, -(height + dy) % size)
            padded = F.pad(x, padding, mode="replicate")
            rows, columns = padded.shape[2] // size, padded.shape[3] // size
            tiles = _batches(model, _to_network(model, _split(padded, size))).float().cpu() * window
            total += _join(tiles, rows, columns)[..., dy : dy + height, dx : dx + width]
    return _from_network(model, total)[0]
