"""Answers to the face tabs: a photo as numbers, numbers as faces, photo to sketch.

The browser keeps the numbers and does the sums; here they only meet the networks. Latents travel as
little-endian float32, one face after another."""

import io
import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from starlette.responses import JSONResponse, Response
from torch import nn

from ae_models import images, tasks, zoo
from ae_models.face import align
from ui import alignment, parts
from ui.answers import data_url, decimal, encoded, number

EDITING = "face-vae-plus"  # the network that knows directions
COMPONENTS = 6  # principal directions that have a slider
DIGITS = 4  # of the numbers that the page is given
MAX_ROWS = tasks.MAX_STEPS
PREVIEW = 1600  # px of the longer side of a photo that the page cannot read itself
CROP_SIDE = 256  # px of the crop that the page shows
MILLISECONDS = 50  # of a frame of an animation
QUALITY = 92
VIDEO_SIDE = 256  # px: players enlarge a smaller one badly


def face(body: bytes, query: dict) -> Response:
    """A photo -> one face of it as numbers: {"latent": [...], "crop": JPEG as a data URL, "count"}.

    query: model; eyes, "x,y,x,y" in px of the photo, else the largest face is looked for, and
    without one the part that the network takes by itself; "whole" does not look."""
    picture = images.read(body)
    shown, count = cropped(picture, query.get("eyes", ""), zoo.row(EDITING).data.pose)
    latent = tasks.encode(parts.load("face-vae", query.get("model", "plus")), shown)
    return JSONResponse({"latent": latent[0].tolist(), "crop": small(shown), "count": count})


def faces(body: bytes, query: dict) -> Response:
    """A photo -> the eyes of its faces, the largest first: {"size": [w, h], "eyes": [[x, y, x,
    y]]}."""
    picture = images.read(body)
    found = align.find_faces(picture)
    return JSONResponse(
        {"size": picture.size, "eyes": [[n for eye in one.eyes for n in eye] for one in found]}
    )


def preview(body: bytes, query: dict) -> Response:
    """A photo of any kind -> JPEG of at most PREVIEW px, for browsers that cannot show it."""
    photo = images.read(body)
    photo.thumbnail((PREVIEW, PREVIEW), Image.Resampling.LANCZOS)
    return encoded(photo, lossless=False)


def crop(body: bytes, query: dict) -> Response:
    """A photo -> the face as the sketch networks know faces: {"crop": PNG as a data URL, "count"}.

    query: eyes, as in face."""
    shown, count = cropped(
        images.read(body), query.get("eyes", ""), zoo.row("face-sketch").data.pose
    )
    return JSONResponse({"crop": data_url(shown, "PNG", compress_level=1), "count": count})


def translate(body: bytes, query: dict) -> Response:
    """A face in its pose -> sketch or photo, PNG. query: system, face-sketch or sketch-face;
    model."""
    system = query.get("system", "face-sketch")
    if system not in ("face-sketch", "sketch-face"):
        raise ValueError(f"expected system face-sketch or sketch-face, got {system[:20]!r}")
    network = parts.load(system, query.get("model", "plus"))
    return encoded(tasks.translate_face(network, images.read(body)), lossless=True)


def decode(body: bytes, query: dict) -> Response:
    """Latents -> their faces below one another in one picture. query: model; png, "1" for PNG."""
    frames = decoded(body, query)
    return encoded(joined(frames, down=True), lossless=query.get("png") == "1")


def directions(body: bytes, query: dict) -> Response:
    """Changes that the page offers: {"sliders": [{"name", "direction", "own", "others"},
    ...]}."""
    return JSONResponse({"sliders": sliders()})


def draw(body: bytes, query: dict) -> Response:
    """Random latents. query: model, seed, count (1 to 64), temperature (0 to 2), prior."""
    network = parts.load("face-vae", query.get("model", "plus"))
    latents = tasks.random_latents(
        network,
        number(query, "count"),
        number(query, "seed"),
        decimal(query, "temperature", 1.0),
        prior_of(network, query.get("prior")),
    )
    return Response(latents.numpy().astype("<f4").tobytes(), media_type="application/octet-stream")


def prior_of(network: nn.Module, name: str | None) -> str | None:
    """The prior of this name; the network's own where it has no mixture, which the page does not
    know."""
    return None if name == "mixture" and name not in tasks.priors(network) else name


