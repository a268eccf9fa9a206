"""Faces in photos, and the similarity that puts their eyes where a data set has them.

    photo -> find_faces -> eyes -> align -> picture in the pose that a network was trained on

Faces and eyes are found by the boosted Haar cascades that come inside the opencv-python-headless package (Viola and
Jones 2001; Lienhart and Maydt 2002), so nothing is downloaded. Places are (x, y) in px, from the picture's corner, the
left eye being the one on the left of the picture.
"""

import cmath
import functools
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from ae_models import images

Point = tuple[float, float]
Eyes = tuple[Point, Point]  # left, right


class NoFace(ValueError):
    """There is no face in the picture, or none that is found."""


@dataclass(frozen=True)
class Face:
    """A face that was found: its eyes and its width in px of the picture, and the detector's score (about 54 to 58,
    higher is surer)."""

    eyes: Eyes
    width: float
    score: float


@dataclass(frozen=True)
class Pose:
    """How a data set shows faces: a picture's size, where its eyes are, and which part of a picture of any size a
    network takes by itself (images.center_box and the like)."""

    size: tuple[int, int]
    eyes: Eyes
    part: Callable[[tuple[int, int]], tuple[int, int, int, int]]


# Where find_faces sees the eyes in the training photos on average, within 0.5 px.
POSES = {
    "cufs": Pose(
        (200, 250), ((73.3, 125.8), (125.1, 125.8)), lambda size: images.center_box(size, 200 / 250)
    ),
    "celeba": Pose((128, 128), ((46.5, 66.2), (80.3, 66.2)), images.face_box),
}
TOLERANCE = 0.12  # of the eyes' distance: nearer to the pose they are left alone, since the detector is no surer
MOST_SIDE = 32_000  # px that OpenCV warps
MOST_SCALE = 4  # an aligned picture has at most this many times the sides of its pose

SEARCHED = 320  # px, the long side of the picture in which faces are searched
LEAST_FACE = 24  # px of these
# Ratio of the sizes searched, turns in degrees (a cascade knows faces turned by up to about 15), and how many eyes have
# to be found. The second look is for pictures where the first finds nothing: closer, so it needs more proof.
LOOKS = ((1.1, (0, -25, 25), 1), (1.05, (0, -12, 12), 2))
FACE_SIDE = 160  # px of a face's box in which its eyes are searched
USUAL = (
    0.31 + 0.38j,
    0.68 + 0.38j,
)  # eyes in the detector's box of width 1: mean of the training photos
REACH = 0.14  # of that width: how far from there they may be


def find_faces(picture: Image.Image) -> list[Face]:
    """All faces of a picture of any size, largest first; none found is an empty list. Faces turned by up to about 35
    degrees are found, profiles are not, nor faces smaller than a thirteenth of the long side."""
    gray = images.to_rgb(picture).convert("L")
    scale = 2 * SEARCHED / max(gray.size)
    gray = images.resize(gray, tuple(max(1, round(side * scale)) for side in gray.size))
    with _lock:
        for look in LOOKS:
            faces = _looked_for(gray, *look)
            if faces:
                break
    faces.sort(key=lambda face: face.width, reverse=True)
    return [
        Face(tuple((x / scale, y / scale) for x, y in face.eyes), face.width / scale, face.score)
        for face in faces
    ]


def align(picture: Image.Image, eyes: Eyes, pose: str) -> Image.Image:
    """The part of a picture that has these eyes in the places of POSES[pose], turned and scaled but not distorted: RGB,
    1 to 4 times the size of the pose, as large as the picture's pixels warrant. What lies outside the picture repeats
    its edge. Raises ValueError for eyes less than 2 px apart."""
    goal, image = _pose(pose), images.to_rgb(picture)
    left, right = (complex(*eye) for eye in eyes)
    if not abs(right - left) >= 2:
        raise ValueError(f"expected two eyes at least 2 px apart, got {eyes}")
    goal_left, goal_right = (complex(*eye) for eye in goal.eyes)
    scale = min(MOST_SCALE, max(1, int(abs(right - left) / abs(goal_right - goal_left))))
    turn = (
        (right - left) / (goal_right - goal_left) / scale
    )  # px of the picture for one of the result
    shrink = max(
        1.0, abs(turn), max(image.size) / MOST_SIDE
    )  # ahead of the warp, which does not filter
    small = images.resize(image, tuple(max(1, round(side / shrink)) for side in image.size))
    return _warp(
        small, turn / shrink, left / shrink - goal_left * scale * turn / shrink, goal.size, scale
    )


def align_face(picture: Image.Image, pose: str) -> tuple[Image.Image, int]:
    """The largest face of a picture in a pose, and how many faces there are. A picture that has the pose already is
    not searched for others and not warped: it loses only what the network would not see of it. Raises NoFace."""
    image = images.to_rgb(picture)
    shown = whole(image, pose)
    with _lock:
        eyes = _eyes(_usual_box(shown, _pose(pose)), 2)  # a tenth of the time of a search
    if eyes and has_pose(shown.size, eyes, pose):
        return shown, 1
    faces = find_faces(image)
    if not faces:
        raise NoFace("expected a picture with a face seen from the front, found none")
    eyes = faces[0].eyes
    return shown if has_pose(image.size, eyes, pose) else align(image, eyes, pose), len(faces)


def whole(picture: Image.Image, pose: str) -> Image.Image:
    """The part of a picture that a network takes by itself, RGB: what is left to do where no face is found."""
    image = images.to_rgb(picture)
    return image.crop(_pose(pose).part(image.size))


