"""From any picture of a drawing to clean ink."""

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from ae_models import tasks, zoo
from ae_models.sketch import drawing, paper, sheet
from benchmarks import drawings
from tests.conftest import coloring_network
from tests.pictures import circle

KINDS = drawings.SIX + drawings.LARGER + drawings.OTHERS
NAMES = sorted(path.name for path in drawings.EXAMPLES.glob("sketch-*.png"))


def example(name: str) -> Image.Image:
    return Image.open(drawings.EXAMPLES / name)


def lines(picture: Image.Image) -> np.ndarray:
    """Mask of ink, a little widened."""
    ink = drawing.ink_of(picture)
    return torch.nn.functional.max_pool2d(ink, 9, 1, 4)[0, 0].numpy() > 0.5


@pytest.mark.parametrize("name", NAMES)
def test_a_clean_drawing_is_left_as_it_is(name):
    picture = example(name)
    assert tasks.clean_sketch(picture).tobytes() == picture.convert("RGB").tobytes()


@pytest.mark.parametrize("side", [64, 128, 256])
@pytest.mark.parametrize("name", NAMES[:4])
def test_a_small_clean_drawing_is_left_as_it_is(name, side):
    picture = example(name).resize((side, side), Image.Resampling.BOX)
    assert tasks.clean_sketch(picture).tobytes() == picture.convert("RGB").tobytes()


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_ink_is_that_of_the_clean_drawing(kind, seed):
    clean = example("sketch-fish.png")
    picture = drawings.photographed(clean, kind, seed)
    got = tasks.clean_sketch(picture)
    assert got.size == picture.size
    got = got.resize(clean.size, Image.Resampling.BOX)
    wanted, found = lines(clean), lines(got)
    assert (found & wanted).sum() > 0.85 * wanted.sum()  # no line is lost
    ink = drawing.ink_of(got)[0, 0].numpy() > 0.5
    assert (ink & ~wanted).sum() < 0.05 * ink.sum()  # and none is new
    assert np.median(np.asarray(got)) == 255


@pytest.mark.parametrize("part", [(0.02, 0.49), (0.55, 0.98)])
def test_a_patch_of_light_that_no_line_crosses_is_no_sheet(part):
    """A page has two drawings, one of them whole in the sun."""
    page = Image.new("RGB", (720, 460), "white")
    for x, name in ((20, "cat"), (390, "fish")):
        page.paste(example(f"sketch-{name}.png").convert("RGB").resize((320, 320)), (x, 70))
    light = np.full((460, 720), 0.5)
    light[50:410, int(720 * part[0]) : int(720 * part[1])] = 0.95
    photo = Image.fromarray((np.asarray(page) * light[..., None]).astype("uint8"))
    cleaned = tasks.clean_sketch(photo)
    wanted, ink = lines(page), drawing.ink_of(cleaned)[0, 0].numpy() > 0.5
    assert (lines(cleaned) & wanted).sum() > 0.85 * wanted.sum()
    assert (ink & ~wanted).sum() < 0.05 * ink.sum()


@pytest.mark.parametrize("kind", drawings.SIX, ids=lambda kind: kind.__name__)
def test_a_cleaned_drawing_is_clean(kind):
    once = tasks.clean_sketch(drawings.photographed(example("sketch-cat.png"), kind, 3))
    assert tasks.clean_sketch(once).tobytes() == once.tobytes()


def test_a_hatching_is_no_shadow_and_a_filled_part_stays():
    picture = circle((512, 512), width=6)
    draw = ImageDraw.Draw(picture)
    for x in range(180, 330, 5):
        draw.line((x, 180, x, 330), fill=0, width=3)
    draw.rectangle((20, 20, 150, 60), fill=0)
    assert tasks.clean_sketch(picture).tobytes() == picture.convert("RGB").tobytes()


