"""Faces of nobody (ui/static/examples), pasted at known places, turns and sizes."""

import numpy as np
import pytest
from PIL import Image

from ae_models import images
from ae_models.face import align, find
from tests.pictures import FACES, PORTRAITS, blob, pasted


def off(face: align.Face, eyes: list[complex]) -> float:
    """Mean distance of the eyes from where they are, as a share of the distance between them."""
    return np.mean([abs(complex(*a) - b) for a, b in zip(face.eyes, eyes)]) / abs(eyes[1] - eyes[0])


@pytest.mark.parametrize(
    ("path", "turn", "scale"),
    [
        (PORTRAITS[0], 0, 1),
        (PORTRAITS[1], 20, 1.5),
        (PORTRAITS[2], -25, 0.8),
        (FACES[0], 15, 2),
        (FACES[3], -10, 3),
    ],
)
def test_eyes_are_found_where_they_are(path, turn, scale):
    picture, eyes = pasted(path, (640, 480), turn, scale, 330 + 230j)
    face = align.find_faces(picture)[0]
    assert off(face, eyes) < 0.1
    assert face.width > 1.5 * abs(eyes[1] - eyes[0])


@pytest.mark.parametrize(("path", "turn"), [(PORTRAITS[3], 20), (FACES[1], -15)])
def test_an_aligned_face_has_the_pose(path, turn):
    name = "cufs" if "portrait" in path else "celeba"
    aligned, count = align.align_face(pasted(path, (640, 480), turn, 1.4, 320 + 240j)[0], name)
    width, height = align.POSES[name].size
    assert (
        count == 1 and aligned.width * height == aligned.height * width and aligned.width >= width
    )
    original = (
        Image.open(path)
        .convert("RGB")
        .crop((width // 4, height // 4, 3 * width // 4, 3 * height // 4))
    )
    same = images.resize(aligned, (width, height)).crop(
        (width // 4, height // 4, 3 * width // 4, 3 * height // 4)
    )
    assert (
        np.corrcoef(
            np.asarray(original.convert("L")).ravel(), np.asarray(same.convert("L")).ravel()
        )[0, 1]
        > 0.9
    )


@pytest.mark.parametrize(
    ("path", "name"), [(PORTRAITS[0], "cufs"), (PORTRAITS[4], "cufs"), (FACES[2], "celeba")]
)
def test_a_picture_in_the_pose_is_left_as_it_is_without_a_search(path, name, monkeypatch):
    monkeypatch.delattr(align, "find_faces")
    picture = Image.open(path).convert("RGB")
    assert align.align_face(picture, name)[0].tobytes() == picture.tobytes()


def test_a_picture_almost_in_the_pose_is_brought_into_it():
    """A step between left alone and aligned would show in the drawing of two copies of a photo."""
    goal = align.POSES["cufs"]
    picture, _ = pasted(PORTRAITS[0], goal.size, 0, 1, complex(*goal.size) / 2 + 4)
    aligned, _ = align.align_face(picture, "cufs")
    scale = aligned.width / goal.size[0]
    eyes = find.eyes_near(aligned.convert("L"), tuple((x * scale, y * scale) for x, y in goal.eyes))
    off = np.abs(np.array(eyes) / scale - goal.eyes).max()
    assert off < 0.04 * abs(goal.eyes[1][0] - goal.eyes[0][0])


def test_the_largest_of_several_faces_is_taken():
    picture, small = pasted(PORTRAITS[0], (900, 500), 0, 0.8, 180 + 250j)
    picture, large = pasted(PORTRAITS[5], (900, 500), 0, 1.6, 620 + 250j, picture)
    faces = align.find_faces(picture)
    assert len(faces) == 2 and off(faces[0], large) < 0.1 and off(faces[1], small) < 0.1
    assert align.align_face(picture, "cufs")[1] == 2


@pytest.mark.parametrize("size", [(16, 16), (16, 400), (200, 250), (5000, 40)])
def test_no_face_is_said_in_a_sentence(size):
    with pytest.raises(align.NoFace, match="expected a picture with a face"):
        align.align_face(Image.new("RGB", size, "white"), "cufs")
    with pytest.raises(ValueError, match="found none"):
        align.align_face(blob(size, 3), "celeba")


@pytest.mark.parametrize("mode", ["L", "RGBA", "P"])
def test_other_modes(mode):
    picture = Image.open(PORTRAITS[0]).convert(mode)
    aligned, count = align.align_face(picture, "celeba")
    assert count == 1 and aligned.mode == "RGB"


def test_a_photo_of_many_megapixels_gives_a_large_picture():
    picture, eyes = pasted(
        PORTRAITS[1], (5000, 4000), 10, 12, 2500 + 2000j, Image.new("RGB", (5000, 4000), "gray")
    )
    (face,) = align.find_faces(picture)
    assert off(face, eyes) < 0.1
    assert align.align(picture, face.eyes, "cufs").size == (800, 1000)


def test_a_similarity_puts_eyes_in_their_places():
    """Two dots, far apart and turned, become the dots of the pose; what lies outside repeats the
    edge."""
    picture = Image.new("RGB", (600, 600), (40, 90, 200))
    eyes = ((420.0, 300.0), (460.0, 500.0))
    for x, y in eyes:
        picture.paste("white", (int(x) - 20, int(y) - 20, int(x) + 20, int(y) + 20))
    for name, pose in align.POSES.items():
        aligned = align.align(picture, eyes, name)
        scale = aligned.width / pose.size[0]
        for x, y in pose.eyes:
            assert min(aligned.getpixel((round(x * scale), round(y * scale)))) > 240
        assert (
            aligned.getpixel((0, aligned.height - 1))
            == aligned.getpixel((aligned.width - 1, 0))
            == (40, 90, 200)
        )


def test_aligning_to_where_the_eyes_are_changes_nothing():
    picture = Image.open(PORTRAITS[0]).convert("RGB")
    again = align.align(picture, align.POSES["cufs"].eyes, "cufs")
    assert np.abs(np.asarray(again, int) - np.asarray(picture, int)).max() <= 1


def test_a_strip_longer_than_opencv_takes():
    assert align.align(blob((40000, 20), 0), ((39000, 10), (39009, 10)), "celeba").size == (
        128,
        128,
    )


def test_bad_eyes_and_poses():
    picture = blob((64, 64), 0)
    with pytest.raises(ValueError, match="2 px apart"):
        align.align(picture, ((5, 5), (5, 6)), "cufs")
    with pytest.raises(ValueError, match="2 px apart"):
        align.align(picture, ((5, 5), (float("nan"), 6)), "cufs")
    with pytest.raises(ValueError, match="expected a pose of cufs, celeba"):
        align.whole(picture, "imagenet")


def test_the_whole_picture_is_what_a_network_takes():
    assert align.whole(blob((300, 200), 0), "cufs").size == (160, 200)
    assert align.whole(blob((178, 218), 0), "celeba").size == (148, 148)
