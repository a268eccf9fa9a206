"""Codec tasks on pictures: reconstruct, encode, decode, quantize the latent, write and read
files."""

import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from ae_models import images, inference, tiles
from ae_models.codec import entropy, file
from ae_models.codec.dcae import DCAE
from ae_models.codec.dcae_plus import DCAEPlus
from ae_models.codec.refinement import MAX_STEPS, refined


def reconstruct(model: nn.Module, picture: Image.Image, rate: int = 0) -> Image.Image:
    """Picture -> its reconstruction from the latent, RGB of the same size.

    rate: how the plus network quantizes its latent, 0 is not at all, 1 the coarsest. The classic
    network, whose normalization spans the picture, works in tiles of its own size that overlap by
    half and are blended."""
    rate, image = _rate(model, rate), images.to_rgb(picture)
    if isinstance(model, DCAE):
        return _reconstruct_tiled(model, image)
    latent = encode(model, image, rate)
    latent = rounded(model, latent, rate) if rate else latent
    return decode(model, latent, rate).crop((0, 0, *image.size))


@torch.inference_mode()
def encode(model: nn.Module, picture: Image.Image, rate: int = 0) -> Tensor:
    """Picture -> latent (1, C, H / f, W / f), float32, on the CPU, to be quantized at `rate`.

    The picture's sides are padded to whole cells; for the classic network to whole tiles, each of
    which is encoded apart."""
    rate, x = _rate(model, rate), images.to_tensor(images.to_rgb(picture))
    if isinstance(model, DCAEPlus):

        def encode_strip(strip: Tensor) -> Tensor:
            return model.encode(inference.to_network(model, strip), rate)

        return tiles.strips(encode_strip, x, model.patch, model.reach).cpu()
    size = model.config.size
    x = F.pad(x, (0, -x.shape[3] % size, 0, -x.shape[2] % size), mode="replicate")
    rows, columns = x.shape[2] // size, x.shape[3] // size
    parts = inference.to_network(model, tiles.split(x, size))
    return tiles.join(inference.in_batches(model.encode, parts), rows, columns).float().cpu()


@torch.inference_mode()
def decode(model: nn.Module, latent: Tensor, rate: int = 0) -> Image.Image:
    """Output of encode for the same rate -> RGB picture of the padded size.

    Raises ValueError for a shape that encode cannot have given, and for values that are not
    finite."""
    rate, latent = _rate(model, rate), inference.finite_latent(latent)
    device = inference.device(model)
    if isinstance(model, DCAEPlus):
        _check_grid(latent, model.config.latent)
        picture = tiles.strips(lambda z: model.decode(z.to(device), rate), latent, 1, model.reach)
        return inference.to_pictures(model, picture)[0]
    size = model.config.size
    _, channels, side, _ = model.encode(torch.zeros(1, 3, size, size, device=device)).shape
    _check_grid(latent, channels, side)
    rows, columns = latent.shape[2] // side, latent.shape[3] // side
    decoded = inference.in_batches(model.decode, tiles.split(latent.to(device), side))
    return inference.to_pictures(model, tiles.join(decoded, rows, columns))[0]


@torch.inference_mode()
def rounded(model: nn.Module, latent: Tensor, rate: int) -> Tensor:
    """Quantize the output of encode for the same rate: latent (1, C, h, w) -> (1, C, h, w).

    Raises ValueError for a network that does not quantize, for a rate that it does not have, and
    for NaN or infinity."""
    latent = inference.finite_latent(latent)
    q, rate = _quantized(model, latent, rate)
    return model.dequantize(q, rate)[..., : latent.shape[2], : latent.shape[3]].cpu()


def compress(model: nn.Module, picture: Image.Image, rate: int = 3, refine: int = 0) -> bytes:
    """Picture -> the bytes of a file (codec/file.py).

    rate: 1, the smallest file, to model.rates. refine: gradient steps on the latent of this
    picture, which cost time and save a few percent. Raises ValueError for a network that does not
    quantize or comes from no release, whose files nobody could read."""
    inference.expect(model, DCAEPlus, "a network that quantizes its latent")
    rate = inference.whole_number("rate", rate, 1, model.rates)
    refine = inference.whole_number("refine", refine, 0, MAX_STEPS)
    if not model.sha256:
        raise ValueError("expected the network of a release, got one whose files nobody can read")
    image = images.to_rgb(picture)
    file.check_size(*image.size)
    latent = encode(model, image, rate)
    q = refined(model, latent, images.to_tensor(image), rate, refine)
    payload = entropy.encode(model.context, model.sorted_kinds(q)[0].float().cpu(), rate - 1)
    return file.pack(file.Header(model.sha256[:4], rate, *image.size), payload)


