"""Borders of a photo: a print's white rim, a mount, an album page, the black bars of a film.

A border is told from content by its shape. Going inward from a side of the picture the color stays
what it is at the rim, up to a straight line; and so on all four sides, in one color. On two
opposite sides alone only bars count that are black or white without any grain: the sky is no
border."""

import itertools
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

LONG_SIDE = 800  # px of the copy that is searched
RIM = 0.01  # of a side, from which its border's color is taken; borders are wider
WIDEST = 0.4  # of a side
MAX_SLOPE = 0.035  # two degrees
TOLERANCE = 0.004  # of the long side, to either side of a straight line
SAME = 12  # levels of 255 that a border's color may be off by, beside its grain
MOST_GRAIN = 12
BARS = 6  # levels that the bars of a film may be off by
STRAIGHT = 0.5  # share of a border's inner edge that has to lie on the line
DIRT = 0.04  # share that may end before it: writing, stamps, dust
LAYERS = 3  # a print with a white rim, on a page, on the glass of a scanner


@dataclass(frozen=True)
class Border:
    """The part of a picture inside its border: corners in px, from the top left one clockwise."""

    corners: tuple[tuple[float, float], ...]
    size: tuple[int, int]  # of the picture

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom of the smallest upright rectangle with all of the part."""
        x, y = np.array(self.corners).T
        low, high = np.floor([x.min(), y.min()]), np.ceil([x.max(), y.max()])
        right, bottom = np.minimum(high, self.size).astype(int)
        left, top = np.maximum(low, 0).astype(int)
        return int(left), int(top), int(right), int(bottom)

    def inside(self, picture: Image.Image) -> Image.Image:
        """The box of a picture, RGB; what it has of a tilted border goes on as the rest ends."""
        part, mask = picture.crop(self.box), self.mask()
        if mask.getextrema() == (255, 255):
            return part
        return Image.composite(part, _continued(part, mask), mask)

    def mask(self) -> Image.Image:
        """L picture of the size of the box: 255 inside the border's inner edge, 0 on the border."""
        left, top, right, bottom = self.box
        mask = Image.new("L", (right - left, bottom - top))
        inner = [(x - left - 0.5, y - top - 0.5) for x, y in self.corners]  # pixels' middles
        ImageDraw.Draw(mask).polygon(inner, fill=255)
        return mask


def _continued(part: Image.Image, mask: Image.Image) -> Image.Image:
    """Each pixel of an RGB picture is that of the nearest inside the mask; of LONG_SIDE px,
    enlarged."""
    import cv2

    scale = max(1.0, max(part.size) / LONG_SIDE)
    size = tuple(max(1, round(side / scale)) for side in part.size)
    small = np.asarray(part.resize(size, Image.Resampling.BOX))
    covered = np.asarray(mask.resize(size, Image.Resampling.BOX)) == 255
    covered = cv2.erode(covered.astype(np.uint8), np.ones((3, 3)))  # the edge is blurred
    pixel = cv2.DIST_LABEL_PIXEL
    label = cv2.distanceTransformWithLabels(1 - covered, cv2.DIST_L2, 5, labelType=pixel)[1]
    color = np.zeros((label.max() + 1, 3), np.uint8)
    color[label[covered > 0]] = small[covered > 0]
    return Image.fromarray(color[label]).resize(part.size, Image.Resampling.NEAREST)


def find(photo: Image.Image) -> Border | None:
    """The border of an RGB picture; None if it has none."""
    scale = max(1.0, max(photo.size) / LONG_SIDE)
    size = tuple(max(1, round(side / scale)) for side in photo.size)
    small = photo.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    pixels = np.asarray(small.filter(ImageFilter.MedianFilter(3)), dtype=np.int16)
    corners, offset = None, np.zeros(2)
    for _ in range(LAYERS):
        inner = _inner_corners(pixels)
        if inner is None:
            break
        corners = inner + offset  # of the picture that is searched
        left, top = np.ceil(inner[[0, 3]].max(0)[0]), np.ceil(inner[[0, 1]].max(0)[1])
        right, bottom = np.floor(inner[[1, 2]].min(0)[0]), np.floor(inner[[2, 3]].min(0)[1])
        offset += left, top
        pixels = pixels[int(top) : int(bottom), int(left) : int(right)]
    if corners is None:
        return None
    ratio = np.array(photo.size) / size
    return Border(tuple(map(tuple, corners * ratio)), photo.size)


