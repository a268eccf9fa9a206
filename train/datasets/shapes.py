"""Parts of things that people draw: their colors, and curves in x and y with y downwards."""

from typing import NamedTuple

import numpy as np
from numpy.random import Generator

Curve = np.ndarray  # (N, 2), x and y
Color = tuple[int, ...]  # RGB of 255
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


class Part(NamedTuple):
    """An area with an outline, or a line in it."""

    curve: Curve
    color: Color | None  # None is an open line


class Thing(list[Part]):
    """Parts, the hindmost first."""

    def fill(self, color: Color, *curves: Curve) -> None:
        self.extend(Part(curve, color) for curve in curves)

    def ink(self, *curves: Curve) -> None:
        self.extend(Part(curve, None) for curve in curves)


def tones(r: Generator, names: str) -> list[Color]:
    """A color for each name of TONES."""

    def one(name: str) -> Color:
        rgb = np.array([*bytes.fromhex(r.choice(TONES[name].split()))], float)
        return tuple((rgb * r.uniform(0.92, 1.06) + r.normal(0, 6, 3)).clip(8, 250).astype(int))

    return [one(name) for name in names.split()]


# ---- shapes ----


def poly(*points: tuple[float, float]) -> Curve:
    return np.array(points, float)


def rect(left: float, top: float, right: float, bottom: float) -> Curve:
    return poly((left, top), (right, top), (right, bottom), (left, bottom))


def soft(*points: tuple[float, float], closed: bool = True) -> Curve:
    """A polygon with its corners cut three times (Chaikin 1974); a corner given twice is sharp."""
    p = np.array(points, float)
    for _ in range(3):
        ahead = np.roll(p, -1, 0)
        cut = np.stack([0.75 * p + 0.25 * ahead, 0.25 * p + 0.75 * ahead], 1).reshape(-1, 2)
        p = cut if closed else np.concatenate([p[:1], cut[1:-3], p[-1:]])
    return p


def oval(x: float, y: float, rx: float, ry: float, start: float = 0, end: float = 360) -> Curve:
    a = np.radians(np.linspace(start, end, 28))
    return np.stack([x + rx * np.cos(a), y + ry * np.sin(a)], 1)


def dome(x: float, y: float, rx: float, ry: float, sag: float) -> Curve:
    """The upper half of an oval on a flat one."""
    return np.concatenate([oval(x, y, rx, ry, 180, 360), oval(x, y, rx, sag, 0, 180)])


def limb(x: float, y: float, x1: float, y1: float, wide: float, narrow: float) -> Curve:
    """A stretch from one place to another, with its widths there."""
    across = np.array([y - y1, x1 - x]) / max(1e-6, np.hypot(x1 - x, y1 - y)) / 2
    a, b = np.array([x, y]), np.array([x1, y1])
    return np.array(
        [a + across * wide, b + across * narrow, b - across * narrow, a - across * wide]
    )


def petal(x: float, y: float, angle: float, length: float, width: float) -> Curve:
    """A leaf that grows from a place."""
    t = np.linspace(0, np.pi, 14)
    side = np.stack([(1 - np.cos(t)) / 2 * length, np.sin(t) * width / 2], 1)
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    turn = np.array([[cos, sin], [-sin, cos]])
    return np.concatenate([side, side[-2:0:-1] * [1, -1]]) @ turn + [x, y]


def puffy(r: Generator, x: float, y: float, rx: float, ry: float) -> Curve:
    """A cloud's or a crown's outline."""
    bumps, a = r.integers(5, 10), np.linspace(0, 2 * np.pi, 100)[:-1]
    swell = 1 + r.uniform(0.08, 0.16) * np.abs(np.sin(bumps * a / 2 + r.uniform(0, 3)))
    return np.stack([x + rx * swell * np.cos(a), y + ry * swell * np.sin(a)], 1)


def flipped(*curves: Curve) -> list[Curve]:
    """Curves and their mirror images about x = 50."""
    return [*curves, *[c * [-1, 1] + [100, 0] for c in curves]]


def eyes(x: float, y: float, apart: float, size: float) -> list[Curve]:
    return [oval(x + s * apart, y, size * k, size * k) for s in (-1, 1) for k in (1, 0.4)]