def has_pose(size: tuple[int, int], eyes: Eyes, pose: str) -> bool:
    """Whether these eyes of a picture of this size lie where the pose has them in the part that the network takes."""
    goal = _pose(pose)
    left, top, right, _ = goal.part(size)
    there = (np.array(eyes) - (left, top)) * goal.size[0] / (right - left)
    off = np.linalg.norm(there - goal.eyes, axis=1).max()
    return bool(off < TOLERANCE * math.dist(*goal.eyes))


def _pose(name: str) -> Pose:
    if name not in POSES:
        raise ValueError(f"expected a pose of {', '.join(POSES)}, got {name!r}")
    return POSES[name]


def _warp(
    image: Image.Image, turn: complex, offset: complex, size: tuple[int, int], scale: int
) -> Image.Image:
    """Pixel z of the result, as a complex number, is pixel turn * z + offset of the image."""
    cv2, half = _opencv(), 0.5 + 0.5j
    offset += turn * half - half  # OpenCV counts from a pixel's middle
    matrix = np.array([[turn.real, -turn.imag, offset.real], [turn.imag, turn.real, offset.imag]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    width, height = (side * scale for side in size)
    pixels = cv2.warpAffine(
        np.asarray(image), matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return Image.fromarray(pixels)


_lock = threading.Lock()  # a cascade keeps its pyramid in itself


@functools.cache
def _opencv():
    """The package, imported here: it takes a quarter of a second, for which only those need wait who look for a face."""
    import cv2

    cv2.setNumThreads(1)  # as torch in app.py
    return cv2


@functools.cache
def _cascade(name: str):
    """A detector of the package."""
    return _opencv().CascadeClassifier(f"{_opencv().data.haarcascades}haarcascade_{name}.xml")


def _looked_for(gray: Image.Image, step: float, turns: tuple[float, ...], least: int) -> list[Face]:
    """Faces of a gray picture that are upright in one of its turns: of those at one place the surest, if `least` eyes
    of it are found."""
    found = sorted(
        (b for turn in turns for b in _boxes(gray, step, turn)),
        key=lambda box: box.score,
        reverse=True,
    )
    surest = []
    for box in found:
        if all(abs(box.center - other.center) > max(box.side, other.side) / 2 for other in surest):
            surest.append(box)
    faces = ((box, _eyes(box, least)) for box in surest)
    return [Face(eyes, box.side, box.score) for box, eyes in faces if eyes]


@dataclass(frozen=True)
class _Box:
    """A square in which a face is upright, in a picture that was turned; places as complex numbers."""

    turned: Image.Image
    corner: complex
    side: float
    score: float
    turn: float  # degrees against the clock
    middle: complex  # of the picture before it was turned

    def before(self, place: complex) -> complex:
        """A place of the turned picture -> the same before the turn."""
        return (place - complex(*self.turned.size) / 2) * cmath.rect(
            1, math.radians(self.turn)
        ) + self.middle

    @property
    def center(self) -> complex:
        return self.before(self.corner + self.side * (0.5 + 0.5j))


def _usual_box(image: Image.Image, pose: Pose) -> _Box:
    """Where the detector would find the face of a picture that has the pose."""
    left, right = (complex(*eye) * image.width / pose.size[0] for eye in pose.eyes)
    side = abs(right - left) / abs(USUAL[1] - USUAL[0])
    corner = (left + right) / 2 - side * (USUAL[0] + USUAL[1]) / 2
    return _Box(image.convert("L"), corner, side, 0.0, 0.0, complex(*image.size) / 2)


def _boxes(gray: Image.Image, step: float, turn: float) -> list[_Box]:
    turned = (
        gray.rotate(turn, Image.Resampling.BICUBIC, expand=True, fillcolor=128) if turn else gray
    )
    boxes, _, scores = _cascade("frontalface_alt2").detectMultiScale3(
        np.asarray(turned.reduce(2)),
        step,
        3,
        minSize=(LEAST_FACE, LEAST_FACE),
        outputRejectLevels=True,
    )
    middle = complex(*gray.size) / 2
    return [
        _Box(turned, complex(2 * x, 2 * y), 2.0 * side, float(score), turn, middle)
        for (x, y, side, _), score in zip(boxes, scores)
    ]


def _eyes(box: _Box, least: int) -> Eyes | None:
    """Both eyes in px of the picture before the turn; None if fewer than `least` (1 or 2) are found. One that is not
    found is taken to lie as far from its usual place as the other one."""
    left, top, side = box.corner.real, box.corner.imag, box.side
    width, height = box.turned.size  # the halved picture may have been half a pixel larger
    part = (left, top, min(left + side, width), min(top + side, height))
    face = box.turned.resize((FACE_SIDE, FACE_SIDE), Image.Resampling.BILINEAR, part)
    upper = np.asarray(face)[: int(0.6 * FACE_SIDE)]
    spots = [
        complex(x + w / 2, y + h / 2) / FACE_SIDE
        for name in ("eye_tree_eyeglasses", "eye")
        for x, y, w, h in _cascade(name).detectMultiScale(
            upper, 1.05, 3, minSize=(20, 20), maxSize=(64, 64)
        )
    ]
    shifts = [min((spot - usual for spot in spots), key=abs, default=1) for usual in USUAL]
    known = [shift for shift in shifts if abs(shift) < REACH]
    if len(known) < least:
        return None
    places = (
        usual + (shift if abs(shift) < REACH else known[0]) for usual, shift in zip(USUAL, shifts)
    )
    before = (box.before(box.corner + side * place) for place in places)
    return tuple((eye.real, eye.imag) for eye in before)
