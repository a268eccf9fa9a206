"""The face tabs: plain functions and endpoints first, then their routes with good and bad input."""

import io
import json

import cv2
import numpy as np
import pytest
import torch
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ae_models import tasks, zoo
from ae_models.face import align
from tests.conftest import MINIATURE
from tests.pictures import PORTRAITS, blob, encoded, pasted
from ui import elements, latents, morph, routes


@pytest.fixture
def network(monkeypatch):
    """A face VAE of a few weights in place of the plus network."""
    small = zoo.build(latents.EDITING, **MINIATURE[latents.EDITING]).eval()
    torch.nn.init.orthogonal_(small.basis)
    small.aggregate.directions.normal_()
    monkeypatch.setitem(zoo._cache, latents.EDITING, small)
    return small


@pytest.fixture(scope="module")
def client():
    return TestClient(Starlette(routes=routes.APP["routes"]))


def numbers(network, rows: int) -> np.ndarray:
    return tasks.random_latents(network, rows, seed=1).numpy().astype("<f4")


def picture(answer) -> Image.Image:
    return Image.open(io.BytesIO(answer.body))


def test_edit_adds_up_changes_of_a_face(network):
    face = blob((40, 40), 1)
    changed = morph.edit(face, '{"Smiling": 1.5, "component_1": -1}')
    expected = tasks.edit(network, morph.in_pose(face), {"Smiling": 1.5, "component_1": -1})
    assert changed.tobytes() == expected.tobytes() != morph.edit(face).tobytes()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ("nonsense", "expected changes as JSON"),
        ("[1]", "expected changes as a dictionary"),
        ('{"Tall": 1}', "got 'Tall'"),
        ('{"Smiling": 9}', "from -5 to 5, got 9"),
        ('{"Smiling": NaN}', "got nan"),
    ],
)
def test_a_bad_change_is_refused(network, changes, words):
    with pytest.raises(ValueError, match=words):
        morph.edit(blob((40, 40), 1), changes)


def test_a_face_comes_as_the_numbers_that_encode_gives(network):
    body = encoded(blob((40, 40), 1), "PNG")
    answer = json.loads(latents.face(body, {"eyes": "whole"}).body)
    expected = tasks.encode(network, align.whole(blob((40, 40), 1), "celeba"))
    assert answer["latent"] == pytest.approx(expected[0].tolist())
    assert answer["crop"].startswith("data:image/jpeg;base64,") and answer["count"] == 1


def test_faces_stack_downwards_and_are_those_of_decode(network):
    rows = numbers(network, 3)
    strip = picture(latents.decode(rows.tobytes(), {"png": "1"}))
    size = network.config.size
    assert strip.size == (size, 3 * size)
    third = tasks.decode(network, torch.from_numpy(rows[2:]))
    assert strip.crop((0, 2 * size, size, 3 * size)).tobytes() == third.tobytes()


def test_drawn_numbers_decode_to_the_faces_of_sample(network):
    query = {"count": "2", "seed": "3", "temperature": "0.7", "prior": "mixture"}
    drawn = np.frombuffer(latents.draw(b"", query).body, "<f4").reshape(2, -1)
    faces = tasks.decode_all(network, torch.from_numpy(drawn.copy()))
    wanted = tasks.sample(network, 2, 3, 0.7, "mixture")
    assert [f.tobytes() for f in faces] == [f.tobytes() for f in wanted]


def test_a_network_without_a_mixture_draws_from_what_it_has():
    network = zoo.load("face-vae")
    assert "mixture" not in tasks.priors(network)
    query = {"model": "classic", "count": "1", "seed": "3", "prior": "mixture"}
    drawn = np.frombuffer(latents.draw(b"", query).body, "<f4")
    assert np.array_equal(drawn, tasks.random_latents(network, 1, 3)[0])


def frames_of(video: bytes, tmp_path) -> list[np.ndarray]:
    file = tmp_path / "faces.mp4"
    file.write_bytes(video)
    reader, frames = cv2.VideoCapture(str(file)), []
    while (read := reader.read())[0]:
        frames.append(read[1][..., ::-1].astype(int))
    return frames


def test_a_morph_becomes_a_video(network, tmp_path):
    rows = numbers(network, 5)
    frames = frames_of(latents.animate(rows.tobytes(), {"format": "mp4"}).body, tmp_path)
    assert len(frames) == 5 and frames[0].shape == (256, 256, 3)
    faces = [
        np.asarray(f.resize((256, 256)), dtype=int)
        for f in tasks.decode_all(network, torch.from_numpy(rows.copy()))
    ]
    for i, frame in enumerate(frames):
        errors = [np.abs(frame - face).mean() for face in faces]
        assert np.argmin(errors) == i and errors[i] < 12


def test_a_video_keeps_colors(tmp_path):
    colors = (220, 60, 40), (40, 160, 80), (60, 80, 200)
    frames = frames_of(latents.video([Image.new("RGB", (64, 64), c) for c in colors]), tmp_path)
    for frame, color in zip(frames, colors, strict=True):
        assert np.abs(frame - color).mean() < 6