@torch.inference_mode()
def decompress(model: nn.Module, header: file.Header, payload: bytes) -> Image.Image:
    """Decode the output of file.unpack: RGB picture. Raises ValueError for another network's
    file."""
    latent = latent_in(model, header, payload)
    return decode(model, latent, header.rate).crop((0, 0, header.width, header.height))


@torch.inference_mode()
def latent_in(model: nn.Module, header: file.Header, payload: bytes) -> Tensor:
    """Read the latent from the output of file.unpack: (1, C, h, w), float32, on the CPU, as decode
    takes it. Raises ValueError for another network's file."""
    q = integers(model, header, payload)
    height, width = -(-header.height // model.patch), -(-header.width // model.patch)
    return model.dequantize(q.to(inference.device(model)), header.rate)[..., :height, :width].cpu()


@torch.inference_mode()
def integers(model: nn.Module, header: file.Header, payload: bytes) -> Tensor:
    """Decode the output of file.unpack: the quantized latent (1, C, h, w), int32, the same to the
    bit on every machine. Raises ValueError for another network's file."""
    inference.expect(model, DCAEPlus, "a network that quantizes its latent")
    if not 1 <= header.rate <= model.rates or header.network != model.sha256[:4]:
        raise ValueError(f"expected a file of this network, got one of {header.network}")
    side = model.patch * model.config.block
    shape = len(model.context.order), -(-header.height // side), -(-header.width // side)
    kinds = entropy.decode(model.context, payload, shape, header.rate - 1)
    return model.unsorted_kinds(kinds[None])


def _rate(model: nn.Module, rate: int) -> int:
    """Check a rate: an int from 0 to model.rates.

    Raises ValueError for another rate, and for a network that is no codec."""
    inference.expect(model, (DCAE, DCAEPlus), "a network that encodes and decodes pictures")
    return inference.whole_number("rate", rate, 0, model.rates)


def _quantized(model: nn.Module, latent: Tensor, rate: int) -> tuple[Tensor, int]:
    """Quantized latent (1, C, h, w), int32, and the checked rate."""
    inference.expect(model, DCAEPlus, "a network that quantizes its latent")
    rate = inference.whole_number("rate", rate, 1, model.rates)
    _check_grid(latent, model.config.latent)
    return model.quantize(latent.to(inference.device(model)), rate), rate


def _check_grid(latent: Tensor, channels: int, side: int = 1) -> None:
    """Raise ValueError unless the shape is (1, channels, side * n, side * m) with n, m above 0."""
    whole = all(n > 0 and n % side == 0 for n in latent.shape[2:])
    if latent.ndim != 4 or latent.shape[:2] != (1, channels) or not whole:
        times = side if side > 1 else ""
        expected = f"(1, {channels}, {times}n, {times}m)"
        raise ValueError(f"expected a latent of shape {expected}, got {tuple(latent.shape)}")


@torch.inference_mode()
def _reconstruct_tiled(model: DCAE, image: Image.Image) -> Image.Image:
    """Blend four grids of tiles, shifted by half a tile.

    A pixel's weight is its distance from the edge of its tile. A picture of the network's own size
    goes through whole."""
    size, x = model.config.size, images.to_tensor(image)
    if image.size == (size, size):
        return inference.to_pictures(model, inference.run(model, inference.to_network(model, x)))[0]
    height, width = x.shape[2:]
    ramp = 1 - ((torch.arange(size) + 0.5) / size * 2 - 1).abs()  # halves a tile apart sum to 1
    window = ramp[:, None] * ramp[None, :]
    total = torch.zeros(1, 3, height, width)
    for dy in (0, size // 2):
        for dx in (0, size // 2):
            padding = (dx, -(width + dx) % size, dy, -(height + dy) % size)
            padded = F.pad(x, padding, mode="replicate")
            rows, columns = padded.shape[2] // size, padded.shape[3] // size
            parts = inference.to_network(model, tiles.split(padded, size))
            again = inference.in_batches(model, parts).float().cpu() * window
            total += tiles.join(again, rows, columns)[..., dy : dy + height, dx : dx + width]
    return inference.to_pictures(model, total)[0]
