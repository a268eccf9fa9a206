"""Bad input to each endpoint of a launched server, and damaged weights: one sentence, and the
server goes on."""

import itertools
import json
import math
import shutil
import urllib.request

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from PIL import Image

import app
from ae_models import zoo
from tests.conftest import launched
from tests.pictures import blob, encoded, png_header
from tests.ui.test_endpoints import ONE_PICTURE
from ui import models

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
