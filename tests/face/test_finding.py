"""Faces in spoiled and turned photos, and in pictures without any."""

import dataclasses

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ae_models import images, tasks, zoo
from ae_models.face import align, find
from benchmarks import inputs
from tests.face.test_align import off
from tests.pictures import PORTRAITS, blob, pasted

QUARTERS = (90, 180, 270)


def photo(turn: float = 0.0) -> tuple[Image.Image, list[complex]]:
    return pasted(PORTRAITS[1], (400, 360), turn, 1, 190 + 170j)


@pytest.mark.parametrize("spoil", [inputs.dark, inputs.faded])
def test_a_face_in_a_spoiled_photo_is_drawn_as_in_the_good_one(spoil):
    network = zoo.load("face-sketch-plus")
    good, eyes = photo()
    (face,) = align.find_faces(spoil(good))
    assert off(face, eyes) < 0.1
    pair = (align.align_face(x, "cufs")[0] for x in (good, spoil(good)))
    drawings = [np.asarray(tasks.translate_face(network, x), float) for x in pair]
    assert np.abs(drawings[0] - drawings[1]).mean() < 10


@pytest.mark.parametrize("turn", QUARTERS)
def test_a_photo_on_its_side_or_upside_down(turn):
    picture, eyes = photo(turn)
    (face,) = align.find_faces(picture)
    assert off(face, eyes) < 0.1


@pytest.mark.parametrize("turn", [0, 30, *QUARTERS, 100, 225])
def test_two_clicks_in_any_order_make_a_face_upright(turn):
    picture, eyes = photo(turn)
    left, right = ((eye.real, eye.imag) for eye in eyes)
    assert align.in_order(picture, (left, right)) == (left, right)
    assert align.in_order(picture, (right, left)) == (left, right)


def test_clicks_on_something_else_keep_the_smaller_turn():
    picture = blob((200, 200), 1)
    assert align.in_order(picture, ((120, 80), (60, 90))) == ((60, 90), (120, 80))
    assert align.in_order(picture, ((100, 50), (100, 120))) == ((100, 50), (100, 120))
    assert align.in_order(picture, ((100, 120), (100, 50))) == ((100, 120), (100, 50))


def test_a_face_is_chosen_by_a_place():
    picture, small = pasted(PORTRAITS[0], (900, 500), 0, 0.8, 180 + 250j)
    picture, large = pasted(PORTRAITS[5], (900, 500), 0, 1.6, 620 + 250j, picture)
    faces = align.find_faces(picture)
    assert off(align.face_at(faces, (170, 300)), small) < 0.1
    assert off(align.face_at(faces, (700, 200)), large) < 0.1
    assert align.face_at([], (0, 0)) is None


def test_one_view_of_an_eye_that_is_off_does_not_count(monkeypatch):
    gray = Image.new("L", (200, 200))
    box = find._Box(gray, 50 + 50j, 100, 56, 1, 0)
    left, right = (box.corner + 100 * place for place in find.USUAL)
    usual = find._usual_box(gray, tuple((eye.real, eye.imag) for eye in (left, right)))
    again = [usual.corner + usual.side * place for place in find.USUAL]
    views = [[left, right], [left, None]]  # of the detector's box
    views += [[again[0] + 19 - 14j, again[1]], [None, again[1]], again, again]  # of the usual one
    views += [[again[0], None]] * 4
    monkeypatch.setattr(find, "_seen_eyes", lambda box: views.pop(0))
    monkeypatch.setattr(find, "_usual_box", lambda gray, eyes: usual)
    eyes = [complex(*eye) for eye in find._eyes(gray, box, 1)]
    assert np.abs(np.subtract(eyes, (left, right))).max() < 1e-9 and not views


@pytest.mark.parametrize("shift", [0.09, -0.09j, 0.08 + 0.06j])
def test_eyes_do_not_depend_on_the_box_of_the_detector(shift):
    gray, eyes = photo()
    gray, usual = gray.convert("L"), [(eye.real, eye.imag) for eye in eyes]
    box = find._usual_box(gray, usual)
    found = [
        find._eyes(gray, dataclasses.replace(box, corner=box.corner + box.side * by), 1)
        for by in (0, shift)
    ]
    assert np.abs(np.subtract(*found)).max() < 0.015 * abs(eyes[1] - eyes[0])


def test_a_face_is_seen_in_many_windows():
    (face,) = align.find_faces(photo()[0])
    assert face.windows > 2 * find.SURE
    gray = Image.effect_noise((200, 200), 60)
    assert find._windows(gray, ((80, 90), (120, 90))) < find.SURE / 2


@pytest.mark.parametrize(("turn", "more"), [(90, 0), (0, -1)])
def test_what_is_seen_in_few_windows_is_no_face(monkeypatch, turn, more):
    monkeypatch.setattr(find, "_windows", lambda gray, eyes: find.SURE + more)
    faces = align.find_faces(photo(turn)[0])
    assert bool(faces) == (more == 0)


def test_a_face_of_a_few_px_is_none():
    """However large the picture is made for the search, it shows no more."""
    picture, _ = pasted(PORTRAITS[1], (128, 128), 0, 0.5, 64 + 64j)
    assert len(align.find_faces(picture)) == 1
    small, _ = pasted(PORTRAITS[1], (128, 128), 0, 0.07, 64 + 64j)
    assert align.find_faces(small) == []


def test_rows_of_windows_and_foam_are_no_faces():
    facade = Image.new("RGB", (240, 240), "#b9a58c")
    draw = ImageDraw.Draw(facade)
    for x in range(10, 240, 40):
        for y in range(10, 240, 55):
            draw.rectangle((x, y, x + 20, y + 32), fill="#39404a", outline="white")
    noise = np.random.default_rng(4).normal(0, 1, (30, 30))
    foam = Image.fromarray((128 + 50 * noise).clip(0, 255).astype(np.uint8)).convert("RGB")
    for picture in (facade, images.resize(foam, (240, 240))):
        assert align.find_faces(picture) == []