def _inner_corners(pixels: np.ndarray) -> np.ndarray | None:
    """Corners (4, 2) of the part of (H, W, 3) inside its outermost border, clockwise; or None."""
    height, width = pixels.shape[:2]
    if min(height, width) < 24:
        return None
    turned = [np.rot90(pixels, turns) for turns in range(4)]  # top, right, bottom, left side first
    edges = _frame(turned) or _bars(turned)
    if edges is None:
        return None
    lines = []
    for turns, (first, last) in enumerate(edges):  # depths at both ends of a side
        length = turned[turns].shape[1]
        ends = [_unturned(turns, *end, width, height) for end in ((0, first), (length, last))]
        lines.append(np.cross(*(np.array([*end, 1.0]) for end in ends)))
    corners = np.array([np.cross(lines[k - 1], lines[k]) for k in range(4)])
    return corners[:, :2] / corners[:, 2:]


def _unturned(turns: int, along: float, depth: float, width: int, height: int):
    """x and y of a place that is `along` and `depth` px from the top left corner once the picture
    of this size has been turned by so many quarter turns against the clock."""
    places = (
        (along, depth),
        (width - depth, along),
        (width - along, height - depth),
        (depth, height - along),
    )
    return places[turns]


def _frame(turned: list[np.ndarray]) -> list[tuple[float, float]] | None:
    """The inner edges of a border on all four sides, of which one may pass into content of its
    color."""
    colors, spreads = zip(*(_rim(side) for side in turned))
    colors = np.array(colors)
    if np.ptp(colors, axis=0).max() > 3 * SAME or max(spreads) > MOST_GRAIN:
        return None
    edges = [
        _edge(_depths(side, colors[k], SAME + 3 * spreads[k])) for k, side in enumerate(turned)
    ]
    missing = [k for k, edge in enumerate(edges) if edge is None]
    if len(missing) > 1:
        return None
    for k in missing:
        depth = min(max(edges[k - 2]), *(min(edges[j]) for j in (k - 1, k - 3)))
        if (_depths(turned[k], colors[k], SAME + 3 * spreads[k]) < depth).mean() > DIRT:
            return None
        edges[k] = (depth, depth)
    return edges


def _bars(turned: list[np.ndarray]) -> list[tuple[float, float]] | None:
    """The inner edges of two opposite bars, black or white, and the picture's own other two
    sides."""
    for k in (0, 1):
        pair = (turned[k], turned[k + 2])
        for level in (0, 255):
            edges = [_edge(_depths(side, np.full(3, level), BARS), dirt=0.0) for side in pair]
            if all(edge is not None and edge[0] == edge[1] for edge in edges):
                others = [(0.0, 0.0), (0.0, 0.0)]
                found = [edges[0], others[0], edges[1], others[1]]
                return found if k == 0 else [others[0], edges[0], others[1], edges[1]]
    return None


def _rim(side: np.ndarray) -> tuple[np.ndarray, float]:
    """Color of the outermost rows, and how far it typically is from there: grain and shading."""
    rows = side[: max(2, round(RIM * len(side)))].reshape(-1, 3)
    color = np.median(rows, axis=0)
    return color, float(np.median(np.abs(rows - color).max(1)))


def _depths(side: np.ndarray, color: np.ndarray, tolerance: float) -> np.ndarray:
    """How many px from the top each column keeps the color; infinity for more than WIDEST."""
    most = int(WIDEST * len(side))
    other = np.abs(side[:most] - color).max(2) > tolerance
    other = other[:-1] & other[1:]  # a speck of one px is none
    return np.where(other.any(0), other.argmax(0), np.inf)


def _edge(depths: np.ndarray, dirt: float = DIRT) -> tuple[float, float] | None:
    """Depth at both ends of the straight line on which a border ends; None if there is none.

    Columns may keep the border's color beyond the line, where the content has it too, but not leave
    it before."""
    if (depths == 0).mean() > dirt:
        return None
    length = len(depths)
    slack, along = max(1.5, TOLERANCE * length), np.arange(length) + 0.5
    middle = np.abs(along / length - 0.5) < 0.3  # free of the corners
    best, most = None, STRAIGHT * middle.sum()
    spots = (np.linspace(0.1, 0.9, 17) * length).astype(int)
    for i, j in itertools.combinations(spots[np.isfinite(depths[spots])], 2):
        slope = (depths[j] - depths[i]) / (j - i)
        off = depths - depths[i] - slope * (along - along[i])
        close = middle & (np.abs(off) <= slack)
        if abs(slope) <= MAX_SLOPE and close.sum() > most and (off < -slack).mean() <= dirt:
            best, most = close, close.sum()
    if best is None:
        return None
    slope, start = np.polyfit(along[best], depths[best], 1)
    if abs(slope * length) < 1:
        slope, start = 0.0, float(np.median(depths[best]))
    ends = (start, start + slope * length)
    return ends if min(ends) > 1 else None
