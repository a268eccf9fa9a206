"""Does the app cope with the pictures that people bring?

    python -m benchmarks.inputs profiles borders tones faces --data DIR [--count 60]
    python -m benchmarks.inputs large

profiles  PSNR in dB of photos with a color profile, once read, to the same photos in sRGB
borders   mean distance in the ab plane between photos colored with a border and without it
tones     the same for dark and faded photos and the good ones, with the stretch and without
faces     of photos in which a face is found, the share in which it is also found, and drawn alike,
          once they are spoiled; and landscapes in which one is found
large     peak memory and processor time of a 24 megapixel photo in each task, and of a drawing on
          a desk; --size 8600x5800 for other sizes

DIR holds `landscape` and `celeba` as in the README; what is done to their pictures is done here.
"""

import argparse
import io
import random
import resource
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageCms

from ae_models import color, images, metrics, tasks, tiles, tones, zoo
from ae_models.face import align
from benchmarks import drawings

# ---- color profiles ----

D65, D50 = (0.3127, 0.3290), (0.3457, 0.3585)
SPACES = {  # chromaticities of red, green, blue and white, and the exponent of the curve
    "Display P3": ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), D65, 2.2),
    "Adobe RGB": ((0.640, 0.330), (0.210, 0.710), (0.150, 0.060), D65, 2.2),
    "ProPhoto RGB": ((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001), D50, 1.8),
}
BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)


def icc_profile(name: str) -> bytes:
    """An ICC profile (version 2, matrix and curve) of one of SPACES."""
    *primaries, white, gamma = SPACES[name]
    white, d50 = (_xyz(*point) for point in (white, D50))
    columns = np.array([_xyz(*point) for point in primaries]).T
    columns = columns * np.linalg.solve(columns, white)
    adapted = np.diag((BRADFORD @ d50) / (BRADFORD @ white))
    columns = np.linalg.inv(BRADFORD) @ adapted @ BRADFORD @ columns
    text = name.encode() + b"\0"
    curve = b"curv" + bytes(4) + struct.pack(">IHxx", 1, round(gamma * 256))
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78),
        b"cprt": b"text" + bytes(4) + b"CC0\0",
        b"wtpt": _xyz_tag(d50),
        **{b"%cXYZ" % c: _xyz_tag(column) for c, column in zip(b"rgb", columns.T)},
        **{b"%cTRC" % c: curve for c in b"rgb"},
    }
    table, body = struct.pack(">I", len(tags)), b""
    for key, data in tags.items():
        table += key + struct.pack(">II", 128 + 4 + 12 * len(tags) + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    size = 128 + len(table) + len(body)
    head = struct.pack(">I4sI4s4s4s", size, bytes(4), 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp") + bytes(28)
    return (head + _xyz_tag(d50)[8:]).ljust(128, b"\0") + table + body


def _xyz(x: float, y: float) -> np.ndarray:
    """Chromaticity -> XYZ of luminance 1."""
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _xyz_tag(xyz: np.ndarray) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in xyz))


def with_profile(picture: Image.Image, name: str) -> bytes:
    """PNG file of an sRGB picture converted to one of SPACES, with its profile."""
    profile = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile(name)))
    srgb = ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(picture, srgb, profile)
    file = io.BytesIO()
    converted.save(file, "PNG", icc_profile=icc_profile(name))
    return file.getvalue()


def profiles(data: Path, count: int) -> None:
    photos = landscapes(data, count)
    for name in SPACES:
        read = [images.read(with_profile(photo, name)) for photo in photos]
        print(f"{name:14} {_psnr(photos, read):5.1f} dB", end="")
        ignored = [Image.open(io.BytesIO(with_profile(photo, name))) for photo in photos]
        print(f"   profile ignored {_psnr(photos, ignored):5.1f} dB", flush=True)


def _psnr(a: list[Image.Image], b: list[Image.Image]) -> float:
    pairs = zip(a, b)
    values = [metrics.psnr(images.to_tensor(x), images.to_tensor(y)).item() for x, y in pairs]
    return sum(values) / len(values)


# ---- borders ----


def _grain(picture: Image.Image, strength: float) -> Image.Image:
    noise = np.random.default_rng(0).normal(0, strength, (*picture.size[::-1], 1))
    return Image.fromarray((np.asarray(picture) + noise).clip(0, 255).astype(np.uint8))


