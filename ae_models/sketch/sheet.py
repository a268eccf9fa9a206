"""The sheet of paper in a photo of a table: its corners, and how it looks from straight above.

Pictures are uint8 (H, W, 3) RGB; corners (4, 2) float32 are x and y in px, clockwise from the top left.
"""

import numpy as np

SEARCH_SIDE = 400  # px of the longer side at which the sheet is searched
AREA = (0.12, 0.95)  # share of the picture that a sheet may have
FILLED = 0.93  # least share of its corners' quadrilateral that a sheet fills
CONTRAST = 20  # of 255, in lightness or hue, between the sheet and what it lies on
SQUARE = 40  # degrees that a corner may differ from a right angle
INSET = 0.012  # part of its size that is cut off on each side: the edge's own shadow


def corners(picture: np.ndarray) -> np.ndarray | None:
    """The corners of a sheet that lies on something else, None if there is none. The largest quadrilateral that one of
    several thresholds of lightness or hue cuts out, and that differs from its surroundings on every side."""
    import cv2

    scale = min(1.0, SEARCH_SIDE / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    lab = cv2.medianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2LAB), 5)
    best, most = None, 0.0
    for mask in _masks(lab):
        found = _quadrilateral(mask)
        if found is not None and _stands_out(lab, found):
            area = cv2.contourArea(found)
            if area > most:
                best, most = found, area
    return None if best is None else (best + 0.5) / scale - 0.5


def squared_up(layer: np.ndarray, found: np.ndarray) -> np.ndarray:
    """The sheet as large as fits into a picture of the layer's size (H, W, C), in its middle, and its most frequent
    tone around it."""
    import cv2

    height, width = layer.shape[:2]
    across = (_length(found, 0, 1) + _length(found, 3, 2)) / 2
    down = (_length(found, 1, 2) + _length(found, 0, 3)) / 2
    scale = min(width / across, height / down)
    half = np.array([across, down], np.float32) * scale / 2
    signs = np.float32([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    target = np.float32([width, height]) / 2 - 0.5 + signs * half
    inner = found.mean(0) + (found - found.mean(0)) * (1 - 2 * INSET)
    matrix = cv2.getPerspectiveTransform(np.float32(inner), np.float32(target))
    moved = cv2.warpPerspective(
        layer, matrix, (width, height), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    left, top = np.ceil(np.float32([width, height]) / 2 - 0.5 - half).clip(0).astype(int)
    inside = np.zeros((height, width), bool)
    inside[top : height - top, left : width - left] = True
    moved[~inside] = np.median(moved[inside], 0)
    return moved


def _masks(lab: np.ndarray):
    """Candidates for the sheet, (H, W) of 0 and 255: what is lighter, or of another hue, than a threshold."""
    import cv2

    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    for channel in (0, 1, 2):
        values = np.ascontiguousarray(lab[..., channel])
        level = cv2.threshold(values, 0, 255, cv2.THRESH_OTSU)[0]
        spread = values.std()
        if spread < 3:
            continue
        for threshold in level + spread * np.array([0, -0.5, 0.5, 1]):
            light = (values > threshold).astype(np.uint8) * 255
            for mask in (light,) if channel == 0 else (light, 255 - light):
                closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel)
                yield cv2.morphologyEx(closed, cv2.MORPH_OPEN, kernel)


def _quadrilateral(mask: np.ndarray) -> np.ndarray | None:
    """The corners of the largest part of a mask, if it is a quadrilateral that could be a sheet."""
    import cv2

    outlines = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    if not outlines:
        return None
    outline = max(outlines, key=cv2.contourArea)
    area, whole = cv2.contourArea(outline), mask.size
    if not AREA[0] * whole < area < AREA[1] * whole:
        return None
    hull = cv2.convexHull(outline)
    for tolerance in (0.02, 0.04, 0.06):
        found = cv2.approxPolyDP(hull, tolerance * cv2.arcLength(hull, True), True)[:, 0]
        if len(found) == 4:
            found = _clockwise(found.astype(np.float32))
            return found if area > FILLED * cv2.contourArea(found) and _square(found) else None
    return None


def _clockwise(points: np.ndarray) -> np.ndarray:
    """From the top left on: the corner that is nearest to the picture's own."""
    around = points[np.argsort(np.arctan2(*(points - points.mean(0)).T[::-1]))]
    return np.roll(around, -int(around.sum(1).argmin()), 0)


def _square(found: np.ndarray) -> bool:
    """Whether all corners are about right angles."""
    ahead, behind = np.roll(found, -1, 0) - found, np.roll(found, 1, 0) - found
    cosine = (
        (ahead * behind).sum(1) / np.linalg.norm(ahead, axis=1) / np.linalg.norm(behind, axis=1)
    )
    return bool((abs(np.degrees(np.arcsin(cosine.clip(-1, 1)))) < SQUARE).all())


def _stands_out(lab: np.ndarray, found: np.ndarray) -> bool:
    """Whether the picture differs across at least three sides, and is elsewhere cut off by its own border."""
    height, width = lab.shape[:2]
    inwards, sides = found.mean(0) - found, 0
    for i in range(4):
        a, b = found[i], found[(i + 1) % 4]
        along = a + (b - a) * np.linspace(0.15, 0.85, 40)[:, None]
        normal = np.array([b[1] - a[1], a[0] - b[0]]) / np.linalg.norm(b - a)
        normal *= np.sign((normal * inwards[i]).sum())
        within, beyond = (
            (along + 7 * normal).round().astype(int),
            (along - 7 * normal).round().astype(int),
        )
        seen = (beyond >= 0).all(1) & (beyond < [width, height]).all(1)
        if seen.mean() < 0.5:
            continue
        inner = np.median(lab[within[:, 1].clip(0, height - 1), within[:, 0].clip(0, width - 1)], 0)
        outer = np.median(lab[beyond[seen][:, 1], beyond[seen][:, 0]], 0)
        if np.linalg.norm(inner - outer) < CONTRAST:
            return False
        sides += 1
    return sides >= 3


def _length(points: np.ndarray, i: int, j: int) -> float:
    return float(np.linalg.norm(points[i] - points[j]))
