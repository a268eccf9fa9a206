"""WebP files, to compare a codec with."""

import io

from PIL import Image


def webp_file(image: Image.Image, quality: int, method: int = 4) -> io.BytesIO:
    """A lossy WebP file of a picture, quality 0 to 100; `method` from 0, fast, to 6, the smallest."""
    file = io.BytesIO()
    image.save(file, "WEBP", quality=quality, method=method)
    return file
