"""Answers to the compress tab: plain functions first, then the routes with bad
input."""

import dataclasses
import io

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ae_models import images, metrics, tasks, zoo
from ae_models.codec import file, others
from tests.pictures import blob, encoded, png_header
from tests.ui.test_sheet import read_aloud
from ui import codecs, elements, routes, words

PICTURE = blob((64, 40), 1)
PNG = encoded(PICTURE, "PNG")
FILE = tasks.compress(zoo.load("dcae-plus"), PICTURE, 2)


def split(answer) -> tuple[bytes, Image.Image]:
    """Our file and the picture of an answer."""
    length = int(answer.headers["x-file"])
    return answer.body[:length], Image.open(io.BytesIO(answer.body[length:])).convert("RGB")


def psnr(a: Image.Image, b: Image.Image) -> float:
    return metrics.psnr(images.to_tensor(a), images.to_tensor(b)).item()


@pytest.fixture(scope="module")
def client():
    return TestClient(Starlette(routes=routes.APP["routes"]))


def test_our_file_comes_with_the_picture_in_it_and_its_figures():
    answer = codecs.ours(PNG, {"rate": "2"})
    data, again = split(answer)
    assert data == FILE and int(answer.headers["x-bytes"]) == len(FILE)
    assert np.array_equal(again, tasks.decompress(FILE))
    assert float(answer.headers["x-psnr"]) == pytest.approx(psnr(PICTURE, again), abs=0.01)
    assert "x-ms-ssim" not in answer.headers  # too small


def test_a_large_enough_picture_has_ms_ssim():
    picture = blob((180, 200), 1)
    answer = codecs.ours(encoded(picture, "PNG"), {"rate": "1"})
    pair = [images.to_tensor(p) for p in (picture, split(answer)[1])]
    expected = metrics.ms_ssim(*pair).item()
    assert float(answer.headers["x-ms-ssim"]) == pytest.approx(expected, abs=1e-4)


def test_a_latent_that_is_not_rounded_has_no_file_but_four_bytes_a_number():
    answer = codecs.ours(PNG, {"rate": "0"})
    data, again = split(answer)
    assert data == b"" and int(answer.headers["x-bytes"]) == 4 * 16 * 16 * 10
    assert np.array_equal(again, tasks.reconstruct(zoo.load("dcae-plus"), PICTURE, 0))


def test_a_file_is_opened_with_or_without_its_original():
    alone = codecs.look(FILE, {"file": str(len(FILE))})
    assert np.array_equal(split(alone)[1], tasks.decompress(FILE))
    assert alone.headers["x-rate"] == "2" and "x-psnr" not in alone.headers
    beside = codecs.look(FILE + PNG, {"file": str(len(FILE))})
    assert beside.headers["x-psnr"] == codecs.ours(PNG, {"rate": "2"}).headers["x-psnr"]


@pytest.mark.parametrize("body", [FILE + PNG, PNG], ids=["file", "latent"])
def test_a_muted_channel_is_missing_from_the_picture(body):
    query = {"file": str(len(body) - len(PNG))}
    whole, brightness, most = (
        split(codecs.look(body, query | {"muted": muted}))[1]
        for muted in ("", "0", ",".join(map(str, range(1, 16))))
    )
    gray = np.ptp(np.asarray(brightness, dtype=int), axis=2).mean()
    assert psnr(whole, brightness) < 25 and psnr(whole, most) < 35 and gray > 5
    assert not np.array_equal(brightness, most)


def test_channels_are_shown_below_one_another():
    answer = codecs.latent(FILE, {"file": str(len(FILE))})
    strip = Image.open(io.BytesIO(answer.body))
    assert answer.headers["x-channels"] == "16" and strip.size == (16, 16 * 10)
    numbers = tasks.latent_in(*tasks.unpacked(FILE))[0]
    for channel, shown in enumerate(np.asarray(strip, dtype=float).reshape(16, -1)):
        if numbers[channel].std() > 0:
            alike = np.corrcoef(shown, numbers[channel].ravel())[0, 1]
            assert alike > 0.9  # levels of 255, and what lies far out is clipped
            assert abs(shown.mean() - 127.5) < 10, "its mean is not gray"


