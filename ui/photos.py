"""Answers to the photo tab: a preview, chroma for its hints, and finished files."""

import functools
import io
import json
import struct
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from gradio.utils import get_upload_folder
from PIL import ExifTags, Image, ImageColor, ImageDraw
from starlette.responses import JSONResponse, Response
from torch import Tensor, nn

from ae_models import color, images, inference, tasks, tones, zoo
from ae_models.photo import borders
from ae_models.photo.tasks import MAX_ASPECT
from ui import lanes, parts
from ui.answers import data_url, decimal

Hint = tuple[float, float, str]  # x and y in parts of the photo's sides, color as #rrggbb

PREVIEW = 1600  # px of the longer side of what the page shows
RECENT = 32  # photos whose features are kept, 1 MB each
MOST_HINTS = 100
RADIUS = 0.02  # of a hint's disc, in parts of the shorter side
MOST_PHOTOS = 500
SKIPPED = "skipped.txt"  # in a zip, what became of the other files
STRUCTURE = {  # EXIF tags of how a file keeps its pixels
    *("ImageWidth", "ImageLength", "BitsPerSample", "Compression", "PhotometricInterpretation"),
    *("FillOrder", "Orientation", "SamplesPerPixel", "StripOffsets", "RowsPerStrip"),
    *("StripByteCounts", "PlanarConfiguration", "Predictor", "ColorMap", "TileWidth"),
    *("TileLength", "TileOffsets", "TileByteCounts", "ExtraSamples", "SampleFormat"),
}


# ---- the picture that one touches ----


def open_photo(body: bytes, query: dict) -> JSONResponse:
    """Any photo -> size; preview; corners of the part inside a border, in px of the preview; that
    part with its tones restored, or nothing if they are well; and what the network sees of it."""
    photo = images.read(body)
    scale = min(1, PREVIEW / max(photo.size))
    preview = images.resize(photo, tuple(max(8, round(n * scale)) for n in photo.size))
    border = borders.find(preview)
    inside = preview if border is None else border.inside(preview)
    restored = tones.stretched(inside)
    network = parts.load("photo-color", "plus")
    lightness = color.lightness(restored)
    size = tasks.working_size(network, *lightness.shape[-2:])
    (seen,) = images.to_images(images.resize_tensor(lightness, size) / 100)
    return JSONResponse(
        {
            "size": photo.size,
            "coloring": tones.coloring(inside),
            "box": (0, 0, *preview.size) if border is None else border.box,
            "corners": None if border is None else border.corners,
            "preview": data_url(preview, "JPEG", quality=93, subsampling=0),
            "restored": None
            if restored is inside
            else data_url(restored, "JPEG", quality=93, subsampling=0),
            "seen": data_url(seen, "PNG"),
        }
    )


def chroma(body: bytes, query: dict) -> Response:
    """Photo as the network sees it, from open_photo -> color.chroma_fields in float32.

    query: model, "plus", "classic" or "rgb"; hints as JSON; radius of their discs, in parts of the
    shorter side. The shape is in the header x-shape."""
    network = parts.load("photo-color", query.get("model", "plus"))
    lightness, recognized = recognize(network, body)
    radius = inference.number("radius", decimal(query, "radius", RADIUS), 0, 1)
    layer = hint_layer(hints_of(query.get("hints")), lightness.shape[:1:-1], radius)
    fields = tasks.chroma_fields(network, lightness, layer, recognized)
    shape = ",".join(map(str, fields.shape[1:]))
    return Response(
        fields.numpy().tobytes(), media_type="application/octet-stream", headers={"x-shape": shape}
    )


@functools.lru_cache(RECENT)
def recognize(network: nn.Module, body: bytes) -> tuple[Tensor, list[Tensor] | None]:
    """Photo as the network sees it -> lightness (1, 1, H, W), and the work that hints do not
    change: kept, since hints come one after the other. Raises ValueError."""
    seen = images.read(body).convert("L")
    most = MAX_ASPECT * zoo.row(zoo.networks("photo-color")["plus"]).config().size
    if max(seen.size) > most:
        raise ValueError(f"expected at most {most} px a side, got {seen.width}x{seen.height}")
    lightness = images.to_tensor(seen) * 100
    return lightness, tasks.recognize(network, lightness)


def save(body: bytes, query: dict) -> Response:
    """A photo's file -> the file of the colored photo, of its own size, with its EXIF.

    query: model; hints; saturation; restore, "1" to restore tones; lossless, "1" for a PNG whatever
    the photo's file is."""
    photo = images.read(body)
    model = query.get("model", "plus")
    hints = hint_layer(hints_of(query.get("hints")), photo.size)
    restore = query.get("restore") == "1"
    colored = tasks.colorize(
        parts.load("photo-color", model), photo, decimal(query, "saturation", 1.0), hints, restore
    )
    kind = "PNG" if query.get("lossless") == "1" else kind_of(body)
    return Response(file_of(colored, body, model, kind), media_type=f"image/{kind.lower()}")


# ---- hints ----


def hints_of(text: str | None) -> list[Hint]:
    """Hints as JSON, [[x, y, "#rrggbb"], ...]. Raises ValueError."""
    try:
        rows = json.loads(text) if text else []
        hints = [(float(x), float(y), str(color)) for x, y, color in rows]
        within = all(0 <= x <= 1 and 0 <= y <= 1 for x, y, _ in hints)
        for _, _, name in hints:
            ImageColor.getrgb(name)
    except (TypeError, ValueError, RecursionError):
        within = False
    if not within:
        raise ValueError(
            f'expected hints as [[x, y, "#rrggbb"], ...] with x and y from 0 to 1, '
            f"got {str(text)[:60]!r}"
        )
    if len(hints) > MOST_HINTS:
        raise ValueError(f"expected at most {MOST_HINTS} hints, got {len(hints)}")
    return hints


