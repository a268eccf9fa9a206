"""Marks in a picture of a drawing that are not the drawing's: a ruling, a frame, a scanner's rim,
specks.

Ink is float32 (h, w), 0 is paper and 1 black, of a picture with a longer side of SIDE px.
"""

import numpy as np

SIDE = 512  # px of the longer side at which paper is looked at
LINE = 25  # px: what is thinner is a line
RULES = 6  # so many parallel lines across the sheet are its ruling
RULE_REACH = 0.4  # of the sheet's width that a rule covers at least
MARGIN_REACH = 0.7  # of its height that the line along a margin covers
MARGIN = 0.06  # of the sheet's width, in which a drawing has few lines
TILT = 6  # degrees that a ruling is searched over
OUTSIDE = 0.1  # of the height, how far a picture turned by so much reaches
BLOCKS = 16  # so many parts of a rule are straight
STRAY = 4  # px that a part may be off the row where most of the rule lies
THICK = 4  # px of a rule
CROSSING = 9  # px: a stroke that goes on within so many crosses a rule
FRAME = 0.65  # least share of the picture that a frame encloses
SPECK = 6  # px: fewer that hang together are no line
RIM = 0.15  # of the picture's side: how far from the border a scanner's rim may reach


def find(ink: np.ndarray, photographed: bool) -> np.ndarray:
    """Which pixels belong to marks, bool (h, w); specks count on a photo and on ruled paper. A
    picture as narrow as a line has none."""
    if min(ink.shape) < LINE:
        return np.zeros(ink.shape, bool)
    found = rules(ink)
    if photographed or found.any():
        found |= _specks(np.where(found, 0, ink))
    return found | _frame(np.where(found, 0, ink)) | _rims(ink)


def _specks(ink: np.ndarray) -> np.ndarray:
    """Which pixels of ink hang together with no strong ink, or are too few to be a line."""
    import cv2

    labels, stats = cv2.connectedComponentsWithStats((ink > 0.08).astype(np.uint8))[1:3]
    darkest = np.zeros(len(stats), np.float32)
    np.maximum.at(darkest, labels.ravel(), ink.ravel())
    weak = (darkest < 0.5) | (stats[:, cv2.CC_STAT_AREA] < SPECK)
    weak[0] = False
    return weak[labels]


def rules(ink: np.ndarray) -> np.ndarray:
    """Which pixels belong to a ruling, lines or squares; where a stroke crosses a rule it is
    left."""
    found = np.zeros(ink.shape, bool)
    for across in (False, True):
        turned = np.ascontiguousarray(ink.T if across else ink)
        angle = _tilt(turned)
        lines = _parallel(turned, angle, RULES, RULE_REACH)
        if lines.any():
            lines |= _parallel(np.ascontiguousarray(turned.T), -angle, 1, MARGIN_REACH).T
        found |= lines.T if across else lines
    return found & ~_crossed(ink, found) if found.any() else found


def _crossed(ink: np.ndarray, marks: np.ndarray) -> np.ndarray:
    """Pixels at which a stroke goes on beyond marks: a closing along lines in eight directions."""
    import cv2

    free = np.where(marks, 0, ink)
    middle, crossed = CROSSING // 2, np.zeros(ink.shape, bool)
    for angle in np.arange(8) * np.pi / 8:
        end = np.round(middle * np.array([np.cos(angle), np.sin(angle)])).astype(int)
        line = np.zeros((CROSSING, CROSSING), np.uint8)
        cv2.line(line, tuple(middle - end), tuple(middle + end), 1)
        crossed |= cv2.morphologyEx(free, cv2.MORPH_CLOSE, line) > 0.15
    return crossed


