"""A user's drawing, its hints and its palette, and the picture under its lines."""

import itertools
import math

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageOps

from ae_models import images, tasks, tiles
from ae_models.sketch import coloring, drawing
from ae_models.sketch.config import SketchColorPlusConfig
from tests.conftest import coloring_network
from tests.pictures import RED_BLUE, circle

CONFIG = SketchColorPlusConfig(size=64)


@pytest.fixture
def network():
    return coloring_network()


def pens(picture: Image.Image) -> torch.Tensor:
    return drawing.pens_of(images.to_tensor(picture))


def lined(color: torch.Tensor, ink: torch.Tensor) -> torch.Tensor:
    """Colors under the lines of black ink, whole."""
    strips = list(coloring.under_lines(color, ink, itertools.repeat(0), None, CONFIG))
    assert all(strip.shape[2] <= tiles.ROWS for strip in strips)
    return torch.cat(strips, 2)


def test_ink_of_pencil_on_gray_paper_and_of_colored_pens():
    assert drawing.ink_of(circle()).max() == 1
    gray = drawing.ink_of(circle(ink=120, paper=220))
    assert gray.median() == 0 and 0.3 < gray.max() < 0.6
    yellow = ImageOps.colorize(circle(), (255, 255, 0), "white")
    assert drawing.ink_of(yellow).max() == 1 and pens(yellow)[:, :2].max() == 1
    assert pens(circle().convert("RGB")).max() == 0


@pytest.mark.parametrize("shade", [0, 90, 255])
def test_a_blank_sheet_stays_blank(network, shade):
    picture = tasks.color_sketch(network, Image.new("RGB", (40, 30), (shade,) * 3))
    assert picture.getextrema() == ((255, 255),) * 3 and picture.size == (40, 30)
    with pytest.raises(ValueError, match="blank sheet"):
        tasks.surprise(network, Image.new("L", (40, 30), shade))


def test_thin_lines_of_a_large_drawing_reach_the_network():
    small = drawing.for_network(drawing.ink_of(circle((2000, 1000), width=2)), CONFIG)
    assert small.shape == (1, 1, 64, 64) and small.min() < 0.4 and small.max() == 1


def test_colors_do_not_flow_across_lines():
    ink = drawing.ink_of(circle((256, 256), width=6))
    color = torch.ones(1, 3, 64, 64)
    y, x = torch.meshgrid(torch.arange(64), torch.arange(64), indexing="ij")
    color[:, 1:, ((x - 31.5) ** 2 + (y - 31.5) ** 2).sqrt() < 19] = 0  # red inside
    picture = lined(color, ink)
    # 3 px off the line on both sides
    assert picture[0, 1, 128, 60] < 0.1 and picture[0, 1, 128, 44] > 0.9
    assert picture[0, :, 128, 52].max() < 0.2  # the line itself


def test_a_drawing_of_the_networks_size_is_its_picture():
    color = torch.rand(1, 3, 64, 64)
    assert torch.equal(lined(color, drawing.ink_of(circle())), color)


@pytest.mark.parametrize("size", [(500, 300), (200, 700)])
def test_a_drawing_shrinks_in_strips_as_a_whole(size):
    layer = Image.effect_noise(size, 90).convert("RGBA")
    whole = images.to_tensor(layer)
    box = drawing.square_box(*size)
    around = (-box[0], -box[1], max(size) - box[0], max(size) - box[1])
    for given, seen in ((None, whole), (around, drawing.square(whole))):
        for side in (64, 900):
            shrunk = tiles.shrunk(tiles.rows(layer, given), (side, side))
            assert torch.equal(shrunk, images.resize_tensor(seen, (side, side)))


def test_hints_keep_their_color_when_they_shrink():
    hints = Image.new("RGBA", (500, 300))
    ImageDraw.Draw(hints).ellipse((100, 100, 112, 112), fill=(10, 200, 30, 255))
    x = drawing.hints_for_network(hints, 64)
    opaque = x[0, 3] > 0
    assert 4 <= opaque.sum() <= 25
    assert torch.allclose(x[0, :3, opaque], torch.tensor([10, 200, 30])[:, None] / 255, atol=0.02)


@pytest.mark.parametrize("size", [(16, 16), (5000, 40), (33, 300)])
def test_any_size_with_everything_given(network, size):
    hints = Image.new("RGBA", size, (255, 0, 0, 255))
    assert tasks.color_sketch(network, circle(size), RED_BLUE, hints).size == size


def test_given_things_change_the_picture_and_seeds_choose_palettes(network):
    plain = tasks.color_sketch(network, circle())
    assert plain.tobytes() == tasks.color_sketch(network, circle(), []).tobytes()
    assert (
        plain.tobytes()
        == tasks.color_sketch(network, circle(), hints=Image.new("RGBA", (64, 64))).tobytes()
    )
    assert plain.tobytes() != tasks.color_sketch(network, circle(), RED_BLUE).tobytes()
    hints = Image.new("RGBA", (64, 64), (255, 0, 0, 255))
    assert plain.tobytes() != tasks.color_sketch(network, circle(), hints=hints).tobytes()
    assert (
        len({tasks.color_sketch(network, circle(), seed=seed).tobytes() for seed in range(12)}) > 1
    )


def test_the_order_of_a_palette_does_not_matter(network):
    a, b = (tasks.color_sketch(network, circle(), p) for p in (RED_BLUE, RED_BLUE[::-1]))
    assert np.abs(np.asarray(a, int) - np.asarray(b, int)).max() <= 1


def test_surprises_differ_and_repeat(network):
    four = tasks.surprise(network, circle(), seed=3)
    assert len({picture.tobytes() for picture, _ in four}) == 4
    assert [p for _, p in four] == [p for _, p in tasks.surprise(network, circle(), seed=3)]
    picture, palette = four[2]
    again = tasks.color_sketch(network, circle(), palette)  # 8 bits of color are lost on the way
    assert np.abs(np.asarray(picture, int) - np.asarray(again, int)).max() <= 3


@pytest.mark.parametrize(
    ("palette", "words"),
    [
        (RED_BLUE * 3, "at most 5 colors, got 6"),
        ([((256, 0, 0), 1)], "colors from 0 to 255"),
        ([((-1, 0, 0), 1)], "colors from 0 to 255"),
        ([((math.nan, 0, 0), 1)], "colors from 0 to 255"),
        ([((1, 0, 0), -1)], "weights of at least 0"),
        ([((1, 0, 0), math.inf)], "finite weights"),
        ([((1, 0, 0), math.nan)], "finite weights"),
        ([((1, 0, 0), 0)], "not all 0"),
        ([((1, 0), 1)], "entries"),
        ([(1, 0, 0)], "entries"),
        (["red"], "entries"),
        ([("red", 1)], "entries"),
    ],
)
def test_bad_palettes_are_refused(network, palette, words):
    with pytest.raises(ValueError, match=words):
        tasks.color_sketch(network, circle(), palette)


@pytest.mark.parametrize("hints", [Image.new("RGBA", (63, 64)), Image.new("RGB", (64, 64)), "red"])
def test_bad_hints_are_refused(network, hints):
    with pytest.raises(ValueError, match="expected hints"):
        tasks.color_sketch(network, circle(), hints=hints)