@pytest.mark.parametrize("codec", others.OPTIONS)
def test_other_codecs_get_as_many_bytes(codec):
    answer = codecs.other(PNG, {"codec": codec, "most": "900"})
    quality, data = others.file_of_size(codec, PICTURE, 900)
    assert answer.body == data and len(data) <= 900 == max(900, int(answer.headers["x-bytes"]))
    assert int(answer.headers["x-quality"]) == quality > 0
    decoded = others.opened(answer.body)
    assert float(answer.headers["x-psnr"]) == pytest.approx(psnr(PICTURE, decoded), abs=0.01)
    assert len(others.file_of(codec, PICTURE, quality + 1)) > 900


def test_the_classic_network_writes_no_file():
    answer = codecs.classic(PNG, {})
    assert np.array_equal(split(answer)[1], tasks.reconstruct(zoo.load("dcae"), PICTURE))
    assert answer.headers["x-file"] == "0" and int(answer.headers["x-bytes"]) == 4 * 16 * 16 * 16


def test_large_pictures_are_shrunk():
    assert codecs.shrunk(Image.new("RGB", (3072, 768))).size == (1536, 384)
    assert codecs.shrunk(Image.new("RGB", (768, 768))).size == (768, 768)
    assert min(codecs.shrunk(Image.new("RGB", (100000, 9))).size) == 8
    answer = codecs.open_picture(encoded(blob((1000, 1000), 1), "JPEG"), {})
    assert Image.open(io.BytesIO(answer.body)).size == (768, 768)
    assert answer.headers["x-size"] == "1000,1000"


LENGTH = {"file": str(len(FILE))}
BAD = {
    "text": ("open", b"no picture at all", {}, "PNG, JPEG"),
    "far too large": ("open", png_header(20000, 20000), {}, "megapixels"),
    "rate": ("ours", PNG, {"rate": "9"}, "rate"),
    "no number": ("ours", PNG, {"rate": "-1"}, "rate to be a whole number"),
    "codec": ("other", PNG, {"codec": "BMP", "most": "9"}, "one of WebP, AVIF, JPEG"),
    "damaged": ("look", FILE[:-1] + b"x", LENGTH, "damaged"),
    "foreign": ("look", PNG, {"file": str(len(PNG))}, "Expected an .aes file"),
    "nothing": ("look", b"", {}, "a picture, got nothing"),
    "another picture": ("look", FILE + encoded(blob((9, 9), 1), "PNG"), LENGTH, "of that file"),
    "channels": ("look", FILE, LENGTH | {"muted": "16"}, "channels from 0 to 15"),
    "no channels": ("look", FILE, LENGTH | {"muted": "1,x"}, "channels from 0 to 15"),
}


@pytest.mark.parametrize("case", BAD)
def test_forged_requests_get_a_sentence(client, case):
    name, body, query, sentence = BAD[case]
    answer = client.post(f"/studio/codec/{name}", params=query, content=body)
    assert answer.status_code == 422 and sentence in answer.text
    assert answer.text[0].isupper() and answer.text.endswith(".") and "Traceback" not in answer.text


def test_a_file_of_a_huge_picture_is_refused_before_it_is_decoded(client):
    header, payload = file.unpack(FILE)
    data = file.pack(dataclasses.replace(header, width=4000, height=3000), payload)
    answer = client.post("/studio/codec/look", params={"file": len(data)}, content=data)
    assert answer.status_code == 422 and "at most 8 megapixels" in answer.text


def test_the_page_has_an_indonesian_word_for_everything():
    missing = read_aloud(elements.static("compress.html")) - set(words.INDONESIAN)
    assert missing <= {"MS-SSIM", "PSNR", "32"}
