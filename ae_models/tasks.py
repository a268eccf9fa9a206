"""Tasks: network first, PIL in, PIL out. No state, no gradio; deterministic for a seed.

Every function raises ValueError for a network, a picture or a number that it cannot use, saying what
was expected and what was got.
"""

from PIL import Image
from torch import Tensor, nn

from ae_models.codec import tasks as codec
from ae_models.codec.tasks import estimated_bytes, rounded
from ae_models.face import tasks as face
from ae_models.face.tasks import (
    MAX_SAMPLES,
    MAX_STEPS,
    directions,
    draw,
    edit,
    morph,
    priors,
    sample,
    translate_face,
)
from ae_models.photo.tasks import chroma, colorize
from ae_models.sketch.tasks import clean_sketch, color_sketch, surprise

__all__ = [
    "MAX_SAMPLES", "MAX_STEPS", "chroma", "clean_sketch", "color_sketch", "colorize", "decode", "directions", "draw",
    "edit", "encode", "estimated_bytes", "morph", "priors", "reconstruct", "rounded", "sample",
    "surprise", "translate_face",
]  # fmt: skip


def reconstruct(model: nn.Module, picture: Image.Image, rate: int = 0) -> Image.Image:
    """Send a picture through a face VAE's or a codec's latent and back: RGB of the same size.

    rate: how a codec rounds its latent, 0 is not at all, 1 the coarsest."""
    return _owner(model).reconstruct(model, picture, rate)


def encode(model: nn.Module, picture: Image.Image, rate: int = 0) -> Tensor:
    """Picture -> latent of a face VAE (1, Z) or a codec (1, C, h, w), float32, on the CPU."""
    return _owner(model).encode(model, picture, rate)


def decode(model: nn.Module, latent: Tensor, rate: int = 0) -> Image.Image:
    """Latent, as encode gives it for this rate -> RGB picture."""
    return _owner(model).decode(model, latent, rate)


def _owner(model: nn.Module):
    """The tasks of the system that a network with a latent belongs to."""
    return face if isinstance(model, face.VAES) else codec
