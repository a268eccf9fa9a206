"""Sketch tasks on pictures: color a line drawing, propose palettes for it."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from ae_models import images, inference, tiles
from ae_models.sketch import coloring, drawing, palettes, paper, parts
from ae_models.sketch.classic import SketchColor
from ae_models.sketch.plus import SketchColorPlus
from ae_models.sketch.regions import regions

MOST_SIDE = 10_000  # px: the square around a longer drawing would not fit into memory
MOST_SEED = 2**32 - 1
MOST_PALETTES = 8


def clean_sketch(picture: Image.Image) -> Image.Image:
    """Any picture of a drawing -> dark or colored lines on white, RGB of its size, as color_sketch
    takes it.

    A photo of a sheet is squared up to fill it, light and paper are evened, rules and frames left
    out, light lines on dark inverted; the pixels of a clean drawing on white are unchanged."""
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

    palette: up to 5 of ((r, g, b) in 0..255, weight); without one the network proposes one that
        suits the sketch, another for another seed.
    hints: RGBA picture of the sketch's size, opaque where a user puts a color; each colors its
    part.
    clean: color what clean_sketch makes of the sketch, with the hints moved along; otherwise the
        sketch as it is, which has to be dark lines on light paper.

    The classic network sees the whole sketch, padded with white to a square of its own size, and
    ignores palette, hints and seed."""
    inference.expect(model, (SketchColor, SketchColorPlus), "a network that colors sketches")
    if isinstance(model, SketchColor):
        return _color_classic(model, _cleaned(sketch, None, clean)[0])
    seed = inference.whole_number("seed", seed, 0, MOST_SEED)
    palette = palettes.from_entries(palette)
    seen = _seen(model, *_cleaned(sketch, hints, clean))
    if drawing.is_blank(seen.ink, model.config):
        return _blank(seen)
    chosen = _propose(model, seen, 1, seed) if palette is None else palette[None]
    return _color(model, seen, chosen)[0]


@torch.inference_mode()
def paint_sketch(
    model: nn.Module,
    sketch: Image.Image,
    palette=None,
    hints=None,
    seed: int = 0,
    clean: bool = True,
) -> Image.Image:
    """Paint the colors of color_sketch alone, to be shown under the sketch's own lines.

    The classic network has no such layer: its picture comes with the lines that it painted."""
    inference.expect(model, (SketchColor, SketchColorPlus), "a network that colors sketches")
    if isinstance(model, SketchColor):
        return _color_classic(model, _cleaned(sketch, None, clean)[0])
    seed = inference.whole_number("seed", seed, 0, MOST_SEED)
    palette = palettes.from_entries(palette)
    seen = _seen(model, *_cleaned(sketch, hints, clean))
    if drawing.is_blank(seen.ink, model.config):
        return _blank(seen)
    chosen = _propose(model, seen, 1, seed) if palette is None else palette[None]
    color, hinted = _predicted(model, seen, chosen)
    return images.to_images(coloring.between_lines(color, seen.ink, hinted, model.config))[0]


def propose_palettes(
    model: nn.Module,
    sketch: Image.Image,
    seed: int = 0,
    count: int = 4,
    hints=None,
    clean: bool = True,
) -> list[palettes.Entries]:
    """The palettes of `surprise`, without its pictures; none for a blank sketch."""
    inference.expect(model, SketchColorPlus, "a network that proposes palettes")
    count = inference.whole_number("count", count, 1, MOST_PALETTES)
    seed = inference.whole_number("seed", seed, 0, MOST_SEED)
    seen = _seen(model, *_cleaned(sketch, hints, clean))
    if drawing.is_blank(seen.ink, model.config):
        return []
    return list(map(palettes.to_entries, _propose(model, seen, count, seed)))


def surprise(
    model: nn.Module,
    sketch: Image.Image,
    seed: int = 0,
    count: int = 4,
    hints: Image.Image | None = None,
    clean: bool = True,
) -> list[tuple[Image.Image, palettes.Entries]]:
    """Line sketch -> `count` (1 to 8) pictures of its size, each with its palette as entries.

    The palettes suit the sketch and differ from each other. Raises ValueError for a blank sheet."""
    inference.expect(model, SketchColorPlus, "a network that proposes palettes")
    count = inference.whole_number("count", count, 1, MOST_PALETTES)
    seed = inference.whole_number("seed", seed, 0, MOST_SEED)
    seen = _seen(model, *_cleaned(sketch, hints, clean))
    if drawing.is_blank(seen.ink, model.config):
        raise ValueError("expected a drawing, got a blank sheet: draw a few lines")
    chosen = _propose(model, seen, count, seed)
    return list(zip(_color(model, seen, chosen), map(palettes.to_entries, chosen)))


