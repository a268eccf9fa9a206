"""The sheet of paper in a photo of a table: its corners, and how it looks from straight above.

Pictures are uint8 (H, W, 3) RGB; corners (4, 2) float32 are x and y in px, clockwise from the top
left."""

import numpy as np

SEARCH_SIDE = 400  # px of the longer side at which the sheet is searched
AREA = (0.12, 0.95)  # share of the picture that a sheet may have
FILLED = 0.93  # least share of its corners' quadrilateral that a sheet fills
ALIKE = 0.9  # part of the largest area from which on two quadrilaterals are one sheet
CONTRAST = 20  # of 255, in lightness or hue, between the sheet and what it lies on
HUE = 8  # units of a and b between paper and table, more than between light and shadow
POINTS = 40  # places along a side
SQUARE = 40  # degrees that a corner may differ from a right angle
STROKE = 11  # px at SEARCH_SIDE: what is thinner, and darker than its surroundings, is a stroke
INK = 0.12  # of the lightness around, by which it is
BESIDE = (3, 6)  # px from a side, where a stroke that goes on across it is on both of its sides
CROSSINGS = 2  # strokes, and most of those beyond the sides, that cross a patch of light
BEYOND = 0.25  # share of all strokes that lie beyond the sides, where these are not the sheet's
ROUGH = (0.03, 2.5)  # by how much paper varies in lightness, and times as much in the shade
INSET = 0.012  # part of its size that is cut off on each side: the edge's own shadow


def corners(picture: np.ndarray) -> np.ndarray | None:
    """The corners of a sheet that lies on something else, None if there is none. Of the largest
    quadrilaterals that thresholds of lightness or hue cut out, and that differ from their
    surroundings on every side, the sharpest."""
    import cv2

    scale = min(1.0, SEARCH_SIDE / max(picture.shape[:2]))
    size = [max(1, round(n * scale)) for n in picture.shape[1::-1]]
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)
    masks = _masks(cv2.medianBlur(lab, 5))
    found = [quad for mask in masks if (quad := _quadrilateral(mask)) is not None]
    found = [quad for quad in found if _stands_out(lab, quad) and not _is_light(lab, quad)]
    if not found:
        return None
    most = max(map(cv2.contourArea, found))
    largest = [quad for quad in found if cv2.contourArea(quad) > ALIKE * most]
    return (max(largest, key=lambda quad: _sharpness(lab, quad)) + 0.5) / scale - 0.5


def squared_up(layer: np.ndarray, found: np.ndarray) -> np.ndarray:
    """The sheet as large as fits into a picture of the layer's size (H, W, C), in its middle, and
    its most frequent tone around it."""
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
    right, bottom = width - left, height - top
    tone = median(moved[top:bottom, left:right]).astype(np.uint8)
    for beside in (moved[:top], moved[bottom:], moved[:, :left], moved[:, right:]):
        beside[:] = tone
    return moved


