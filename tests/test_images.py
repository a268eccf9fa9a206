import numpy as np
import pytest
import torch
from PIL import Image

from ae_models import color, images
from tests.pictures import encoded, png_header


def test_reads_the_three_formats():
    image = Image.new("RGB", (20, 10), (200, 30, 40))
    for kind in ("PNG", "JPEG", "WEBP"):
        read = images.read(encoded(image, kind))
        assert (read.mode, read.size) == ("RGB", (20, 10))
        assert np.abs(np.asarray(read, dtype=int) - (200, 30, 40)).max() <= 6


def test_turns_as_exif_says():
    image = Image.new("RGB", (20, 10), "white")
    image.paste("black", (0, 0, 10, 10))
    exif = Image.Exif()
    exif[274] = 6  # rotate 90 degrees clockwise to view
    read = images.read(encoded(image, "PNG", exif=exif))
    assert read.size == (10, 20)
    assert read.getpixel((5, 2)) == (0, 0, 0) and read.getpixel((5, 17)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (Image.new("RGBA", (9, 9), (255, 0, 0, 0)), (255, 255, 255)),
        (Image.new("RGBA", (9, 9), (255, 0, 0, 128)), (255, 127, 127)),
        (Image.new("LA", (9, 9), (0, 0)), (255, 255, 255)),
        (Image.new("L", (9, 9), 77), (77, 77, 77)),
        (Image.new("1", (9, 9), 1), (255, 255, 255)),
        (Image.new("RGB", (9, 9), (1, 2, 3)).convert("P"), (0, 0, 0)),
        (Image.fromarray(np.full((9, 9), 32896, np.uint16)), (128, 128, 128)),
    ],
    ids=["clear", "half clear", "LA", "L", "1", "P", "16 bit"],
)
def test_modes(image, expected):
    read = images.read(encoded(image, "PNG"))
    assert read.mode == "RGB"
    assert np.abs(np.array(read.getpixel((4, 4))) - expected).max() <= 1


def test_32_bit_and_float_gray():
    assert images.to_rgb(Image.fromarray(np.full((9, 9), 65535, np.int32))).getpixel((4, 4)) == (
        255,
        255,
        255,
    )
    assert images.to_rgb(Image.fromarray(np.full((9, 9), 0.5, np.float32))).getpixel((4, 4)) == (
        128,
        128,
        128,
    )
    with pytest.raises(ValueError, match="finite"):
        images.to_rgb(Image.fromarray(np.full((9, 9), np.nan, np.float32)))


def test_cmyk_jpeg():
    read = images.read(encoded(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG", quality=95))
    assert np.abs(np.array(read.getpixel((8, 8))) - (255, 0, 0)).max() <= 8


def test_palette_with_transparency():
    image = Image.new("P", (9, 9), 0)
    image.putpalette([255, 0, 0, 0, 0, 255])
    assert images.read(encoded(image, "PNG", transparency=0)).getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"just text", "none of them"),
        (b"", "none of them"),
        (encoded(Image.new("RGB", (64, 64)), "JPEG")[:300], "none of them|truncated"),
        (encoded(Image.effect_noise((64, 64), 50).convert("RGB"), "JPEG")[:1500], "truncated"),
        (encoded(Image.effect_noise((64, 64), 50).convert("RGB"), "PNG")[:1500], "truncated"),
        (encoded(Image.new("RGB", (64, 64)), "BMP"), "got BMP"),
        (encoded(Image.new("RGB", (1, 1)), "PNG"), "at least 8x8 px, got 1x1"),
        (encoded(Image.new("RGB", (7, 100)), "PNG"), "at least 8x8 px, got 7x100"),
        (png_header(20000, 20000), "50 megapixels"),
        (png_header(8000, 7000), "50 megapixels, got 8000x7000"),
    ],
)
def test_refuses_with_a_sentence(data, words):
    with pytest.raises(ValueError, match=words) as caught:
        images.read(data)
    assert str(caught.value).startswith("expected")


def test_an_animation_gives_its_first_frame():
    frames = [Image.new("RGB", (16, 16), c) for c in ("red", "blue")]
    for kind in ("GIF", "WEBP"):
        options = {"lossless": True} if kind == "WEBP" else {}
        data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], **options)
        assert images.read(data).getpixel((8, 8)) == (255, 0, 0)


def test_missing_path_and_wrong_type():
    with pytest.raises(ValueError, match="no file"):
        images.read("/nowhere/at/all.png")
    with pytest.raises(ValueError, match="PIL picture, got str"):
        images.to_rgb("a.png")


def test_smallest_and_largest_sizes_pass():
    assert images.read(encoded(Image.new("RGB", (8, 8)), "PNG")).size == (8, 8)
    images.check_size(Image.new("1", (5000, 5000)))


def test_tensor_round_trip_is_exact():
    image = Image.effect_noise((13, 9), 90).convert("RGB")
    x = images.to_tensor(image)
    assert x.shape == (1, 3, 9, 13) and x.dtype == torch.float32
    assert images.to_images(x)[0].tobytes() == image.tobytes()
    gray = image.convert("L")
    assert images.to_images(images.to_tensor(gray))[0].tobytes() == gray.tobytes()


def test_lab_known_colors():
    rgb = torch.tensor([[1.0, 1, 1], [1, 0, 0], [0, 0, 1], [0, 0, 0]]).reshape(4, 3, 1, 1)
    expected = torch.tensor(
        [[100.0, 0, 0], [53.24, 80.09, 67.20], [32.30, 79.19, -107.86], [0, 0, 0]]
    )
    assert torch.allclose(color.rgb_to_lab(rgb).reshape(4, 3), expected, atol=0.02)


def test_lab_round_trip():
    rgb = torch.rand(2, 3, 16, 16)
    assert torch.allclose(color.lab_to_rgb(color.rgb_to_lab(rgb)), rgb, atol=1e-4)


def test_face_box():
    assert images.face_box((178, 218)) == (15, 35, 163, 183)
    assert images.face_box((89, 109))[2] - images.face_box((89, 109))[0] == 74
    assert images.face_box((128, 128)) == (0, 0, 128, 128)
    assert images.face_box((300, 100)) == (100, 0, 200, 100)


def test_center_box_keeps_the_aspect():
    assert images.center_box((200, 250), 0.8) == (0, 0, 200, 250)
    assert images.center_box((1000, 250), 0.8) == (400, 0, 600, 250)


def test_a_layer_keeps_its_transparency():
    layer = Image.new("RGBA", (20, 10))
    layer.paste((255, 0, 0, 255), (0, 0, 5, 5))
    assert images.read_layer(encoded(layer, "PNG")).tobytes() == layer.tobytes()
    assert images.read_layer(encoded(layer.convert("RGB"), "JPEG")).getextrema()[3] == (255, 255)
    with pytest.raises(ValueError, match="PNG, JPEG, WebP"):
        images.read_layer(b"nothing")


def test_chroma_gets_the_edges_of_the_lightness():
    lightness = torch.zeros(1, 1, 64, 64)
    lightness[..., 29:] = 80.0  # between two cells
    ab = torch.cat([lightness, 40 - lightness], 1) / 2
    small = images.resize_tensor(ab, (16, 16))
    bilinear = images.resize_tensor(small, (64, 64))
    guided = color.upsample_chroma(small, lightness)
    assert (guided - ab).abs().mean() < 0.5 * (bilinear - ab).abs().mean()
    assert torch.allclose(
        color.upsample_chroma(small, torch.full_like(lightness, 50.0)), bilinear, atol=1e-3
    )
