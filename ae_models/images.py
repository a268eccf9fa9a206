"""Pictures: from any upload to what a network takes, and back.

PIL pictures are 8-bit RGB or L in sRGB; tensors are float32 (B, C, H, W) in [0, 1] unless a line
says otherwise.
"""

import functools
import io
import struct
from os import PathLike
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageCms, ImageOps
from torch import Tensor
from torch.nn import functional as F

try:  # optional; photos of iPhones need it
    import pillow_heif
except ImportError:
    pillow_heif = None
else:
    pillow_heif.register_heif_opener()

# MPO is a JPEG file with further pictures behind the first: many phones and cameras write it.
FORMATS = ("PNG", "JPEG", "MPO", "WEBP", "AVIF", "GIF", "TIFF", "HEIF")
EXPECTED = "expected a PNG, JPEG, WebP, AVIF, GIF, TIFF or HEIC picture"
HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
MIN_SIDE = 8  # px
MAX_PIXELS = 50_000_000  # A4 at 600 dpi has 34.8 million, the largest phone cameras 50
DAMAGE = (  # Pillow raises these for bytes that are no picture, or not a whole one
    *(OSError, SyntaxError, ValueError, TypeError, AttributeError, EOFError, RuntimeError),
    *(ArithmeticError, LookupError, struct.error),
)
ORIENTATION = 0x0112  # EXIF tag; 1 is upright


def read(source: str | PathLike | bytes) -> Image.Image:
    """Read a file or its bytes as an RGB picture: sRGB, upright, on white, the first frame.

    Raises ValueError for anything but a picture of one of FORMATS with sides of at least MIN_SIDE
    px and at most MAX_PIXELS; the size is checked on the header, before a pixel is decoded."""
    return to_rgb(_open(source))


def read_layer(source: str | PathLike | bytes) -> Image.Image:
    """Read a file or its bytes with its transparency: RGBA, else as `read`."""
    image = _open(source)
    layer = _decoded(image) if image.has_transparency_data else to_rgb(image)
    return layer.convert("RGBA")


def pixels(source: str | PathLike | bytes) -> int:
    """Number of pixels that a file's header states; 0 for what `read` refuses."""
    try:
        with _open(source) as image:
            return image.width * image.height
    except ValueError:
        return 0


def _open(source: str | PathLike | bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(source) if isinstance(source, bytes) else source)
    except FileNotFoundError:
        raise ValueError(f"expected a picture, got a path where no file is: {source}") from None
    except Image.DecompressionBombError:
        raise ValueError(
            f"expected at most {MAX_PIXELS // 10**6} megapixels, got far more"
        ) from None
    except DAMAGE:
        raise ValueError(_unreadable(source)) from None
    if image.format not in FORMATS:
        raise ValueError(f"{EXPECTED}, got {image.format}")
    return image


def _unreadable(source) -> str:
    """The sentence for a file that Pillow does not know."""
    try:
        head = source[:12] if isinstance(source, bytes) else _first_bytes(source)
    except (OSError, TypeError, ValueError):
        head = b""
    kind = {b"avif": "AVIF", b"avis": "AVIF"}.get(head[8:12])
    if head[8:12] in HEIC_BRANDS:
        kind = "HEIC"
    if head[4:8] != b"ftyp" or kind is None or (kind == "HEIC" and pillow_heif):
        return f"{EXPECTED}, got a file that is none of them"
    remedy = {"HEIC": "pip install pillow-heif", "AVIF": "pip install -U pillow"}[kind]
    return (
        f"expected a picture that this installation can read, got {kind}: save it as JPEG, "
        f"or run `{remedy}`"
    )


def _first_bytes(path: str | PathLike) -> bytes:
    with Path(path).open("rb") as file:
        return file.read(12)


