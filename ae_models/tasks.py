"""What the networks do, on pictures: network first, PIL in, PIL out. No state, no gradio; the same for the same seed.

Every function raises ValueError for a picture or a number it cannot use, saying what was expected and what was got.
"""

import math

import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from ae_models import drawing, images, palettes, points, tiles
from ae_models.latents import lerp, slerp

FACE_ASPECT = 200 / 250  # width / height of the CUHK Face Sketch Database
MAX_STEPS, MAX_SAMPLES, MAX_CHANGE = 257, 64, 5
TILES_AT_ONCE = 256
LONGEST = 4  # of a photo's sides as the network sees it, in those of its shorter one


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
    """Face photo -> sketch (L), or with a network that takes one channel sketch -> photo (RGB), of the size of the
    largest centred 4:5 part of the picture, which is what is translated."""
    face = images.centre_crop(images.to_rgb(picture), FACE_ASPECT)
    x = images.to_tensor(images.resize(face.convert("L") if model.channels == 1 else face, _size(model)))
    drawn = _run(model, _to_network(model, x))
    if model.channels == 3:
        drawn = drawn.mean(1, keepdim=True)  # the classic network copies its grey to three channels
    return images.resize(_from_network(model, drawn)[0], face.size)


def colorize(model: nn.Module, photo: Image.Image, saturation: float = 1.0, hints=None) -> Image.Image:
    """Photo, grey or not -> RGB at its own size: its own CIE lightness with the predicted chroma, which is multiplied
    by saturation, in [0, 3].

    hints: RGBA picture of the photo's size, opaque where a colour is wanted: its chroma is used, its lightness is not.
    A classic network ignores them."""
    saturation = _number("saturation", saturation, 0, 3)
    image = images.to_rgb(photo)
    wanted = None if hints is None else points.read(_layer(hints, image.size, "photo"))
    lightness = tiles.by_pixel(lambda rgb: images.rgb_to_lab(rgb)[:, :1], images.to_tensor(image))
    lab = torch.cat([lightness, chroma(model, lightness, wanted) * saturation], 1)
    return images.to_images(tiles.by_pixel(images.lab_to_rgb, lab))[0]


def chroma(model: nn.Module, lightness: Tensor, hints: Tensor | None = None) -> Tensor:
    """Lightness (B, 1, H, W) in [0, 100] -> predicted a and b in Lab units, (B, 2, H, W).

    hints (B, 3, H, W) in [0, 1]: (ab + 128) / 255, and 1 where it counts, else 0. The classic network, which ignores
    them, sees the picture squeezed to a square; the plus network sees it with its shorter side at the network's size."""
    if not _takes_hints(model):
        ab = _run(model, images.resize_tensor(lightness, _size(model)) / 100) * 255 - 128
        return images.resize_tensor(ab, lightness.shape[-2:])
    if hints is None:
        hints = torch.zeros(len(lightness), 3, 1, 1)
    size = _working_size(model, *lightness.shape[-2:])
    small = torch.cat([images.resize_tensor(lightness, size) / 100, points.resize(hints, size)], 1)
    ab = _run(model, small) * 255 - 128
    cells = ab.shape[-2:]
    if hints[:, 2:].any():
        ab = ab + points.correction(ab, points.resize(hints, cells), images.resize_tensor(lightness, cells))
    ab = images.upsample_chroma(ab, lightness)
    return torch.where(hints[:, 2:] > 0, hints[:, :2] * 255 - 128, ab)


def reconstruct(model: nn.Module, picture: Image.Image, rate: int = 0) -> Image.Image:
    """Picture -> what is left of it after the latent, RGB of the same size.

    A face network rebuilds the square it sees (images.face_box), in its place in the picture. A convolutional one whose
    normalisation spans the picture works in tiles of its size, overlapping by half and blended; one without takes the
    whole picture, and its latent may be rounded: rate 0 is not at all, 1 the coarsest."""
    image, rate = images.to_rgb(picture), _rate(model, rate)
    if _is_vae(model):
        left, top, right, bottom = images.face_box(image.size)
        face = decode(model, encode(model, image))
        image = image.copy()
        image.paste(images.resize(face, (right - left, bottom - top)), (left, top))
        return image
    if _is_whole(model):
        latent = encode(model, image, rate)
        return decode(model, rounded(model, latent, rate) if rate else latent, rate).crop((0, 0, *image.size))
    return _reconstruct_tiled(model, image)


