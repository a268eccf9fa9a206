"""Pictures for tests, drawn or pasted here, and files of them. None is a photograph."""

import cmath
import io
import math
import struct
import zlib
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw

from ae_models import images
from ae_models.face import align

EXAMPLES = Path(__file__).parents[1] / "ui/static/examples"
PORTRAITS, FACES = (
    sorted(map(str, EXAMPLES.glob(f"{kind}-*.webp"))) for kind in ("portrait", "face")
)
RED_BLUE = [((255, 0, 0), 2), ((0, 0, 255), 1)]  # a palette


# ---- drawn ----


def blob(size: tuple[int, int], seed: int) -> Image.Image:
    """A smooth colorful picture with an ellipse in the middle, which a network learns in few
    steps."""
    random = np.random.default_rng(seed)
    corners = Image.fromarray(random.integers(0, 255, (3, 3, 3), dtype=np.uint8))
    image = corners.resize(size, Image.Resampling.BICUBIC)
    w, h = size
    color = tuple(int(c) for c in random.integers(0, 255, 3))
    ImageDraw.Draw(image).ellipse(
        (w * 0.25, h * 0.2, w * 0.75, h * 0.8), fill=color, outline="black", width=2
    )
    return image


def circle(size=(64, 64), width=3, ink=0, paper=255) -> Image.Image:
    """A line drawing, L."""
    image = Image.new("L", size, paper)
    w, h = size
    ImageDraw.Draw(image).ellipse((w * 0.2, h * 0.2, w * 0.8, h * 0.8), outline=ink, width=width)
    return image


def discs(count: int = 3) -> torch.Tensor:
    """Discs with a black outline on white, as artwork is: (count, 3, 64, 64) in [0, 1]."""
    pictures = []
    for seed in range(count):
        image = Image.new("RGB", (64, 64), "white")
        color = tuple(np.random.default_rng(seed).integers(0, 200, 3).tolist())
        ImageDraw.Draw(image).ellipse((12, 12, 52, 52), fill=color, outline="black", width=2)
        pictures.append(np.array(image))
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2) / 255


def hint(size: tuple[int, int], box: tuple[int, int, int, int], color) -> Image.Image:
    """A transparent layer with one rectangle of an RGBA color."""
    layer = Image.new("RGBA", size)
    layer.paste(color, box)
    return layer


# ---- pasted ----


def pasted(
    path: str, size: tuple[int, int], turn: float, scale: float, center: complex, ground=None
) -> tuple[Image.Image, list[complex]]:
    """A face turned by `turn` degrees against the clock and scaled, on a picture; where its eyes
    are."""
    face = Image.open(path).convert("RGB")
    pose = align.POSES["cufs" if "portrait" in path else "celeba"]
    ground = ground or Image.effect_noise(size, 40).convert("RGB").resize(size)
    large = images.resize(face, tuple(round(side * scale) for side in face.size))
    mask = Image.new("L", large.size, 255)
    turned, mask = (x.rotate(turn, Image.Resampling.BICUBIC, expand=True) for x in (large, mask))
    corner = center - complex(*turned.size) / 2
    ground.paste(turned, (round(corner.real), round(corner.imag)), mask)
    places = [(complex(*eye) * scale - complex(*large.size) / 2) for eye in pose.eyes]
    return ground, [center + place * cmath.rect(1, -math.radians(turn)) for place in places]


# ---- as files ----


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    """The bytes of a file of this format."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that says it is this large and holds no pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
