"""Faces in pictures, and their eyes.

    picture -> find_faces -> [Face]: eyes, width, score

Faces and eyes are found by the boosted Haar cascades that come inside the opencv-python-headless
package (Viola and Jones 2001; Lienhart and Maydt 2002), so nothing is downloaded. Places are (x, y)
in px from the picture's top left corner. The left eye is the one on the left of the face when the
face is upright, seen from the front.
"""

import cmath
import dataclasses
import functools
import math
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from ae_models import images, tones

Point = tuple[float, float]
Eyes = tuple[Point, Point]  # left, right


@dataclass(frozen=True)
class Face:
    """A face: its eyes and its width in px of the picture, and in how many windows it is seen, from
    SURE on (most faces 80 to 300)."""

    eyes: Eyes
    width: float
    windows: int


MAX_SIDE = 32_000  # px that OpenCV warps
SEARCHED = 320  # px, the long side of the picture in which faces are searched
LEAST_FACE = 24  # px of these, and of the picture itself: less than that shows no face
# A look: ratio of the sizes searched, turns in degrees against the clock (a cascade knows faces
# turned by up to about 15). The second is closer, for pictures where the first finds nothing.
LOOKS = ((1.1, (0, -25, 25)), (1.05, (0, -12, 12)))
QUARTERS = (1, 3, 2)  # turns against the clock after which a photo may be upright
# Cascades that look at a candidate alone, in a picture of PROOF_SIDE px with its eyes level. A face
# is seen in many windows about it, larger, smaller and beside each other; what only looks like one
# from one place is seen in few: in up to 20 where the next are faces in shadow with 50.
WITNESSES = ("frontalface_alt", "frontalface_alt2")
PROOF_SIDE = 96
SURE = 32
UPRIGHT = 80  # windows from which on no other turn is tried
FACE_SIDE = 160  # px of a face's box in which its eyes are searched
# The eyes in the detector's box of width 1, as complex numbers: mean of the training photos.
USUAL = (0.31 + 0.38j, 0.68 + 0.38j)
REACH = 0.1  # of that width: how far from there they may be
# Scale and shift of the boxes in which eyes are searched, since one search is off by up to a tenth
# of the eyes' distance: about the detector's box, then about the usual one around what was found
# there, so that the place does not depend on where the detector happened to look.
SHIFT = 0.045
VIEWS = (
    ((0.95, 0), (1.05, 0)),
    tuple(((0.95, 1.05)[k % 2], cmath.rect(SHIFT, k * math.pi / 4)) for k in range(8)),
)
AROUND = 1.25  # of a face's box: side of the patch that holds its views
NEAR = 0.05  # of a face's width, from the median of an eye's places: those further off are others


def find_faces(picture: Image.Image) -> list[Face]:
    """Find the faces of a picture of any size, largest first; none found is an empty list.

    Faces turned by up to about 35 degrees are found, and where there is none, faces in a photo
    turned by quarter turns; profiles are not, nor faces smaller than a thirteenth of the long
    side or LEAST_FACE px."""
    gray = in_typical_tones(images.to_rgb(picture))  # while a dark one has its levels
    scale = 2 * SEARCHED / max(gray.size)
    # Even sides: the halves of a turned picture are those of the upright one, turned
    gray = images.resize(gray, tuple(2 * max(1, round(side * scale / 2)) for side in gray.size))
    with _lock:
        faces = _upright_or_turned(gray, round(LEAST_FACE * max(1, scale / 2)))
    faces.sort(key=lambda face: face.width, reverse=True)
    return [
        dataclasses.replace(
            face, eyes=tuple((x / scale, y / scale) for x, y in face.eyes), width=face.width / scale
        )
        for face in faces
    ]


def face_at(faces: list[Face], place: Point) -> Face | None:
    """The face on which a place of the picture lies, or the next one; None without faces."""

    def distance(face: Face) -> float:
        middle = np.mean(face.eyes, axis=0)
        return math.dist(middle, place) / face.width

    return min(faces, key=distance, default=None)


def in_order(picture: Image.Image, eyes: Eyes) -> Eyes:
    """Two clicked eyes in any order -> left and right, whatever way the face is turned.

    The order in which a face is seen upright; where none shows one, the order that turns the
    picture less, and of two such the order of the clicks."""
    first, second = eyes
    orders = ((first, second), (second, first))
    gray = in_typical_tones(images.to_rgb(picture))
    with _lock:
        seen = [_windows(gray, order) for order in orders]
    if max(seen) >= SURE:
        return orders[seen.index(max(seen))]
    return orders[0] if second[0] - first[0] >= -1e-6 else orders[1]


def eyes_near(gray: Image.Image, expected: Eyes) -> Eyes | None:
    """Both eyes of an upright face near places of a gray picture; None if there are none.

    Half of the work of find_faces."""
    with _lock:
        eyes = _eyes(gray, _usual_box(gray, expected), 2)
        return eyes if eyes and _windows(gray, eyes) >= SURE else None


