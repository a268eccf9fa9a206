"""From any picture of a drawing to clean ink: dark or colored lines on white, of the picture's size.

A drawing on a screen is left as it is; each step is only taken where the picture asks for it.

    any picture
      | transparency: lines that would vanish on white are put on black
      | a sheet on a table is cut out and squared up (sheet.py)
      | light lines on a dark ground are turned round
      | uneven, tinted, dark or noisy paper is divided by its own tone; ink is brought to full strength
      | ruled lines, frames and scanner rims are taken out
    RGB, dark on white

Arrays are uint8 (H, W, 3), or ink: float32 (h, w), 0 is paper and 1 black, at SIDE.
"""

import numpy as np
from PIL import Image, ImageOps

from ae_models import images
from ae_models.sketch import sheet

SIDE = 512  # px of the longer side at which paper is looked at
LINE = 25  # px at SIDE: what is thinner is a line
FAINT = 0.3  # darkest channel that a transparent picture's ink needs to show on white
LINES_DIFFER = 12  # of 255, from the paper around them
EVEN = 0.05  # by how much paper may be darker in places than it mostly is
UNEVEN = 0.02  # share of the paper that is darker than that where the light is uneven
SOLID = 0.3  # of the paper's tone: darker places are filled with ink, not in shadow
NOISE = 1.5  # of 255, standard deviation of paper that has grain
DIM = 0.8  # paper darker than this is dim
TINT = 12  # of 255, between the channels of paper that is not white
HUE = 0.4  # least saturation of a colored pen
COLORED = 0.1  # share of the ink that is colored where pens are
RULES = 6  # so many parallel lines across the sheet are its ruling
RULE_REACH = 0.4  # of the sheet's width that a rule covers at least
MARGIN = 0.06  # of the sheet's width, in which a drawing has few lines
TILT = 6  # degrees that a ruling is searched over
FRAME = 0.65  # least share of the picture that a frame encloses
SPECK = 6  # px at SIDE: fewer that hang together are no line
RIM = 0.15  # of the picture's side: how far from the border a scanner's rim may reach


def clean(
    picture: Image.Image, layer: Image.Image | None = None
) -> tuple[Image.Image, Image.Image | None]:
    """Any picture of a drawing -> dark or colored lines on white, RGB of its size. layer, RGBA, lies over the picture
    and is moved with the sheet. Pixels of a drawing on white, dark and clean, are unchanged."""
    pixels = np.asarray(_on_ground(picture))
    corners = sheet.corners(pixels)
    if corners is not None:
        pixels = sheet.squared_up(pixels, corners)
        if layer is not None:
            layer = Image.fromarray(sheet.squared_up(np.asarray(layer), corners))
    if _is_light_on_dark(_at_side(pixels).min(2)):
        pixels = 255 - pixels
    photographed = _is_photographed(_at_side(pixels))
    if photographed:
        pixels = _evened(pixels)
    return Image.fromarray(_without_marks(pixels, photographed)), layer


# ---- ground ----


def _on_ground(picture: Image.Image) -> Image.Image:
    """RGB, upright, what is transparent on white; on black where nothing would show on white."""
    rgb = images.to_rgb(picture)
    if not picture.has_transparency_data:
        return rgb
    seen = np.asarray(rgb).min(2)
    alpha = np.asarray(ImageOps.exif_transpose(picture).convert("RGBA"))[..., 3]
    if alpha.min() == 255 or (seen < 255 * (1 - FAINT)).sum() > 0.01 * (alpha > 127).sum():
        return rgb
    return Image.fromarray(alpha).convert("RGB")


def _at_side(pixels: np.ndarray) -> np.ndarray:
    """With a longer side of SIDE, so that lengths in px mean the same in every picture."""
    import cv2

    scale = SIDE / max(pixels.shape[:2])
    size = [max(1, round(n * scale)) for n in pixels.shape[1::-1]]
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return cv2.resize(pixels, size, interpolation=how)