def animate(body: bytes, query: dict) -> Response:
    """Latents -> the faces as a file. query: model; format: gif, webp (both loop), mp4 or strip
    (PNG)."""
    kind = query.get("format", "gif")
    if kind not in ("gif", "webp", "mp4", "strip"):
        raise ValueError(f"expected format gif, webp, mp4 or strip, got {kind[:20]!r}")
    frames = decoded(body, query)
    if kind == "mp4":
        return Response(video(frames), media_type="video/mp4")
    if kind == "strip":
        return encoded(joined(frames, down=False), lossless=True)
    buffer = io.BytesIO()
    settings = {"quality": QUALITY} if kind == "webp" else {}
    settings |= {"save_all": True, "append_images": frames[1:]}
    frames[0].save(buffer, kind, duration=MILLISECONDS, loop=0, **settings)
    return Response(buffer.getvalue(), media_type=f"image/{kind}")


def video(frames: list[Image.Image]) -> bytes:
    """Frames, VIDEO_SIDE px a side -> MP4 in VP9. Raises ValueError if OpenCV was built without."""
    import cv2

    size, rate = (VIDEO_SIDE, VIDEO_SIDE), 1000 / MILLISECONDS
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "faces.mp4"
        codec = cv2.VideoWriter.fourcc(*"vp09")
        writer = cv2.VideoWriter(str(file), cv2.CAP_FFMPEG, codec, rate, size)
        if not writer.isOpened():
            raise ValueError("expected an OpenCV that writes VP9, got none: save GIF or WebP")
        for frame in frames:
            writer.write(np.asarray(images.resize(frame, size))[..., ::-1])
        writer.release()
        return file.read_bytes()


def cropped(picture: Image.Image, eyes: str, pose: str) -> tuple[Image.Image, int]:
    """A face in a pose, and how many faces there are: 1 where the eyes are given."""
    if not eyes:
        return alignment.seen(picture, pose)
    if eyes == "whole":
        return align.whole(picture, pose), 1
    return align.align(picture, eyes_of(eyes, picture.size), pose), 1


def eyes_of(text: str, size: tuple[int, int]) -> align.Eyes:
    """ "x,y,x,y" -> both eyes. Raises ValueError unless these are places in a picture of this
    size."""
    try:
        x1, y1, x2, y2 = (float(part) for part in text.split(","))
    except ValueError:
        raise ValueError(f"expected eyes as x,y,x,y, got {text[:40]!r}") from None
    inside = all(0 <= x <= size[0] and 0 <= y <= size[1] for x, y in ((x1, y1), (x2, y2)))
    if not inside:
        raise ValueError(f"expected eyes in a picture of {size[0]}x{size[1]} px, got {text[:40]}")
    return (x1, y1), (x2, y2)


def decoded(body: bytes, query: dict) -> list[Image.Image]:
    """The faces of the latents in a body. Raises ValueError."""
    network = parts.load("face-vae", query.get("model", "plus"))
    numbers = network.config.latent
    if len(body) % (4 * numbers) or not 1 <= len(body) // (4 * numbers) <= MAX_ROWS:
        raise ValueError(
            f"expected 1 to {MAX_ROWS} faces of {numbers} numbers each, got {len(body)} bytes"
        )
    latents = np.frombuffer(body, "<f4").reshape(-1, numbers)
    return tasks.decode_all(network, torch.from_numpy(latents.copy()))


def joined(frames: list[Image.Image], down: bool) -> Image.Image:
    """Frames of one size beside or below one another."""
    (width, height), count = frames[0].size, len(frames)
    whole = Image.new("RGB", (width, height * count) if down else (width * count, height))
    for i, frame in enumerate(frames):
        whole.paste(frame, (0, i * height) if down else (i * width, 0))
    return whole


def small(picture: Image.Image) -> str:
    """A JPEG of at most CROP_SIDE px as a data URL."""
    picture = picture.copy()
    picture.thumbnail((CROP_SIDE, CROP_SIDE), Image.Resampling.LANCZOS)
    return data_url(picture, "JPEG", quality=QUALITY)


def sliders() -> list[dict]:
    """Name, direction and measured effects of each change that has a slider.

    Effects are those of two steps, in standard deviations of a classifier's answers: on the
    attribute itself and on another one on average. Raises ValueError without the network."""
    measured = zoo.config(EDITING)["metrics"]["baselines"]
    known = tasks.directions(zoo.load(EDITING))
    names = [*zoo.config(EDITING)["arguments"]["attributes"]]
    names += [f"component_{i}" for i in range(1, COMPONENTS + 1)]
    return [
        {"name": name, "direction": rounded(known[name])} | effects(measured.get(f"edit {name}"))
        for name in names
    ]


def effects(measured: dict | None) -> dict[str, float]:
    """The measured effects of a change, nothing where it was not measured."""
    if measured is None:
        return {}
    return {
        "own": measured["edit_own"]["value"], "others": measured["edit_others"]["value"],
    }  # fmt: skip


def rounded(numbers) -> list[float]:
    return [round(n, DIGITS) for n in numbers.tolist()]
