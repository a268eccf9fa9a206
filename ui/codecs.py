"""Answers to the compress tab: a picture as each codec keeps it, and a look into ours.

A body may be our file followed by a picture; the query, or a header of the answer, says how long
the file is: 0 without one, when our latent is taken as it is."""

from typing import NamedTuple

import torch
from PIL import Image
from starlette.responses import Response
from torch import Tensor, nn

from ae_models import images, metrics, tasks
from ae_models.codec import file, others
from ui import parts
from ui.answers import encoded, number

MOST_PIXELS = 768 * 768  # of a picture that the tab compresses
MOST_OPENED = 8_000_000  # pixels of a file that the tab opens
RANGE = 3  # standard deviations of a channel's numbers, to either side, from black to white


class Inside(NamedTuple):
    """Picture as our network keeps it. rate: 0 for the latent as it is. bytes: what it
    costs."""

    network: nn.Module
    latent: Tensor  # (1, C, h, w)
    rate: int
    size: tuple[int, int]
    bytes: int

    def picture(self) -> Image.Image:
        return tasks.decode(self.network, self.latent, self.rate).crop((0, 0, *self.size))


def inside(data: bytes, picture: Image.Image | None) -> Inside:
    """Our file, or without one a picture -> what the network keeps of it. Raises ValueError."""
    if not data:
        picture = parts.needs(picture, "a picture")
        network = parts.load("dcae", "plus")
        latent = tasks.encode(network, picture)
        return Inside(network, latent, 0, picture.size, 4 * latent.numel())
    network, header, payload = tasks.unpacked(data)
    size = header.width, header.height
    if size[0] * size[1] > MOST_OPENED:
        raise ValueError(
            f"expected a picture of at most {MOST_OPENED // 10**6} megapixels, got "
            f"{size[0]}x{size[1]}; `python -m ae_models decompress` opens larger ones"
        )
    latent = tasks.latent_in(network, header, payload)
    return Inside(network, latent, header.rate, size, len(data))


def pixels(body: bytes) -> int:
    """How large the work on a body is: pixels of the picture in our file, or of a picture."""
    if body[:1] != bytes([file.MAGIC]):
        return images.pixels(body)
    width, height, _ = file.claim(body)
    return width * height


# ---- the routes ----


def open_picture(body: bytes, query: dict) -> Response:
    """Any picture -> the picture that the tab compresses, PNG. Its own size is in x-size."""
    picture = images.read(body)
    answer = encoded(shrunk(picture), lossless=True)
    answer.headers["x-size"] = f"{picture.width},{picture.height}"
    return answer


def ours(body: bytes, query: dict) -> Response:
    """A picture -> our file of it and the picture in that file. query: rate, 0 for no file."""
    picture, rate = shrunk(images.read(body)), number(query, "rate")
    data = tasks.compress(parts.load("dcae", "plus"), picture, rate) if rate else b""
    kept = inside(data, picture)
    return answered(kept.picture(), measured(picture, kept.picture(), kept.bytes), data)


def look(body: bytes, query: dict) -> Response:
    """Our file, and the original if there is one -> the picture in the file.

    query: file, its length; muted, channels of the latent that are set to 0, "0,5"."""
    data, picture = given(body, query)
    kept = inside(data, picture)
    heard = torch.ones(1, kept.latent.shape[1], 1, 1)
    heard[:, channels(query.get("muted", ""), heard.shape[1])] = 0
    again = kept._replace(latent=kept.latent * heard).picture()
    return answered(again, measured(picture, again, kept.bytes) | {"x-rate": str(kept.rate)})


def latent(body: bytes, query: dict) -> Response:
    """As look -> the channels of the latent below one another, gray, PNG; x-channels counts
    them."""
    numbers = inside(*given(body, query)).latent
    deviation, mean = torch.std_mean(numbers, (2, 3), keepdim=True)
    gray = (numbers - mean) / (2 * RANGE * deviation.clamp_min(1e-6)) + 0.5
    (picture,) = images.to_images(gray.flatten(1, 2)[:, None])
    answer = encoded(picture, lossless=True)
    answer.headers["x-channels"] = str(numbers.shape[1])
    return answer


def classic(body: bytes, query: dict) -> Response:
    """A picture -> the classic network's reconstruction. It writes no file: its latent is
    counted."""
    picture, network = shrunk(images.read(body)), parts.load("dcae", "classic")
    again, numbers = tasks.reconstruct(network, picture), tasks.encode(network, picture)
    return answered(again, measured(picture, again, 4 * numbers.numel()))


def other(body: bytes, query: dict) -> Response:
    """A picture -> the best file of another codec that is no larger than ours, or its smallest.

    query: codec, a key of others.OPTIONS; most, the bytes of ours. The quality is in x-quality."""
    codec = query.get("codec", "")
    if codec not in others.OPTIONS:
        raise ValueError(
            f"expected codec to be one of {', '.join(others.OPTIONS)}, got {codec[:20]!r}"
        )
    picture = shrunk(images.read(body))
    quality, data = others.file_of_size(codec, picture, number(query, "most"))
    headers = measured(picture, others.opened(data), len(data)) | {"x-quality": str(quality)}
    return Response(data, media_type=f"image/{codec.lower()}", headers=headers)


# ---- what they are made of ----


def given(body: bytes, query: dict) -> tuple[bytes, Image.Image | None]:
    """Our file and the original. Raises ValueError."""
    length = number(query, "file")
    data, rest = body[:length], body[length:]
    return data, shrunk(images.read(rest)) if rest else None


def answered(picture: Image.Image, figures: dict[str, str], data: bytes = b"") -> Response:
    """Our file, or nothing, and a picture."""
    answer = encoded(picture, lossless=True)
    headers = figures | {"x-file": str(len(data))}
    return Response(data + answer.body, media_type=answer.media_type, headers=headers)


def measured(original: Image.Image | None, again: Image.Image, size: int) -> dict[str, str]:
    """Headers: bytes; PSNR in dB if there is an original; MS-SSIM if that is large enough."""
    figures = {"x-bytes": str(size)}
    if original is None:
        return figures
    if original.size != again.size:
        raise ValueError(f"expected the picture of that file, got one of {original.size} px")
    pair = [images.to_tensor(images.to_rgb(picture)) for picture in (original, again)]
    figures["x-psnr"] = f"{metrics.psnr(*pair).item():.2f}"
    if min(original.size) >= metrics.MS_SSIM_SIDE:
        figures["x-ms-ssim"] = f"{metrics.ms_ssim(*pair).item():.4f}"
    return figures


def shrunk(picture: Image.Image) -> Image.Image:
    """At most MOST_PIXELS, in the same proportions."""
    scale = (MOST_PIXELS / (picture.width * picture.height)) ** 0.5
    if scale >= 1:
        return picture
    return images.resize(
        picture, (max(8, int(picture.width * scale)), max(8, int(picture.height * scale)))
    )


def channels(text: str, count: int) -> list[int]:
    """Numbers of channels, "0,5". Raises ValueError."""
    found = text.split(",") if text else []
    if not all(n.isdecimal() and int(n) < count for n in found):
        raise ValueError(f"expected channels from 0 to {count - 1}, got {text[:40]!r}")
    return [int(n) for n in found]