def _is_light_on_dark(gray: np.ndarray) -> bool:
    """Whether lines are lighter than the paper, which is what most of any small place is. Without lines the greater
    part is paper, if it is light."""
    import cv2

    above = gray.astype(float) - cv2.medianBlur(gray, LINE)
    tops, valleys = (np.square(x.clip(LINES_DIFFER, None)).mean() for x in (above, -above))
    if max(tops, valleys) < 1.0005 * LINES_DIFFER**2:
        return bool(np.median(gray) < 128)
    return bool(tops > valleys)


# ---- light ----


def _is_photographed(pixels: np.ndarray) -> bool:
    """Whether paper is tinted, dim, grainy or uneven."""
    import cv2

    paper = _paper(pixels)
    tone = np.quantile(paper.reshape(-1, 3), 0.9, axis=0)
    if tone.max() < 255 * DIM or np.ptp(tone) > TINT or _noise(pixels) > NOISE:
        return True
    darkness = (paper / tone).min(2)
    flat = (pixels > 0.9 * paper).all(2)  # unlike the gaps of a hatching
    shaded = (darkness < 1 - EVEN) & (darkness > SOLID) & flat
    return cv2.erode(shaded.astype(np.uint8), np.ones((7, 7))).mean() > UNEVEN


def _noise(pixels: np.ndarray) -> float:
    """Standard deviation of the grain, from the median of the Laplacian (Immerkær 1996 with a median)."""
    import cv2

    kernel = np.float32([[1, -2, 1], [-2, 4, -2], [1, -2, 1]])
    detail = cv2.filter2D(pixels[..., 1].astype(np.float32), -1, kernel)
    return float(np.median(abs(detail)) / 0.6745 / 6)


def _paper(pixels: np.ndarray) -> np.ndarray:
    """The paper under the ink: a closing, which fills what is thinner than LINE and keeps the edges of shadows, and a
    median."""
    import cv2

    closed = cv2.morphologyEx(cv2.medianBlur(pixels, 3), cv2.MORPH_CLOSE, _disc(LINE))
    return cv2.medianBlur(closed, 9)


def _evened(pixels: np.ndarray) -> np.ndarray:
    """Divided by the paper's tone; ink of half the usual strength and more is full, grain is none."""
    import cv2

    small = _at_side(pixels)
    paper = _paper(small)
    least = np.quantile(paper.reshape(-1, 3), 0.9, axis=0) * SOLID
    paper = np.maximum(paper, least).clip(1).astype(np.uint8)
    low, high = _levels(_divided(small, paper))
    size = pixels.shape[1::-1]
    flat = _divided(pixels, cv2.resize(paper, size, interpolation=cv2.INTER_LINEAR))
    dark = 255.0 - flat.min(2)
    ink = ((dark / 255 - low) / (high - low)).clip(0, 1) * 255
    return 255 - _absorbed(255 - flat, dark, ink)


def _divided(pixels: np.ndarray, paper: np.ndarray) -> np.ndarray:
    """Pixels as if paper were white, a little softer than its grain."""
    import cv2

    return cv2.GaussianBlur(cv2.divide(pixels, paper, scale=255), (0, 0), 0.8)


def _levels(flat: np.ndarray) -> tuple[float, float]:
    """Ink that is taken for none, and for full."""
    ink = 1 - flat.min(2) / 255.0
    paper = ink[ink < 0.2]
    middle = np.median(paper)
    low = middle + max(0.06, 5 * 1.4826 * np.median(abs(paper - middle)))
    strong = ink[ink > 2 * low]
    return low, max(low + 0.1, 0.85 * np.quantile(strong, 0.75)) if strong.size else 1.0


