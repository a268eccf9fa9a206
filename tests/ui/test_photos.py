"""Answers to the photo tab: plain functions first, then the routes with bad input."""

import base64
import io
import json
import struct
import zipfile

import numpy as np
import pytest
import torch
from PIL import ExifTags, Image, ImageOps, JpegImagePlugin
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ae_models import color, images, tasks, zoo
from tests.pictures import EXAMPLES, blob, encoded, png_header
from tests.ui.test_sheet import read_aloud
from ui import elements, lanes, photos, routes, words

RED = '[[0.5, 0.5, "#ff0000"]]'
LAKE = EXAMPLES / "landscape-lake.webp"


def told(body: bytes) -> dict:
    return json.loads(photos.open_photo(body, {}).body)


def decoded(url: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(url.split(",")[1])))


def seen(body: bytes) -> bytes:
    return base64.b64decode(told(body)["seen"].split(",")[1])


def fields(body: bytes, **query) -> torch.Tensor:
    answer = photos.chroma(seen(body), query)
    shape = tuple(map(int, answer.headers["x-shape"].split(",")))
    return torch.frombuffer(bytearray(answer.body), dtype=torch.float32).reshape(1, *shape)


def exif(**tags) -> Image.Exif:
    found = Image.Exif()
    for name, value in tags.items():
        found[ExifTags.Base[name]] = value
    return found


@pytest.fixture(scope="module")
def client():
    return TestClient(Starlette(routes=routes.APP["routes"]))


# ---- the picture that one touches ----


def test_what_the_page_paints_is_what_the_task_gives():
    """The page joins these fields with the preview's lightness as color.upsample_chroma does."""
    body = LAKE.read_bytes()
    lightness = color.lightness(decoded(told(body)["preview"]).convert("RGB"))
    found = fields(body)
    ab, slope, mean = images.resize_tensor(found, lightness.shape[-2:]).split([2, 2, 1], 1)
    lab = torch.cat([lightness, ab + slope * (lightness - mean)], 1)
    (shown,) = images.to_images(color.lab_to_rgb(lab))
    exact = tasks.colorize(zoo.load("photo-color-plus"), images.read(body))
    assert np.abs(np.subtract(shown, exact, dtype=np.int16)).mean() < 2


def test_a_large_photo_is_shown_smaller_and_a_border_is_told():
    answer = told(encoded(ImageOps.expand(blob((1800, 900), 3), 100, "white"), "JPEG"))
    assert answer["size"] == [2000, 1100] and max(decoded(answer["preview"]).size) == 1600
    left, top, _, _ = answer["box"]
    assert abs(left - 80) < 4 and abs(top - 80) < 4 and len(answer["corners"]) == 4
    assert min(decoded(answer["seen"]).size) == zoo.load("photo-color-plus").config.size
    assert told(LAKE.read_bytes())["corners"] is None


@pytest.mark.parametrize("size", [(1700, 500), (300, 2000)])
def test_a_panorama_is_colored(size):
    body = encoded(blob(size, 1), "PNG")
    assert fields(body).isfinite().all() and fields(body, model="rgb").isfinite().all()


