"""Drawings of things with known parts, drawn at random by this file: no picture file is read.

A kind is a function of a random generator that gives the parts of a thing, the hindmost first, with
x and y about 0 to 100 and y downwards. A scene has one to three things on white paper and at most
COLORS colors, those that are alike made one. Picture number i of a seed is always the same."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor

from ae_models.sketch.palettes import COLORS

SIDE, SMALL = 512, 128  # px: of a drawing, and of the pictures for training
WHITE = (255, 255, 255)

TONES = {  # colors that a part may have, all of them likely
    "skin": "ffe2cc f6cda8 e0a878 c68a5c a0683f 7c4a2c 54301e",
    "hair": "1f1a1c 3a2518 6a4424 a8743a e6c060 b4502a 9c9894",
    "lips": "c8505a b04048 d87878 9a3a40",
    "leaf": "3f9a3c 6ab444 2f7a3a 8ac85a 5a9050 a8b840",
    "wood": "8a5a32 6e4426 a87444 c08c54 5a3a24",
    "wall": "f2e2bc f8ecd8 e8c890 d8d4cc f0c8b0 c8dce8 e8dc8c f6d0d0 d8b088",
    "roof": "b8412f d85a3a 8c3a2c 7a4a36 5a5f6e a0522d c0392b 4a6a8a",
    "glass": "a8d8f0 8cc4e8 c4e8f4 f6e08a 6a9cc4",
    "stone": "a8a49c 8c8c90 c4beb0 76726e b8a88c",
    "metal": "a8b4bc 8494a0 c8d0d4 6a7a88 98a8c0",
    "dark": "2c2a2e 3c3c44 4a3c38 23262c",
    "fire": "f6a02c f8c838 ee6a24 f0502c",
    "sun": "fad23c f8b830 fce46a f69a2c",
    "sky": "a8d4f4 88c0ec c8e4f8",
    "water": "3f8cc8 62b0dc 2f6aa8 58c0c8",
    "fur": "e8a04c b8743c 8a5c3c f0dcb8 9a948e 4a4444 f4efe6 d8c0a0 c88a5a",
    "beak": "f6a830 f08a28 fac840 d8842c",
    "food": "f8c8d4 7a4a2c fae4b0 f49ab0 b8e0b4 d8b4e0 f6ecd8 c8603c",
    "crust": "e0a858 c88a44 f0c47c b8783c",
    "cloth": "3a5a9c 26365e 6a6a70 8a6a4a 3c3c40 4a6a4a a89878 5a7ab0",
    "vivid": "e0393c 2f78d0 f4c430 3aa655 f08030 9650b4 ec6aa0 35b4b4 f2f2ee d83a78 5cc0f0 8cc83c",
}

Curve = np.ndarray  # (N, 2), x and y
Color = tuple[int, ...]  # RGB of 255


class Part(NamedTuple):
    """An area with an outline, or a line in it."""

    curve: Curve
    color: Color | None  # None is an open line


class Scene(NamedTuple):
    """A drawing and what it shows, of SIDE x SIDE px."""

    sketch: np.ndarray  # (H, W), uint8, 0 is ink
    art: np.ndarray  # (H, W, 3), uint8, in flat colors with outlines
    part: np.ndarray  # (H, W), int, index into `colors`; -1 on lines and paper
    colors: np.ndarray  # (parts, 3), RGB in [0, 1]
    palette: np.ndarray  # (COLORS, 4), the colors and their shares of the painted area


# ---- shapes ----


def poly(*points: tuple[float, float]) -> Curve:
    return np.array(points, float)


def rect(left: float, top: float, right: float, bottom: float) -> Curve:
    return poly((left, top), (right, top), (right, bottom), (left, bottom))


def soft(*points: tuple[float, float], closed: bool = True) -> Curve:
    """A polygon with its corners cut three times (Chaikin 1974)."""
    p = np.array(points, float)
    for _ in range(3):
        ahead = np.roll(p, -1, 0)
        cut = np.stack([0.75 * p + 0.25 * ahead, 0.25 * p + 0.75 * ahead], 1).reshape(-1, 2)
        p = cut if closed else np.concatenate([p[:1], cut[1:-3], p[-1:]])
    return p


def oval(x: float, y: float, rx: float, ry: float, start: float = 0, end: float = 360) -> Curve:
    a = np.radians(np.linspace(start, end, 28))
    return np.stack([x + rx * np.cos(a), y + ry * np.sin(a)], 1)


def limb(x: float, y: float, x1: float, y1: float, wide: float, narrow: float) -> Curve:
    """A stretch from one place to another, with its widths there."""
    across = np.array([y - y1, x1 - x]) / max(1e-6, np.hypot(x1 - x, y1 - y)) / 2
    a, b = np.array([x, y]), np.array([x1, y1])
    return np.array([a + across * wide, b + across * narrow, b - across * narrow, a - across * wide])


def petal(x: float, y: float, angle: float, length: float, width: float) -> Curve:
    """A leaf that grows from a place."""
    t = np.linspace(0, np.pi, 14)
    along, across = (1 - np.cos(t)) / 2 * length, np.sin(t) * width / 2
    p = np.concatenate([np.stack([along, across], 1), np.stack([along, -across], 1)[-2:0:-1]])
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return p @ np.array([[cos, sin], [-sin, cos]]) + [x, y]


def puffy(r: Generator, x: float, y: float, rx: float, ry: float) -> Curve:
    """A cloud's or a crown's outline."""
    bumps, a = r.integers(5, 10), np.linspace(0, 2 * np.pi, 100)[:-1]
    swell = 1 + r.uniform(0.08, 0.16) * np.abs(np.sin(bumps * a / 2 + r.uniform(0, 3)))
    return np.stack([x + rx * swell * np.cos(a), y + ry * swell * np.sin(a)], 1)


def flipped(*curves: Curve) -> list[Curve]:
    """Curves and their mirror images about x = 50."""
    return [*curves, *[c * [-1, 1] + [100, 0] for c in curves]]


def fill(color: Color, *curves: Curve) -> list[Part]:
    return [Part(curve, color) for curve in curves]


def ink(*curves: Curve) -> list[Part]:
    return [Part(curve, None) for curve in curves]


def tones(r: Generator, names: str) -> list[Color]:
    """A color for each name of TONES."""

    def one(name: str) -> Color:
        rgb = np.array([*bytes.fromhex(r.choice(TONES[name].split()))], float)
        return tuple((rgb * r.uniform(0.92, 1.06) + r.normal(0, 6, 3)).clip(8, 250).astype(int))

    return [one(name) for name in names.split()]


def maybe(r: Generator, share: float, parts: list[Part]) -> list[Part]:
    return parts if r.random() < share else []


def eyes(x: float, y: float, apart: float, size: float) -> list[Part]:
    return ink(*[oval(x + s * apart, y, size * k, size * k) for s in (-1, 1) for k in (1, 0.4)])


def pane(color: Color, x: float, y: float, w: float, h: float) -> list[Part]:
    """A window with bars."""
    return fill(color, rect(x - w, y - h, x + w, y + h)) + ink(
        poly((x, y - h), (x, y + h)), poly((x - w, y), (x + w, y))
    )


def wheels(r: Generator, y: float, size: float, *places: float) -> list[Part]:
    tire, hub = tones(r, "dark metal")
    return [p for x in places for p in fill(tire, oval(x, y, size, size))
            + fill(hub, oval(x, y, size * 0.5, size * 0.5))]  # fmt: skip


# ---- things ----
# fmt: off


def house(r: Generator) -> list[Part]:
    wall, roof, door, glass, brick = tones(r, "wall roof wood glass roof")
    w, top, peak = r.uniform(26, 40), r.uniform(42, 58), r.uniform(8, 26)
    over, ridge = r.uniform(0, 9), r.choice([0, r.uniform(5, 20)])
    x, y = 50 + w * r.uniform(0.3, 0.6), r.uniform(top + 12, 76)
    middle, width, high = 50 + r.choice([0, -0.5 * w]), r.uniform(5, 8), r.uniform(62, 72)
    apart = w * r.uniform(0.5, 0.62)
    panes = [x for x in (50 - apart, 50 + apart, 50) if abs(x - middle) > width + 5]
    return [
        *maybe(r, 0.6, fill(brick, rect(x - 4, peak + 2, x + 5, top))),
        *fill(wall, rect(50 - w, top, 50 + w, 95)),
        *fill(roof, poly((50 - w - over, top), (50 - ridge, peak), (50 + ridge, peak), (50 + w + over, top))),
        *fill(door, rect(middle - width, high, middle + width, 95) if r.random() < 0.7
              else soft((middle - width, 95), (middle - width, 95), (middle - width, high), (middle + width, high), (middle + width, 95), (middle + width, 95))),
        *maybe(r, 0.8, ink(oval(middle + width * 0.6, 82, 1, 1))),
        *[p for x in panes for p in pane(glass, x, y, r.uniform(5, 6.5), r.uniform(5, 7))],
        *maybe(r, 0.4, fill(glass, oval(50, (top + peak) / 2 + 3, 5, 5))),
    ]


def tree(r: Generator) -> list[Part]:
    leaf, wood, fruit = tones(r, "leaf wood vivid")
    trunk, w = fill(wood, limb(50, 55, 50, 97, r.uniform(6, 12), r.uniform(9, 18))), r.uniform(22, 36)
    style = r.integers(3)
    if style == 0:
        tiers = [poly((50 - w * k, y + 30), (50, y), (50 + w * k, y + 30)) for k, y in ((1, 50), (0.8, 28), (0.6, 6))]
        return trunk + fill(leaf, *tiers[: r.integers(1, 4)])
    crown = puffy(r, 50, 36, w, r.uniform(24, 32)) if style == 1 else oval(50, 38, w * 0.9, 34)
    spots = [oval(50 + w * x, 36 + 26 * y, 3.5, 3.5) for x, y in r.uniform(-0.6, 0.6, (r.integers(3, 7), 2))]
    return trunk + fill(leaf, crown) + maybe(r, 0.35, fill(fruit, *spots))


def flower(r: Generator) -> list[Part]:
    petals, middle, green, pot = tones(r, "vivid sun leaf roof")
    count, length, y = r.integers(5, 10), r.uniform(16, 24), r.uniform(26, 34)
    bend = r.uniform(-8, 8)
    stem = soft((48.5, y), (48 + bend, 65), (48.5, 97), (51.5, 97), (51.5 + bend, 65), (51.5, y))
    leaves = [petal(50 + bend * 0.4, r.uniform(72, 90), a, r.uniform(18, 28), r.uniform(8, 13)) for a in (-35, 215)]
    if r.random() < 0.25:  # a tulip
        cup = soft((50, 45), (34, 42), (34, 20), (34, 8), (43, 24), (50, 6), (57, 24), (66, 8), (66, 20), (66, 42))
        return fill(green, stem, *leaves) + fill(petals, cup)
    turn, fat = r.uniform(0, 90), r.uniform(0.5, 1) * 360 / count / 57 * length
    around = [petal(50, y, turn + 360 * i / count, length, fat + 4) for i in range(count)]
    return [*fill(green, stem, *leaves[: r.integers(1, 3)]), *fill(petals, *around),
            *fill(middle, oval(50, y, length * 0.36, length * 0.36)),
            *maybe(r, 0.3, fill(pot, poly((34, 82), (66, 82), (60, 99), (40, 99))))]


def car(r: Generator) -> list[Part]:
    body, glass, lamp = tones(r, "vivid glass sun")
    h, roof, tail = r.uniform(44, 52), r.uniform(24, 34), r.uniform(16, 30)
    cabin = [(tail, h + 3), (tail + r.uniform(4, 14), roof), (64, roof), (r.uniform(72, 80), h + 3)]
    low = soft((4, 70), (4, 70), (4, h + 2), (20, h), (78, h), (97, h + 6), (97, 70), (97, 70))
    back, front = tail + 12, 68
    return [
        *fill(body, soft(*[p for p in cabin for _ in (0, 1)]), low),
        *fill(glass, poly((back, h), (back + 3, roof + 5), (46, roof + 5), (46, h)), poly((50, h), (50, roof + 5), (62, roof + 5), (front, h))),
        *maybe(r, 0.7, fill(lamp, oval(93, h + 10, 3, 4))),
        *maybe(r, 0.7, ink(poly((48, h), (48, 70)), poly((52, h + 6), (57, h + 6)))),
        *wheels(r, 71, r.uniform(9, 12), 25, 75),
    ]


def truck(r: Generator) -> list[Part]:
    cab, box, glass = tones(r, "vivid vivid glass")
    top, h = r.uniform(18, 34), r.uniform(34, 44)
    return [*fill(box, rect(3, top, 62, 72)), *fill(cab, poly((64, h), (80, h), (93, 54), (97, 56), (97, 72), (64, 72))),
            *fill(glass, poly((68, h + 4), (79, h + 4), (87, 54), (68, 54))),
            *maybe(r, 0.4, ink(poly((3, 50), (62, 50)))), *wheels(r, 73, r.uniform(8, 11), 18, 45, 82)]


def person(r: Generator) -> list[Part]:
    skin, hair, shirt, trousers, shoes, hat = tones(r, "skin hair vivid cloth dark vivid")
    rx, ry, w, waist = r.uniform(8, 13), r.uniform(10, 13), r.uniform(9, 14), r.uniform(56, 64)
    dress, long, sleeve, spread = r.random() < 0.3, r.random() < 0.4, r.uniform(0.3, 1), r.uniform(4, 8)
    arm, reach = np.radians(r.uniform(-40, 80)), r.uniform(22, 28)
    hx, hy = 50 + w + reach * np.cos(arm), 40 + reach * np.sin(arm)
    ex, ey = 50 + w + (hx - 50 - w) * sleeve - 2, 40 + (hy - 40) * sleeve
    legs = flipped(limb(50 - w / 2, waist - 2, 50 - spread, 92, w, r.uniform(6, 9)))
    hips = rect(50 - w, waist - 1, 50 + w, waist + 4)
    torso = poly((50 - w, 37), (50 + w, 37), (50 + w, waist), (50 - w, waist))
    if dress:
        torso = poly((50 - w * 0.8, 37), (50 + w * 0.8, 37), (50 + w * 1.5, 76), (50 - w * 1.5, 76))
        legs, hips = flipped(limb(46, 74, 45, 92, 5, 4)), None
    fringe = oval(50, 22 - 0.05 * ry, rx * 1.08, ry * 1.15, 180 + r.uniform(-25, 20), 360 - r.uniform(-25, 20))
    cap = poly((50 - rx * 1.1, 15), (50 - rx * 0.8, 4), (50 + rx * 0.8, 4), (50 + rx * 1.1, 15))
    return [
        *(fill(hair, soft((50, 4), (50 - rx * 1.7, 6), (50 - rx * 1.4, 44), (50 + rx * 1.4, 44), (50 + rx * 1.7, 6))) if long else []),
        *fill(skin, rect(47, 30, 53, 39)),
        *fill(skin if dress else trousers, *legs),
        *fill(shoes, *flipped(oval(50 - spread - 2, 94, 6, 3.5))),
        *fill(skin, *flipped(limb(50 + w - 2, 41, hx, hy, 6, 4), oval(hx, hy, 3.2, 3.2))),
        *([] if dress else fill(trousers, hips)),
        *fill(shirt, *flipped(limb(50 + w - 3, 41, ex, ey, 8, 7)), torso),
        *fill(skin, oval(50, 22, rx, ry)),
        *fill(hair, fringe),
        *maybe(r, 0.15, fill(hat, cap)),
        *eyes(50, 22, rx * 0.4, 1.1), *ink(oval(50, 25, rx * 0.35, 3.5, 20, 160)),
    ]


def face(r: Generator) -> list[Part]:
    skin, hair, lips, shirt = tones(r, "skin hair lips vivid")
    rx, ry, long = r.uniform(22, 28), r.uniform(28, 33), r.random() < 0.5
    back = soft((50, 2), (50 - rx * 1.7, 4), (50 - rx * 1.5, 92), (50 + rx * 1.5, 92), (50 + rx * 1.7, 4))
    fringe = np.concatenate([oval(50, 46, rx * 1.1, ry * 1.2, 190, 350), soft((72, 36), (50, r.uniform(20, 34)), (28, 36), closed=False)])
    return [*(fill(hair, back) if long else []), *fill(shirt, soft((14, 108), (20, 84), (50, 78), (80, 84), (86, 108))),
            *fill(skin, rect(43, 70, 57, 84), *flipped(oval(50 - rx, 48, 4, 6)), oval(50, 48, rx, ry)), *fill(hair, fringe),
            *fill(WHITE, *flipped(oval(50 - rx * 0.42, 46, 5, 3.6))), *ink(*flipped(oval(50 - rx * 0.42, 46, 1.6, 2))),
            *ink(poly((50, 50), (48, 57), (51, 57))), *fill(lips, soft((40, 65), (50, 63), (60, 65), (50, 71)))]


def boat(r: Generator) -> list[Part]:
    hull, sail, flag, wood, glass = tones(r, "vivid wall vivid wood glass")
    sail, deck = (WHITE if r.random() < 0.4 else sail), r.uniform(64, 72)
    body = fill(hull, poly((r.uniform(4, 14), deck), (r.uniform(88, 98), deck), (80, 90), (20, 90)))
    if r.random() < 0.3:  # a steamer
        funnel = fill(flag, rect(55, 28, 66, 46)) + fill(sail, rect(28, 46, 74, deck))
        return funnel + body + [p for x in (38, 51, 64) for p in fill(glass, oval(x, 55, 3.6, 3.6))]
    return [*fill(wood, rect(48.5, 8, 51.5, deck)), *body, *fill(flag, poly((51.5, 6), (64, 10), (51.5, 15))),
            *fill(sail, poly((53, 17), (r.uniform(76, 90), 60), (53, 60))), *maybe(r, 0.6, fill(sail, poly((47, 20), (20, 60), (47, 60)))),
            *maybe(r, 0.3, fill(glass, *[oval(x, 78, 3, 3) for x in (36, 50, 64)]))]


def robot(r: Generator) -> list[Part]:
    body, head, joint, light, screen = tones(r, "metal metal dark vivid glass")
    body, head = (head, head) if r.random() < 0.5 else (tones(r, "vivid")[0], head)
    w, k, y = r.uniform(14, 22), r.uniform(10, 18), r.uniform(50, 72)
    arm = 50 + w + r.uniform(8, 12)
    return [
        *fill(joint, rect(49, 4, 51, 14), rect(46, 36, 54, 44), *flipped(limb(50 + w, 50, arm, 52, 6, 6))),
        *fill(light, oval(50, 5, 3, 3)), *fill(head, rect(50 - k, 13, 50 + k, 38)),
        *fill(light, *flipped(oval(50 - k * 0.45, 23, 3.4, 3.4))), *ink(poly((50 - k * 0.5, 32), (50 + k * 0.5, 32))),
        *fill(body, *flipped(limb(arm, 48, arm + 3, y, 7, 6)), *flipped(rect(50 - w * 0.7, 74, 50 - w * 0.2, 90))),
        *fill(joint, *flipped(oval(arm + 3, y + 3, 4.5, 4.5)), *flipped(rect(50 - w * 0.85, 89, 50 - w * 0.1, 96))),
        *fill(body, rect(50 - w, 43, 50 + w, 76)), *maybe(r, 0.7, fill(screen, rect(50 - w * 0.6, 48, 50 + w * 0.6, 60))),
        *fill(light, *[oval(50 + x * w * 0.5, 68, 2.4, 2.4) for x in (-1, 0, 1)]),
    ]


def fish(r: Generator) -> list[Part]:
    body, fins, stripe = tones(r, "vivid vivid vivid")
    h, x = r.uniform(14, 24), r.uniform(74, 80)
    bands = [poly((a, 50 - h * 0.9), (a + 7, 50 - h * 0.85), (a + 7, 50 + h * 0.85), (a, 50 + h * 0.9)) for a in (38, 54)]
    return [*fill(fins, soft((x - 8, 50), (97, 50 - h), (97, 50 - h), (90, 50), (97, 50 + h), (97, 50 + h)),
                  soft((34, 54 - h), (44, 36 - h), (62, 42 - h), (62, 58 - h)), soft((40, 46 + h), (50, 60 + h), (56, 46 + h))),
            *fill(body, soft((4, 50), (20, 50 - h), (44, 48 - h * 1.3), (x + 6, 50), (44, 52 + h * 1.3), (20, 50 + h))),
            *maybe(r, 0.4, fill(stripe, *bands)), *maybe(r, 0.5, fill(fins, petal(40, 54, r.uniform(-20, 40), 14, 9))),
            *fill(WHITE, oval(21, 46, 4.5, 4.5)), *ink(oval(21, 46, 1.5, 1.5), oval(6, 54, 6, 5, -20, 60))]


def pet(r: Generator) -> list[Part]:
    """A cat, a dog, a bear or a rabbit that sits."""
    fur, belly, nose, collar = tones(r, "fur fur food vivid")
    w, h, kind = r.uniform(20, 27), r.uniform(18, 22), r.integers(4)
    ear = [poly((28, 32), (26, 6), (44, 18)), soft((30, 20), (16, 20), (14, 48), (26, 50), (32, 30)),
           oval(30, 18, 8, 8), soft((36, 26), (24, -14), (38, -24), (46, 20))][kind]
    inner = [poly((31, 26), (29, 12), (39, 18)), None, oval(30, 18, 4, 4), soft((37, 16), (31, -10), (38, -14), (42, 14))][kind]
    body = soft((38, 58), (24, 74), (26, 96), (74, 96), (76, 74), (62, 58))
    tail = [soft((70, 92), (92, 88), (88, 62), (82, 64), (84, 80), (70, 82)), oval(78, 88, 7, 6)][int(kind > 1)]
    return [*fill(fur, tail, *flipped(ear)), *(fill(nose, *flipped(inner)) if kind != 1 else []), *fill(fur, body),
            *maybe(r, 0.6, fill(belly, oval(50, 80, 12, 14))), *fill(fur, *flipped(oval(38, 93, 7, 4.5)), oval(50, 40, w, h)),
            *maybe(r, 0.5, fill(collar, soft((38, 57), (50, 62), (62, 57), (62, 62), (50, 67), (38, 62)))),
            *maybe(r, 0.4, fill(belly, oval(50, 49, 9, 7))), *eyes(50, 37, w * 0.4, r.uniform(1.5, 4)),
            *fill(nose, poly((46.5, 45), (53.5, 45), (50, 49))), *ink(oval(46, 51, 4, 3, 0, 160), oval(54, 51, 4, 3, 20, 180))]


def bird(r: Generator) -> list[Part]:
    body, wing, belly, beak = tones(r, "vivid vivid wall beak")
    fat, tall = r.uniform(18, 24), r.uniform(76, 90)
    return [*fill(beak, limb(46, 66, 44, 94, 2.6, 2.6), limb(56, 66, 56, 94, 2.6, 2.6)), *ink(poly((38, 95), (44, 93), (48, 96)), poly((50, 95), (56, 93), (61, 96))),
            *fill(wing, poly((68, 56), (97, r.uniform(44, 64)), (92, tall - 10), (66, 66))), *fill(beak, poly((14, 31), (2, 36), (15, 40))),
            *fill(body, soft((12, 36), (14, 20), (32, 18), (44, 36), (78, 48), (80, 66), (48, 50 + fat), (26, 66), (20, 44))),
            *maybe(r, 0.5, fill(belly, soft((24, 48), (40, 52), (58, 66), (46, 70), (28, 64)))),
            *fill(wing, soft((40, 46), (62, 44), (84, 58), (60, 62), (44, 58))), *ink(oval(23, 30, 2.4, 2.4), oval(23, 30, 0.8, 0.8))]


def butterfly(r: Generator) -> list[Part]:
    wing, spot, low, body = tones(r, "vivid vivid vivid dark")
    low, a = (wing if r.random() < 0.5 else low), r.uniform(-8, 12)
    return [*fill(low, *flipped(soft((50, 50), (30, 52), (14, 70 + a), (24, 92), (44, 86)))),
            *fill(wing, *flipped(soft((50, 52), (42, 12), (8, 6 + a), (4, 34), (20, 58)))),
            *fill(spot, *flipped(oval(26, 30 + a / 2, 7, 6))), *maybe(r, 0.6, fill(spot, *flipped(oval(30, 72, 5, 5)))),
            *fill(body, oval(50, 54, 4, 24)), *fill(body, oval(50, 28, 5, 5)), *ink(*flipped(soft((49, 24), (44, 12), (38, 10), closed=False)))]


def umbrella(r: Generator) -> list[Part]:
    one, two, wood = tones(r, "vivid vivid wood")
    two, count, top = (one if r.random() < 0.25 else two), int(r.choice([3, 4, 5])), r.uniform(10, 22)
    ribs = np.linspace(4, 96, count + 1)
    t = np.linspace(0.1, np.pi / 2, 8)
    rib = np.stack([np.cos(t), 52 - (52 - top) * np.sin(t)], 1)
    roof = [np.concatenate([rib * [a - 50, 1], (rib * [b - 50, 1])[::-1], poly(((a + b) / 2 - 50, 47))]) + np.array([50, 0])
            for a, b in zip(ribs, ribs[1:])]
    hook = np.concatenate([oval(44, 88, 7.5, 8, 0, 180), oval(44, 88, 4.5, 5, 180, 0)])
    return fill(wood, rect(48.5, top - 6, 51.5, 88), hook) + [p for i, c in enumerate(roof) for p in fill((one, two)[i % 2], c)]


def cup(r: Generator) -> list[Part]:
    body, drink, band, plate = tones(r, "vivid wood vivid wall")
    w, y = r.uniform(22, 30), r.uniform(22, 36)
    handle = np.concatenate([oval(50 + w, 52, 18, 15, -90, 90), oval(50 + w, 52, 11, 9, 90, -90)])
    decor = fill(band, rect(50 - w + 1, 52, 50 + w - 1, 64)) if r.random() < 0.6 else fill(band, oval(50, 58, 9, 9))
    return [*maybe(r, 0.4, fill(plate, oval(50, 88, 46, 7))), *fill(body, handle, soft((50 - w, y), (50 - w, y), (50 - w * 0.9, 88), (50 + w * 0.9, 88), (50 + w, y), (50 + w, y))),
            *maybe(r, 0.6, decor), *fill(drink, oval(50, y + 3, w * 0.9, 6)), *maybe(r, 0.4, ink(*[soft((x, 16), (x + 4, 10), (x - 4, 5), (x, -2), closed=False) for x in (42, 50, 58)]))]


def balloons(r: Generator) -> list[Part]:
    count = r.integers(1, 5)
    places = [(30, 30), (68, 26), (50, 48), (48, 16)][:count]
    parts = ink(*[soft((x, y + 20), (x, 70), (50, 98), closed=False) for x, y in places])
    for (x, y), color in zip(places, tones(r, "vivid vivid vivid vivid")):
        parts += fill(color, poly((x - 3, y + 23), (x, y + 18), (x + 3, y + 23)), oval(x, y, r.uniform(14, 18), 20))
    return parts


def ice_cream(r: Generator) -> list[Part]:
    cone, cherry = tones(r, "crust roof")
    scoops, w = tones(r, "food food food")[: r.integers(1, 4)], r.uniform(14, 19)
    parts = fill(cone, poly((50 - w, 52), (50 + w, 52), (50, 98))) + ink(*[poly((50 - w * k, 52), (50 + w * k * 0.2, 90)) for k in (0.6, 0)], *[poly((50 + w * k, 52), (50 - w * k * 0.2, 90)) for k in (0.6, 0)])
    for i, color in enumerate(scoops):
        parts += fill(color, puffy(r, 50, 44 - 17 * i, w * (1 - 0.12 * i), 13))
    return parts + maybe(r, 0.5, fill(cherry, oval(50, 44 - 17 * len(scoops), 4.5, 4.5)))


def mushroom(r: Generator) -> list[Part]:
    cap, stem, grass, spot = tones(r, "vivid wall leaf wall")
    spot = WHITE if r.random() < 0.7 else spot
    dots = [oval(x, y, s, s * 0.85) for x, y, s in ((50, 22, 6), (28, 38, 5), (72, 38, 5), (44, 42, 4), (60, 42, 3.5))]
    top = r.uniform(4, 16)
    return [*fill(stem, soft((40, 46), (36, 96), (36, 97), (64, 97), (64, 96), (60, 46))), *fill(cap, np.concatenate([oval(50, 50, 44, 50 - top, 180, 360), oval(50, 50, 44, 6, 0, 180)])),
            *fill(spot, *dots[: r.integers(2, 6)]), *maybe(r, 0.4, fill(grass, *[poly((x, 98), (x + d, 84), (x + 6, 98)) for x, d in ((24, -2), (30, 6), (66, 0), (72, 8))]))]


def rocket(r: Generator) -> list[Part]:
    body, fins, glass, fire, inner = tones(r, "wall vivid glass fire sun")
    body, w, y = (tones(r, "vivid")[0] if r.random() < 0.3 else body), r.uniform(12, 17), r.uniform(24, 32)
    hull = soft((50, 0), (50 + w * 1.2, 26), (50 + w, 74), (50 + w * 0.8, 80), (50 - w * 0.8, 80), (50 - w, 74), (50 - w * 1.2, 26))
    nose = hull[hull[:, 1] < y]
    nose = nose[np.argsort(np.arctan2(nose[:, 1] - y, nose[:, 0] - 50))]
    return [*fill(fire, soft((42, 78), (38, 92), (50, 104), (62, 92), (58, 78))), *maybe(r, 0.5, fill(inner, soft((46, 78), (45, 88), (50, 95), (55, 88), (54, 78)))),
            *fill(fins, *flipped(poly((50 + w * 0.8, 52), (50 + w * 2, 72), (50 + w * 2, 88), (50 + w * 0.7, 76)))), *fill(body, hull), *fill(fins, nose),
            *fill(glass, oval(50, 42, w * 0.5, w * 0.5)), *maybe(r, 0.4, fill(fins, rect(50 - w * 0.9, 66, 50 + w * 0.9, 72)))]


def cake(r: Generator) -> list[Part]:
    low, high, icing, candle, plate = tones(r, "food food food vivid stone")
    drip = np.concatenate([poly((26, 40)), np.stack([np.linspace(26, 74, 40), 48 + 3 * np.sin(np.linspace(0, 22, 40))], 1), poly((74, 40))])
    count = r.integers(1, 5)
    flames = [50 + 9 * (i - (count - 1) / 2) for i in range(count)]
    return [*fill(plate, oval(50, 92, 48, 6)), *fill(low, rect(14, 64, 86, 92)), *fill(high, rect(26, 40, 74, 64)), *fill(icing, drip),
            *fill(candle, *[rect(x - 2, 22, x + 2, 40) for x in flames]), *fill(tones(r, "fire")[0], *[petal(x, 22, -90, 9, 5) for x in flames])]


def snowman(r: Generator) -> list[Part]:
    hat, scarf, nose, wood = tones(r, "dark vivid beak wood")
    w = r.uniform(0.85, 1.1)
    return [*fill(wood, *flipped(limb(66, 54, 90, r.uniform(36, 56), 2.5, 2))), *fill(WHITE, oval(50, 80, 24 * w, 19), oval(50, 54, 18 * w, 15), oval(50, 31, 13 * w, 12)),
            *fill(scarf, soft((37, 41), (63, 41), (64, 46), (36, 46)), poly((56, 44), (62, 44), (64, 60), (58, 60))), *eyes(50, 28, 5, 1.2),
            *fill(nose, poly((49, 31), (49, 35), (r.uniform(58, 66), 34))), *fill(hat, rect(40, 4, 60, 20), rect(34, 18, 66, 22)), *ink(*[oval(50, y, 1.2, 1.2) for y in (54, 72, 80)])]


def gift(r: Generator) -> list[Part]:
    box, ribbon, lid = tones(r, "vivid vivid vivid")
    lid, w = (box if r.random() < 0.6 else lid), r.uniform(26, 40)
    return [*fill(box, rect(50 - w, 48, 50 + w, 96)), *fill(lid, rect(50 - w - 4, 34, 50 + w + 4, 48)), *fill(ribbon, rect(45, 34, 55, 96)),
            *fill(ribbon, *flipped(soft((50, 34), (36, 10), (22, 16), (28, 32)))), *fill(ribbon, oval(50, 31, 5, 5))]


def castle(r: Generator) -> list[Part]:
    stone, roof, gate, flag = tones(r, "stone roof wood vivid")
    y, w = r.uniform(48, 58), r.uniform(8, 12)
    teeth = [p for i in range(6) for p in ((25 + i * 10, y - 6), (30 + i * 10, y - 6), (30 + i * 10, y), (35 + i * 10, y))][:-2]
    return [*fill(stone, poly((25, 95), *teeth, (80, 95))), *fill(stone, *flipped(rect(20 - w, 36, 20 + w, 95))),
            *fill(roof, *flipped(poly((17 - w, 36), (20, r.uniform(8, 18)), (23 + w, 36)))), *fill(flag, *flipped(poly((20, 4), (32, 8), (20, 12)))[:1]),
            *fill(gate, np.concatenate([oval(50, 76, 9, 10, 180, 360), poly((59, 95), (41, 95))])), *fill(tones(r, "glass dark")[r.integers(2)], *flipped(rect(17, 48, 23, 60)))]


def turtle(r: Generator) -> list[Part]:
    shell, skin, plate = tones(r, "wood leaf leaf")
    shell = tones(r, "vivid")[0] if r.random() < 0.4 else shell
    top = r.uniform(20, 32)
    return [*fill(skin, soft((84, 66), (97, 70), (82, 72)), *[soft((x, 68), (x + 12, 68), (x + 11, 90), (x + 1, 90)) for x in (30, 62)], soft((24, 66), (6, 60), (4, 42), (18, 38), (30, 58))),
            *fill(shell, np.concatenate([oval(54, 70, 34, 70 - top, 180, 360), oval(54, 70, 34, 5, 0, 180)])),
            *maybe(r, 0.7, fill(plate, *[oval(x, y, 6, 6) for x, y in ((40, 54), (54, 46), (68, 54))])), *ink(oval(13, 47, 1.5, 1.5))]


def fruit(r: Generator) -> list[Part]:
    skin, stalk, leaf = tones(r, "vivid wood leaf")
    shape = [soft((50, 26), (18, 12), (8, 52), (28, 98), (50, 90), (72, 98), (92, 52), (82, 12)), soft((50, 12), (36, 14), (34, 42), (10, 74), (30, 98), (70, 98), (90, 74), (66, 42), (64, 14)), oval(50, 56, 40, 40)][r.integers(3)]
    return [*fill(stalk, limb(50, 26, r.uniform(48, 56), 4, 4, 5)), *fill(skin, shape), *fill(leaf, petal(52, 14, r.uniform(-40, 10), 26, 13))]


def kite(r: Generator) -> list[Part]:
    colors = tones(r, "vivid vivid vivid vivid")[: r.choice([2, 4])]
    left, right, mid = r.uniform(18, 28), r.uniform(72, 82), r.uniform(26, 36)
    tail = soft((50, 70), (60, 80), (44, 88), (56, 100), closed=False)
    bows = [poly((x - 6, y - 3), (x, y), (x - 6, y + 3), (x + 6, y + 3), (x, y), (x + 6, y - 3)) for x, y in ((54, 80), (50, 90))]
    quads = [poly((50, 2), (50, mid), (left, mid)), poly((50, 2), (right, mid), (50, mid)), poly((left, mid), (50, mid), (50, 70)), poly((50, mid), (right, mid), (50, 70))]
    return ink(tail) + [p for i, q in enumerate(quads) for p in fill(colors[i % len(colors)], q)] + fill(colors[0], *bows)


def sun(r: Generator) -> list[Part]:
    color, ray = tones(r, "sun sun")
    count, turn = r.integers(7, 13), r.uniform(0, 360)
    angles = np.radians(turn + np.arange(count) * 360 / count)
    if r.random() < 0.5:
        rays = ink(*[np.array([[50 + k * np.cos(a), 50 + k * np.sin(a)] for k in (30, 46)]) for a in angles])
    else:
        rays = fill(ray, *[np.array([[50 + k * np.cos(a + d), 50 + k * np.sin(a + d)] for k, d in ((24, -0.2), (47, 0), (24, 0.2))]) for a in angles])
    return rays + fill(color, oval(50, 50, 26, 26)) + maybe(r, 0.3, eyes(50, 46, 9, 2) + ink(oval(50, 54, 10, 8, 20, 160)))


def cloud(r: Generator) -> list[Part]:
    color = WHITE if r.random() < 0.4 else tones(r, "sky")[0]
    return fill(color, puffy(r, 50, 50, 44, r.uniform(20, 28)))


# held out

def bus(r: Generator) -> list[Part]:
    body, glass, door = tones(r, "vivid glass metal")
    top, count = r.uniform(22, 32), r.integers(3, 6)
    width = 66 / count
    return [*fill(body, soft(*[p for p in ((4, top), (96, top), (97, 74), (3, 74)) for _ in (0, 1)])), *fill(glass, *[rect(10 + i * width, top + 7, 7 + (i + 1) * width, 48) for i in range(count)]),
            *fill(door, rect(79, top + 7, 92, 72)), *ink(poly((4, 56), (78, 56))), *wheels(r, 75, r.uniform(7, 9.5), 22, 64)]


def windmill(r: Generator) -> list[Part]:
    wall, roof, door, sail = tones(r, "wall roof wood wall")
    turn = r.uniform(0, 90)
    blades = []
    for a in np.radians(turn + np.arange(4) * 90):
        along, across = np.array([np.cos(a), np.sin(a)]), np.array([-np.sin(a), np.cos(a)])
        blades.append(np.array([50, 34]) + np.array([6 * along, 36 * along, 36 * along + 10 * across, 8 * along + 10 * across]))
    return [*fill(wall, poly((38, 34), (62, 34), (70, 97), (30, 97))), *fill(roof, soft((36, 36), (36, 36), (42, 16), (58, 16), (64, 36), (64, 36))), *fill(door, rect(44, 78, 56, 97)),
            *fill(tones(r, "glass")[0], oval(50, 60, 4, 4)), *fill(sail, *blades), *fill(door, oval(50, 34, 3, 3))]


def penguin(r: Generator) -> list[Part]:
    coat, beak = tones(r, "dark beak")
    w, a = r.uniform(22, 28), r.uniform(-10, 25)
    return [*fill(beak, *flipped(oval(40, 95, 8, 4))), *fill(coat, *flipped(petal(50 - w + 4, 44, 110 + a, 36, 12))), *fill(coat, soft((50, 2), (50 - w, 8), (46 - w, 80), (40, 98), (60, 98), (54 + w, 80), (50 + w, 8))),
            *fill(WHITE, oval(50, 66, w * 0.72, 27)), *fill(WHITE, *flipped(oval(43, 24, 5.5, 6))), *ink(*flipped(oval(44, 24, 1.6, 1.6))), *fill(beak, poly((44, 31), (56, 31), (50, 39)))]


def airship(r: Generator) -> list[Part]:
    """A hot-air balloon."""
    one, two, basket = tones(r, "vivid vivid wood")
    edges = np.linspace(-1, 1, r.integers(4, 7))
    t = np.linspace(-0.5, 0.42, 14) * np.pi
    shape = np.stack([np.cos(t), 38 + 36 * np.sin(t)], 1)
    gores = [np.concatenate([shape * [36 * a, 1], (shape * [36 * b, 1])[::-1]]) + np.array([50, 0]) for a, b in zip(edges, edges[1:])]
    return ink(poly((42, 72), (44, 84)), poly((58, 72), (56, 84))) + [p for i, g in enumerate(gores) for p in fill((one, two)[i % 2], g)] + fill(basket, poly((42, 83), (58, 83), (56, 97), (44, 97)))


# fmt: on
Kind = Callable[[Generator], list[Part]]
SKY: tuple[Kind, ...] = (sun, cloud)
KINDS: tuple[Kind, ...] = (
    house, house, tree, flower, car, truck, person, person, face, boat, robot, fish, pet, bird,
    butterfly, umbrella, cup, balloons, ice_cream, mushroom, rocket, cake, snowman, gift, castle,
    turtle, fruit, kite,
)  # fmt: skip
HELD_OUT: tuple[Kind, ...] = (bus, windmill, penguin, airship)  # never trained on


# ---- scenes ----


def scene(r: Generator, kinds: tuple[Kind, ...] = KINDS) -> Scene:
    """A drawing of one or two things, and perhaps of the sky and the ground."""
    return painted(r, few_colors(arranged(r, kinds)))


def arranged(r: Generator, kinds: tuple[Kind, ...]) -> list[Part]:
    """Parts on a page of 100 x 100, in an unsteady hand."""
    sky, shake = r.random() < 0.2, r.uniform(0, 0.7)
    if r.random() < 0.7:
        size = r.uniform(58, 70) if sky else r.uniform(70, 96)
        places = [(50 + r.uniform(-6, 6) * sky, 97 - size / 2 - (94 - size) / 2 * (not sky), size)]
    else:
        places = [(26, r.uniform(62, 72), r.uniform(42, 50)), (74, r.uniform(62, 72), r.uniform(42, 50))]
    parts = ground(r)
    for x, y, size in places:
        parts += placed(r, kinds[r.integers(len(kinds))](r), x, y, size)
    for x, kind in zip((15, 85), (SKY[r.integers(2)], cloud)) if sky else ():
        parts += maybe(r, 0.7, placed(r, kind(r), x, 15, r.uniform(20, 28)))
    return [Part(unsteady(r, p.curve, p.color is not None, shake), p.color) for p in parts]


def ground(r: Generator) -> list[Part]:
    """A strip of ground, a line of it, or mostly nothing."""
    y, kind = r.uniform(80, 92), r.random()
    edge = soft((-5, y), (30, y + r.uniform(-5, 5)), (70, y + r.uniform(-5, 5)), (105, y), closed=False)
    if kind < 0.12:
        color = tones(r, ("leaf", "water", "crust")[r.choice(3, p=(0.6, 0.2, 0.2))])[0]
        return fill(color, np.concatenate([edge, poly((105, 105), (-5, 105))]))
    return ink(edge) if kind < 0.25 else []


def placed(r: Generator, parts: list[Part], x: float, y: float, size: float) -> list[Part]:
    """A thing fitted into a square around a place, a little turned and squeezed, often mirrored."""
    points = np.concatenate([p.curve for p in parts])
    middle, extent = (points.min(0) + points.max(0)) / 2, np.ptp(points, 0)
    angle, squeeze = np.radians(r.normal(0, 3)), r.uniform(0.85, 1.18)
    matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    matrix = np.diag([squeeze * r.choice([-1, 1]), 1]) @ matrix * size / max(extent * [squeeze, 1])
    return [Part((p.curve - middle) @ matrix + [x, y], p.color) for p in parts]


def unsteady(r: Generator, curve: Curve, closed: bool, shake: float) -> Curve:
    """A curve with a point on every unit of its length, and a smooth tremor of about `shake`."""
    p = np.concatenate([curve, curve[:1]]) if closed else curve
    at = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(p, axis=0).T))])
    count = max(4, int(at[-1]))
    t = np.linspace(0, at[-1], count)
    knots = r.normal(0, shake, (max(3, count // 9), 2))
    if closed:
        knots[-1] = knots[0]
    u = np.linspace(0, len(knots) - 1, count)
    return np.stack(
        [np.interp(t, at, p[:, i]) + np.interp(u, np.arange(len(knots)), knots[:, i]) for i in (0, 1)], 1
    )


def few_colors(parts: list[Part]) -> list[Part]:
    """Replace colors by those most like them that cover more, until there are COLORS."""
    areas: dict[Color, float] = {}
    for curve, color in parts:
        if color is not None:
            areas[color] = areas.get(color, 0) + area(curve)
    one_of = {color: color for color in areas}
    while len(areas) > COLORS:
        left = list(areas)
        far = np.linalg.norm(np.array(left)[:, None] - np.array(left), axis=2)
        i, j = np.unravel_index((far + 1e3 * np.eye(len(left))).argmin(), far.shape)
        kept, gone = sorted((left[i], left[j]), key=areas.get, reverse=True)
        areas[kept] += areas.pop(gone)
        one_of = {k: kept if v == gone else v for k, v in one_of.items()}
    return [Part(p.curve, p.color and one_of[p.color]) for p in parts]


def area(curve: Curve) -> float:
    x, y = curve.T
    return abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def painted(r: Generator, parts: list[Part]) -> Scene:
    """Draw the parts one over the other; outlines are dark in the part's own hue, or black."""
    import cv2

    sketch, art = np.full((SIDE, SIDE), 255, np.uint8), np.full((SIDE, SIDE, 3), 255, np.uint8)
    part, color_of = np.full((SIDE, SIDE), -1, np.int16), np.full((SIDE, SIDE), -1, np.int16)
    width, hue, colors = int(r.integers(3, 7)), r.choice([0, r.uniform(0.2, 0.5)]), []
    known = list(dict.fromkeys(p.color for p in parts if p.color is not None))
    dark = [20, 20, 24]
    for curve, color in parts:
        points = [np.round(curve * SIDE / 100 * 16).astype(np.int32)]
        if color is not None:
            dark = [int(c * hue + 20) for c in color]
            for layer, value in ((sketch, 255), (art, [*map(int, color)]), (part, len(colors)), (color_of, known.index(color))):
                cv2.fillPoly(layer, points, value, cv2.LINE_8, 4)
            colors.append(color)
        closed = color is not None
        cv2.polylines(sketch, points, closed, 0, width + 2, cv2.LINE_AA, 4)
        cv2.polylines(art, points, closed, dark, width, cv2.LINE_AA, 4)
        cv2.polylines(part, points, closed, -1, width + 6, cv2.LINE_8, 4)
    area = np.bincount(color_of[color_of >= 0], minlength=len(known))
    palette = np.zeros((COLORS, 4), np.float32)
    palette[: len(known)] = np.column_stack([np.array(known) / 255, area / max(1, area.sum())])
    palette[palette[:, 3] < 0.002] = 0
    return Scene(sketch, art, part, np.array(colors, np.float32) / 255, palette)