@pytest.mark.parametrize(("kind", "form"), [("gif", "GIF"), ("webp", "WEBP"), ("strip", "PNG")])
def test_a_morph_is_taken_home(network, kind, form):
    file = picture(latents.animate(numbers(network, 5).tobytes(), {"format": kind}))
    size = network.config.size
    assert file.format == form
    if kind == "strip":
        assert file.size == (5 * size, size)
    else:
        assert file.n_frames == 5 and file.size == (size, size) and file.info["loop"] == 0


@pytest.mark.parametrize(
    ("name", "rows", "query", "words"),
    [
        ("decode", 0, {}, "expected 1 to 257 faces"),
        ("animate", 258, {}, "expected 1 to 257 faces"),
        ("animate", 1, {"format": "avi"}, "got 'avi'"),
        ("draw", 0, {"count": "65", "seed": "0", "temperature": "1"}, "count to be"),
        ("draw", 0, {"count": "2", "seed": "0", "temperature": "nan"}, "temperature to be"),
        ("draw", 0, {"count": "2", "seed": "-1", "temperature": "1"}, "seed to be"),
        ("decode", 1, {"model": "huge"}, "model to be one of"),
    ],
)
def test_bad_numbers_are_refused(network, name, rows, query, words):
    body = np.zeros((rows, network.config.latent), "<f4").tobytes()
    with pytest.raises(ValueError, match=words):
        getattr(latents, name)(body, query)


@pytest.mark.parametrize("wrong", ["short", "nan", "infinite"])
def test_numbers_of_a_wrong_size_or_not_finite_get_a_sentence(network, client, wrong):
    rows = numbers(network, 1)
    rows[0, 0] = {"short": 0, "nan": np.nan, "infinite": np.inf}[wrong]
    body = rows.tobytes()[: -1 if wrong == "short" else None]
    answer = client.post("/studio/decode", content=body)
    assert (
        answer.status_code == 422 and answer.text.startswith("Expected") and "\n" not in answer.text
    )


@pytest.mark.parametrize("eyes", ["1,2,3", "a,b,c,d", "5,5,999,5", "nan,1,2,3", "9,9,9,9"])
def test_bad_eyes_are_refused(eyes):
    with pytest.raises(ValueError, match="expected (eyes|two eyes)"):
        latents.cropped(blob((40, 40), 1), eyes, "celeba")


def test_the_eyes_of_a_photo_bring_its_face_into_the_pose(client):
    photo, _ = pasted(PORTRAITS[0], (640, 480), 15, 1, 450 + 300j)
    body = encoded(photo, "PNG")
    found = client.post("/studio/faces", content=body).json()
    assert found["size"] == [640, 480] and len(found["eyes"]) == 1
    eyes = ",".join(map(str, found["eyes"][0]))
    by_eyes = client.post(f"/studio/crop?eyes={eyes}", content=body).json()
    assert by_eyes == client.post("/studio/crop", content=body).json()


def test_four_faces_are_found_and_the_largest_is_used(client):
    crowd = Image.new("RGB", (640, 640))
    for i in range(4):
        side = 320 if i == 3 else 280
        face = (
            Image.open(PORTRAITS[i % len(PORTRAITS)]).convert("RGB").resize((side * 4 // 5, side))
        )
        crowd.paste(face, (i % 2 * 320, i // 2 * 320))
    body = encoded(crowd, "PNG")
    eyes = client.post("/studio/faces", content=body).json()["eyes"]
    assert len(eyes) == 4 and all(320 <= n <= 640 for n in eyes[0])
    assert client.post("/studio/crop", content=body).json()["count"] == 4


def test_a_photo_without_a_face_is_used_whole_and_said_so(client):
    body = encoded(blob((300, 200), 1), "PNG")
    assert client.post("/studio/crop", content=body).json()["count"] == 0


def test_the_route_translates_as_the_task_does(client):
    portrait = Image.open(PORTRAITS[0]).convert("RGB")
    answer = client.post("/studio/translate?model=classic", content=encoded(portrait, "PNG"))
    expected = tasks.translate_face(zoo.load("face-sketch"), portrait)
    assert Image.open(io.BytesIO(answer.content)).tobytes() == expected.tobytes()


def test_sliders_say_what_was_measured():
    sliders = {slider["name"]: slider for slider in latents.sliders()}
    measured = zoo.config(latents.EDITING)["metrics"]["baselines"]["edit Smiling"]
    assert sliders["Smiling"]["own"] == measured["edit_own"]["value"]
    assert len(sliders["Smiling"]["direction"]) == zoo.load(latents.EDITING).config.latent
    assert "own" not in sliders["component_1"]


def test_the_faces_that_begin_are_examples():
    names = [path.rsplit("/", 1)[-1] for path in elements.examples("face-*.webp")]
    assert {f"{name}.webp" for name in morph.START} <= set(names)
