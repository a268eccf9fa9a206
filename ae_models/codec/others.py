"""Files of other codecs, to compare ours with."""

import io

from PIL import Image

OPTIONS = {  # of Pillow's encoders, the smallest files that they make
    "WebP": {"method": 6},
    "AVIF": {"subsampling": "4:4:4"},
    "JPEG": {"optimize": True},
}


def file_of(codec: str, image: Image.Image, quality: int) -> bytes:
    """A lossy file of a picture: a key of OPTIONS, quality 0 to 100."""
    file = io.BytesIO()
    image.save(file, codec, quality=quality, **OPTIONS[codec])
    return file.getvalue()


def file_of_size(codec: str, image: Image.Image, most: int) -> tuple[int, bytes]:
    """The highest quality whose file has at most so many bytes, or 0, and the file."""
    low, high, best = 0, 100, None
    while low < high:
        middle = (low + high + 1) // 2
        file = file_of(codec, image, middle)
        if len(file) <= most:
            low, best = middle, file
        else:
            high = middle - 1
    return low, best or file_of(codec, image, low)


def opened(file: bytes) -> Image.Image:
    """The RGB picture of a file."""
    return Image.open(io.BytesIO(file)).convert("RGB")