def _parallel(ink: np.ndarray, angle: float, least: int, reach: float) -> np.ndarray:
    """Pixels of lines that run across the picture, about level once it is turned by the angle in
    degrees, if there are so many of them."""
    import cv2

    height, width = ink.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
    level = cv2.warpAffine(ink, turn, (width, height))
    lines = cv2.dilate((level > 0.06).astype(np.uint8), np.ones((2, 1)))
    lines = cv2.morphologyEx(lines, cv2.MORPH_CLOSE, np.ones((1, 9)))
    lines = cv2.morphologyEx(lines, cv2.MORPH_OPEN, np.ones((1, width // 8)))
    rows, mask = _rows(lines, reach), np.zeros(ink.shape, np.uint8)
    if len(rows) < least or (least > 1 and not _regular(rows)):
        return mask > 0
    back = cv2.invertAffineTransform(turn)
    lines, strength = _tracked(level, rows if least == 1 else _filled(rows, height))
    for line in lines:
        points = np.round(line @ back[:, :2].T + back[:, 2]).astype(np.int32)
        cv2.polylines(mask, [points], False, 1, THICK)
    return (mask > 0) & (ink < 1.6 * strength + 0.1)


def _rows(lines: np.ndarray, reach: float) -> np.ndarray:
    """The middles of runs of rows that a line covers from margin to margin."""
    margin = max(1, round(MARGIN * lines.shape[1]))
    covered = np.stack([lines.mean(1), lines[:, :margin].mean(1), lines[:, -margin:].mean(1)])
    rule = (covered > [[reach], [RULE_REACH], [RULE_REACH]]).all(0)
    return np.flatnonzero(np.diff(np.pad(rule.astype(int), 1))).reshape(-1, 2).mean(1)


def _regular(rows: np.ndarray) -> bool:
    """Whether most rows are about as far from the next."""
    gaps = np.diff(rows)
    return bool((abs(gaps - np.median(gaps)) <= 2 + 0.1 * np.median(gaps)).mean() > 0.5)


def _filled(rows: np.ndarray, height: int) -> np.ndarray:
    """Rows with those that are missing between them, above and below, where a turned picture
    ends."""
    gap = np.median(np.diff(rows))
    between = [
        np.linspace(a, b, 1 + max(1, round((b - a) / gap)))[:-1] for a, b in zip(rows, rows[1:])
    ]
    more = OUTSIDE * height
    above, below = np.arange(rows[0] - gap, -more, -gap), np.arange(rows[-1], height + more, gap)
    return np.concatenate([above[::-1], *between, below])


def _tracked(level: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, float]:
    """Lines (N, BLOCKS + 2, 2) of x and y that start near these rows and go where the ink of them
    and their neighbors is; and the ink of most."""
    import cv2

    height, width = level.shape
    stray = STRAY if len(rows) == 1 else int(min(STRAY, np.median(np.diff(rows)) / 2))
    blocks = cv2.resize(level, (BLOCKS, height), interpolation=cv2.INTER_AREA)
    above = stray + round(OUTSIDE * height)
    blocks = np.pad(blocks, ((above, above + 1), (0, 0)))
    starts = np.floor(rows).astype(int) + above - stray
    near = np.stack([blocks[start : start + 2 * stray + 1] for start in starts])
    near = cv2.blur(near.reshape(len(rows), -1), (1, 5), borderType=cv2.BORDER_REPLICATE)
    near = near.reshape(len(rows), -1, BLOCKS)
    nearer = 0.01 * abs(np.arange(-stray, stray + 1))[:, None]  # where there is no ink
    y = rows[:, None] + (near - nearer).argmax(1) - stray
    x = (np.arange(-1, BLOCKS + 1) + 0.5) * width / BLOCKS
    lines = np.stack(np.broadcast_arrays(x, np.pad(y, ((0, 0), (1, 1)), "edge")), 2)
    return lines, float(np.median(near.max(1)))


def _tilt(ink: np.ndarray) -> float:
    """The angle, of TILT degrees at most, by which to turn so that rows differ most from their
    neighbors."""
    import cv2

    height, width = ink.shape
    weak = (np.minimum(ink, 0.4) * 255).astype(np.uint8)

    def steps(angle: float) -> float:
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
        rows = cv2.warpAffine(weak, turn, (width, height), flags=cv2.INTER_NEAREST)
        return float(np.diff(cv2.reduce(rows, 1, cv2.REDUCE_AVG, dtype=cv2.CV_32F)[:, 0]).std())

    return max(np.arange(-TILT, TILT + 0.1, 0.5), key=steps)


def _frame(ink: np.ndarray) -> np.ndarray:
    """Which pixels belong to a rectangle around the drawing, or lie outside it."""
    import cv2

    lines = (ink > 0.3).astype(np.uint8)
    outlines = cv2.findContours(lines, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    marks = np.zeros(ink.shape, np.uint8)
    for outline in outlines:
        box = cv2.minAreaRect(outline)
        area = box[1][0] * box[1][1]
        if area < FRAME * ink.size or cv2.contourArea(outline) < 0.95 * area:
            continue
        inside = cv2.fillPoly(np.zeros_like(lines), [outline], 1)
        far = cv2.distanceTransform(np.pad(inside, 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
        rings = [lines[(far > d) & (far <= d + 1)].mean() for d in range(1, LINE)]
        depth = 1 + int(np.argmin(np.array([*rings, 0]) >= 0.5))
        marks |= (far <= depth + 2).astype(np.uint8)
    return marks > 0


def _rims(ink: np.ndarray) -> np.ndarray:
    """Dark bands along the border."""
    solid = (ink > 0.3).astype(np.uint8)
    marks = np.zeros(ink.shape, bool)
    for turns in range(4):
        rows = np.rot90(solid, turns)
        most = round(RIM * len(rows))
        full = rows[:most].mean(1) > 0.6
        depth = int(full.argmin()) if full[0] else 0
        if depth and depth < most:
            band = np.zeros(rows.shape, bool)
            band[: depth + 3] = True
            marks |= np.rot90(band, -turns)
    return marks
