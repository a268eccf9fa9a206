"""From any picture of a drawing to clean ink: dark or colored lines on white, of the picture's
size.

A drawing on a screen is left as it is; each step is only taken where the picture asks for it.

    any picture
      | transparency: lines that would vanish on white are put on black
      | a sheet on a table is cut out and squared up (sheet.py)
      | light lines on a dark ground are turned round
      | uneven, tinted, dark or noisy paper is divided by its own tone; ink is brought to full
      | strength
      | ruled lines, frames and scanner rims are taken out (marks.py)
    RGB, dark on white

Arrays are uint8 (H, W, 3), or ink: float32 (H, W), 0 is paper and 1 black.
"""

import numpy as np
from PIL import Image, ImageOps

from ae_models import images
from ae_models.sketch import marks, sheet
from ae_models.sketch.marks import LINE, SIDE

FAINT = 0.3  # darkest channel that a transparent picture's ink needs to show on white
LINES_DIFFER = 12  # of 255, from the paper around them
PLACE = 101  # px at SIDE of a place that is paper for the most part, even with thick lines
PURE = 5  # of 255, that white or black on a screen may be off
EVEN = 0.05  # by how much paper may be darker in places than it mostly is
UNEVEN = 0.02  # share of the paper that is darker than that where the light is uneven
SOLID = 0.3  # of the lightest paper around: darker places are filled with ink, not in shadow
AROUND = 129  # px at SIDE
NOISE = 1.5  # of 255, standard deviation of paper that has grain
WHITE = 0.97  # paper darker than this is not white
WEAK = 0.5  # of the paper's lightest channel: a channel that the light has so little of is noise
TINT = 12  # of 255, between the channels of paper that is not white
HUE = 0.4  # least saturation of a colored pen
COLORED = 0.1  # share of the ink that is colored where pens are
SAMPLES = 1_000_000  # pixels at most of which that share is taken
ROWS = 64  # of a large picture that are computed at a time


def clean(
    picture: Image.Image, layer: Image.Image | None = None
) -> tuple[Image.Image, Image.Image | None]:
    """Any picture of a drawing -> dark or colored lines on white, RGB of its size. layer, RGBA,
    lies over the picture and is moved with the sheet. Pixels of a drawing on white, dark and clean,
    are unchanged."""
    pixels = np.asarray(_on_ground(picture))
    corners = sheet.corners(pixels)
    if corners is not None:
        pixels = sheet.squared_up(pixels, corners)
        if layer is not None:
            layer = Image.fromarray(sheet.squared_up(np.asarray(layer), corners))
    if _is_light_on_dark(_at_side(pixels).min(2)):
        pixels = 255 - pixels
    photographed = corners is not None or _is_photographed(_at_side(pixels))
    if photographed:
        pixels = _evened(pixels)
    return Image.fromarray(_without_marks(pixels, photographed)), layer


def _without_marks(pixels: np.ndarray, photographed: bool) -> np.ndarray:
    """White where marks.find sees any."""
    import cv2

    found = marks.find(1 - _at_side(pixels).min(2).astype(np.float32) / 255, photographed)
    if not found.any():
        return pixels
    white, size = found.astype(np.uint8) * 255, pixels.shape[1::-1]
    white = cv2.resize(white, size, interpolation=cv2.INTER_NEAREST)[..., None]
    return np.maximum(pixels, white, out=pixels if pixels.flags.writeable else None)


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
    """Whether lines are lighter than the paper: white or black if the border and more than half of
    the picture are, else what most of any place is. Without lines the greater part is paper, if it
    is light."""
    import cv2

    border = np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])
    for tone in (255, 0):
        if max(abs(np.quantile(border, [0.05, 0.95]) - tone)) < PURE > abs(np.median(gray) - tone):
            return tone == 0
    above = gray.astype(float) - cv2.medianBlur(gray, PLACE)
    tops, valleys = (np.square(x.clip(LINES_DIFFER, None)).mean() for x in (above, -above))
    if max(tops, valleys) < 1.0005 * LINES_DIFFER**2:
        return bool(np.median(gray) < 128)
    return bool(tops > valleys)


# ---- light ----


def _is_photographed(pixels: np.ndarray) -> bool:
    """Whether paper is tinted, not white, grainy or uneven."""
    import cv2

    paper = _paper(pixels)
    tone = np.quantile(paper.reshape(-1, 3), 0.9, axis=0)
    if tone.max() < 255 * WHITE or np.ptp(tone) > TINT or _noise(pixels) > NOISE:
        return True
    darkness = (paper / tone).min(2)
    flat = (pixels > 0.9 * paper).all(2)  # unlike the gaps of a hatching
    shaded = (darkness < 1 - EVEN) & (darkness > SOLID) & flat
    return cv2.erode(shaded.astype(np.uint8), np.ones((7, 7))).mean() > UNEVEN


