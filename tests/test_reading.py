"""Pictures as cameras, phones and scanners write them."""

import io
import sys

import numpy as np
import pytest
from PIL import Image

from ae_models import images, metrics
from benchmarks import inputs
from tests.pictures import blob, encoded

HEIC_HEADER = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "MPO", "WEBP", "AVIF", "GIF", "TIFF"])
def test_formats(kind):
    picture = Image.new("RGB", (40, 20), (200, 30, 40))
    options = {"save_all": True, "append_images": [Image.new("RGB", (40, 20))]}
    read = images.read(
        encoded(picture, kind, **(options if kind in ("MPO", "GIF", "TIFF") else {}))
    )
    assert (read.mode, read.size) == ("RGB", (40, 20))
    assert np.abs(np.asarray(read, int) - (200, 30, 40)).max() <= 6


def test_a_phones_heic_without_the_package_is_told_what_to_do(monkeypatch):
    monkeypatch.setattr(images, "pillow_heif", None)
    with pytest.raises(ValueError, match="got HEIC: save it as JPEG, or run `pip install pillow-h"):
        images.read(HEIC_HEADER)


def test_heic():
    pillow_heif = pytest.importorskip("pillow_heif")
    assert pillow_heif is sys.modules["pillow_heif"]
    read = images.read(encoded(Image.new("RGB", (64, 32), (200, 30, 40)), "HEIF"))
    assert np.abs(np.asarray(read, int) - (200, 30, 40)).max() <= 6


@pytest.mark.parametrize("space", inputs.SPACES)
def test_a_color_profile_is_converted_to_srgb(space):
    picture = blob((96, 64), 1)
    read = images.to_tensor(images.read(inputs.with_profile(picture, space)))
    assert metrics.psnr(read, images.to_tensor(picture)).item() > 45


def test_a_profile_with_transparency():
    layer = blob((32, 32), 1).convert("RGBA")
    layer.putalpha(128)
    profile = inputs.icc_profile("ProPhoto RGB")
    read = images.read_layer(encoded(layer, "PNG", icc_profile=profile))
    assert read.getextrema()[3] == (128, 128)
    assert np.abs(np.subtract(read, layer, dtype=int)).max() > 10


@pytest.mark.parametrize("profile", [b"nonsense", inputs.icc_profile("Adobe RGB")[:300]])
def test_a_damaged_profile_is_ignored(profile):
    picture = blob((32, 32), 2)
    assert images.read(encoded(picture, "PNG", icc_profile=profile)).tobytes() == picture.tobytes()


def test_a_profile_of_srgb_changes_nothing():
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = blob((32, 32), 2)
    assert images.read(encoded(picture, "PNG", icc_profile=profile)).tobytes() == picture.tobytes()


def test_a_picture_that_needs_nothing_is_returned_itself():
    picture = blob((32, 32), 3)
    assert images.to_rgb(picture) is picture
    turned = picture.copy()
    turned.getexif()[images.ORIENTATION] = 3
    assert images.to_rgb(turned).tobytes() == picture.rotate(180).tobytes()
    wide = Image.open(io.BytesIO(inputs.with_profile(picture, "ProPhoto RGB")))
    once = images.to_rgb(wide)
    assert images.to_rgb(once) is once


def test_an_a4_scan_of_600_dpi_passes():
    images.check_size(Image.new("1", (4961, 7016)))
    with pytest.raises(ValueError, match="at most 50 megapixels, got 8000x7000"):
        images.check_size(Image.new("1", (8000, 7000)))