def check_size(image: Image.Image) -> None:
    """Raise ValueError unless both sides have MIN_SIDE px and the picture at most MAX_PIXELS."""
    width, height = image.size
    if min(width, height) < MIN_SIDE:
        raise ValueError(
            f"expected a picture of at least {MIN_SIDE}x{MIN_SIDE} px, got {width}x{height}"
        )
    if width * height > MAX_PIXELS:
        raise ValueError(f"expected at most {MAX_PIXELS // 10**6} megapixels, got {width}x{height}")


def to_rgb(image: Image.Image) -> Image.Image:
    """Any PIL picture (first frame of an animation) -> 8-bit sRGB.

    It is turned as its EXIF says, its color profile is applied, transparency lies on white, 16-bit
    gray is scaled to 8; a picture that needs nothing of this is returned itself, not a copy. Raises
    ValueError for sizes out of bounds and for pixels that cannot be decoded."""
    if not isinstance(image, Image.Image):
        raise ValueError(f"expected a PIL picture, got {type(image).__name__}")
    image = _decoded(image)
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        return Image.fromarray(_gray_to_uint8(image)).convert("RGB")
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def _decoded(image: Image.Image) -> Image.Image:
    """Decode, turn as EXIF says, convert to sRGB. Raises ValueError as to_rgb does."""
    check_size(image)
    try:
        image.load()
        if image.getexif().get(ORIENTATION, 1) != 1:
            image = ImageOps.exif_transpose(image)
    except DAMAGE as error:
        raise ValueError(
            f"expected a whole picture, got a damaged or truncated file ({error})"
        ) from None
    return _in_srgb(image)


# ---- color profiles ----


def _in_srgb(image: Image.Image) -> Image.Image:
    """Convert by the picture's color profile; without one, or with a damaged one, it is sRGB."""
    profile = image.info.get("icc_profile")
    if not profile:
        return image
    if image.mode in ("P", "PA", "LA", "La", "RGBa", "1"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    mode = {"CMYK": "RGB", "L": "RGB"}.get(image.mode, image.mode)
    transform = _transform(profile, image.mode, mode)
    if transform is None:
        return image
    image = ImageCms.applyTransform(image, transform)
    del image.info["icc_profile"]  # so that nothing converts the result again
    return image


@functools.lru_cache(8)
def _transform(profile: bytes, mode: str, to: str) -> ImageCms.ImageCmsTransform | None:
    """A transform of a color profile to sRGB; None where there is nothing to do: the profile is
    damaged, does not fit the mode, or is sRGB itself."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, to)
        if mode != to:
            return transform
        swatches = _swatches().convert(mode)
        converted = ImageCms.applyTransform(swatches, transform)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    change = np.subtract(converted, swatches, dtype=np.int16)
    return transform if np.abs(change).max() > 2 else None  # levels of 255: rounding


def _swatches() -> Image.Image:
    """All colors of 6 levels a channel."""
    levels = np.linspace(0, 255, 6, dtype=np.uint8)
    cube = np.stack(np.meshgrid(levels, levels, levels), -1)
    return Image.fromarray(cube.reshape(6, 36, 3))


# ---- pixels and tensors ----


def _gray_to_uint8(image: Image.Image) -> np.ndarray:
    """16-bit gray [0, 65535] -> [0, 255]. PIL calls 16-bit PNGs `I` or `I;16`; `F` has no range but
    what it holds."""
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
    """The square that CelebA's networks see: the centered 148 of an aligned 178x218 picture (of its
    scale, whatever the size); of any other picture the largest centered square."""
    width, height = size
    aligned = width != height and abs(width / height - 178 / 218) < 0.01
    return center_box(size, 1.0, zoom=178 / 148 if aligned else 1.0)


def resize(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """To (width, height); bicubic, with the filter widened to the scale when it shrinks."""
    return image if image.size == size else image.resize(size, Image.Resampling.BICUBIC)


def resize_tensor(x: Tensor, size: tuple[int, int]) -> Tensor:
    """(B, C, H, W) -> (B, C, *size) with size = (height, width); bilinear, antialiased when it
    shrinks."""
    if x.shape[-2:] == torch.Size(size):
        return x
    return F.interpolate(x, size=size, mode="bilinear", antialias=True)
