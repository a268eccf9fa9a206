"""A hint colors the part that its lines enclose."""

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from ae_models import color, images, tasks
from ae_models.sketch import parts
from ae_models.sketch.config import SketchColorPlusConfig
from tests.conftest import coloring_network
from tests.pictures import circle

CONFIG = SketchColorPlusConfig()


def layer(*spots, side: int = 128, radius: int = 4) -> torch.Tensor:
    """Hints (1, 4, side, side): spots of ((x, y), (r, g, b))."""
    picture = Image.new("RGBA", (side, side))
    for (x, y), rgb in spots:
        box = (x - radius, y - radius, x + radius, y + radius)
        ImageDraw.Draw(picture).ellipse(box, fill=(*rgb, 255))
    return images.to_tensor(picture)


def halves(gap: int = 0) -> torch.Tensor:
    """Ink (1, 1, 128, 128): a box with a wall in its middle, which ends `gap` px above the
    floor."""
    ink = torch.zeros(1, 1, 128, 128)
    ink[..., 10:118, 10:12] = ink[..., 10:118, 116:118] = 1
    ink[..., 10:12, 10:118] = ink[..., 116:118, 10:118] = 1
    ink[..., 10 : 118 - gap, 63:65] = 1
    return ink


def colored(ink: torch.Tensor, hints: torch.Tensor, tone: float = 0.6) -> torch.Tensor:
    gray = torch.full((1, 3, 128, 128), tone)
    gray[..., :9, :] = 1
    return parts.recolor(gray, parts.find(gray, ink, hints, CONFIG), CONFIG)[0]


@pytest.mark.parametrize("rgb", [(255, 0, 255), (0, 0, 0), (255, 255, 255), (20, 90, 240)])
def test_a_hint_is_the_color_of_its_whole_region_and_of_no_other(rgb):
    picture = colored(halves(), layer(((30, 30), rgb)))
    wanted = torch.tensor(rgb)[:, None, None] / 255
    assert (picture[:, 13:115, 13:62] - wanted).abs().max() < 0.01
    assert (picture[:, 13:115, 67:115] - 0.6).abs().max() < 1e-5
    assert (picture[:, :8] == 1).all()


def test_two_regions_have_exactly_their_own_hints_color_up_to_the_wall():
    red, blue = (255, 0, 0), (0, 0, 255)
    picture = colored(halves(), layer(((30, 30), red), ((90, 30), blue)))
    for rgb, columns in ((red, slice(13, 62)), (blue, slice(67, 115))):
        wanted = torch.tensor(rgb)[:, None, None] / 255
        assert (picture[:, 13:115, columns] - wanted).abs().max() < 0.01


def test_a_hints_color_goes_on_under_the_lines_beside_its_region():
    ink, red = halves(), layer(((30, 30), (255, 0, 0)))
    thin = colored(ink, red)[:, 60, 63:65]
    assert ((thin[0] > 0.7) & (thin[0] < 0.9) & (thin[1] > 0.2) & (thin[1] < 0.4)).all()
    ink[..., 12:116, 60:68] = 1
    thick = colored(ink, red)[:, 60, 60:68]
    assert torch.allclose(thick[:, :3], torch.tensor([1.0, 0, 0])[:, None], atol=0.01)
    assert torch.allclose(thick[:, 3:], torch.tensor(0.6))


def test_of_two_hints_each_pixel_has_the_nearer_without_crossing_a_line():
    red, blue = (255, 0, 0), (0, 0, 255)
    picture = colored(halves(gap=20), layer(((55, 20), red), ((110, 30), blue)))
    assert picture[0, 110, 40] > 0.99 and picture[2, 20, 72] > 0.99  # 17 px from red, behind a wall
    together = colored(halves(), layer(((20, 60), red), ((50, 60), blue)))[:, 90]
    assert together[0, 20] > 0.99 and together[2, 50] > 0.99
    middle = together[0, 28:44]
    assert ((middle > 0.05) & (middle < 0.95)).sum() >= 3  # no hard edge


def test_a_hint_that_only_touches_a_region_does_not_color_it():
    picture = colored(halves(), layer(((60, 60), (255, 0, 0)), radius=6))
    assert picture[1, 60, 40] < 0.01 and picture[1, 60, 90] > 0.5


def test_light_and_shadow_stay_but_for_black_and_white():
    shaded = torch.linspace(0.4, 0.7, 128)[None, None, :, None].expand(1, 3, 128, 128).clone()
    for rgb, least, most in (((200, 60, 60), 0.02, 0.25), ((0, 0, 0), 0, 0), ((255,) * 3, 0, 0)):
        found = parts.find(shaded, halves(), layer(((30, 60), rgb)), CONFIG)
        column = parts.recolor(shaded, found, CONFIG)[0, :, 13:115, 30].mean(0)
        assert least <= column.max() - column.min() <= most + 1e-6
        assert abs(column.mean() - sum(rgb) / 765) < 0.03


@pytest.mark.parametrize("hue", range(0, 360, 45))
def test_hues_and_lightness_are_the_hints_own(hue):
    """Out of the network's gamut too; through the task, at the middle of a part."""
    rgb = tuple(
        int(c)
        for c in np.asarray(Image.new("HSV", (1, 1), (hue * 255 // 360, 255, 255)).convert("RGB"))[
            0, 0
        ]
    )
    hints = images.to_images(layer(((256, 256), rgb), side=512, radius=10)[:, :3])[0].convert(
        "RGBA"
    )
    hints.putalpha(images.to_images(layer(((256, 256), rgb), side=512, radius=10)[:, 3:])[0])
    picture = tasks.color_sketch(coloring_network(), circle((512, 512), width=5), hints=hints)
    got = images.to_tensor(picture.crop((180, 180, 332, 332))).mean((2, 3), keepdim=True)
    a, b = color.rgb_to_lab(torch.cat([got, torch.tensor(rgb)[None, :, None, None] / 255]))[
        ..., 0, 0
    ]
    angle = torch.rad2deg(torch.atan2(a[2], a[1]) - torch.atan2(b[2], b[1]))
    assert abs((angle + 180) % 360 - 180) < 5 and abs(a[0] - b[0]) < 6


def test_a_hint_on_open_paper_colors_that_and_not_the_creature():
    gray = torch.ones(1, 3, 128, 128)
    gray[..., 40:80, 40:80] = 0.5
    ink = torch.zeros(1, 1, 128, 128)
    ink[..., 40:80, 40] = 1  # an open outline
    sky = parts.recolor(
        gray, parts.find(gray, ink, layer(((10, 10), (0, 0, 255))), CONFIG), CONFIG
    )[0]
    assert sky[0, 120, 120] < 0.01 and abs(sky[0, 60, 60] - 0.5) < 0.01
    body = parts.find(gray, ink, layer(((60, 60), (255, 0, 0))), CONFIG)
    assert parts.recolor(gray, body, CONFIG)[0, :, 120, 120].min() == 1 and not body.on_paper.any()