def _absorbed(absorbed: np.ndarray, dark: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """What lines take from white: as much as `ink` says, in a pen's own color where there are colored pens."""
    hue = absorbed / dark[..., None].clip(1)
    gray = 1 - hue.min(2)
    if (gray[dark > 96] > HUE).mean() < COLORED if (dark > 96).any() else True:
        hue = np.ones_like(hue)
    else:
        hue = 1 - (1 - hue) * ((gray - HUE / 2) / (HUE / 2)).clip(0, 1)[..., None]
    return (hue * ink[..., None]).round().astype(np.uint8)


# ---- marks that are not the drawing's ----


def _without_marks(pixels: np.ndarray, photographed: bool) -> np.ndarray:
    """White where a ruling, a frame or a rim was, and on a photo where faint specks were."""
    import cv2

    ink = 1 - _at_side(pixels).min(2).astype(np.float32) / 255
    marks = _rules(ink)
    if photographed or marks.any():
        marks |= _specks(np.where(marks, 0, ink))
    marks |= _frame(np.where(marks, 0, ink)) | _rims(ink)
    if not marks.any():
        return pixels
    marks = cv2.resize(marks.astype(np.uint8), pixels.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    return np.where(marks[..., None] > 0, np.uint8(255), pixels)


def _specks(ink: np.ndarray) -> np.ndarray:
    """Which pixels of ink hang together with no strong ink, or are too few to be a line."""
    import cv2

    labels, stats = cv2.connectedComponentsWithStats((ink > 0.08).astype(np.uint8))[1:3]
    darkest = np.zeros(len(stats), np.float32)
    np.maximum.at(darkest, labels.ravel(), ink.ravel())
    weak = (darkest < 0.5) | (stats[:, cv2.CC_STAT_AREA] < SPECK)
    weak[0] = False
    return weak[labels]


def _rules(ink: np.ndarray) -> np.ndarray:
    """Which pixels belong to a ruling, lines or squares; where a stroke crosses a rule it is left."""
    marks = np.zeros(ink.shape, bool)
    for across in (False, True):
        turned = ink.T if across else ink
        found = _parallel(np.ascontiguousarray(turned))
        marks |= found.T if across else found
    if not marks.any():
        return marks
    strength = np.median(ink[marks & (ink > 0.03)])
    return marks & (ink < 1.6 * strength + 0.1)


def _parallel(ink: np.ndarray) -> np.ndarray:
    """Pixels of lines that run across the picture, about level, if there are RULES of them."""
    import cv2

    height, width = ink.shape
    turn = _tilt(ink)
    level = cv2.warpAffine(ink, turn, (width, height))
    lines = cv2.dilate((level > 0.06).astype(np.uint8), np.ones((2, 1)))
    lines = cv2.morphologyEx(lines, cv2.MORPH_CLOSE, np.ones((1, 9)))
    lines = cv2.morphologyEx(lines, cv2.MORPH_OPEN, np.ones((1, width // 8)))
    if not _is_ruling(lines):
        return np.zeros(ink.shape, bool)
    lines = cv2.dilate(lines, np.ones((3, 1)))
    back = cv2.invertAffineTransform(turn)
    return cv2.warpAffine(lines, back, (width, height), flags=cv2.INTER_NEAREST) > 0


def _is_ruling(lines: np.ndarray) -> bool:
    """Whether level lines go from margin to margin, RULES of them, most about as far from the next."""
    margin = max(1, round(MARGIN * lines.shape[1]))
    covered = np.stack([lines.mean(1), lines[:, :margin].mean(1), lines[:, -margin:].mean(1)])
    rule = (covered > RULE_REACH).all(0)
    starts = np.flatnonzero(np.diff(rule.astype(int)) == 1)
    if len(starts) < RULES:
        return False
    gaps = np.diff(starts)
    return bool((abs(gaps - np.median(gaps)) <= 2 + 0.1 * np.median(gaps)).mean() > 0.5)


def _tilt(ink: np.ndarray) -> np.ndarray:
    """The turn, of TILT degrees at most, after which rows differ most from their neighbors: (2, 3)."""
    import cv2

    height, width = ink.shape
    weak = (np.minimum(ink, 0.4) * 255).astype(np.uint8)

    def turn(angle: float) -> np.ndarray:
        return cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)

    def steps(angle: float) -> float:
        rows = cv2.warpAffine(weak, turn(angle), (width, height), flags=cv2.INTER_NEAREST)
        return float(np.diff(cv2.reduce(rows, 1, cv2.REDUCE_AVG, dtype=cv2.CV_32F)[:, 0]).std())

    return turn(max(np.arange(-TILT, TILT + 0.1, 0.5), key=steps))


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


def _disc(size: int) -> np.ndarray:
    import cv2

    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
