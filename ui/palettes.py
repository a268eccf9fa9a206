"""Palettes and colors as the page writes them."""

import json
import math

from PIL import ImageColor

from ae_models.sketch.palettes import Entries


def entries(text: str | None) -> Entries:
    """Palette as JSON -> as the tasks take it. Raises ValueError."""
    try:
        rows = json.loads(text) if text and text.strip() else []
        return [(ImageColor.getrgb(color)[:3], weight) for color, weight in rows]
    except (TypeError, ValueError, AttributeError, RecursionError):
        raise ValueError(
            f'expected a palette as [["#rrggbb", weight], ...], got {str(text)[:60]!r}'
        ) from None


def holding(palette: Entries, locked: Entries) -> Entries:
    """A palette with locked colors, each in the place of the color most like it, as long as there
    is one."""
    held, free = list(palette), list(range(len(palette)))
    for color, _ in locked[: len(free)]:
        nearest = min(free, key=lambda i: math.dist(palette[i][0], color))
        free.remove(nearest)
        held[nearest] = color, palette[nearest][1]
    return held


def rows(palette: Entries) -> list[tuple[str, float]]:
    """Palette of the tasks -> rows of its JSON."""
    return [(hexadecimal(color), weight) for color, weight in palette]


def hexadecimal(color: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)
