"""The similarity that puts the eyes of a face where a data set has them.

    picture -> find.find_faces -> eyes -> align -> picture in the pose that a network was trained on

Names of find.py that programs use beside these are here too.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from ae_models import images
from ae_models.face import find
from ae_models.face.find import Eyes, Face, Point, face_at, find_faces, in_order

__all__ = [
    "POSES",
    "Eyes",
    "Face",
    "NoFace",
    "Point",
    "Pose",
    "align",
    "align_face",
    "face_at",
    "find_faces",
    "has_pose",
    "in_order",
    "whole",
]


class NoFace(ValueError):
    """No face is found in a picture."""


@dataclass(frozen=True)
class Pose:
    """The layout of a data set's faces: a picture's size, its eyes, and `part`, which gives the box
    of a picture of any size that a network takes where no face is found (images.center_box).

    A picture whose eyes are off by at most `off`, as a share of their distance, and whose distance
    is in `larger`, over that here, is in the pose: so far the data set's own pictures are."""

    size: tuple[int, int]
    eyes: Eyes
    part: Callable[[tuple[int, int]], tuple[int, int, int, int]]
    off: float
    larger: tuple[float, float]


# Mean places of the eyes that find_faces finds in the training photos, to 0.5 px.
POSES = {
    "cufs": Pose(
        (200, 250),
        ((73.3, 125.8), (125.1, 125.8)),
        lambda size: images.center_box(size, 200 / 250),
        0.06,
        (0.94, 1.06),
    ),
    "celeba": Pose((128, 128), ((46.5, 66.2), (80.3, 66.2)), images.face_box, 0.12, (0.92, 1.12)),
}
MAX_SCALE = 4  # sides of an aligned picture over those of its pose


def align(picture: Image.Image, eyes: Eyes, pose: str) -> Image.Image:
    """Turn and scale a picture so that these eyes (left, right) are where POSES[pose] has them:
    RGB.

    It is 1 to MAX_SCALE times the size of the pose, as large as the picture's pixels warrant.
    Outside the picture its edge is repeated. Raises ValueError for eyes less than 2 px apart."""
    goal, image = _pose(pose), images.to_rgb(picture)
    left, right = (complex(*eye) for eye in eyes)
    if not abs(right - left) >= 2:
        raise ValueError(f"expected two eyes at least 2 px apart, got {eyes}")
    goal_left, goal_right = (complex(*eye) for eye in goal.eyes)
    scale = min(MAX_SCALE, max(1, int(abs(right - left) / abs(goal_right - goal_left))))
    size = tuple(side * scale for side in goal.size)
    # Px of the picture for one of the result
    turn = (right - left) / (goal_right - goal_left) / scale
    return find.warp(image, turn, left - goal_left * scale * turn, size)


def align_face(picture: Image.Image, pose: str) -> tuple[Image.Image, int]:
    """Bring the largest face of a picture into a pose; also return how many faces there are.

    A picture that has the pose already is neither searched for others nor warped: it loses only
    what the network would not see of it. One that lies on a side or upside down is turned first.
    Raises NoFace."""
    image = images.to_rgb(picture)
    if _is_posed(image, pose):
        return whole(image, pose), 1
    faces = find_faces(image)
    if not faces:
        raise NoFace("expected a picture with a face seen from the front, found none")
    quarter = find.quarter_of(faces[0].eyes)
    eyes = find.turned_eyes(faces[0].eyes, image.size, quarter)
    image = find.turned(image, quarter)
    posed = (quarter and _is_posed(image, pose)) or has_pose(image.size, eyes, pose)
    return whole(image, pose) if posed else align(image, eyes, pose), len(faces)


def _is_posed(image: Image.Image, pose: str) -> bool:
    """Whether a picture has eyes where the pose has them."""
    shown, goal = find.in_typical_tones(whole(image, pose)), _pose(pose)
    expected = tuple(
        (x * shown.width / goal.size[0], y * shown.width / goal.size[0]) for x, y in goal.eyes
    )
    eyes = find.eyes_near(shown, expected)
    return eyes is not None and has_pose(shown.size, eyes, pose)


def whole(picture: Image.Image, pose: str) -> Image.Image:
    """Crop a picture to the part that a network takes where no face is found: RGB."""
    image = images.to_rgb(picture)
    return image.crop(_pose(pose).part(image.size))


def has_pose(size: tuple[int, int], eyes: Eyes, pose: str) -> bool:
    """Whether the eyes of a picture of this size are where the pose has them, in the part of it
    that the network takes."""
    goal = _pose(pose)
    left, top, right, _ = goal.part(size)
    there = (np.array(eyes) - (left, top)) * goal.size[0] / (right - left)
    off = np.linalg.norm(there - goal.eyes, axis=1).max()
    distance = math.dist(*goal.eyes)
    larger = math.dist(*there) / distance
    return bool(off < goal.off * distance and goal.larger[0] < larger < goal.larger[1])


def _pose(name: str) -> Pose:
    if name not in POSES:
        raise ValueError(f"expected a pose of {', '.join(POSES)}, got {name!r}")
    return POSES[name]
