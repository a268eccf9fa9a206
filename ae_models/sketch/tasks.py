"""Sketch tasks on pictures: color a line drawing, propose palettes for it."""

import torch
from PIL import Image
from torch import Tensor, nn

from ae_models import images, inference
from ae_models.sketch import coloring, drawing, palettes, paper
from ae_models.sketch.classic import SketchColor
from ae_models.sketch.plus import SketchColorPlus
from ae_models.sketch.regions import regions


def clean_sketch(picture: Image.Image) -> Image.Image:
    """Any picture of a drawing -> dark or colored lines on white, RGB of its size, as color_sketch takes it.

    A photo of a sheet is squared up to fill it, light and paper are evened, rules and frames left out,
    light lines on dark inverted; the pixels of a clean drawing on white are unchanged."""
    return paper.clean(picture)[0]


def color_sketch(
    model: nn.Module,
    sketch: Image.Image,
    palette=None,
    hints=None,
    seed: int = 0,
    clean: bool = True,
) -> Image.Image:
    """Line sketch -> RGB picture of the sketch's size.

    palette: up to 5 of ((r, g, b) in 0..255, weight); without one the network picks one that suits the
    sketch, another for another seed. hints: RGBA picture of the sketch's size, opaque where a user
    puts a color. clean: color what clean_sketch makes of the sketch, with the hints moved along;
    otherwise the sketch as it is, which has to be dark lines on light paper. The classic network sees
    the whole sketch padded with white to a square of its own size, and ignores palette, hints and seed."""
    inference.expect(model, (SketchColor, SketchColorPlus), "a network that colors sketches")
    if isinstance(model, SketchColor):
        return _color_classic(model, _cleaned(sketch, None, clean)[0])
    seed = int(inference.number("seed", seed, 0, 2**32 - 1))
    palette = palettes.from_entries(palette)
    sketch, hints = _cleaned(sketch, hints, clean)
    ink, x, hints = _seen(model, sketch, hints)
    if drawing.is_blank(ink, model.config):
        return _under_lines(torch.ones(1, 3, *x.shape[2:]), ink, drawing.pens_of(sketch), model)
    chosen = _propose(model, x, hints, 1, seed) if palette is None else palette[None]
    return _color(model, sketch, ink, x, chosen, hints)[0]


def surprise(
    model: nn.Module,
    sketch: Image.Image,
    seed: int = 0,
    count: int = 4,
    hints: Image.Image | None = None,
    clean: bool = True,
) -> list[tuple[Image.Image, palettes.Entries]]:
    """Line sketch -> `count` (1 to 8) pictures of its size in palettes that suit it and differ from each
    other, each with its palette as color_sketch takes it. Raises ValueError for a blank sketch."""
    inference.expect(model, SketchColorPlus, "a network that proposes palettes")
    count = int(inference.number("count", count, 1, 8))
    seed = int(inference.number("seed", seed, 0, 2**32 - 1))
    sketch, hints = _cleaned(sketch, hints, clean)
    ink, x, hints = _seen(model, sketch, hints)
    if drawing.is_blank(ink, model.config):
        raise ValueError("expected a drawing, got a blank sheet: draw a few lines")
    chosen = _propose(model, x, hints, count, seed)
    pictures = _color(model, sketch, ink, x, chosen, hints)
    return list(zip(pictures, map(palettes.to_entries, chosen)))


def _cleaned(
    sketch: Image.Image, hints: Image.Image | None, clean: bool
) -> tuple[Image.Image, Image.Image | None]:
    """Sketch as RGB on white and its hints, cleaned if wanted.

    Raises ValueError for hints of another size or kind."""
    rgb = images.to_rgb(sketch)
    if hints is not None:
        hints = inference.hint_layer(hints, rgb.size, "sketch")
    return paper.clean(sketch, hints) if clean else (rgb, hints)


def _color_classic(model: SketchColor, sketch: Image.Image) -> Image.Image:
    gray = sketch.convert("L")
    width, height = gray.size
    side = max(width, height)
    square = Image.new("L", (side, side), 255)
    corner = ((side - width) // 2, (side - height) // 2)
    square.paste(gray, corner)
    x = images.to_tensor(images.resize(square, inference.input_size(model))).expand(-1, 3, -1, -1)
    colored = inference.run(model, inference.to_network(model, x))
    picture = images.resize(inference.to_pictures(model, colored)[0], (side, side))
    return picture.crop((*corner, corner[0] + width, corner[1] + height))


def _seen(
    model: SketchColorPlus, sketch: Image.Image, hints: Image.Image | None
) -> tuple[Tensor, Tensor, Tensor | None]:
    """Ink of a sketch; sketch and hints as the network sees them, on its device."""
    ink = drawing.ink_of(sketch)
    x = drawing.for_network(ink, model.config).to(inference.device(model))
    hints = None if hints is None else drawing.hints_for_network(hints, model.config.size).to(x)
    return ink, x, hints


@torch.inference_mode()
def _propose(
    model: SketchColorPlus, x: Tensor, hints: Tensor | None, count: int, seed: int
) -> Tensor:
    """Palettes (count, 5, 4) that suit the sketch and hold the colors of the hints."""
    colors = None if hints is None else hints[0, :3, hints[0, 3] > 0].T
    return model.propose(x, count, seed, colors)


@torch.inference_mode()
def _color(
    model: SketchColorPlus,
    sketch: Image.Image,
    ink: Tensor,
    x: Tensor,
    palette: Tensor,
    hints: Tensor | None,
) -> list[Image.Image]:
    """Color a sketch (1, 1, size, size) in each palette (B, 5, 4), at the drawing's size."""
    config, count, size = model.config, len(palette), x.shape[2:]
    given = None if hints is None else hints.expand(count, -1, -1, -1)
    palette = palette.to(x)
    shares = model.shares(model.encode(x.expand(count, -1, -1, -1), palette, given), palette)
    color = coloring.per_region(shares, regions(shares.ink), config)
    color = color[..., : size[0], : size[1]].float().cpu()
    if hints is not None:
        color = coloring.obey(color, hints.cpu(), x.cpu(), config)
    pens = drawing.pens_of(sketch)
    return [_under_lines(picture[None], ink, pens, model) for picture in color]


def _under_lines(color: Tensor, ink: Tensor, pens: Tensor, model: SketchColorPlus) -> Image.Image:
    return images.to_images(coloring.under_lines(color, ink, pens, model.config))[0]
