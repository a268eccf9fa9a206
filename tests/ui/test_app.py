"""Each endpoint through a launched server, as a stranger's client calls it, with good and with bad
input."""

import itertools
import json
import math
import shutil
import urllib.request
import zipfile
from pathlib import Path

import httpx2
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

import app
from ae_models import images, tasks, zoo
from ae_models.codec import file
from tests.pictures import PORTRAITS, RED_BLUE, blob, circle, encoded, hint, pasted, png_header
from ui import alignment, compress, models, parts

ONE_PICTURE = {
    "color_sketch": {},
    "face_to_sketch": {},
    "colorize": {"saturation": 1},
    "reconstruct": {},
}


def launched(demo):
    return demo.launch(**app.LAUNCH, prevent_thread_lock=True, quiet=True)[1]


@pytest.fixture(scope="module")
def url():
    yield launched(app.demo)
    app.demo.close()


@pytest.fixture(scope="module")
def client(url):
    return Client(url, verbose=False)


@pytest.fixture
def upload(tmp_path):
    """Bytes or a picture -> what the client sends for a file."""

    def make(content, name="picture.png"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else encoded(content, "PNG"))
        return handle_file(str(path))

    return make


@pytest.mark.parametrize("coding", ["br", "gzip", "identity"])
def test_the_page_is_sent_as_small_as_a_browser_can_read_it(url, coding):
    with httpx2.stream("GET", url, headers={"accept-encoding": coding}) as answer:
        sent = sum(map(len, answer.iter_raw()))
        assert answer.headers.get("content-encoding", "identity") == coding
    assert httpx2.get(url, headers={"accept-encoding": coding}).text.rstrip().endswith("</html>")
    assert sent < {"br": 45_000, "gzip": 60_000, "identity": 450_000}[coding]


def test_the_page_loads_no_code_of_components_that_it_does_not_show():
    shown = {c["type"] for c in app.demo.config["components"] if c["props"].get("visible", True)}
    assert shown <= {"html", "tabs", "tabitem", "api", "form"}  # a form is a frame


@pytest.mark.parametrize("name", [*parts.LATE, "nothing", "../parts"])
def test_the_page_of_a_tab_comes_when_it_is_asked_for(url, name):
    answer = httpx2.get(f"{url}studio/part/{name}.json")
    if name not in parts.LATE:
        assert answer.status_code == 404
    else:
        assert all(answer.json()[kind] for kind in ("html", "css", "js"))


def test_first_page_answers_and_names_no_other_host(url):
    page = urllib.request.urlopen(url).read().decode()
    assert "Autoencoder Studio" in page
    assert "fonts.googleapis.com" not in page and "huggingface.co/api/telemetry" not in page


DEFAULTS = {  # clients leave these out: they outlive the page's own controls
    "color_sketch": {"model": "plus", "palette": "", "hints": None, "seed": 0},
    "face_to_sketch": {"model": "plus", "align": True},
    "sketch_to_face": {"model": "plus", "align": True},
    "colorize": {"saturation": 1, "model": "plus", "hints": None, "restore": False},
    "colorize_many": {"saturation": 1, "model": "plus", "restore": False},
    "reconstruct": {"model": "plus", "rate": 0},
    "compress": {"rate": 3, "refine": 0, "model": "plus"},
    "morph": {"steps": 33, "mode": "slerp", "model": "plus"},
    "sample": {"count": 8, "seed": 0, "temperature": 0.8, "model": "plus", "prior": "mixture"},
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


# ---- bad input ----

BAD_FILES = {
    "text.png": (b"no picture at all", "PNG, JPEG, WebP"),
    "half.jpg": (
        encoded(Image.effect_noise((99, 99), 60).convert("RGB"), "JPEG")[:2000],
        "truncated",
    ),
    "huge.png": (png_header(20000, 20000), "50 megapixels"),
    "dot.png": (encoded(Image.new("RGB", (1, 1)), "PNG"), "8x8"),
}


@pytest.mark.parametrize(("file", "name"), list(zip(BAD_FILES, itertools.cycle(ONE_PICTURE))))
def test_a_bad_file_gets_one_sentence_and_the_server_goes_on(client, upload, name, file):
    content, words = BAD_FILES[file]
    arguments = {**ONE_PICTURE[name], "model": "classic", "api_name": f"/{name}"}
    with pytest.raises(AppError, match=words) as caught:
        client.predict(upload(content, file), **arguments)
    assert "Traceback" not in str(caught.value) and "/tmp" not in str(caught.value)
    answer = client.predict(upload(blob((40, 60), 0)), **arguments)
    assert Image.open(answer).width == 40


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


@pytest.mark.parametrize("name", ONE_PICTURE)
def test_nothing_given(client, name):
    with pytest.raises(AppError, match="got nothing"):
        client.predict(None, **ONE_PICTURE[name], model="classic", api_name=f"/{name}")


def test_morph_with_a_face_missing(client, upload):
    with pytest.raises(AppError, match="second face"):
        client.predict(
            upload(blob((64, 64), 1)),
            None,
            steps=5,
            mode="lerp",
            model="classic",
            api_name="/morph",
        )


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("sample", {"count": 1000}, "1000 is greater than maximum"),
        ("sample", {"count": -1}, "-1 is less than minimum"),
        ("sample", {"count": "many"}, "Expected a `float`.*many"),
        ("sample", {"count": None}, "Expected a `float`"),
        ("sample", {"temperature": 99}, "99 is greater than maximum"),
        ("sample", {"seed": -5}, "-5 is less than minimum"),
        ("sample", {"model": "enormous"}, "enormous"),
        ("colorize", {"saturation": 1e9}, "1000000000.0 is greater than maximum"),
        ("colorize", {"saturation": "much"}, "Expected a `float`.*much"),
        ("colorize", {"model": None}, "model"),
        ("morph", {"steps": 0}, "0 is less than minimum"),
        ("morph", {"steps": 1e6}, "1000000.0 is greater than maximum"),
        ("morph", {"mode": "spline"}, "spline"),
    ],
)
def test_values_out_of_range_through_the_api(client, upload, name, change, words):
    arguments = {
        "sample": {"count": 2, "seed": 0, "temperature": 1.0, "model": "classic"},
        "colorize": {"photo": upload(blob((40, 40), 0)), "saturation": 1.0, "model": "classic"},
        "morph": {
            "a": upload(blob((40, 40), 0)),
            "b": upload(blob((40, 40), 1)),
            "steps": 3,
            "mode": "lerp",
            "model": "classic",
        },
    }[name]
    with pytest.raises(AppError, match=words) as caught:
        client.predict(**arguments | change, api_name=f"/{name}")
    assert "Traceback" not in str(caught.value)


