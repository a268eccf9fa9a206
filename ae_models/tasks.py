"""Tasks: network first, PIL in, PIL out. No state, no gradio; deterministic for a seed.

Every function raises ValueError "expected ..., got ..." for a network, a picture or a number that
it cannot use.
"""

from PIL import Image
from torch import Tensor, nn

from ae_models import zoo
from ae_models.codec import file
from ae_models.codec import tasks as codec
from ae_models.codec.dcae_plus import DCAEPlus
from ae_models.codec.tasks import compress, latent_in, rounded
from ae_models.face import tasks as face
from ae_models.face.tasks import (
    MAX_SAMPLES,
    MAX_STEPS,
    decode_all,
    directions,
    draw,
    edit,
    morph,
    priors,
    random_latents,
    sample,
    translate_face,
)
from ae_models.photo.tasks import chroma, chroma_fields, colorize, recognize, working_size
from ae_models.sketch.tasks import (
    clean_sketch,
    color_sketch,
    paint_sketch,
    propose_palettes,
    surprise,
)

__all__ = [
    "MAX_SAMPLES", "MAX_STEPS", "chroma", "chroma_fields", "clean_sketch", "color_sketch",
    "colorize", "compress", "decode", "decode_all", "decompress", "directions", "draw", "edit",
    "encode", "latent_in", "morph", "paint_sketch", "priors", "propose_palettes", "random_latents",
    "recognize", "reconstruct", "rounded", "sample", "surprise", "translate_face", "unpacked",
    "working_size",
]  # fmt: skip


def reconstruct(model: nn.Module, picture: Image.Image, rate: int = 0) -> Image.Image:
    """Reconstruct a picture from the latent of a face VAE or a codec: RGB of the same size.

    rate: how a codec quantizes its latent, 0 is not at all, 1 the coarsest."""
    return _owner(model).reconstruct(model, picture, rate)


def encode(model: nn.Module, picture: Image.Image, rate: int = 0) -> Tensor:
    """Picture -> latent of a face VAE (1, Z) or a codec (1, C, h, w), float32, on the CPU."""
    return _owner(model).encode(model, picture, rate)


def decode(model: nn.Module, latent: Tensor, rate: int = 0) -> Image.Image:
    """Output of encode for the same rate -> RGB picture."""
    return _owner(model).decode(model, latent, rate)


def decompress(data: bytes) -> Image.Image:
    """The bytes that compress gave -> RGB picture, by the network of the zoo that the file names.

    Raises ValueError for anything else, and if that release is not here."""
    return codec.decompress(*unpacked(data))


def unpacked(data: bytes) -> tuple[nn.Module, file.Header, bytes]:
    """The bytes that compress gave -> the network of the zoo that the file names, what the file
    says of the picture, and its payload. Raises ValueError as decompress does."""
    header, payload = file.unpack(data)
    slugs = [row.slug for row in zoo.ROWS if row.network is DCAEPlus]
    networks = {model.sha256[:4]: model for model in map(zoo.load, slugs)}
    if header.network not in networks:
        raise ValueError(
            f"expected a file of {', '.join(slugs)} {', '.join(networks)}, got one of release "
            f"{header.network}; get the release whose sha256 starts so"
        )
    return networks[header.network], header, payload


def _owner(model: nn.Module):
    """Module of tasks for a network with a latent."""
    return face if isinstance(model, face.VAES) else codec