def shaded(r: Generator, drawn: Scene) -> tuple[np.ndarray, np.ndarray]:
    """Sketch (SMALL, SMALL) and artwork (SMALL, SMALL, 3) for training, uint8: each part a little
    lighter on one side, and lines where those of sketch2photo are, a quarter px to the upper
    left of the artwork's own."""
    import cv2

    step = SIDE // SMALL
    moved = np.roll(drawn.sketch, (-step // 4, -step // 4), (0, 1))
    sketch, art = (cv2.resize(x, (SMALL, SMALL), interpolation=cv2.INTER_AREA) for x in (moved, drawn.art))
    part = drawn.part[step // 2 :: step, step // 2 :: step]
    slope = r.normal(0, 0.12, (len(drawn.colors) + 1, 2)) * r.uniform(0, 1)
    slope[-1] = 0  # of lines and paper
    y, x = np.mgrid[:SMALL, :SMALL] / SMALL * 2 - 1
    inside = part >= 0
    weight = np.bincount(part[inside], minlength=len(slope)).clip(1)
    light = slope[part, 0] * x + slope[part, 1] * y
    light -= (np.bincount(part[inside], light[inside], minlength=len(slope)) / weight)[part] * inside
    return sketch, (art * (1 + light[..., None])).clip(0, 255).round().astype(np.uint8)


def pictures(count: int, seed: int, kinds: tuple[Kind, ...] = KINDS) -> tuple[Tensor, ...]:
    """Sketches (count, 1, SMALL, SMALL) and artwork (count, 3, SMALL, SMALL), uint8, and palettes
    (count, COLORS, 4)."""
    rows = []
    for i in range(count):
        r = np.random.default_rng([seed, i])
        drawn = scene(r, kinds)
        rows.append((*shaded(r, drawn), drawn.palette))
    sketches, art, palettes = (torch.from_numpy(np.stack(x)) for x in zip(*rows))
    return sketches[:, None], art.permute(0, 3, 1, 2).contiguous(), palettes