def _cleaned(
    sketch: Image.Image, hints: Image.Image | None, clean: bool
) -> tuple[Image.Image, Image.Image | None]:
    """Sketch as RGB on white and its hints, cleaned if wanted.

    Raises ValueError for hints of another size or kind, and for a sketch that is too long."""
    rgb = images.to_rgb(sketch)
    if max(rgb.size) > MOST_SIDE:
        got = f"{rgb.width}x{rgb.height}"
        raise ValueError(f"expected a drawing of at most {MOST_SIDE} px a side, got {got}")
    if hints is not None:
        hints = inference.hint_layer(hints, rgb.size, "sketch")
    return paper.clean(sketch, hints) if clean else (rgb, hints)


def _color_classic(model: SketchColor, sketch: Image.Image) -> Image.Image:
    """Color a sketch of any size, padded with white to a square of the network's size."""
    gray = sketch.convert("L")
    box = drawing.square_box(*gray.size)
    square = Image.new("L", (max(gray.size),) * 2, 255)
    square.paste(gray, box)
    x = images.to_tensor(images.resize(square, inference.input_size(model))).expand(-1, 3, -1, -1)
    colored = inference.run(model, inference.to_network(model, x))
    return images.resize(inference.to_pictures(model, colored)[0], square.size).crop(box)


class _Seen(NamedTuple):
    """A cleaned drawing and its hints, at their own size and as the network sees them."""

    ink: Tensor  # (1, 1, H, W)
    lines: Image.Image  # RGB
    hints: Image.Image | None  # RGBA
    small: Tensor  # (1, 1, size, size), on the network's device
    small_hints: Tensor | None  # (1, 4, size, size)


def _seen(model: SketchColorPlus, sketch: Image.Image, layer: Image.Image | None) -> _Seen:
    """Drawing, RGB, and its hints, RGBA of the same size, as tensors."""
    ink, device = drawing.ink_of(sketch), inference.device(model)
    small = drawing.for_network(ink, model.config).to(device)
    if layer is None or not layer.getchannel("A").getbbox():
        return _Seen(ink, sketch, None, small, None)
    small_hints = drawing.hints_for_network(layer, model.config.size).to(device)
    return _Seen(ink, sketch, layer, small, small_hints)


@torch.inference_mode()
def _propose(model: SketchColorPlus, seen: _Seen, count: int, seed: int) -> Tensor:
    """Palettes (count, 5, 4) that suit the sketch and hold the colors of the hints."""
    hints = seen.small_hints
    colors = None if hints is None else hints[0, :3, hints[0, 3] > 0].T
    return model.propose(seen.small, count, seed, colors)


@torch.inference_mode()
def _color(model: SketchColorPlus, seen: _Seen, palette: Tensor) -> list[Image.Image]:
    """Color a drawing in each palette (B, 5, 4), at its own size."""
    colors, hinted = _predicted(model, seen, palette)

    def strips(color: Tensor) -> Iterator[Tensor]:
        pens = map(drawing.pens_of, tiles.rows(seen.lines))
        return coloring.under_lines(color[None], seen.ink, pens, hinted, model.config)

    return [tiles.to_picture(strips(color), seen.lines.size) for color in colors]


def _predicted(
    model: SketchColorPlus, seen: _Seen, palette: Tensor
) -> tuple[Tensor, parts.Parts | None]:
    """Colors for each palette (B, 5, 4), (B, 3, size, size), and the parts that hints color.

    Where paper is, which the network does not see hints on, is decided without hints."""
    if seen.hints is None:
        return _network(model, seen.small, palette, None), None
    plain = _network(model, seen.small, palette[:1], None)
    hinted = coloring.hinted_parts(plain, seen.ink, seen.hints, model.config)
    return _network(model, seen.small, palette, _without(seen.small_hints, hinted.on_paper)), hinted


def _network(
    model: SketchColorPlus, sketch: Tensor, palette: Tensor, hints: Tensor | None
) -> Tensor:
    """The network's colors of a sketch (1, 1, size, size) in each palette (B, 5, 4), on the CPU."""
    count, (height, width) = len(palette), sketch.shape[2:]
    sketches, palette = sketch.expand(count, -1, -1, -1), palette.to(sketch)
    repeated = None if hints is None else hints.expand(count, -1, -1, -1)
    shares = model.shares(model.encode(sketches, palette, repeated), palette)
    color = coloring.per_region(shares, regions(shares.ink), model.config)
    return color[..., :height, :width].float().cpu()


def _blank(seen: _Seen) -> Image.Image:
    return Image.new("RGB", seen.lines.size, "white")


def _without(hints: Tensor, mask: np.ndarray) -> Tensor:
    """Hints (1, 4, size, size) without those that the mask (h, w) of the drawing covers."""
    covered = drawing.square(torch.from_numpy(mask)[None, None].float())
    covered = F.interpolate(covered, size=hints.shape[2:], mode="area").to(hints)
    return hints * (F.max_pool2d(covered, 5, 1, 2) == 0)  # widened ones too