def _noise(pixels: np.ndarray) -> float:
    """Standard deviation of the grain, from the median of the Laplacian (Immerkær 1996 with a
    median)."""
    import cv2

    kernel = np.float32([[1, -2, 1], [-2, 4, -2], [1, -2, 1]])
    detail = cv2.filter2D(pixels[..., 1].astype(np.float32), -1, kernel)
    return float(np.median(abs(detail)) / 0.6745 / 6)


def _paper(pixels: np.ndarray) -> np.ndarray:
    """The paper under the ink: a closing, which fills what is thinner than LINE and keeps the edges
    of shadows, and a median."""
    import cv2

    closed = cv2.morphologyEx(cv2.medianBlur(pixels, 3), cv2.MORPH_CLOSE, _disc(LINE))
    return cv2.medianBlur(closed, 9)


def _evened(pixels: np.ndarray) -> np.ndarray:
    """Divided by the paper's tone; ink of half the usual strength and more is full, grain is
    none."""
    import cv2

    small = _at_side(pixels)
    paper = _paper(small)
    paper = np.maximum(paper, SOLID * _lightest_around(paper)).clip(1).astype(np.uint8)
    low, high = _levels(_divided(small, paper))
    size = pixels.shape[1::-1]
    flat = _divided(pixels, cv2.resize(paper, size, interpolation=cv2.INTER_LINEAR))
    ink = ((np.arange(256) / 255 - low) / (high - low)).clip(0, 1) * 255  # of each darkness
    color = _has_colored_pens(flat)
    for top in range(0, len(flat), ROWS):
        part = flat[top : top + ROWS]
        part[:] = 255 - (_absorbed(255 - part, ink) if color else _most(255 - part, ink))
    return flat


def _lightest_around(paper: np.ndarray) -> np.ndarray:
    """The lightest that each channel is within AROUND px."""
    import cv2

    size = [max(1, round(n / 8)) for n in paper.shape[1::-1]]
    small = cv2.resize(paper, size, interpolation=cv2.INTER_AREA)
    lightest = cv2.dilate(small, _disc(AROUND // 8))
    return cv2.resize(lightest, paper.shape[1::-1], interpolation=cv2.INTER_LINEAR)


def _divided(pixels: np.ndarray, paper: np.ndarray) -> np.ndarray:
    """Pixels as if paper were white, a little softer than their grain."""
    import cv2

    flat = cv2.divide(pixels, paper, scale=255)
    tone = sheet.median(paper)
    order = tone.argsort()
    if tone[order[0]] < WEAK * tone[order[2]]:  # blue under a warm lamp
        flat[..., order[0]] = flat[..., order[1]]
    return cv2.GaussianBlur(flat, (0, 0), max(0.8, 0.4 * max(flat.shape) / SIDE), flat)


def _levels(flat: np.ndarray) -> tuple[float, float]:
    """Ink that is taken for none, and for full; flat is at SIDE."""
    ink = 1 - flat.min(2).astype(np.float32) / 255
    lighter, middle = np.quantile(ink, [0.1, 0.4])  # of paper of which a third may be ruled
    low = middle + max(0.06, 5 * (middle - lighter))
    strong = ink[(ink > 2 * low) & ~marks.rules(ink)]
    return low, max(low + 0.1, 0.85 * np.quantile(strong, 0.75)) if strong.size else 1.0


def _has_colored_pens(flat: np.ndarray) -> bool:
    """Whether some of the ink is colored, in a picture on white."""
    some = 255.0 - flat.reshape(-1, 3)[:: max(1, flat.size // 3 // SAMPLES)]
    strong = some[some.max(1) > 96]
    return len(strong) > 0 and (1 - strong.min(1) / strong.max(1) > HUE).mean() >= COLORED


def _most(absorbed: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """Light that lines take from white in black ink: as much as `ink` (256) says of what they take
    most of."""
    import cv2

    red, green, blue = cv2.split(absorbed)
    dark = cv2.max(cv2.max(red, green), blue)
    return ink.round().astype(np.uint8)[dark][..., None]


def _absorbed(absorbed: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """Light that lines take from white in the color of their pens: as much as `ink` (256) says."""
    dark = absorbed.max(2)
    hue = absorbed / dark[..., None].clip(1)
    gray = 1 - hue.min(2)
    hue = 1 - (1 - hue) * ((gray - HUE / 2) / (HUE / 2)).clip(0, 1)[..., None]
    return (hue * ink[dark][..., None]).round().astype(np.uint8)


def _disc(size: int) -> np.ndarray:
    import cv2

    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
