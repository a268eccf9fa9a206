"""Numbers of a query, and pictures in answers."""

import base64
import io

from PIL import Image
from starlette.responses import Response


def number(query: dict, name: str) -> int:
    """A whole number of the query, 0 without one. Raises ValueError."""
    text = query.get(name, "0")
    if not text.isdecimal():
        raise ValueError(f"expected {name} to be a whole number, got {text[:20]!r}")
    return int(text)


def decimal(query: dict, name: str, default: float) -> float:
    """A number of the query. Raises ValueError."""
    text = query.get(name, str(default))
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"expected {name} to be a number, got {text[:20]!r}") from None


def encoded(picture: Image.Image, lossless: bool) -> Response:
    buffer = io.BytesIO()
    if lossless:
        picture.save(buffer, "PNG", compress_level=1)
    else:
        picture.save(buffer, "JPEG", quality=92, subsampling=0)
    return Response(buffer.getvalue(), media_type="image/png" if lossless else "image/jpeg")


def data_url(picture: Image.Image, kind: str, **options) -> str:
    """A picture in a text; kind and options as Pillow saves it."""
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"