@torch.inference_mode()
def encode(model: nn.Module, picture: Image.Image, rate: int = 0) -> Tensor:
    """Picture -> latent, float32, on the CPU: (1, Z) of a face network, for the square of images.face_box; of an
    autoencoder (1, C, H / f, W / f), the picture's sides padded to whole tiles and each tile encoded apart, or padded
    to whole cells and encoded at once, where the network can. `rate` is the one that the latent is to be rounded at."""
    image, rate = images.to_rgb(picture), _rate(model, rate)
    if _is_vae(model):
        face = image.resize(_size(model), Image.Resampling.BICUBIC, box=images.face_box(image.size))
        return model.encode(_to_network(model, images.to_tensor(face))).mode().float().cpu()
    x = images.to_tensor(image)
    if _is_whole(model):
        return tiles.strips(
            lambda strip: model.encode(_to_network(model, strip), rate), x, model.patch, model.reach
        ).cpu()
    size = model.config.size
    x = F.pad(x, (0, -x.shape[3] % size, 0, -x.shape[2] % size), mode="replicate")
    rows, columns = x.shape[2] // size, x.shape[3] // size
    return tiles.join(_batches(model.encode, _to_network(model, tiles.split(x, size))), rows, columns).float().cpu()


@torch.inference_mode()
def decode(model: nn.Module, latent: Tensor, rate: int = 0) -> Image.Image:
    """The latent of one picture, as encode gives it for this rate -> RGB picture (of the padded size). Raises ValueError
    for a shape that encode cannot have given, or values that are not finite."""
    latent, rate = torch.as_tensor(latent, dtype=torch.float32), _rate(model, rate)
    if not torch.isfinite(latent).all():
        raise ValueError("expected a finite latent, got NaN or infinity")
    if _is_vae(model):
        if latent.shape != (1, model.config.latent):
            raise ValueError(f"expected a latent of shape (1, {model.config.latent}), got {tuple(latent.shape)}")
        return _from_network(model, model.decode(latent.to(_device(model))))[0]
    if _is_whole(model):
        _check_grid(latent, model.config.latent)
        picture = tiles.strips(lambda z: model.decode(z.to(_device(model)), rate), latent, 1, model.reach)
        return _from_network(model, picture)[0]
    _, channels, side, _ = model.encode(torch.zeros(1, 3, *_size(model), device=_device(model))).shape
    _check_grid(latent, channels, side)
    rows, columns = latent.shape[2] // side, latent.shape[3] // side
    decoded = _batches(model.decode, tiles.split(latent.to(_device(model)), side))
    return _from_network(model, tiles.join(decoded, rows, columns))[0]


@torch.inference_mode()
def rounded(model: nn.Module, latent: Tensor, rate: int) -> Tensor:
    """What a latent, as encode gives it for this rate, is once it has been rounded: the same shape. Raises ValueError
    for a network that does not round, or a rate that it does not have."""
    q, rate = _quantized(model, latent, rate)
    return model.dequantize(q, rate)[..., : latent.shape[2], : latent.shape[3]].cpu()