def test_a_faded_photo_can_be_restored_and_a_good_one_not():
    good = Image.open(LAKE).convert("RGB")
    faded = good.point(lambda level: 110 + level // 8)
    assert told(encoded(good, "PNG"))["restored"] is None
    restored = decoded(told(encoded(faded, "PNG"))["restored"])
    assert np.ptp(np.asarray(restored.convert("L"))) > 3 * np.ptp(np.asarray(faded.convert("L")))


def test_hints_do_not_run_the_backbone_again(monkeypatch):
    """Nor change the answer: another photo in between has features of its own."""
    network, lake = zoo.load("photo-color-plus"), LAKE.read_bytes()
    other = encoded(blob((96, 64), 3), "PNG")
    photos.recognize.cache_clear()
    expected = [fields(body, hints=RED) for body in (lake, other)]
    monkeypatch.setattr(network, "recognize", None)
    assert not torch.equal(fields(lake), expected[0])
    for body, wanted in zip((lake, other), expected):
        assert torch.equal(fields(body, hints=RED), wanted)
    lightness = images.to_tensor(Image.open(io.BytesIO(seen(lake))).convert("L")) * 100
    monkeypatch.undo()
    layer = photos.hint_layer(photos.hints_of(RED), lightness.shape[:1:-1])
    assert torch.equal(tasks.chroma_fields(network, lightness, layer), expected[0])


def test_a_hint_moves_the_chroma_around_it_toward_its_color():
    body = LAKE.read_bytes()
    plain, hinted = fields(body), fields(body, hints=RED)
    change = (hinted - plain)[0, 0]  # of a, which is red
    rows, columns = change.shape
    assert change[rows // 2, columns // 2] > 20
    assert change[rows // 2, columns // 2] > change[0, 0].abs() + 10
    classic = fields(body, hints=RED, model="classic")
    assert torch.equal(classic, fields(body, model="classic")) and not classic[0, 2:].any()


def test_hints_as_a_layer():
    layer = photos.hint_layer([(0.25, 0.5, "#c82828")], (512, 256))
    assert layer.getpixel((128, 128)) == (200, 40, 40, 255) and layer.getpixel((0, 0))[3] == 0
    assert photos.hint_layer([], (8, 8)) is None


# ---- files ----


def test_a_saved_photo_is_exact_and_keeps_its_exif():
    photo = blob((200, 120), 2)
    tags = exif(
        Orientation=6, ImageDescription="Hôtel", Artist="Zoë", DateTime="1931:05:04 10:00:00"
    )
    body = encoded(photo, "JPEG", exif=tags, quality=95)
    answer = photos.save(body, {"saturation": "0.5", "hints": RED, "lossless": "1"})
    saved = Image.open(io.BytesIO(answer.body))
    upright = images.read(body)
    layer = photos.hint_layer(photos.hints_of(RED), upright.size)
    exact = tasks.colorize(zoo.load("photo-color-plus"), upright, 0.5, layer)
    assert saved.format == "PNG" and np.array_equal(saved.convert("RGB"), exact)
    kept = {ExifTags.Base(tag).name: value for tag, value in saved.getexif().items()}
    assert "Orientation" not in kept and kept["DateTime"] == "1931:05:04 10:00:00"
    before = Image.open(io.BytesIO(body)).getexif()
    assert kept["Artist"] == before[ExifTags.Base.Artist]
    assert kept["ImageDescription"].startswith(before[ExifTags.Base.ImageDescription] + ". Colors")
    assert "predicted" in kept["ImageDescription"]


def test_the_tones_of_a_saved_photo_are_restored_where_that_is_asked_for():
    faded = Image.open(LAKE).convert("RGB").point(lambda level: 110 + level // 8)
    body = encoded(faded, "PNG")
    for query, restore in (({}, False), ({"restore": "0"}, False), ({"restore": "1"}, True)):
        saved = Image.open(io.BytesIO(photos.save(body, query).body)).convert("RGB")
        assert np.array_equal(
            saved, tasks.colorize(zoo.load("photo-color-plus"), faded, restore=restore)
        )


def test_a_saved_jpeg_loses_little():
    photo = Image.open(LAKE).convert("RGB")
    body = encoded(photo, "JPEG")
    exact = np.asarray(tasks.colorize(zoo.load("photo-color-plus"), images.read(body)), dtype=int)
    saved = Image.open(io.BytesIO(photos.save(body, {}).body))
    assert JpegImagePlugin.get_sampling(saved) == 0  # color is as fine as lightness
    assert np.abs(np.asarray(saved, dtype=int) - exact).mean() < 0.7


@pytest.mark.parametrize(("kind", "saved"), [("JPEG", "JPEG"), ("PNG", "PNG"), ("WEBP", "PNG")])
def test_a_photo_among_many_keeps_its_kind_of_file(kind, saved):
    answer = photos.save(encoded(blob((40, 30), 1), kind), {})
    assert Image.open(io.BytesIO(answer.body)).format == saved
    assert answer.media_type == f"image/{saved.lower()}"


def test_damaged_exif_does_not_lose_the_photo():
    body = encoded(blob((40, 30), 1), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f" + bytes(40))
    assert Image.open(io.BytesIO(photos.save(body, {}).body)).size == (40, 30)


def raw_tag(number: int, kind: int, value: int) -> bytes:
    """EXIF with one tag, of a kind of number that it does not have."""
    return b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<HHHIIi", 1, number, kind, 1, value, 0)


ODD = {
    "LONG as samples": raw_tag(258, 4, 8),
    "BYTE as resolution": raw_tag(282, 1, 1),
    "SHORT as description": raw_tag(270, 3, 7),
}


@pytest.mark.parametrize("case", ODD)
def test_odd_exif_does_not_lose_the_photo(case):
    body = encoded(blob((40, 30), 1), "JPEG", exif=ODD[case])
    saved = Image.open(io.BytesIO(photos.save(body, {}).body))
    assert saved.size == (40, 30) and "predicted" in saved.getexif()[270]


def test_exif_that_is_too_long_for_a_jpeg_is_left_out():
    body = encoded(blob((40, 30), 1), "PNG", exif=exif(Artist="x" * 70_000))
    colored = images.read(body)
    for kind, kept in (("PNG", True), ("JPEG", False)):
        saved = Image.open(io.BytesIO(photos.file_of(colored, body, "plus", kind))).getexif()
        assert (ExifTags.Base.Artist in saved) == kept and "predicted" in saved[270]


def test_a_saved_picture_does_not_say_how_another_file_kept_its_pixels():
    body = encoded(blob((40, 30), 1), "TIFF", compression="tiff_lzw")
    saved = Image.open(io.BytesIO(photos.save(body, {}).body)).getexif()
    assert set(saved) == {ExifTags.Base.ImageDescription}


def test_what_a_visitor_left_behind_is_deleted(tmp_path, monkeypatch):
    monkeypatch.setattr(photos, "get_upload_folder", lambda: str(tmp_path / "uploads"))
    (tmp_path / "a.png").write_bytes(GOOD)

    def left():
        raise lanes.Left

    monkeypatch.setattr(lanes, "still_wanted", left)
    with pytest.raises(lanes.Left):
        photos.colorize_many([str(tmp_path / "a.png")])
    assert not list((tmp_path / "uploads").iterdir())
    monkeypatch.undo()


def test_many_photos_become_a_zip_and_bad_ones_are_named(tmp_path):
    bodies = {
        "a.jpg": encoded(blob((64, 48), 1), "JPEG", exif=exif(Artist="Ann")),
        "a.png": encoded(blob((48, 64), 2), "PNG"),
        "b.jpg": b"no picture",
        "bomb.png": png_header(30000, 30000),
    }
    for name, body in bodies.items():
        (tmp_path / name).write_bytes(body)
    path = photos.colorize_many([str(tmp_path / name) for name in bodies], 1.0, "plus")
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        assert file.namelist() == ["a-colored.jpg", "a-colored.png", photos.SKIPPED]
        skipped = file.read(photos.SKIPPED).decode().splitlines()
        first = Image.open(io.BytesIO(file.read("a-colored.jpg")))
        assert first.size == (64, 48) and first.getexif()[ExifTags.Base.Artist] == "Ann"
    assert skipped[0].startswith("b.jpg: expected") and "megapixels" in skipped[1]


def test_names_in_a_zip_do_not_collide():
    taken: set[str] = set()
    names = [photos.unused(name, "image/jpeg", taken) for name in ("x.jpg", "X.jpeg", "y/x.png")]
    assert names == ["x-colored.jpg", "X-colored-2.jpg", "x-colored-3.jpg"]


@pytest.mark.parametrize("count", [0, photos.MOST_PHOTOS + 1])
def test_too_few_or_too_many_photos(count):
    with pytest.raises(ValueError, match=f"expected 1 to {photos.MOST_PHOTOS} photos, got {count}"):
        photos.colorize_many(["none.jpg"] * count)


def test_nothing_but_bad_files(tmp_path):
    (tmp_path / "text.txt").write_bytes(b"no picture")
    with pytest.raises(ValueError, match="got none that can be read: text.txt: expected"):
        photos.colorize_many([str(tmp_path / "text.txt")])


# ---- the routes ----


def zipped(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("photo.jpg", content)
    return buffer.getvalue()


GOOD = encoded(blob((64, 48), 1), "PNG")
BAD = {
    "text": ("open", b"no picture at all", {}, "PNG, JPEG"),
    "far too large": ("open", png_header(20000, 20000), {}, "megapixels"),
    "zip bomb": ("save", zipped(bytes(50_000_000)), {}, "PNG, JPEG"),
    "half": ("save", encoded(blob((99, 99), 1), "JPEG")[:900], {}, "truncated"),
    "saturation": ("save", GOOD, {"saturation": "much"}, "saturation to be a number"),
    "not finite": ("save", GOOD, {"saturation": "nan"}, "saturation"),
    "too much": ("save", GOOD, {"saturation": "9"}, "saturation"),
    "model": ("save", GOOD, {"model": "enormous"}, "one of plus, classic"),
    "seen": ("chroma", encoded(blob((700, 40), 1), "PNG"), {}, "at most 640 px"),
    "hints": ("chroma", GOOD, {"hints": "red"}, "hints as [["),
    "color": ("chroma", GOOD, {"hints": '[[0, 0, "reddish"]]'}, "hints as [["),
    "outside": ("chroma", GOOD, {"hints": '[[2, 0, "#ff0000"]]'}, "x and y from 0 to 1"),
    "NaN": ("chroma", GOOD, {"hints": '[[NaN, 0, "#ff0000"]]'}, "x and y from 0 to 1"),
    "101 hints": ("chroma", GOOD, {"hints": json.dumps([[0, 0, "#f00"]] * 101)}, "at most 100"),
    "radius": ("chroma", GOOD, {"radius": "-1"}, "radius"),
}


@pytest.mark.parametrize("case", BAD)
def test_forged_requests_get_a_sentence(client, case):
    name, body, query, sentence = BAD[case]
    answer = client.post(f"/studio/photo/{name}", params=query, content=body)
    assert answer.status_code == 422 and sentence in answer.text
    assert answer.text[0].isupper() and answer.text.endswith(".") and "Traceback" not in answer.text


@pytest.mark.parametrize("name", ["photo", "models"])
def test_the_page_has_an_indonesian_word_for_everything(name):
    missing = read_aloud(elements.static(f"{name}.html")) - set(words.INDONESIAN)
    assert missing <= {"+", "−", "×", "1.00"}
