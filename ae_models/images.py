"""Pictures: from any upload to what a network takes, and back.

Ranges: PIL pictures are 8-bit RGB or L; tensors are float32 (B, C, H, W) in [0, 1] unless a line says otherwise.
"""

import io
from os import PathLike

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor
from torch.nn import functional as F

FORMATS = ("PNG", "JPEG", "WEBP")
MIN_SIDE = 8  # px
MAX_PIXELS = 25_000_000


def read(source: str | PathLike | bytes) -> Image.Image:
    """A file or its bytes -> RGB picture, upright, on white.

    Raises ValueError for anything but a PNG, JPEG or WebP of 8 px a side or more and at most 25 megapixels; the size
    is checked on the header, before a pixel is decoded."""
    return to_rgb(_opened(source))


def read_layer(source: str | PathLike | bytes) -> Image.Image:
    """The same with its transparency: RGBA."""
    return _upright(_opened(source)).convert("RGBA")


def _opened(source: str | PathLike | bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(source) if isinstance(source, bytes) else source)
    except FileNotFoundError:
        raise ValueError(f"expected a picture, got a path where no file is: {source}") from None
    except Image.DecompressionBombError:
        raise ValueError(
            f"expected at most {MAX_PIXELS // 10**6} megapixels, got far more"
        ) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, TypeError, AttributeError):
        raise ValueError(
            "expected a PNG, JPEG or WebP picture, got a file that is none of them"
        ) from None
    if image.format not in FORMATS:
        raise ValueError(f"expected a PNG, JPEG or WebP picture, got {image.format}")
    return image


def check_size(image: Image.Image) -> None:
    """ValueError unless both sides have 8 px or more and the picture at most 25 megapixels."""
    width, height = image.size
    if min(width, height) < MIN_SIDE:
        raise ValueError(
            f"expected a picture of at least {MIN_SIDE}x{MIN_SIDE} px, got {width}x{height}"
        )
    if width * height > MAX_PIXELS:
        raise ValueError(f"expected at most {MAX_PIXELS // 10**6} megapixels, got {width}x{height}")


def to_rgb(image: Image.Image) -> Image.Image:
    """Any PIL picture (first frame of an animation) -> 8-bit RGB: rotated as its EXIF says, alpha flattened on white,
    16-bit gray scaled to 8. Raises ValueError for sizes out of bounds and for pixels that cannot be decoded."""
    if not isinstance(image, Image.Image):
        raise ValueError(f"expected a PIL picture, got {type(image).__name__}")
    image = _upright(image)
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        return Image.fromarray(_gray_to_uint8(image)).convert("RGB")
    if image.mode == "RGB" and "transparency" not in image.info:
        return image
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")
    return image.convert("RGB")


def _upright(image: Image.Image) -> Image.Image:
    """Decoded, and rotated as its EXIF says. Raises ValueError as to_rgb does."""
    check_size(image)
    try:
        image.load()
        return ImageOps.exif_transpose(image)
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise ValueError(
            f"expected a whole picture, got a damaged or truncated file ({error})"
        ) from None


def _gray_to_uint8(image: Image.Image) -> np.ndarray:
    """16-bit gray [0, 65535] -> [0, 255]. PIL calls 16-bit PNGs `I` or `I;16`; `F` has no range but what it holds."""
    gray = np.asarray(image, dtype=np.float64)
    if not np.isfinite(gray).all():
        raise ValueError("expected finite pixels, got NaN or infinity")
    top = max(gray.max(), 1.0) if image.mode == "F" else 65535.0
    return (gray.clip(0, top) * (255 / top)).round().astype(np.uint8)


def to_tensor(image: Image.Image) -> Tensor:
    """RGB or L picture -> (1, 3 or 1, H, W) in [0, 1]."""
    pixels = torch.from_numpy(np.array(image, dtype=np.uint8))
    return pixels.reshape(image.height, image.width, -1).permute(2, 0, 1)[None].float() / 255


def to_uint8(x: Tensor) -> Tensor:
    """[0, 1] -> uint8, clipped and rounded to nearest."""
    return x.float().clamp(0, 1).mul(255).round().to(torch.uint8)


def to_images(x: Tensor) -> list[Image.Image]:
    """(B, 1 or 3, H, W) in [0, 1], clipped -> B pictures, L or RGB."""
    pixels = to_uint8(x).permute(0, 2, 3, 1).cpu().numpy()
    return [Image.fromarray(p.squeeze(2) if p.shape[2] == 1 else p) for p in pixels]


def center_box(
    size: tuple[int, int], aspect: float, zoom: float = 1.0
) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the largest centered part of a picture of size (width, height)
    whose width / height is aspect; its sides are divided by zoom (1 or more)."""
    width, height = size
    w = min(width, height * aspect) / zoom
    w, h = max(1, round(w)), max(1, round(w / aspect))
    left, top = round((width - w) / 2), round((height - h) / 2)
    return left, top, left + w, top + h


def face_box(size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The square that CelebA's networks see: the centerd 148 of an aligned 178x218 picture (of its scale, whatever the
    size); of any other picture the largest centerd square."""
    width, height = size
    aligned = width != height and abs(width / height - 178 / 218) < 0.01
    return center_box(size, 1.0, zoom=178 / 148 if aligned else 1.0)


def resize(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """To (width, height); bicubic, with the filter widened to the scale when it shrinks."""
    return image if image.size == size else image.resize(size, Image.Resampling.BICUBIC)


def resize_tensor(x: Tensor, size: tuple[int, int]) -> Tensor:
    """(B, C, H, W) -> (B, C, *size) with size = (height, width); bilinear, antialiased when it shrinks."""
    if x.shape[-2:] == torch.Size(size):
        return x
    return F.interpolate(x, size=size, mode="bilinear", antialias=True)
