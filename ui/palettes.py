"""Palettes and colors as the page writes them."""

import json

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


def rows(palette: Entries) -> list[tuple[str, float]]:
    """Palette of the tasks -> rows of its JSON."""
    return [(hexadecimal(color), weight) for color, weight in palette]


def hexadecimal(color: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)