def in_typical_tones(picture: Image.Image) -> Image.Image:
    """A picture in gray as faces are searched in: of the same range whether it is dark or faded."""
    return tones.stretched(picture.convert("L"), tones.TYPICAL[1] - tones.TYPICAL[0])


def turned(image: Image.Image, quarter: int) -> Image.Image:
    """A picture turned against the clock, without loss."""
    ways = Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270
    return image.transpose(ways[quarter - 1]) if quarter else image


def turned_eyes(eyes: Eyes, size: tuple[int, int], quarter: int) -> Eyes:
    """Places of the eyes of a picture of a size (width, height) after a turn."""
    for _ in range(quarter):
        eyes = tuple((y, size[0] - x) for x, y in eyes)
        size = size[::-1]
    return eyes


def quarter_of(eyes: Eyes) -> int:
    """The quarter turn after which eyes are about level, the left one on the left."""
    left, right = (complex(*eye) for eye in eyes)
    return round(math.degrees(cmath.phase(right - left)) / 90) % 4


def warp(image: Image.Image, turn: complex, offset: complex, size: tuple[int, int]) -> Image.Image:
    """Pixel z of the result, as a complex number, is pixel turn * z + offset of the image."""
    shrink = max(1.0, abs(turn), max(image.size) / MAX_SIDE)  # first: the warp does not filter
    image = images.resize(image, tuple(max(1, round(side / shrink)) for side in image.size))
    cv2, half, turn = _opencv(), 0.5 + 0.5j, turn / shrink
    offset = offset / shrink + turn * half - half  # OpenCV counts from a pixel's middle
    matrix = np.array([[turn.real, -turn.imag, offset.real], [turn.imag, turn.real, offset.imag]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    pixels = cv2.warpAffine(
        np.asarray(image), matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return Image.fromarray(pixels)


_lock = threading.Lock()  # a cascade keeps its pyramid in itself


@functools.cache
def _opencv():
    """Import the package: a quarter of a second, which only those wait who look for a face."""
    import cv2

    cv2.setNumThreads(1)  # as torch in app.py
    return cv2


@functools.cache
def _cascade(name: str):
    """A detector of the package."""
    return _opencv().CascadeClassifier(f"{_opencv().data.haarcascades}haarcascade_{name}.xml")


def _upright_or_turned(gray: Image.Image, least: int) -> list[Face]:
    """Faces of at least so many px of the halved gray picture as it is, or where none is beyond
    doubt, of the picture after that quarter turn in which one is seen in most windows: a face
    upside down looks a little like one."""
    best = next(filter(None, (_search(gray, least, *look) for look in LOOKS)), [])
    for quarter in QUARTERS:
        if _most(best) >= UPRIGHT:
            break
        tried = turned(gray, quarter)
        faces = [_before(face, tried.size, quarter) for face in _search(tried, least, *LOOKS[0])]
        best = max(best, faces, key=_most)
    return best


def _most(faces: list[Face]) -> int:
    return max((face.windows for face in faces), default=0)


def _before(face: Face, size: tuple[int, int], quarter: int) -> Face:
    """A face of a turned picture of a size, in the picture before the turn."""
    return dataclasses.replace(face, eyes=turned_eyes(face.eyes, size, -quarter % 4))


def _search(gray: Image.Image, least: int, step: float, turns: tuple[float, ...]) -> list[Face]:
    """Faces of at least so many px of the halved gray picture that are upright in one of its turns:
    of those at one place the surest."""
    boxes = [box for turn in turns for box in _boxes(gray, least, step, turn)]
    surest = []
    for box in sorted(boxes, key=lambda box: box.score, reverse=True):
        if all(abs(box.center - other.center) > max(box.side, other.side) / 2 for other in surest):
            surest.append(box)
    faces = [
        Face(eyes, box.side, _windows(gray, eyes))
        for box in surest
        if (eyes := _eyes(gray, box, 1))
    ]
    return [face for face in faces if face.windows >= SURE]


def _windows(gray: Image.Image, eyes: Eyes) -> int:
    """In how many windows the WITNESSES see an upright face between these eyes (left, right)."""
    left, right = (complex(*eye) for eye in eyes)
    side = 0.6 * PROOF_SIDE  # of a face's box in the middle of the picture
    turn = (right - left) / (side * (USUAL[1] - USUAL[0]))
    middle = complex(PROOF_SIDE, PROOF_SIDE) / 2
    usual = middle + side * ((USUAL[0] + USUAL[1]) / 2 - (0.5 + 0.5j))
    offset = (left + right) / 2 - turn * usual
    patch = np.asarray(warp(gray, turn, offset, (PROOF_SIDE, PROOF_SIDE)))
    return sum(_seen(name, patch, side) for name in WITNESSES)


def _seen(name: str, patch: np.ndarray, side: float) -> int:
    """In how many windows of about this side in the middle of a patch a cascade sees a face."""
    sizes = {"minSize": (int(0.7 * side),) * 2, "maxSize": (int(1.4 * side),) * 2}
    boxes = _cascade(name).detectMultiScale(patch, 1.05, 0, **sizes)
    middles = np.array([(x + w / 2, y + h / 2) for x, y, w, h in boxes]).reshape(-1, 2)
    return int((np.abs(middles - PROOF_SIDE / 2) < side / 4).all(1).sum())


@dataclass(frozen=True)
class _Box:
    """A square of a turned picture in which a face is upright; places are complex numbers."""

    turned: Image.Image
    corner: complex
    side: float
    score: float
    turn: complex  # with offset as in warp: from the turned picture to the one that is searched
    offset: complex

    def before(self, place: complex) -> complex:
        """A place of the turned picture -> its place before the turn."""
        return self.turn * place + self.offset

    @property
    def center(self) -> complex:
        return self.before(self.corner + self.side * (0.5 + 0.5j))

    def views(self, views: tuple[tuple[float, complex], ...]) -> Iterator["_Box"]:
        """The box in other sizes and places, as far as they lie in the picture."""
        for scale, shift in views:
            side = self.side * scale
            corner = self.corner + (self.side - side) * (0.5 + 0.5j) + self.side * shift
            end = corner + side * (1 + 1j)
            if min(corner.real, corner.imag) < 0:
                continue
            if end.real <= self.turned.width + 0.5 and end.imag <= self.turned.height + 0.5:
                yield dataclasses.replace(self, corner=corner, side=side)


def _usual_box(gray: Image.Image, eyes: Eyes) -> _Box:
    """The detector's box for a face with these eyes, in a patch in which it is upright."""
    left, right = (complex(*eye) for eye in eyes)
    side, patch = FACE_SIDE, math.ceil(AROUND * FACE_SIDE)
    corner = complex(patch - side, patch - side) / 2
    turn = (right - left) / (side * (USUAL[1] - USUAL[0]))
    offset = left - turn * (corner + side * USUAL[0])
    return _Box(warp(gray, turn, offset, (patch, patch)), corner, side, 0.0, turn, offset)


def _boxes(gray: Image.Image, least: int, step: float, turn: float) -> list[_Box]:
    rotated = (
        gray.rotate(turn, Image.Resampling.BICUBIC, expand=True, fillcolor=128) if turn else gray
    )
    boxes, _, scores = _cascade("frontalface_alt2").detectMultiScale3(
        np.asarray(rotated.reduce(2)),
        step,
        3,
        minSize=(least, least),
        outputRejectLevels=True,
    )
    back = cmath.rect(1, math.radians(turn))
    offset = complex(*gray.size) / 2 - back * complex(*rotated.size) / 2
    return [
        _Box(rotated, complex(2 * x, 2 * y), 2.0 * side, float(score), back, offset)
        for (x, y, side, _), score in zip(boxes, scores)
    ]


def _eyes(gray: Image.Image, box: _Box, least: int) -> Eyes | None:
    """Both eyes in px of a gray picture, in which the box is; None if fewer than `least` (1 or 2)
    are found.

    Each is the middle of what is found in VIEWS. An eye that is not found is taken to be as far
    from its usual place as the other one."""
    eyes = None
    for views in VIEWS:
        seen = [_seen_eyes(view) for view in box.views(views)]
        places = [[both[i] for both in seen if both[i] is not None] for i in (0, 1)]
        if sum(map(bool, places)) < least:
            return None
        found = [_middle(spots, NEAR * box.side) for spots in places]
        usual = [box.corner + box.side * place for place in USUAL]
        both = [
            usual[i] + found[1 - i] - usual[1 - i] if found[i] is None else found[i] for i in (0, 1)
        ]
        eyes = tuple((eye.real, eye.imag) for eye in map(box.before, both))
        box = _usual_box(gray, eyes)
    return eyes


def _middle(places: list[complex], near: float) -> complex | None:
    """Mean of the places that are near the median of each coordinate, the median if none is; None
    without places."""
    if not places:
        return None
    median = complex(np.median(np.real(places)), np.median(np.imag(places)))
    return complex(np.mean([place for place in places if abs(place - median) < near] or median))


def _seen_eyes(box: _Box) -> list[complex | None]:
    """Places of the left and right eye in the turned picture, None for one that is not found."""
    left, top, side = box.corner.real, box.corner.imag, box.side
    width, height = box.turned.size  # the halved picture may have been half a pixel larger
    part = (left, top, min(left + side, width), min(top + side, height))
    face = box.turned.resize((FACE_SIDE, FACE_SIDE), Image.Resampling.BILINEAR, part)
    upper = np.asarray(face)[: int(0.6 * FACE_SIDE)]
    spots = np.array(
        [
            complex(x + w / 2, y + h / 2) / FACE_SIDE
            for name in ("eye_tree_eyeglasses", "eye")
            for x, y, w, h in _cascade(name).detectMultiScale(
                upper, 1.1, 0, minSize=(20, 20), maxSize=(64, 64)
            )
        ]
    )
    near = [spots[np.abs(spots - usual) < REACH] for usual in USUAL]
    return [box.corner + side * complex(spots.mean()) if len(spots) else None for spots in near]
