"""Borders of prints, and tones of faded ones."""

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageOps

from ae_models import color, images, tasks, tiles, tones, zoo
from ae_models.photo import borders
from benchmarks import inputs
from tests.conftest import MINIATURE
from tests.pictures import blob
from ui import elements

LANDSCAPES = elements.examples("landscape-*.webp")


def scene(size=(240, 180)) -> Image.Image:
    return images.read(LANDSCAPES[0]).resize(size, Image.Resampling.BICUBIC)


@pytest.fixture(scope="module")
def network():
    return zoo.build("photo-color-plus", **MINIATURE["photo-color-plus"]).eval()


@pytest.mark.parametrize("name", inputs.BORDERS)
@pytest.mark.parametrize("index", range(len(LANDSCAPES)))
def test_a_border_is_found_where_it_ends(name, index):
    photo = images.read(LANDSCAPES[index])
    picture, box = inputs.BORDERS[name](photo)
    found = borders.find(picture)
    slack = 6 if name == "one degree off" else 2
    assert found is not None and np.abs(np.subtract(found.box, box)).max() <= slack


@pytest.mark.parametrize("path", LANDSCAPES)
def test_a_photo_without_a_border_has_none(path):
    assert borders.find(images.read(path)) is None


def test_a_flat_sky_and_a_product_on_white_are_no_borders():
    sky = scene()
    sky.paste("#bcd3ea", (0, 0, 240, 80))
    product = Image.new("RGB", (240, 180), "white")
    ImageDraw.Draw(product).ellipse((60, 40, 180, 140), fill="#884422")
    night = Image.new("RGB", (240, 180))
    ImageDraw.Draw(night).polygon([(0, 70), (90, 60), (240, 75), (240, 110), (0, 130)], fill="#777")
    for picture in (
        sky,
        product,
        night,
        Image.new("RGB", (240, 180), "white"),
        blob((240, 180), 0),
    ):
        assert borders.find(picture) is None


def test_a_border_stays_as_it_is_and_does_not_change_the_colors(network):
    photo = ImageOps.grayscale(scene()).convert("RGB")
    picture, box = inputs.framed(photo, "#e8dcc0", 0.1)
    colored, plain = tasks.colorize(network, picture, 2), tasks.colorize(network, photo, 2)
    assert np.abs(np.subtract(colored.crop(box), plain, dtype=int)).max() <= 1
    colored.paste("black", box)
    picture.paste("black", box)
    assert colored.tobytes() == picture.tobytes()


def test_what_is_seen_of_a_tilted_border_goes_on_as_the_photo_ends():
    photo = scene().point(lambda level: level // 2)
    picture, _ = inputs.framed(photo, "white", 0.1, tilt=1.5)
    found = borders.find(picture)
    outside = np.asarray(found.mask()) == 0
    inside, part = np.asarray(found.inside(picture)), np.asarray(picture.crop(found.box))
    assert outside.any() and (part[outside].min(1) > 200).mean() > 0.5
    assert (inside[outside].min(1) > 200).mean() < 0.05
    assert (inside[~outside] == part[~outside]).all()


def test_hints_reach_a_photo_with_a_border(network):
    picture, _ = inputs.framed(scene(), "white", 0.1)
    layer = Image.new("RGBA", picture.size)
    ImageDraw.Draw(layer).ellipse((100, 80, 130, 110), fill=(200, 30, 40, 255))
    with_, without = (tasks.colorize(network, picture, 1, hints) for hints in (layer, None))
    changed = np.subtract(with_, without, dtype=int)[85:105, 105:125]
    assert changed[..., 0].mean() > 20 > changed[..., 1].mean()


@pytest.mark.parametrize("spoil", [inputs.dark, inputs.faded])
def test_a_spoiled_photo_is_shown_to_the_network_stretched(network, spoil):
    photo = scene()
    spoiled = spoil(photo)
    stretched = np.asarray(tones.stretched(spoiled).convert("L"))
    assert np.percentile(stretched, 99) - np.percentile(stretched, 1) > 200
    plain, restored = (tasks.colorize(network, spoiled, restore=r) for r in (False, True))
    own = color.lightness(spoiled)
    assert (color.lightness(plain) - own).abs().mean() < 1
    assert (color.lightness(restored) - own).abs().mean() > 10
    direct = tasks.chroma(network, color.lightness(tones.stretched(spoiled)))
    ab = color.rgb_to_lab(images.to_tensor(restored))[:, 1:]
    assert (ab - direct).abs().median() < 1


def test_a_good_photo_is_not_stretched_and_white_and_black_stay():
    photo = scene()
    assert tones.stretched(photo) is photo
    flat = inputs.faded(photo)
    flat.paste("white", (0, 0, 9, 9))
    flat.paste("black", (9, 0, 12, 9))
    result = tones.stretched(flat)
    assert result.getpixel((4, 4)) == (255, 255, 255) and result.getpixel((10, 4)) == (0, 0, 0)


def test_white_and_black_get_no_color(network):
    photo = scene()
    photo.paste("white", (0, 0, 60, 60))
    photo.paste("black", (60, 0, 120, 60))
    colored = np.asarray(tasks.colorize(network, photo, 3))
    assert (colored[:60, :60] == 255).all() and (colored[:60, 60:120] == 0).all()
    assert np.ptp(colored[100:, :], axis=2).max() > 10


def test_gray_sepia_and_color_are_told_apart():
    photo = images.read(LANDSCAPES[0])
    gray = ImageOps.grayscale(photo)
    assert tones.coloring(gray) == "gray"
    assert tones.coloring(ImageOps.colorize(gray, "#20140a", "#fff0d8", "#8c6e4b")) == "sepia"
    assert tones.coloring(photo) == "color"


@pytest.mark.parametrize("size", [(613, 70), (256, 50), (30, 90)])
def test_rows_of_a_resized_picture_are_those_of_the_whole(size):
    x = torch.rand(2, 3, 40, 50)
    strips = list(tiles.resized(x, size))
    assert all(strip.shape[2] <= tiles.ROWS for strip in strips)
    assert torch.equal(torch.cat(strips, 2), images.resize_tensor(x, size))