def framed(photo: Image.Image, tone, width: float, tilt: float = 0, grain: float = 0):
    """A photo on a larger sheet of one tone, tilted, with grain; and the box that it covers."""
    margin = round(width * min(photo.size)) + round(abs(tilt) * 0.02 * max(photo.size))
    sheet = Image.new("RGB", tuple(side + 2 * margin for side in photo.size), tone)
    print_ = photo.convert("RGBA").rotate(tilt, Image.Resampling.BICUBIC, expand=True)
    corner = tuple((a - b) // 2 for a, b in zip(sheet.size, print_.size))
    sheet.paste(print_, corner, print_)
    box = (margin, margin, margin + photo.width, margin + photo.height)
    return (_grain(sheet, grain) if grain else sheet), box


def bars(photo: Image.Image) -> tuple[Image.Image, tuple[int, int, int, int]]:
    height = round(0.15 * photo.height)
    sheet = Image.new("RGB", (photo.width, photo.height + 2 * height))
    sheet.paste(photo, (0, height))
    return sheet, (0, height, photo.width, height + photo.height)


def on_page(photo: Image.Image) -> tuple[Image.Image, tuple[int, int, int, int]]:
    """A print with a white rim on a black album page."""
    rimmed, inner = framed(photo, "#f2efe6", 0.05)
    page, outer = framed(rimmed, "#1c1a19", 0.12, grain=3)
    return page, tuple(a + b for a, b in zip(inner, outer[:2] * 2))


BORDERS = {
    "white": lambda photo: framed(photo, "white", 0.08),
    "yellowed, grain": lambda photo: framed(photo, "#e8dcc0", 0.06, grain=4),
    "black": lambda photo: framed(photo, "black", 0.04),
    "gray mount": lambda photo: framed(photo, "#8a8a86", 0.2),
    "one degree off": lambda photo: framed(photo, "white", 0.08, tilt=1.0),
    "black bars": bars,
    "album page": on_page,
}


def borders(data: Path, count: int) -> None:
    network = zoo.load("photo-color-plus")
    photos = [
        photo.resize((512, 512), Image.Resampling.BICUBIC) for photo in landscapes(data, count)
    ]
    plain = [_ab(tasks.colorize(network, photo)) for photo in photos]
    for name, border in BORDERS.items():
        distances = []
        for photo, ab in zip(photos, plain):
            picture, box = border(photo)
            off = _ab(tasks.colorize(network, picture).crop(box)) - ab
            distances.append(off[..., 16:-16, 16:-16].norm(dim=1).mean().item())
        print(f"{name:16} ab distance {np.mean(distances):4.1f}", flush=True)


def _ab(picture: Image.Image) -> torch.Tensor:
    return tiles.by_pixel(color.rgb_to_lab, images.to_tensor(picture))[:, 1:]


# ---- tones ----


def dark(photo: Image.Image) -> Image.Image:
    return photo.point(lambda level: level * 0.25)


def faded(photo: Image.Image) -> Image.Image:
    return photo.point(lambda level: 120 + level * 0.3)


def tones_(data: Path, count: int) -> None:
    network, photos = zoo.load("photo-color-plus"), landscapes(data, count)
    for spoil in (dark, faded):
        print(f"{spoil.__name__:6}", end="")
        for name, repair in (("stretched", tones.stretched), ("as it is", lambda photo: photo)):
            off = [
                (_chroma(network, repair(spoil(photo))) - _chroma(network, photo))
                .norm(dim=1)
                .mean()
                for photo in photos
            ]
            print(f"   {name}: ab distance {np.mean(off):4.1f}", end="", flush=True)
        print()


def _chroma(network, photo: Image.Image) -> torch.Tensor:
    return tasks.chroma(network, color.lightness(photo))


# ---- faces ----

SPOILS = {
    "dark": dark,
    "faded": faded,
    "sideways": lambda photo: photo.transpose(Image.Transpose.ROTATE_90),
    "upside down": lambda photo: photo.transpose(Image.Transpose.ROTATE_180),
}
SAME_DRAWING = 0.06  # mean absolute difference, in [0, 1], of drawings of one face


def faces(data: Path, count: int) -> None:
    network = zoo.load("face-sketch-plus")
    people = _chosen(data / "celeba" / "img_align_celeba", count)
    good = [_drawing(network, photo) for photo in people]
    known = [(photo, drawing) for photo, drawing in zip(people, good) if drawing is not None]
    print(f"good         found {len(known)} of {len(people)}", flush=True)
    shares = []
    for name, spoil in SPOILS.items():
        pairs = [(drawing, _drawing(network, spoil(photo))) for photo, drawing in known]
        found = sum(spoiled is not None for _, spoiled in pairs)
        shares.append(sum(_alike(*pair) for pair in pairs) / len(known))
        print(f"{name:12} found {found} of these, drawn alike {shares[-1]:.2f}", flush=True)
    print(f"all four     drawn alike {np.mean(shares):.2f}", flush=True)
    places = landscapes(data, 200)
    wrong = sum(bool(align.find_faces(photo)) for photo in places)
    print(f"landscapes   a face in {wrong} of {len(places)}")


def _drawing(network, photo: Image.Image) -> np.ndarray | None:
    """As the app draws a photo; None without a face."""
    try:
        face, _ = align.align_face(photo, "cufs")
    except align.NoFace:
        return None
    drawing = images.resize(tasks.translate_face(network, face), (200, 250))
    return np.asarray(drawing, np.float32) / 255


def _alike(a: np.ndarray | None, b: np.ndarray | None) -> bool:
    return a is not None and b is not None and float(np.abs(a - b).mean()) < SAME_DRAWING


def landscapes(data: Path, count: int) -> list[Image.Image]:
    return _chosen(data / "landscape" / "color", count)


def _chosen(folder: Path, count: int) -> list[Image.Image]:
    files = sorted(folder.iterdir())
    return [images.read(path) for path in random.Random(0).sample(files, min(count, len(files)))]


# ---- large photos ----

SIZE = (6000, 4000)


def large_photo(path: str, size: tuple[int, int] = SIZE) -> None:
    """A JPEG of 24 megapixels: hills of color with grain."""
    rng = np.random.default_rng(0)
    hills = Image.fromarray(rng.integers(0, 255, (5, 7, 3), dtype=np.uint8))
    hills = hills.resize(size, Image.Resampling.BICUBIC)
    grain = Image.effect_noise(size, 12)
    Image.blend(hills, Image.merge("RGB", [grain] * 3), 0.2).save(path, quality=90)


def large_drawing(path: str, size: tuple[int, int] = SIZE) -> None:
    """A JPEG of 24 megapixels: a drawing on a desk."""
    clean = Image.open(drawings.EXAMPLES / "sketch-cat.png").convert("RGB").resize((1500, 1000))
    photo = drawings.photographed(clean, drawings.desk, 0)
    photo.resize(size, Image.Resampling.BICUBIC).save(path, quality=90)


def _whole_face(photo: Image.Image, pose: str) -> Image.Image:
    """The face, or the part of the picture that stands for it, as in the app."""
    try:
        return align.align_face(photo, pose)[0]
    except align.NoFace:
        return align.whole(photo, pose)


def _compressed(network, photo: Image.Image) -> Image.Image:
    scale = (768 * 768 / (photo.width * photo.height)) ** 0.5  # as in the tab
    return tasks.reconstruct(
        network, images.resize(photo, tuple(int(side * scale) for side in photo.size)), 3
    )


LARGE = {
    "color a photo": ("photo-color-plus", tasks.colorize),
    "classic": ("photo-color", tasks.colorize),
    "draw a face": (
        "face-sketch-plus",
        lambda net, photo: tasks.translate_face(net, _whole_face(photo, "cufs")),
    ),
    "face VAE": (
        "face-vae-plus",
        lambda net, photo: tasks.reconstruct(net, _whole_face(photo, "celeba")),
    ),
    "compress": ("dcae-plus", _compressed),
    "color a sketch": ("sketch-color-plus", tasks.color_sketch),
    "color a drawing": ("sketch-color-plus", tasks.color_sketch),
}


def large(size: tuple[int, int]) -> None:
    """Run each task in a process of its own, so that each has its own peak of memory; the pictures
    too, since a process counts its parent's peak."""
    with tempfile.TemporaryDirectory() as folder:
        photo, drawing = (str(Path(folder) / name) for name in ("photo.jpg", "drawing.jpg"))
        _apart(f"large_photo({photo!r}, {size})")
        _apart(f"large_drawing({drawing!r}, {size})")
        for name in LARGE:
            path = drawing if name == "color a drawing" else photo
            _apart(f"one_large({name!r}, {path!r})")


def _apart(call: str) -> None:
    """Call a function of this file in another process."""
    code = f"from benchmarks import inputs; inputs.{call}"
    subprocess.run([sys.executable, "-c", code], check=True)


def one_large(name: str, path: str) -> None:
    torch.set_num_threads(1)
    slug, task = LARGE[name]
    network = zoo.load(slug)
    task(network, Image.new("RGB", (256, 256), "gray"))  # what is only done once
    before, start = _peak(), time.process_time()
    task(network, images.read(path))
    seconds = time.process_time() - start
    print(f"{name:15} {seconds:5.1f} s   peak {_peak():5.0f} MB, {before:.0f} before", flush=True)


def _peak() -> float:
    """Most memory that this process has held so far, in MB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


PARTS = {
    "profiles": profiles,
    "borders": borders,
    "tones": tones_,
    "faces": faces,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="+", choices=[*PARTS, "large"])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--size", default="{}x{}".format(*SIZE))
    given = parser.parse_args()
    torch.set_num_threads(1)
    for part in given.parts:
        if part == "large":
            large(tuple(map(int, given.size.split("x"))))
        else:
            PARTS[part](given.data, given.count)


if __name__ == "__main__":
    main()
