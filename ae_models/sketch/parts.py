"""Parts of a drawing that hints color: each hint fills the region that its lines enclose.

Masks are bool (H, W), labels int32 (H, W) with 0 for lines, colors float32 (H, W, 3) in [0, 1].
OpenCV is imported on first use: it costs 0.1 s."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ae_models.sketch.config import SketchColorPlusConfig

LINE = 0.5  # of the drawing's line strength: ink from which on a pixel is a line
REACHES_INTO = 0.5  # radius of the overlap with a region that a hint fills, of its largest
ON_PAPER = 0.6  # share of a hint that has to lie on open paper to color that
COVERS = 0.5  # share of a region that a hint covers, however little of the hint that is
SOFT_EDGE = 3.0  # px, standard deviation of the edge between two hints in a region
LUMA = np.float32([0.299, 0.587, 0.114])
TINY = 1e-6


class Parts(NamedTuple):
    """Hints grown to the parts that they color."""

    flat: np.ndarray  # (H, W, 3), the color of each pixel's hint
    amount: np.ndarray  # (H, W), 0 where there is none, less than 1 where open paint fades
    region: np.ndarray  # (H, W), labels; 0 is a line
    line: np.ndarray  # (H, W), mask
    on_paper: np.ndarray  # (H, W), mask of what hints cover of open, unpainted paper


def find(color: Tensor, ink: Tensor, hints: Tensor, config: SketchColorPlusConfig) -> Parts:
    """Grow hints (1, 4, H, W) to the regions between the lines of ink (1, 1, H, W).

    Several in a region share it: each pixel has the color of the one that is nearest without
    crossing a line. A region that is open to the border ends where a drawing colored without hints,
    (1, 3, H, W), stops being painted."""
    line = ink[0, 0].numpy() >= LINE * _strength(ink, config)
    paint = ((1 - color[0].amin(0).numpy()) / config.paint_darkness).clip(0, 1)
    region, is_open = _regions(line, paint > 0.5)
    wanted, hint = _array(hints[:, :3]), _same_color(hints)
    paper = is_open[region] & (paint <= 0.5)
    pairs = _pairs(hint, region, paper)
    seeds, hinted = _lies_in(pairs, hint, region)
    flat = _grown(wanted, hint * seeds, region, hinted)
    amount = np.where(is_open[region], np.where(paint > 0.5, paint, 1 - paint), 1) * hinted
    return Parts(flat, amount.astype(np.float32), region, line, (hint > 0) & paper)


def recolor(color: Tensor, parts: Parts, config: SketchColorPlusConfig) -> Tensor:
    """Give colors without lines (1, 3, H, W) those of their hints; hues and means are the hint's,
    light and shadow of up to half of config.shading stay, none on black and white."""
    rgb, region = _array(color), parts.region.ravel()
    luma = rgb @ LUMA
    mean = np.bincount(region, luma.ravel()) / np.bincount(region).clip(1)
    shade = (luma - mean[parts.region]).clip(-config.shading, config.shading)
    light = parts.flat @ LUMA
    shade = (shade * 2 * light * (1 - light)).astype(np.float32)
    shaded = parts.flat * (1 + shade.clip(None, 0) / light.clip(TINY))[..., None]
    shaded += (1 - shaded) * (shade.clip(0) / (1 - light).clip(TINY))[..., None]
    result = rgb + (shaded - rgb) * parts.amount[..., None]
    return torch.from_numpy(_over_lines(result, parts)).permute(2, 0, 1)[None]


def _array(x: Tensor) -> np.ndarray:
    return np.ascontiguousarray(x[0].permute(1, 2, 0).float().numpy())


def _strength(ink: Tensor, config: SketchColorPlusConfig) -> float:
    """How dark the drawing's lines are."""
    lines = ink[ink > config.blank_ink]
    if not len(lines):
        return 1.0
    return float(lines[:: max(1, len(lines) // 10_000)].quantile(config.line_quantile))


def _regions(line: np.ndarray, painted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Labels of the regions between lines, and for each label whether it is open to the border;
    there painted and unpainted regions are told apart."""
    import cv2

    count, labels = cv2.connectedComponents((~line).astype(np.uint8), connectivity=4)
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    is_open = np.isin(labels, border[border > 0])
    for part in (painted, ~painted):
        found = cv2.connectedComponents((is_open & part).astype(np.uint8), connectivity=4)[1]
        labels = np.where(found > 0, found + labels.max(), labels)
    return labels, np.arange(labels.max() + 1) >= count


def _same_color(hints: Tensor) -> np.ndarray:
    """Labels of hints (1, 4, H, W): neighboring opaque pixels of about the same color; 0 is
    none."""
    import cv2

    opaque = hints[0, 3].numpy() > 0.5
    coarse = (_array(hints[:, :3]) * 15.99).astype(np.int32) @ np.int32([256, 16, 1])
    labels = np.zeros(opaque.shape, np.int32)
    for value in np.unique(coarse[opaque]):
        found = cv2.connectedComponents((opaque & (coarse == value)).astype(np.uint8))[1]
        labels = np.where(found > 0, found + labels.max(), labels)
    return labels


def _pairs(hint: np.ndarray, region: np.ndarray, paper: np.ndarray) -> set[tuple[int, int]]:
    """(hint, region) of each hint that lies in a region, rather than touching it across a line."""
    import cv2

    free = (hint > 0) & (region > 0)
    depth = cv2.distanceTransform((free & ~_edges(region)).astype(np.uint8), cv2.DIST_L2, 3)
    pairs, place = np.unique(np.stack([hint[free], region[free]], 1), axis=0, return_inverse=True)
    place, radius = place.ravel(), np.zeros(len(pairs), np.float32)
    np.maximum.at(radius, place, depth[free])
    largest = np.zeros(hint.max() + 1, np.float32)
    np.maximum.at(largest, pairs[:, 0], radius)
    area, sizes = np.bincount(place, minlength=len(pairs)), np.bincount(region.ravel())
    lies_in = radius >= REACHES_INTO * largest[pairs[:, 0]]
    lies_in |= area >= COVERS * sizes[pairs[:, 1]]
    on_paper = np.bincount(place, paper[free], minlength=len(pairs)) > 0
    lies_in &= ~on_paper | (area >= ON_PAPER * np.bincount(hint.ravel())[pairs[:, 0]])
    return set(map(tuple, pairs[lies_in].tolist()))


def _edges(region: np.ndarray) -> np.ndarray:
    """Pixels that another region lies left of or above."""
    edges = np.zeros(region.shape, bool)
    edges[:, 1:] = region[:, 1:] != region[:, :-1]
    edges[1:] |= region[1:] != region[:-1]
    return edges


def _lies_in(
    pairs: set[tuple[int, int]], hint: np.ndarray, region: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Masks of the hints' pixels in the regions that they color, and of those regions."""
    table = np.zeros((hint.max() + 1, region.max() + 1), bool)
    for pair in pairs:
        table[pair] = True
    return table[hint, region], table.any(0)[region]


def _grown(
    wanted: np.ndarray, hint: np.ndarray, region: np.ndarray, hinted: np.ndarray
) -> np.ndarray:
    """The color of each hinted pixel: that of its nearest hint within the region, softly where two
    meet.

    Meyer's flooding (1994) of a flat picture from the hints is a search in breadth."""
    import cv2

    colors = np.stack([np.bincount(hint.ravel(), c.ravel()) for c in np.moveaxis(wanted, 2, 0)], 1)
    colors = (colors / np.bincount(hint.ravel()).clip(1)[:, None]).astype(np.float32)
    inside = hinted & ~_edges(region)
    markers = np.where(hint > 0, hint + 1, np.where(inside, 0, 1)).astype(np.int32)
    markers = np.pad(markers, 1, constant_values=1)
    walls = np.where(markers == 1, 255, 0).astype(np.uint8)  # so steep that hints get there first
    cv2.watershed(np.repeat(walls[..., None], 3, 2), markers)
    nearest = markers[1:-1, 1:-1] - 1
    known = (nearest > 0).astype(np.float32)
    flat = colors[nearest.clip(0)]
    soft = cv2.GaussianBlur(flat * known[..., None], (0, 0), SOFT_EDGE)
    soft /= cv2.GaussianBlur(known, (0, 0), SOFT_EDGE)[..., None].clip(TINY)
    return np.where((hint > 0)[..., None], wanted, _where_shared(soft, colors, hint, region))


def _where_shared(
    soft: np.ndarray, colors: np.ndarray, hint: np.ndarray, region: np.ndarray
) -> np.ndarray:
    """Soft colors, but exactly the hint's own in regions that have one hint alone."""
    first = np.zeros(region.max() + 1, np.int32)
    last = np.full(region.max() + 1, hint.max(), np.int32)
    here = hint > 0
    np.maximum.at(first, region[here], hint[here])
    np.minimum.at(last, region[here], hint[here])
    alone = (first == last)[region]
    return np.where(alone[..., None], colors[first[region]], soft)


def _over_lines(result: np.ndarray, parts: Parts) -> np.ndarray:
    """Carry the parts' colors on to the lines beside them, which show through where a line is
    soft."""
    import cv2

    size, changed = (7, 7), (parts.amount > 0).astype(np.float32)
    free, near = cv2.blur((~parts.line).astype(np.float32), size), cv2.blur(changed, size)
    beside = cv2.blur(result * changed[..., None], size) / near.clip(TINY)[..., None]
    share = np.where(parts.line, near / free.clip(TINY), 0).clip(0, 1)[..., None]
    return (result * (1 - share) + beside * share).astype(np.float32)
