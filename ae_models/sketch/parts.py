"""Parts of a drawing that hints color: each hint fills the region that its lines enclose.

Masks are bool (H, W), labels int32 (H, W) with 0 for lines, colors float32 (H, W, 3) in [0, 1].
"""

import numpy as np
import torch
from torch import Tensor

from ae_models.sketch.config import SketchColorPlusConfig

LINE = 0.5  # ink, of the drawing's line strength, from which on a pixel is a line
REACHES_INTO = 0.5  # radius of a hint's overlap with a region, of its largest, that fills the region
COVERS = 0.5  # share of a region that a hint covers, however little of the hint that is
SOFT_EDGE = 3.0  # px, standard deviation of the edge between two hints in a region
UNSEEN = 1e-6


def recolor(
    color: Tensor, ink: Tensor, hints: Tensor, config: SketchColorPlusConfig
) -> Tensor:
    """Give colors (1, 3, H, W) without lines the hues of hints (1, 4, H, W), RGB and opacity.

    Each region between the lines of ink (1, 1, H, W) that a hint lies in becomes its color, or the
    nearest one of several, and keeps light and shadow of up to config.shading. A region that is open
    to the border ends where the network stops painting."""
    rgb, line = _array(color), ink[0, 0].numpy() >= LINE * _strength(ink, config)
    paint = ((1 - rgb.min(2)) / config.paint_darkness).clip(0, 1)
    labels, is_open = _regions(line, paint > 0.5)
    opaque, wanted = hints[0, 3].numpy() > 0.5, _array(hints[:, :3])
    result, changed = rgb.copy(), np.zeros(line.shape, np.float32)
    for label, seeds in _hinted(labels, opaque, wanted):
        inside = labels == label
        flat = _nearest(wanted, seeds, inside)
        amount = np.where(paint > 0.5, paint, 1 - paint)[inside] if is_open[label] else 1.0
        amount = np.broadcast_to(np.asarray(amount, np.float32), inside.sum())[:, None]
        shaded = _shaded(flat[inside], rgb[inside], config.shading)
        result[inside] = rgb[inside] * (1 - amount) + shaded * amount
        changed[inside] = 1
    result = _over_lines(result, rgb, changed, line)
    return torch.from_numpy(result).permute(2, 0, 1)[None]


def _array(x: Tensor) -> np.ndarray:
    return x[0].permute(1, 2, 0).float().numpy().astype(np.float32)


def _strength(ink: Tensor, config: SketchColorPlusConfig) -> float:
    """How dark the drawing's lines are."""
    lines = ink[ink > config.blank_ink]
    if not len(lines):
        return 1.0
    return float(lines[:: max(1, len(lines) // 10_000)].quantile(config.line_quantile))


def _regions(line: np.ndarray, painted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Labels of the regions between lines, and for each label whether it is open to the border; there
    painted and unpainted regions are told apart."""
    import cv2

    count, labels = cv2.connectedComponents((~line).astype(np.uint8), connectivity=4)
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    is_open = np.isin(np.arange(count), border) & (np.arange(count) > 0)
    for part in (painted, ~painted):
        split = is_open[labels.clip(0, len(is_open) - 1)] & (labels < count) & part
        more, found = cv2.connectedComponents(split.astype(np.uint8), connectivity=4)
        labels = np.where(found > 0, found + labels.max(), labels)
    flags = np.zeros(labels.max() + 1, bool)
    flags[count:] = True
    return labels, flags


def _hinted(labels: np.ndarray, opaque: np.ndarray, wanted: np.ndarray):
    """(label, seeds) of each region that a hint lies in; seeds are the hint's pixels there.

    A hint that only touches a region across a line does not lie in it."""
    import cv2

    hint = _same_color(opaque, wanted)
    free = opaque & (labels > 0)
    edges = np.zeros(labels.shape, bool)
    edges[:, 1:] = labels[:, 1:] != labels[:, :-1]
    edges[1:] |= labels[1:] != labels[:-1]
    depth = cv2.distanceTransform((free & ~edges).astype(np.uint8), cv2.DIST_L2, 3)
    pairs, place = np.unique(
        np.stack([hint[free], labels[free]], 1), axis=0, return_inverse=True
    )
    place = place.ravel()
    radius, area = np.zeros(len(pairs), np.float32), np.bincount(place, minlength=len(pairs))
    np.maximum.at(radius, place, depth[free])
    largest = np.zeros(hint.max() + 1, np.float32)
    np.maximum.at(largest, pairs[:, 0], radius)
    sizes = np.bincount(labels.ravel())
    lies_in = radius >= REACHES_INTO * largest[pairs[:, 0]]
    lies_in |= area >= COVERS * sizes[pairs[:, 1]]
    for label in np.unique(pairs[lies_in, 1]):
        chosen = pairs[lies_in & (pairs[:, 1] == label), 0]
        yield label, free & (labels == label) & np.isin(hint, chosen)


def _same_color(opaque: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Labels of the hints: neighboring opaque pixels of about the same color."""
    import cv2

    coarse = (wanted * 15.99).astype(np.int32) @ np.array([256, 16, 1], np.int32)
    labels = np.zeros(opaque.shape, np.int32)
    for value in np.unique(coarse[opaque]):
        found = cv2.connectedComponents((opaque & (coarse == value)).astype(np.uint8))[1]
        labels = np.where(found > 0, found + labels.max(), labels)
    return labels


def _nearest(wanted: np.ndarray, seeds: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """The color of the nearest seed for each pixel inside, softly where two meet."""
    import cv2

    labels = cv2.distanceTransformWithLabels(
        (~seeds).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )[1]
    colors = np.zeros((labels.max() + 1, 3), np.float32)
    colors[labels[seeds]] = wanted[seeds]
    if np.ptp(wanted[seeds], axis=0).max() < 1 / 255:
        return colors[labels]
    weight = inside.astype(np.float32)
    soft = cv2.GaussianBlur(colors[labels] * weight[..., None], (0, 0), SOFT_EDGE)
    return soft / cv2.GaussianBlur(weight, (0, 0), SOFT_EDGE)[..., None].clip(UNSEEN)


def _shaded(flat: np.ndarray, painted: np.ndarray, most: float) -> np.ndarray:
    """Flat colors (N, 3) with the light and shadow of painted ones, `most` for a middle tone and none
    for white and black; hues stay."""
    light = flat @ np.float32([0.299, 0.587, 0.114])
    shade = painted @ np.float32([0.299, 0.587, 0.114])
    shade = (shade - shade.mean()).clip(-most, most) * 4 * light * (1 - light)
    darker = flat * (1 + shade.clip(None, 0) / light.clip(UNSEEN))[:, None]
    return darker + (1 - darker) * (shade.clip(0) / (1 - light).clip(UNSEEN))[:, None]


def _over_lines(
    result: np.ndarray, before: np.ndarray, changed: np.ndarray, line: np.ndarray
) -> np.ndarray:
    """Carry changes on to the lines beside them, which show through where a line is soft."""
    import cv2

    size = (7, 7)
    free = cv2.blur((~line).astype(np.float32), size)
    near = cv2.blur(changed, size)
    beside = cv2.blur(result * changed[..., None], size) / near.clip(UNSEEN)[..., None]
    share = np.where(line, near / free.clip(UNSEEN), 0).clip(0, 1)[..., None]
    return result * (1 - share) + beside * share