def hint_layer(
    hints: Iterable[Hint], size: tuple[int, int], radius: float = RADIUS
) -> Image.Image | None:
    """Transparent picture of this size with a disc for each hint; None without hints."""
    hints = list(hints)
    if not hints:
        return None
    layer = Image.new("RGBA", size)
    draw, radius = ImageDraw.Draw(layer), max(1.0, radius * min(size))
    for x, y, name in hints:
        x, y = x * size[0], y * size[1]
        box = (x - radius, y - radius, x + radius, y + radius)
        draw.ellipse(box, fill=ImageColor.getrgb(name)[:3])
    return layer


# ---- files ----


def kind_of(body: bytes) -> str:
    """JPEG for what a camera wrote, PNG for the rest."""
    with Image.open(io.BytesIO(body)) as image:
        return "JPEG" if image.format in ("JPEG", "MPO", "HEIF") else "PNG"


def file_of(colored: Image.Image, photo: bytes, model: str, kind: str) -> bytes:
    """The colored photo as a file with the photo's EXIF, which says that colors are predicted;
    with that sentence alone where the photo's own cannot be written again."""
    options = {"quality": 95, "subsampling": 0} if kind == "JPEG" else {"compress_level": 1}

    def written(exif: Image.Exif) -> bytes:
        buffer = io.BytesIO()
        colored.save(buffer, kind, exif=exif, **options)
        return buffer.getvalue()

    try:
        return written(exif_of(photo, model))
    except (struct.error, TypeError, ValueError):  # too long, or of kinds that Pillow only reads
        return written(noted(Image.Exif(), model))


def exif_of(photo: bytes, model: str) -> Image.Exif:
    """EXIF of a photo's file without what is said of its pixels, which are others now."""
    with Image.open(io.BytesIO(photo)) as image:
        exif = image.getexif()
    for tag, value in list(exif.items()):
        if ExifTags.TAGS.get(tag) in STRUCTURE:
            del exif[tag]
        elif isinstance(value, str):  # Pillow reads bytes as Latin-1, but would write ASCII alone
            exif[tag] = value.encode("latin-1", "replace")
    return noted(exif, model)


def noted(exif: Image.Exif, model: str) -> Image.Exif:
    """Add a sentence on the colors to the description."""
    said = exif.get(ExifTags.Base.ImageDescription, b"")
    note = f"Colors predicted by Autoencoder Studio, network {zoo.networks('photo-color')[model]}"
    exif[ExifTags.Base.ImageDescription] = b". ".join(filter(None, [said, note.encode()]))
    return exif


def archive(
    photos: Iterable[tuple[str, bytes]], target: Path, **query: str
) -> Iterator[tuple[str, str]]:
    """Color photos, given as names and files, into a zip; names with why they were skipped, or "".

    The result holds one photo at a time in memory. What was skipped is also written into the
    zip."""
    skipped, taken = [], set()
    with zipfile.ZipFile(target, "w") as file:  # pictures do not get smaller
        for name, body in photos:
            lanes.still_wanted()
            try:
                answer = save(body, query)
            except ValueError as error:
                skipped.append(f"{name}: {error}")
                yield name, str(error)
                continue
            file.writestr(unused(name, answer.media_type, taken), answer.body)
            yield name, ""
        if skipped:
            file.writestr(SKIPPED, "\n".join(skipped) + "\n")


def unused(name: str, media_type: str, taken: set[str]) -> str:
    """A name for a colored photo that no other in the same zip has."""
    suffix = {"image/jpeg": ".jpg", "image/png": ".png"}[media_type]
    stem, count = f"{Path(name).stem}-colored", 1
    while (found := f"{stem}{'' if count == 1 else f'-{count}'}{suffix}").lower() in taken:
        count += 1
    taken.add(found.lower())
    return found


def colorize_many(
    photos: list[str], saturation: float = 1.0, model: str = "plus", restore: bool = False
) -> str:
    """Color many photos into one zip.

    Each result keeps its photo's EXIF, and says in its description that colors are predicted. A
    file that is no picture is skipped and named in skipped.txt of the zip.

    Args:
        photos: 1 to 500 files, PNG, JPEG, WebP, AVIF, GIF, TIFF or HEIC.
        saturation: 0 (gray) to 3; 1 is as predicted.
        model: "plus", "classic" or "rgb".
        restore: Whether faded photos get their contrast back first.

    Returns:
        Zip with a JPEG or PNG of each photo's size.
    """
    if not photos or len(photos) > MOST_PHOTOS:
        raise ValueError(f"expected 1 to {MOST_PHOTOS} photos, got {len(photos or [])}")
    folder = Path(get_upload_folder())
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        prefix="colored-photos-", suffix=".zip", dir=folder, delete=False
    ) as file:
        target = Path(file.name)
    files = ((Path(path).name, Path(path).read_bytes()) for path in photos)
    query = {"saturation": str(saturation), "model": model, "restore": "01"[bool(restore)]}
    try:
        outcomes = list(archive(files, target, **query))
        if all(error for _, error in outcomes):
            first = ": ".join(outcomes[0])
            raise ValueError(f"expected photos, got none that can be read: {first}")
    except BaseException:  # the visitor may have left
        target.unlink(missing_ok=True)
        raise
    return str(target)
