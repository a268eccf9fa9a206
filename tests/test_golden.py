"""The shipped weights at work: one picture of each network beside the one kept of it, and what
makes the network worth having.

    python -m tests.test_golden [SLUG ...]     keep new pictures, after a release

A kept picture, tests/golden/SLUG.png, is the result at 16x16 px.
"""

import functools
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageFilter

from ae_models import color, images, metrics, tasks, zoo
from tests.pictures import EXAMPLES, RED_BLUE, hint

SIDE = 16  # px
MEAN, LARGEST = 1, 8  # differences of 255: rounding of another processor stays below 2
GOLDEN = Path(__file__).parent / "golden"

# slug -> (task, example, more arguments of the task)
SHOWN = {
    "face-sketch": (tasks.translate_face, "portrait-1"),
    "face-sketch-plus": (tasks.translate_face, "portrait-1"),
    "sketch-face-plus": (tasks.translate_face, "drawn-long"),
    "sketch-color": (tasks.color_sketch, "sketch-cat"),
    "sketch-color-plus": (tasks.color_sketch, "sketch-cat", RED_BLUE),
    "photo-color": (tasks.colorize, "landscape-lake"),
    "photo-color-plus": (tasks.colorize, "landscape-lake"),
    "photo-color-rgb": (tasks.colorize, "landscape-lake"),
    "dcae": (tasks.reconstruct, "landscape-lake"),
    "dcae-plus": (tasks.reconstruct, "landscape-lake", 1),  # the coarsest rate
    "face-vae": (tasks.reconstruct, "face-09"),
    "face-vae-plus": (tasks.reconstruct, "face-09"),
}


def example(name: str) -> Image.Image:
    return images.read(next(EXAMPLES.glob(f"{name}.*")))


@functools.cache
def result(slug: str) -> Image.Image:
    task, name, *more = SHOWN[slug]
    return task(zoo.load(slug), example(name), *more)


def thumbnail(slug: str) -> Image.Image:
    return result(slug).convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX)


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("RGB"), dtype=float)


def psnr(a: Image.Image, b: Image.Image) -> float:
    return metrics.psnr(*(images.to_tensor(image.convert("RGB")) for image in (a, b))).item()


def lightness(image: Image.Image) -> np.ndarray:
    return color.rgb_to_lab(images.to_tensor(image))[0, 0].numpy()


@pytest.mark.parametrize("slug", zoo.BY_SLUG)
def test_the_picture_is_the_kept_one(slug):
    assert slug in SHOWN, f"expected a line for {slug} in SHOWN, got none"
    kept = GOLDEN / f"{slug}.png"
    assert kept.exists(), f"expected {kept.name}, got none: python -m tests.test_golden {slug}"
    difference = np.abs(pixels(thumbnail(slug)) - pixels(Image.open(kept)))
    assert difference.mean() < MEAN and difference.max() < LARGEST


# ---- sketch and face ----


@pytest.mark.parametrize("slug", ["face-sketch", "face-sketch-plus"])
def test_a_sketch_is_no_gray_photo_and_leads_back_to_the_face(slug):
    photo, drawn = example("portrait-1"), result(slug)
    assert psnr(drawn, photo.convert("L")) < 13 and np.median(pixels(drawn)) > 225  # paper
    again = tasks.translate_face(zoo.load("sketch-face-plus"), drawn)
    face = tuple(int(part * side) for part, side in zip((0.3, 0.35, 0.7, 0.8), photo.size * 2))
    assert psnr(again.crop(face), photo.crop(face)) > 15