def test_nan_through_the_api(url):
    """Python's json writes NaN though JSON has none: a stranger's client may send it."""
    body = json.dumps({"data": [2, 0, math.nan, "classic"]}).encode()
    request = urllib.request.Request(
        f"{url}gradio_api/call/sample", body, {"Content-Type": "application/json"}
    )
    try:
        event = json.load(urllib.request.urlopen(request))["event_id"]
        answer = urllib.request.urlopen(f"{url}gradio_api/call/sample/{event}").read().decode()
        assert "event: error" in answer
    except urllib.error.HTTPError as error:
        assert 400 <= error.code < 500
    assert "Autoencoder Studio" in urllib.request.urlopen(url).read().decode()


# ---- damaged weights ----


@pytest.fixture
def weights(tmp_path):
    """The shipped weights, of which those of dcae may be damaged."""
    folder = tmp_path / "weights"
    folder.mkdir()
    for release in zoo.WEIGHTS.iterdir():
        (folder / release.name).symlink_to(release)
    (folder / "dcae").unlink()
    shutil.copytree(zoo.WEIGHTS / "dcae", folder / "dcae")
    return folder


@pytest.mark.parametrize("damage", ["missing", "flipped"])  # more of them in tests/test_zoo.py
def test_damaged_weights_disable_one_system_and_no_other(weights, monkeypatch, upload, damage):
    file = weights / "dcae/model.safetensors"
    if damage == "missing":
        file.unlink()
    else:
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
    monkeypatch.setattr(zoo, "WEIGHTS", weights)
    monkeypatch.setattr(zoo, "_cache", {})
    demo = app.build()
    try:
        client = Client(launched(demo), verbose=False)
        with pytest.raises(AppError, match="dcae.*git checkout"):
            client.predict(upload(blob((40, 40), 0)), model="classic", api_name="/reconstruct")
        answer = client.predict(
            upload(blob((40, 60), 0)), model="classic", api_name="/color_sketch"
        )
        assert Image.open(answer).height == 60
        rows = {row["slug"]: row for row in client.predict(api_name="/models")}
        assert (
            "git checkout" in rows["dcae"]["unavailable"] and "parameters" in rows["sketch-color"]
        )
        assert "Not available" in models.table()
    finally:
        demo.close()


# ---- plain functions ----


def test_what_a_network_is_shown_of_a_photo_without_a_face():
    photo = blob((300, 200), 1)
    shown, count = alignment.seen(photo, "cufs")
    assert count == 0 and shown.size == (160, 200) and "whole picture" in alignment.remark(count)
    assert alignment.remark(1) == "" and "largest" in alignment.remark(3)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"palette": "nonsense"}, "Expected a palette as"),
        ({"palette": '[["#ff0000", -1]]'}, "weights of at least 0"),
        ({"palette": '[["#ff0000", NaN]]'}, "finite weights"),
        ({"palette": json.dumps([["#ff0000", 1]] * 6)}, "at most 5"),
        ({"hints": Image.new("RGBA", (9, 9))}, "picture of the sketch's"),
        ({"seed": -1}, "seed to be a number"),
    ],
)
def test_a_bad_palette_or_hint_is_refused_through_the_api(client, upload, change, words):
    change = {
        k: upload(v, "bad.png") if isinstance(v, Image.Image) else v for k, v in change.items()
    }
    with pytest.raises(AppError, match=words):
        client.predict(upload(blob((60, 40), 1)), "plus", **change, api_name="/color_sketch")


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


def test_figures_stand_beside_their_baseline():
    for row in zoo.ROWS:
        assert row.headline, f"expected a headline in the row of {row.slug}, found none"
        assert row.headline.baseline in parts.figure_line(row.slug)


def test_examples_exist_and_are_pictures():
    for pattern, least in (
        ("sketch-*.png", 4),
        ("face-*.webp", 8),
        ("portrait-*.webp", 6),
        ("landscape-*.webp", 4),
    ):
        paths = parts.examples(pattern)
        assert len(paths) >= least
        for path in paths:
            assert min(Image.open(path).size) >= 128


def test_the_curve_is_a_picture():
    svg = models.curve([[1, 0.5, 0.6], [2, 0.25, 0.3]])
    assert svg.count("<polyline") == 2 and "validation 0.3" in svg