def median(pixels: np.ndarray) -> np.ndarray:
    """Median of each channel, (C,), of uint8 (H, W, C): of the counts of levels, since sorting a
    large picture takes seconds."""
    size, tones = pixels.shape[0] * pixels.shape[1], []
    for channel in np.moveaxis(pixels, 2, 0):
        below = np.cumsum(sum(np.bincount(row, minlength=256) for row in channel))
        tones.append(np.searchsorted(below, [(size - 1) // 2, size // 2], side="right").mean())
    return np.array(tones)


def _masks(lab: np.ndarray):
    """Candidates for the sheet, (H, W) of 0 and 255: what is lighter, or of another hue, than a
    threshold."""
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
            found = _fitted(_clockwise(found.astype(np.float32)), outline[:, 0])
            return found if area > FILLED * cv2.contourArea(found) and _square(found) else None
    return None


def _fitted(found: np.ndarray, outline: np.ndarray) -> np.ndarray:
    """Corners moved to where lines along the middles of the sides meet."""
    import cv2

    lines = []
    for a, b in zip(found, np.roll(found, -1, 0)):
        length = float(np.linalg.norm(b - a))
        along = (b - a) / length
        t, off = (outline - a) @ along / length, (outline - a) @ [-along[1], along[0]]
        near = outline[(abs(t - 0.5) < 0.4) & (abs(off) < 0.04 * length)]
        if len(near) < 2:
            return found
        x, y, x0, y0 = cv2.fitLine(near.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
        lines.append(np.cross([x0, y0, 1], [x0 + x, y0 + y, 1]))
    meeting = np.array([np.cross(lines[k - 1], lines[k]) for k in range(4)])
    return (meeting[:, :2] / meeting[:, 2:]).astype(np.float32) if meeting[:, 2].all() else found


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
    """Whether the picture differs across all sides that its own border does not cut off: three or
    more, or two in hue, since the edges of a shadow may meet too."""
    sides = [side for side in _along_sides(lab, found, 7) if len(side[0]) >= POINTS / 2]
    steps = np.array([np.subtract(*np.median(side, 1)) for side in sides])
    if len(steps) < 2 or np.linalg.norm(steps, axis=1).min() < CONTRAST:
        return False
    return len(steps) > 2 or np.linalg.norm(steps[:, 1:], axis=1).min() > HUE


def _is_light(lab: np.ndarray, found: np.ndarray) -> bool:
    """Whether the drawing goes on beyond the sides: a patch of light on the paper, not a sheet."""
    import cv2

    light = cv2.medianBlur(np.ascontiguousarray(lab[..., 0]), 3)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (STROKE, STROKE))
    paper = cv2.morphologyEx(light, cv2.MORPH_CLOSE, disc).astype(np.float32)
    darker = 1 - light / paper.clip(1)
    inside = cv2.fillPoly(np.zeros_like(light), [found.round().astype(np.int32)], 1)
    within, beyond = (cv2.distanceTransform(x, cv2.DIST_L2, 5) for x in (inside, 1 - inside))
    if _is_crossed(darker > INK, within, beyond):
        return True
    parts = within > BESIDE[1], beyond > BESIDE[1]
    return _is_one_paper(lab, darker, *parts)


def _is_crossed(stroke: np.ndarray, within: np.ndarray, beyond: np.ndarray) -> bool:
    """Whether strokes go on across the sides, from which pixels are so far within and beyond."""
    import cv2

    stroke = stroke & (np.maximum(within, beyond) <= BESIDE[1])
    labels = cv2.connectedComponents(stroke.astype(np.uint8))[1]
    inner, outer = (np.unique(labels[stroke & (x > BESIDE[0])]) for x in (within, beyond))
    crossing = np.intersect1d(inner, outer).size
    return crossing >= CROSSINGS and 2 * crossing > outer.size and 3 * crossing > inner.size


def _is_one_paper(
    lab: np.ndarray, darker: np.ndarray, inner: np.ndarray, outer: np.ndarray
) -> bool:
    """Whether two parts of a picture are of one hue and smooth but for strokes, of which the outer
    has many."""
    stroke = darker > INK
    if not inner.any() or stroke[outer].sum() <= BEYOND * stroke[inner | outer].sum():
        return False
    hues = [np.median(lab[part & ~stroke][:, 1:], 0) for part in (inner, outer)]
    if np.linalg.norm(np.subtract(*hues)) > HUE:
        return False
    rough = [np.quantile(darker[part & ~stroke], 0.95) for part in (inner, outer)]
    return bool(rough[1] < max(ROUGH[0], ROUGH[1] * rough[0]))


def _sharpness(lab: np.ndarray, found: np.ndarray) -> float:
    """How much the picture changes within 4 px across the sides."""
    steps = [np.abs(a - b).mean() for a, b in _along_sides(lab, found, 2) if len(a)]
    return float(np.mean(steps))


def _along_sides(lab: np.ndarray, found: np.ndarray, depth: int):
    """For each side the colors of places so many px within and beyond it, (N, 3) float each,
    without those that are not in the picture."""
    limits = np.array(lab.shape[1::-1])
    for i in range(4):
        a, b = found[i], found[(i + 1) % 4]
        along = a + (b - a) * np.linspace(0.08, 0.92, POINTS)[:, None]
        normal = np.array([a[1] - b[1], b[0] - a[0]]) / np.linalg.norm(b - a)
        places = np.stack([along + depth * normal, along - depth * normal]).round().astype(int)
        x, y = places[:, ((places >= 0) & (places < limits)).all((0, 2))].transpose(2, 0, 1)
        yield lab[y, x].astype(float)


def _length(points: np.ndarray, i: int, j: int) -> float:
    return float(np.linalg.norm(points[i] - points[j]))