def test_a_face_from_a_sketch_has_skin_before_gray():
    face = pixels(result("sketch-face-plus"))
    height, width, _ = face.shape
    red, green, blue = face[int(0.6 * height), width // 2 - 40 : width // 2 - 20].mean(0)
    assert red > green + 15 > blue + 30
    assert np.ptp(face[10, 10]) < 25 and face[10, 10].mean() > 150


# ---- sketch color ----


@functools.cache
def regions(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Masks of a drawing's paper and of its inside, both away from lines."""
    page = example(name).convert("L").point(lambda value: 255 * (value > 250))
    ImageDraw.floodfill(page, (0, 0), 128)
    return np.asarray(page) == 128, np.asarray(page) == 255


@pytest.mark.parametrize(("slug", "least"), [("sketch-color", 1), ("sketch-color-plus", 60)])
def test_a_colored_sketch_has_paper_outside_and_color_inside(slug, least):
    outside, inside = regions("sketch-cat")
    picture = pixels(result(slug))
    chroma = picture.max(2) - picture.min(2)
    assert picture[outside].mean() > 235 > picture[inside].mean()
    assert chroma[inside].mean() > chroma[outside].mean() + least


def test_a_palette_is_there_in_its_shares_and_nothing_else():
    red, green, blue = pixels(result("sketch-color-plus"))[regions("sketch-cat")[1]].T
    reds, blues = ((x > y + 60).mean() for x, y in ((red, blue), (blue, red)))
    assert reds > blues > 0.05
    assert (green > np.maximum(red, blue) + 20).mean() < 0.01


def test_a_dab_has_its_color_there():
    sketch, box, green = example("sketch-cat"), (250, 440, 262, 452), (30, 160, 60)
    green_hint = hint(sketch.size, box, (*green, 255))
    picture = tasks.color_sketch(zoo.load("sketch-color-plus"), sketch, RED_BLUE, green_hint)
    assert np.abs(pixels(picture.crop(box)).mean((0, 1)) - green).max() < 12


# ---- photo color ----


@pytest.mark.parametrize("slug", ["photo-color", "photo-color-plus"])
def test_a_colored_photo_has_its_own_lightness_and_nearer_colors_than_gray(slug):
    photo, colored = example("landscape-lake"), result(slug)
    inside = (pixels(colored).min(2) > 0) & (pixels(colored).max(2) < 255)  # of the gamut
    assert np.abs(lightness(colored) - lightness(photo))[inside].mean() < 1
    assert psnr(colored, photo) > psnr(photo.convert("L"), photo) + 2


def test_a_network_that_paints_the_lightness_too_blurs_it():
    photo, painted = example("landscape-lake"), result("photo-color-rgb")
    own, blurred, shown = (
        lightness(picture)
        for picture in (photo, photo.filter(ImageFilter.GaussianBlur(4)), painted)
    )
    assert np.abs(shown - blurred).mean() < 1.2 < 1.8 < np.abs(shown - own).mean()
    detail, left = (np.abs(np.diff(x, axis=1)).mean() for x in (own, shown))
    assert 0.1 * detail < left < 0.5 * detail


# ---- codec and faces ----


@pytest.mark.parametrize(
    ("slug", "rate", "least"), [("dcae", 0, 40), ("dcae-plus", 0, 40), ("dcae-plus", 1, 30)]
)
def test_a_codec_gives_the_picture_back(slug, rate, least):
    photo = example("landscape-lake")
    assert psnr(tasks.reconstruct(zoo.load(slug), photo, rate), photo) > least


@pytest.mark.parametrize("slug", ["face-vae", "face-vae-plus"])
def test_a_face_comes_back_and_others_do_not_look_like_it(slug):
    face, other = example("face-09"), example("face-30")
    assert psnr(result(slug), face) > 25 > psnr(result(slug), other) + 5


@pytest.mark.parametrize("slug", ["face-vae", "face-vae-plus"])
def test_a_great_circle_keeps_faces_sharp_and_a_straight_line_blurs_them(slug):
    a, b = example("face-30"), example("face-88")
    frames = {mode: tasks.morph(zoo.load(slug), a, b, 3, mode) for mode in ("lerp", "slerp")}
    assert psnr(frames["slerp"][0], a) > 25 and psnr(frames["slerp"][2], b) > 25
    straight, circle, *ends = (
        metrics.sharpness(images.to_tensor(face)).item()
        for face in (frames["lerp"][1], frames["slerp"][1], *frames["slerp"][::2])
    )
    assert circle > min(ends) > straight


def test_a_smile_changes_the_mouth_more_than_the_hair():
    face, network = example("face-09"), zoo.load("face-vae-plus")
    plain, smiling = (pixels(tasks.edit(network, face, {"Smiling": s})) for s in (0, 2))
    change = np.abs(smiling - plain).mean(2)
    assert change[80:110, 40:90].mean() > 1.5 * change[:40].mean()


def keep(slugs: list[str]) -> None:
    """Write the pictures that later results are compared with."""
    torch.set_num_threads(1)
    GOLDEN.mkdir(exist_ok=True)
    for slug in slugs or SHOWN:
        thumbnail(slug).save(GOLDEN / f"{slug}.png", optimize=True)


if __name__ == "__main__":
    keep(sys.argv[1:])
