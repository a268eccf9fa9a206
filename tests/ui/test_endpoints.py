"""Each endpoint through a launched server, as a stranger's client calls it."""

import zipfile
from pathlib import Path

import anyio
import numpy as np
import pytest
from gradio_client import handle_file
from gradio_client.exceptions import AppError
from PIL import Image

import app
from ae_models import images, tasks, zoo
from ae_models.codec import file
from tests.pictures import PORTRAITS, RED_BLUE, blob, circle, encoded, hint, pasted
from ui import alignment, compress, lanes

ONE_PICTURE = {
    "color_sketch": {},
    "face_to_sketch": {},
    "colorize": {"saturation": 1},
    "reconstruct": {},
}

DEFAULTS = {  # clients leave these out: they outlive the page's own controls
    "color_sketch": {"model": "plus", "palette": "", "hints": None, "seed": 0},
    "face_to_sketch": {"model": "plus", "align": True},
    "sketch_to_face": {"model": "plus", "align": True},
    "colorize": {"saturation": 1, "model": "plus", "hints": None, "restore": False},
    "colorize_many": {"saturation": 1, "model": "plus", "restore": False},
    "reconstruct": {"model": "plus", "rate": 0},
    "compress": {"rate": 3, "refine": 0, "model": "plus"},
    "morph": {"steps": 33, "mode": "slerp", "model": "plus"},
    "sample": {"count": 8, "seed": 0, "temperature": 0.7, "model": "plus", "prior": "mixture"},
    "edit": {"changes": "{}"},
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_endpoints_keep_their_defaults(client, name):
    parameters = client.view_api(return_format="dict")["named_endpoints"][f"/{name}"]["parameters"]
    found = {
        p["parameter_name"]: p["parameter_default"]
        for p in parameters
        if p["parameter_has_default"]
    }
    assert found == DEFAULTS[name]


@pytest.mark.parametrize(
    ("name", "task", "slug"),
    [
        ("color_sketch", tasks.color_sketch, "sketch-color"),
        ("face_to_sketch", tasks.translate_face, "face-sketch"),
        ("colorize", tasks.colorize, "photo-color"),
        ("reconstruct", tasks.reconstruct, "dcae"),
    ],
)
def test_one_picture_endpoints(client, upload, name, task, slug):
    picture = blob((200, 250), 1)
    result = Image.open(
        client.predict(upload(picture), **ONE_PICTURE[name], model="classic", api_name=f"/{name}")
    )
    expected = task(zoo.load(slug), picture)
    assert result.format == "PNG" and result.size == (200, 250)
    assert np.array_equal(result.convert("RGB"), expected.convert("RGB"))


def test_a_hint_steers_colorize(client, upload):
    layer = Image.new("RGBA", (96, 64))
    layer.paste((200, 40, 40, 255), (40, 20, 56, 36))
    photo, settings = (
        upload(Image.new("L", (96, 64), 130)),
        {"saturation": 1, "api_name": "/colorize"},
    )
    steered = client.predict(photo, hints=upload(layer, "hints.png"), model="plus", **settings)
    red, _, blue = Image.open(steered).convert("RGB").getpixel((48, 28))
    assert red > blue + 50
    with pytest.raises(AppError, match="96x64 px, got RGBA of 64x96"):
        client.predict(
            photo,
            hints=upload(layer.transpose(Image.Transpose.ROTATE_90), "h.png"),
            model="plus",
            **settings,
        )


def test_many_photos_come_back_as_a_zip(client, upload):
    files = [upload(blob((64, 48), 1), "one.png"), upload(b"no picture", "two.png")]
    with zipfile.ZipFile(client.predict(files, api_name="/colorize_many")) as archive:
        assert archive.namelist() == ["one-colored.png", "skipped.txt"]
        assert archive.read("skipped.txt").startswith(b"two.png: expected")
        with archive.open("one-colored.png") as file:
            assert Image.open(file).size == (64, 48)


def test_morph(client, upload):
    a, b = upload(blob((128, 128), 1), "a.png"), upload(blob((128, 128), 2), "b.png")
    frames, urls = client.predict(a, b, steps=5, mode="lerp", model="classic", api_name="/morph")
    assert len(frames) == len(urls) == 5
    assert Image.open(frames[0]["image"]).size == (128, 128)
    assert all(u.startswith("data:image/jpeg;base64,") for u in urls)


def test_the_face_of_a_photo_is_looked_for_unless_told_otherwise(client, upload):
    """A face in a corner fills the sketch; a photo that has the pose already gives what it gives as
    a whole."""
    photo, _ = pasted(PORTRAITS[0], (640, 480), 15, 1, 450 + 300j)
    arguments = {"model": "classic", "api_name": "/face_to_sketch"}
    found, whole = (
        Image.open(client.predict(upload(photo), align=a, **arguments)) for a in (True, False)
    )
    assert found.size == (200, 250) and whole.size == (384, 480)
    portrait = upload(Image.open(PORTRAITS[0]).convert("RGB"))
    found, whole = (
        Image.open(client.predict(portrait, align=a, **arguments)) for a in (True, False)
    )
    assert found.tobytes() == whole.tobytes()


@pytest.mark.parametrize("size", [(16, 16), (5000, 300)])
def test_sizes_at_the_ends(client, upload, size):
    sketch = Image.open(
        client.predict(upload(blob(size, 2)), model="classic", api_name="/face_to_sketch")
    )
    assert sketch.height == size[1]


def test_sample(client):
    faces = client.predict(count=3, seed=4, temperature=0.7, model="classic", api_name="/sample")
    assert len(faces) == 3 and Image.open(faces[0]["image"]).size == (128, 128)


def test_models(client):
    rows = client.predict(api_name="/models")
    assert [row["slug"] for row in rows] == list(zoo.BY_SLUG)
    for row in rows:
        assert "unavailable" not in row, row["unavailable"]
        assert row["parameters"] > 1000 and row["bytes"] > 1000
        assert row["metrics"]["images"] > 0 and row["headline"]


ODD_FILES = {
    "deep.png": encoded(Image.fromarray(np.full((40, 40), 30000, np.uint16)), "PNG"),
    "cmyk.jpg": encoded(Image.new("CMYK", (40, 40), (10, 90, 30, 0)), "JPEG"),
    "clear.png": encoded(Image.new("RGBA", (40, 40), (255, 0, 0, 90)), "PNG"),
}


@pytest.mark.parametrize(("file", "name"), list(zip(ODD_FILES, ONE_PICTURE)))
def test_an_odd_file_is_read_as_images_read_does(client, upload, name, file):
    plain = images.read(ODD_FILES[file])
    odd, expected = (
        np.asarray(
            Image.open(
                client.predict(
                    upload(content, filename),
                    **ONE_PICTURE[name],
                    model="classic",
                    api_name=f"/{name}",
                )
            )
        )
        for content, filename in ((ODD_FILES[file], file), (plain, "plain.png"))
    )
    assert np.array_equal(odd, expected)


def test_what_a_network_is_shown_of_a_photo_without_a_face():
    photo = blob((300, 200), 1)
    shown, count = alignment.seen(photo, "cufs")
    assert count == 0 and shown.size == (160, 200) and "whole picture" in alignment.remark(count)
    assert alignment.remark(1) == "" and "largest" in alignment.remark(3)


def test_a_palette_and_hints_through_the_api(client, upload):
    drawing, layer = circle((60, 40)), hint((60, 40), (26, 16, 34, 24), (255, 0, 0, 255))
    answer = client.predict(
        upload(drawing),
        "plus",
        palette='[["#ff0000", 2], ["#0000ff", 1]]',
        hints=upload(layer, "hints.png"),
        api_name="/color_sketch",
    )
    network = zoo.load("sketch-color-plus")
    expected = tasks.color_sketch(network, drawing, RED_BLUE, layer)
    assert np.array_equal(Image.open(answer).convert("RGB"), expected)


def test_reconstruct_does_not_round_unless_told(client, upload):
    picture, network = blob((48, 40), 1), zoo.load("dcae-plus")
    arguments = {"model": "plus", "api_name": "/reconstruct"}
    for given, rate in ({}, 0), ({"rate": 1}, 1):
        again = Image.open(client.predict(upload(picture), **given, **arguments)).convert("RGB")
        assert np.array_equal(again, tasks.reconstruct(network, picture, rate))


def test_a_file_written_by_the_endpoint_is_opened_by_the_other(client, upload):
    picture = blob((50, 34), 1)
    path = client.predict(upload(picture), rate=4, refine=2, model="plus", api_name="/compress")
    assert Path(path).suffix == ".aes"
    data = tasks.compress(zoo.load("dcae-plus"), picture, 4, 2)
    assert Path(path).read_bytes() == data
    again = client.predict(handle_file(path), api_name="/decompress")
    assert np.array_equal(Image.open(again).convert("RGB"), tasks.decompress(data))
    with pytest.raises(AppError, match="quantizes"):
        client.predict(upload(picture), rate=4, refine=0, model="classic", api_name="/compress")
    with pytest.raises(AppError, match=r"Expected an .aes file"):
        client.predict(upload(picture), api_name="/decompress")


def test_a_file_waits_among_those_of_its_picture_s_size(tmp_path):
    large = file.pack(file.Header("0000", 1, 5000, 4000), b"")
    path = tmp_path / "large.aes"
    path.write_bytes(large)
    assert compress.claimed(str(path)) == 5000 * 4000
    path.write_bytes(large[:5])
    with pytest.raises(ValueError, match="a width and a height"):
        compress.claimed(str(path))
    path.write_bytes(b"PNG")
    assert compress.claimed(str(path)) == 0  # refused as soon as it is read


def test_opening_a_large_file_is_long_work(tmp_path, monkeypatch):
    asked = []

    async def run(what: str, pixels: int, *_, **__):
        asked.append((what, lanes.lane_of(pixels).name))
        return [None]

    monkeypatch.setattr(lanes, "run", run)
    (decompress,) = [f.fn for f in app.demo.fns.values() if f.api_name == "decompress"]
    for width in (4000, 400):
        path = tmp_path / f"{width}.aes"
        path.write_bytes(file.pack(file.Header("0000", 1, width, 400), b""))
        anyio.run(decompress, str(path))
    assert asked == [("decompress", "large"), ("decompress", "small")]
