"""Sketch tasks on pictures: color a line drawing, propose palettes for it."""

import torch
from PIL import Image
from torch import Tensor, nn

from ae_models import images, inference
from ae_models.sketch import coloring, drawing, palettes
from ae_models.sketch.classic import SketchColor
from ae_models.sketch.plus import SketchColorPlus
from ae_models.sketch.regions import regions


def color_sketch(
    model: nn.Module, sketch: Image.Image, palette=None, hints=None, seed: int = 0
) -> Image.Image:
    """Line sketch -> RGB picture of the sketch's size. White lines on black are inverted.

    palette: up to 5 of ((r, g, b) in 0..255, weight); without one the network proposes one that
        suits the sketch, another for another seed.
    hints: RGBA picture of the sketch's size, opaque where a user puts a color.

    The classic network sees the whole sketch, padded with white to a square of its own size, and
    ignores palette, hints and seed."""
    inference.expect(model, (SketchColor, SketchColorPlus), "a network that colors sketches")
    if isinstance(model, SketchColor):
        return _color_classic(model, sketch)
    seed = int(inference.number("seed", seed, 0, 2**32 - 1))
    palette = palettes.from_entries(palette)
    ink, x, hints = _seen(model, sketch, hints)
    if drawing.is_blank(ink, model.config):
        return _under_lines(torch.ones(1, 3, *x.shape[2:]), ink, model)
    chosen = _propose(model, x, hints, 1, seed) if palette is None else palette[None]
    return _color(model, ink, x, chosen, hints)[0]


@torch.inference_mode()
def paint_sketch(
    model: nn.Module, sketch: Image.Image, palette=None, hints=None, seed: int = 0
) -> Image.Image:
    """Paint the colors of color_sketch alone, to be shown under the sketch's own lines.

    The classic network has no such layer: its picture comes with the lines that it painted."""
    inference.expect(model, (SketchColor, SketchColorPlus), "a network that colors sketches")
    if isinstance(model, SketchColor):
        return _color_classic(model, sketch)
    ink, x, hints = _seen(model, sketch, hints)
    palette = palettes.from_entries(palette)
    if drawing.is_blank(ink, model.config):
        return images.to_images(torch.ones(1, 3, *ink.shape[2:]))[0]
    chosen = _propose(model, x, hints, 1, seed) if palette is None else palette[None]
    filled = coloring.fill(_colors(model, x, chosen, hints), ink, model.config)
    return images.to_images(filled.clamp(0, 1))[0]


def propose_palettes(
    model: nn.Module, sketch: Image.Image, seed: int = 0, count: int = 4, hints=None
) -> list[palettes.Entries]:
    """The palettes of `surprise`, without its pictures; none for a blank sketch."""
    inference.expect(model, SketchColorPlus, "a network that proposes palettes")
    ink, x, hints = _seen(model, sketch, hints)
    if drawing.is_blank(ink, model.config):
        return []
    return list(map(palettes.to_entries, _propose(model, x, hints, count, seed)))


def surprise(
    model: nn.Module,
    sketch: Image.Image,
    seed: int = 0,
    count: int = 4,
    hints: Image.Image | None = None,
) -> list[tuple[Image.Image, palettes.Entries]]:
    """Line sketch -> `count` (1 to 8) pictures of its size, each with its palette as entries.

    The palettes suit the sketch and differ from each other. Raises ValueError for a blank sheet."""
    inference.expect(model, SketchColorPlus, "a network that proposes palettes")
    count = int(inference.number("count", count, 1, 8))
    seed = int(inference.number("seed", seed, 0, 2**32 - 1))
    ink, x, hints = _seen(model, sketch, hints)
    if drawing.is_blank(ink, model.config):
        raise ValueError("expected a drawing, got a blank sheet: draw a few lines")
    chosen = _propose(model, x, hints, count, seed)
    return list(zip(_color(model, ink, x, chosen, hints), map(palettes.to_entries, chosen)))


def _color_classic(model: SketchColor, sketch: Image.Image) -> Image.Image:
    """Color a sketch of any size, padded with white to a square of the network's size."""
    gray = images.to_rgb(sketch).convert("L")
    box = drawing.square_box(*gray.size)
    square = Image.new("L", (max(gray.size),) * 2, 255)
    square.paste(gray, box)
    x = images.to_tensor(images.resize(square, inference.input_size(model))).expand(-1, 3, -1, -1)
    colored = inference.run(model, inference.to_network(model, x))
    return images.resize(inference.to_pictures(model, colored)[0], square.size).crop(box)


def _seen(
    model: SketchColorPlus, sketch: Image.Image, hints: Image.Image | None
) -> tuple[Tensor, Tensor, Tensor | None]:
    """Ink of a sketch; sketch and hints as the network sees them, on its device.

    Raises ValueError for hints of another size or kind."""
    ink = drawing.ink_of(sketch)
    x = drawing.for_network(ink, model.config).to(inference.device(model))
    if hints is None:
        return ink, x, None
    layer = inference.hint_layer(hints, (ink.shape[3], ink.shape[2]), "sketch")
    return ink, x, drawing.hints_for_network(layer, model.config.size).to(x)


@torch.inference_mode()
def _propose(
    model: SketchColorPlus, x: Tensor, hints: Tensor | None, count: int, seed: int
) -> Tensor:
    """Palettes (count, 5, 4) that suit the sketch and hold the colors of the hints."""
    colors = None if hints is None else hints[0, :3, hints[0, 3] > 0].T
    return model.propose(x, count, seed, colors)


@torch.inference_mode()
def _color(
    model: SketchColorPlus, ink: Tensor, x: Tensor, palette: Tensor, hints: Tensor | None
) -> list[Image.Image]:
    """Color a sketch (1, 1, size, size) in each palette (B, 5, 4), at the drawing's size."""
    colors = _colors(model, x, palette, hints)
    return [_under_lines(color[None], ink, model) for color in colors]


def _colors(model: SketchColorPlus, x: Tensor, palette: Tensor, hints: Tensor | None) -> Tensor:
    """Colors of a sketch (1, 1, size, size) for each palette (B, 5, 4): (B, 3, size, size)."""
    config, count, size = model.config, len(palette), x.shape[2:]
    sketches, palette = x.expand(count, -1, -1, -1), palette.to(x)
    repeated = None if hints is None else hints.expand(count, -1, -1, -1)
    shares = model.shares(model.encode(sketches, palette, repeated), palette)
    color = coloring.per_region(shares, regions(shares.ink), config)
    color = color[..., : size[0], : size[1]].float().cpu()
    return color if hints is None else coloring.obey(color, hints.cpu(), x.cpu(), config)


def _under_lines(color: Tensor, ink: Tensor, model: SketchColorPlus) -> Image.Image:
    return images.to_images(coloring.under_lines(color, ink, model.config))[0]