@torch.inference_mode()
def estimated_bytes(model: nn.Module, latent: Tensor, rate: int) -> float:
    """Length of an ideal code for the rounded latent under the network's prior: what an entropy coder comes close to."""
    q, rate = _quantized(model, latent, rate)
    rows = max(1, tiles.CELLS // q.shape[3])
    return sum(model.bits(part, rate).item() for part in q.split(rows, dim=2)) / 8


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
def sample(
    model: nn.Module, count: int, seed: int = 0, temperature: float = 1.0, prior: str | None = None
) -> list[Image.Image]:
    """`count` (1 to 64) new faces. prior "mixture": from the mixture fitted to the latents of the training faces, the
    default where the network has one; "normal": from N(0, I). temperature, in [0, 2], scales the distance to the
    mean."""
    count = int(_number("count", count, 1, MAX_SAMPLES))
    temperature = _number("temperature", temperature, 0, 2)
    generator = torch.Generator().manual_seed(int(_number("seed", seed, 0, 2**32 - 1)))
    latents = draw(model, count, generator, prior, temperature)
    return _from_network(model, _batches(model.decode, latents))


@torch.inference_mode()
def draw(
    model: nn.Module,
    count: int,
    generator: torch.Generator,
    prior: str | None = None,
    temperature: float = 1.0,
) -> Tensor:
    """Random latents (count, Z) on the network's device; the last three arguments are those of sample."""
    if prior not in (allowed := priors(model)) and prior is not None:
        raise ValueError(f"expected prior to be one of {', '.join(allowed)}, got {prior!r}")
    noise = torch.randn(count, model.config.latent, generator=generator).to(_device(model))
    if (prior or allowed[0]) == "normal":
        return noise * temperature
    chance = torch.rand(count, generator=generator).to(_device(model))
    centre = model.aggregate.mean()
    return centre + (model.aggregate.sample(noise, chance) - centre) * temperature


def priors(model: nn.Module) -> tuple[str, ...]:
    """What a face network can draw samples from, the best first."""
    return ("mixture", "normal") if hasattr(model, "aggregate") else ("normal",)


@torch.inference_mode()
def edit(model: nn.Module, picture: Image.Image, changes: dict[str, float]) -> Image.Image:
    """Face -> its reconstruction, of the network's size, with attributes changed: {name: amount}, amounts in [-5, 5],
    where 1 is as far as from the average face without the attribute to the one with it. Names are those of
    model.config.attributes, and component_1, component_2, ... for the principal directions, in standard deviations.

    Raises ValueError for a network without directions and for names it does not know."""
    known = directions(model)
    if not isinstance(changes, dict):
        raise ValueError(f"expected changes as a dictionary of names and amounts, got {type(changes).__name__}")
    if unknown := [name for name in changes if name not in known]:
        raise ValueError(f"expected changes of {', '.join(known) or 'nothing'}, got {unknown[0]!r}")
    moves = [known[name] * _number(name, amount, -MAX_CHANGE, MAX_CHANGE) for name, amount in changes.items()]
    return decode(model, encode(model, picture) + sum(move.cpu() for move in moves))


def directions(model: nn.Module) -> dict[str, Tensor]:
    """Directions in a network's latent space by name, (Z,) each; none of a network that has none."""
    if not hasattr(model, "aggregate"):
        return {}
    named = dict(zip(model.config.attributes, model.aggregate.directions))
    return named | {f"component_{i}": d for i, d in enumerate(model.aggregate.principal, 1)}


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
    layer = _layer(hints, (ink.shape[3], ink.shape[2]), "sketch")
    return ink, x, drawing.dabs_for_network(layer, model.config.size).to(_device(model))


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
    if dabs is not None:
        colours = drawing.obey(colours, dabs.cpu(), x.cpu())
    return [_on_lines(colour[None], ink) for colour in colours]


def _on_lines(colour: Tensor, ink: Tensor) -> Image.Image:
    return images.to_images(drawing.under_lines(colour, ink))[0]


# ---- between pictures and networks ----


def _layer(hints: Image.Image, size: tuple[int, int], of: str) -> Image.Image:
    """The hints. Raises ValueError unless they are an RGBA picture of this size."""
    picture = isinstance(hints, Image.Image)
    if not picture or hints.mode != "RGBA" or hints.size != size:
        got = f"{hints.mode} of {hints.width}x{hints.height}" if picture else type(hints).__name__
        raise ValueError(f"expected hints to be an RGBA picture of the {of}'s {size[0]}x{size[1]} px, got {got}")
    return hints


def _number(name: str, value: float, low: float, high: float) -> float:
    """value as a float. Raises ValueError unless it is a number in [low, high]."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(value, str | bool) or not low <= number <= high:
        raise ValueError(f"expected {name} to be a number from {low} to {high}, got {value!r}")
    return number


def _rate(model: nn.Module, rate: int, least: int = 0) -> int:
    """rate as an int. Raises ValueError unless it is a whole number from `least` to as many as the network has."""
    most = getattr(model.config, "rates", 0)
    number = _number("rate", rate, least, most)
    if not number.is_integer():
        raise ValueError(f"expected rate to be a whole number from {least} to {most}, got {rate!r}")
    return int(number)


def _quantized(model: nn.Module, latent: Tensor, rate: int) -> tuple[Tensor, int]:
    if not _is_whole(model):
        raise ValueError(f"expected a network that rounds its latent, got {type(model).__name__}")
    rate = _rate(model, rate, least=1)
    _check_grid(latent, model.config.latent)
    return model.quantize(latent.to(_device(model)), rate), rate


def _check_grid(latent: Tensor, channels: int, side: int = 1) -> None:
    """ValueError unless the shape is (1, channels, h, w) with sides that are multiples of `side`."""
    grid = latent.shape[2:]
    if latent.ndim != 4 or latent.shape[:2] != (1, channels) or any(n == 0 or n % side for n in grid):
        times = side if side > 1 else ""
        raise ValueError(f"expected a latent of shape (1, {channels}, {times}n, {times}m), got {tuple(latent.shape)}")


def _is_whole(model: nn.Module) -> bool:
    """Whether the network takes a picture of any size at once, each pixel depending on those within its reach."""
    return hasattr(model, "reach")


def _is_vae(model: nn.Module) -> bool:
    """Whether the latent is one vector for the whole picture, with a posterior."""
    return hasattr(model, "to_mean")


def _size(model: nn.Module) -> tuple[int, int]:
    """Width and height in px of the pictures that a network was made for: square, unless its config has an aspect."""
    height = model.config.size
    return round(height * getattr(model.config, "aspect", 1)), height


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


# ---- colour ----


def _takes_hints(model: nn.Module) -> bool:
    """Whether a network for chroma takes hints beside the lightness."""
    return model.channels > 1


def _working_size(model: nn.Module, height: int, width: int) -> tuple[int, int]:
    """(height, width) with the shorter side at the network's size, the longer at most LONGEST times that."""
    size, shorter = model.config.size, min(height, width)
    height, width = (min(round(side * size / shorter), LONGEST * size) for side in (height, width))
    return height, width


# ---- tiles ----


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
            again = _batches(model, _to_network(model, tiles.split(padded, size))).float().cpu() * window
            total += tiles.join(again, rows, columns)[..., dy : dy + height, dx : dx + width]
    return _from_network(model, total)[0]