@pytest.mark.parametrize("ground", ["white", "black"])
def test_polarity_is_that_of_lines_whatever_the_ground(ground):
    """More than half of a drawing may be filled with ink."""
    picture = Image.new("L", (256, 256), 0)
    ImageDraw.Draw(picture).rectangle((0, 0, 110, 255), fill=255)
    for y in range(20, 250, 30):
        ImageDraw.Draw(picture).line((10, y, 100, y + 8), fill=0, width=4)
    if ground == "black":
        picture = ImageOps.invert(picture)
    cleaned = np.asarray(tasks.clean_sketch(picture).convert("L"))
    assert cleaned[5, 50] == 255 and cleaned[24, 55] < 60


@pytest.mark.parametrize("width", [11, 15, 25])
@pytest.mark.parametrize("name", NAMES[:4])
def test_thick_lines_are_no_paper(name, width):
    """A felt pen on paper and chalk on a board: the gaps between lines are not the drawing."""
    thick = example(name).convert("L").filter(ImageFilter.MinFilter(width))
    for picture in (thick, ImageOps.invert(thick)):
        assert tasks.clean_sketch(picture).tobytes() == thick.convert("RGB").tobytes()


@pytest.mark.parametrize("size", [(8, 1200), (1200, 8), (8, 6500)])
def test_long_thin_drawings_are_cleaned(size):
    picture = Image.new("L", size, 255)
    picture.paste(0, (2, 2, 5, 6))
    assert tasks.clean_sketch(picture).size == size


def test_a_drawing_that_is_too_long_is_refused():
    for name in ("sketch-color", "sketch-color-plus"):
        with pytest.raises(ValueError, match="at most 10000 px a side, got 12000x8"):
            tasks.color_sketch(zoo.load(name), Image.new("L", (12_000, 8), 255))


def test_colored_pens_keep_their_color():
    picture = Image.new("RGB", (256, 256), "white")
    ImageDraw.Draw(picture).ellipse((40, 40, 216, 216), outline=(200, 20, 30), width=8)
    dim = Image.fromarray(
        (np.asarray(picture) * np.linspace(0.5, 0.9, 256)[:, None]).astype("uint8")
    )
    for given in (picture, dim):
        colored = tasks.color_sketch(coloring_network(), given)
        red, green, blue = colored.getpixel((128, 43))
        assert red > 150 and green < 90 and blue < 90


@pytest.mark.parametrize("shape", [(5, 6, 3), (31, 40, 4), (7, 7, 1)])
def test_the_median_of_a_sheet(shape):
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    assert (sheet.median(pixels) == np.median(pixels.reshape(-1, shape[2]), axis=0)).all()


def test_hints_move_with_the_sheet():
    sheet = Image.new("RGB", (400, 400), (110, 80, 50))
    sheet.paste("white", (100, 100, 300, 300))
    ImageDraw.Draw(sheet).ellipse((140, 140, 260, 260), outline="black", width=4)
    hints = Image.new("RGBA", (400, 400))
    ImageDraw.Draw(hints).rectangle((190, 190, 210, 210), fill=(255, 0, 0, 255))
    ImageDraw.Draw(hints).rectangle((0, 0, 20, 20), fill=(0, 255, 0, 255))  # on the table
    cleaned, moved = paper.clean(sheet, hints)
    assert cleaned.size == moved.size == (400, 400)
    pixels = np.asarray(moved)
    box = moved.getchannel("A").getbbox()
    assert abs(box[2] - box[0] - 42) < 6 and abs((box[0] + box[2]) / 2 - 200) < 3
    assert not pixels[..., 1].any()


def test_the_original_may_be_colored_as_it_is():
    network, picture = (
        coloring_network(),
        drawings.photographed(circle((256, 256)), drawings.dim, 0),
    )
    as_it_is = tasks.color_sketch(network, picture, clean=False)
    assert as_it_is.tobytes() != tasks.color_sketch(network, picture).tobytes()
    cleaned = tasks.clean_sketch(picture)
    again = tasks.color_sketch(network, cleaned, clean=False)
    assert again.tobytes() == tasks.color_sketch(network, picture).tobytes()
