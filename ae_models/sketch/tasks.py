"""Sketch tasks on pictures: color a line drawing, propose palettes for it."""

import torch
from PIL import Image
from torch import Tensor, nn

from ae_models import images, inference
from ae_models.sketch import drawing, palettes
from ae_models.sketch.classic import SketchColor
from ae_models.sketch.plus import SketchColorPlus


def color_sketch(
    model: nn.Module, sketch: Image.Image, palette=None, hints=None, seed: int = 0
) -> Image.Image:
    """Line sketch -> RGB picture of the sketch's size.

    palette: up to 5 of ((r, g, b) in 0..255, weight); without one the network picks one that suits the
    sketch, another for another seed. hints: RGBA picture of the sketch's size, opaque where its color
    is wanted. White lines on black are inverted. The classic network sees the whole sketch padded with
    white to a square of its own size, and ignores palette, hints and seed."""
    inference.expect(model, (SketchColor, SketchColorPlus), "a network that colors sketches")
    if not model.takes_hints:
        return _color_classic(model, sketch)
    seed = int(inference.number("seed", seed, 0, 2**32 - 1))
    given = palettes.from_entries(palette)
    ink, x, dabs = _drawing(model, sketch, hints)
    if drawing.is_blank(ink):
        return _on_lines(torch.ones(1, 3, *x.shape[2:]), ink)
    chosen = _propose(model, x, dabs, 1, seed) if given is None else given[None]
    return _paint(model, ink, x, chosen, dabs)[0]


def paint_sketch(
    model: nn.Module, sketch: Image.Image, palette=None, hints=None, seed: int = 0
) -> Image.Image:
    """As color_sketch, but the colors alone, to be shown under the sketch's own lines.

    A classic network has no such layer: its picture comes with the lines that it painted."""
    inference.expect(model, (SketchColor, SketchColorPlus), "a network that colors sketches")
    if not model.takes_hints:
        return _color_classic(model, sketch)
    ink, x, dabs = _drawing(model, sketch, hints)
    given = palettes.from_entries(palette)
    if drawing.is_blank(ink):
        return images.to_images(torch.ones(1, 3, *ink.shape[2:]))[0]
    chosen = _propose(model, x, dabs, 1, seed) if given is None else given[None]
    return images.to_images(drawing.fill(_colors(model, x, chosen, dabs), ink).clamp(0, 1))[0]


def propose_palettes(
    model: nn.Module, sketch: Image.Image, seed: int = 0, count: int = 4, hints=None
) -> list[palettes.Entries]:
    """The palettes of `surprise`, without its pictures; none for a blank sketch."""
    inference.expect(model, SketchColorPlus, "a network that proposes palettes")
    ink, x, dabs = _drawing(model, sketch, hints)
    if drawing.is_blank(ink):
        return []
    return list(map(palettes.to_entries, _propose(model, x, dabs, count, seed)))


def surprise(
    model: nn.Module,
    sketch: Image.Image,
    seed: int = 0,
    count: int = 4,
    hints: Image.Image | None = None,
) -> list[tuple[Image.Image, palettes.Entries]]:
    """Line sketch -> `count` (1 to 8) pictures of its size in palettes that suit it and differ from each
    other, each with its palette as color_sketch takes it. Raises ValueError for a blank sketch."""
    inference.expect(model, SketchColorPlus, "a network that proposes palettes")
    count = int(inference.number("count", count, 1, 8))
    seed = int(inference.number("seed", seed, 0, 2**32 - 1))
    ink, x, dabs = _drawing(model, sketch, hints)
    if drawing.is_blank(ink):
        raise ValueError("expected a drawing, got a blank sheet: draw a few lines")
    chosen = _propose(model, x, dabs, count, seed)
    return list(zip(_paint(model, ink, x, chosen, dabs), map(palettes.to_entries, chosen)))


def _color_classic(model: SketchColor, sketch: Image.Image) -> Image.Image:
    gray = images.to_rgb(sketch).convert("L")
    width, height = gray.size
    side = max(width, height)
    square = Image.new("L", (side, side), 255)
    corner = ((side - width) // 2, (side - height) // 2)
    square.paste(gray, corner)
    x = images.to_tensor(images.resize(square, inference.input_size(model))).expand(-1, 3, -1, -1)
    colored = inference.run(model, inference.to_network(model, x))
    picture = images.resize(inference.to_pictures(model, colored)[0], (side, side))
    return picture.crop((*corner, corner[0] + width, corner[1] + height))


def _drawing(
    model: SketchColorPlus, sketch: Image.Image, hints: Image.Image | None
) -> tuple[Tensor, Tensor, Tensor | None]:
    """A sketch's ink, and sketch and hints as the network takes them. Raises ValueError for hints that
    do not fit."""
    ink = drawing.ink_of(sketch)
    x = drawing.for_network(ink, model.config.size).to(inference.device(model))
    if hints is None:
        return ink, x, None
    layer = inference.hint_layer(hints, (ink.shape[3], ink.shape[2]), "sketch")
    return ink, x, drawing.dabs_for_network(layer, model.config.size).to(x)


@torch.inference_mode()
def _propose(
    model: SketchColorPlus, x: Tensor, dabs: Tensor | None, count: int, seed: int
) -> Tensor:
    wanted = None if dabs is None else dabs[0, :3, dabs[0, 3] > 0].T
    return model.propose(x, count, seed, wanted)


def _paint(
    model: SketchColorPlus, ink: Tensor, x: Tensor, chosen: Tensor, dabs: Tensor | None
) -> list[Image.Image]:
    """A picture for each palette (B, 5, 4), at the drawing's size."""
    return [_on_lines(picture[None], ink) for picture in _colors(model, x, chosen, dabs)]


def _colors(model: SketchColorPlus, x: Tensor, chosen: Tensor, dabs: Tensor | None) -> Tensor:
    """The network's pictures for palettes (B, 5, 4): (B, 3, size, size)."""
    count = len(chosen)
    with torch.inference_mode():
        hints = None if dabs is None else dabs.expand(count, -1, -1, -1)
        colors = model(x.expand(count, -1, -1, -1), chosen.to(x), hints).float().cpu()
    return colors if dabs is None else drawing.obey(colors, dabs.cpu(), x.cpu())


def _on_lines(picture: Tensor, ink: Tensor) -> Image.Image:
    return images.to_images(drawing.under_lines(picture, ink))[0]
