"""Make the example pictures of the app: none of them is a photograph.

    python -m docs.make.examples        writes ui/static/examples/

Sketches and landscapes are drawn here; faces are samples of our own `face-vae-plus`. The portraits
beside them come from docs/make/portraits.py."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from ae_models import tasks, zoo
from ui.elements import EXAMPLES
from ui.sketch import SKETCHES as SHELF

SIDE, SCALE = 512, 3  # sketches are drawn larger and shrunk, for smooth lines
# Clear ones among the first hundred, of many kinds
FACE_SEEDS, FACE_TEMPERATURE = (9, 30, 49, 62, 66, 73, 88, 91), 0.7


# ---- sketches: each a list of closed or open curves through points in [0, 100] ----

Curve = list[tuple[float, float]]


def oval(x: float, y: float, rx: float, ry: float, start: float = 0, end: float = 360) -> Curve:
    angles = np.radians(np.linspace(start, end, 40))
    return [(x + rx * np.cos(a), y + ry * np.sin(a)) for a in angles]


def smooth(points: Curve) -> Curve:
    """Catmull-Rom spline through the points."""
    p = np.array([points[0], *points, points[-1]], float)
    t = np.linspace(0, 1, 16, endpoint=False)[:, None]
    parts = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:]):
        parts.append(
            0.5
            * (
                2 * b
                + (c - a) * t
                + (2 * a - 5 * b + 4 * c - d) * t**2
                + (3 * b - a - 3 * c + d) * t**3
            )
        )
    return [tuple(q) for q in np.concatenate([*parts, p[-1:]])]


def eyes(x: float, y: float, apart: float, size: float) -> list[Curve]:
    return [oval(x + s * apart, y, r, r) for s in (-1, 1) for r in (size, size * 0.45, size * 0.2)]


SKETCHES: dict[str, list[Curve]] = {
    "cat": [
        oval(50, 42, 26, 22, 0, 360),
        [(28, 31), (26, 8), (42, 21)],
        [(72, 31), (74, 8), (58, 21)],
        *eyes(50, 40, 11, 5),
        [(47, 50), (53, 50), (50, 53), (47, 50)],
        smooth([(43, 57), (47, 58), (50, 54), (53, 58), (57, 57)]),
        smooth([(36, 60), (30, 75), (32, 92), (68, 92), (70, 75), (64, 60)]),
        smooth([(70, 86), (86, 82), (88, 66), (82, 60), (80, 66)]),
        [(44, 92), (44, 80)],
        [(56, 92), (56, 80)],
    ],
    "fish": [
        oval(45, 50, 30, 20),
        smooth([(73, 44), (90, 28), (86, 50), (90, 72), (73, 56)]),
        smooth([(35, 32), (46, 16), (60, 33)]),
        smooth([(40, 69), (46, 82), (54, 68)]),
        *[oval(28, 45, r, r) for r in (6, 2.5)],
        smooth([(38, 34), (43, 50), (38, 66)]),
        smooth([(16, 54), (20, 57), (25, 57)]),
        *[oval(x, y, 4, 5, -80, 80) for x, y in ((50, 42), (50, 56), (60, 42), (60, 56), (55, 49))],
    ],
    "turtle": [
        oval(48, 52, 30, 24, 180, 360),
        smooth([(18, 52), (30, 57), (48, 58), (66, 57), (78, 52)]),
        smooth([(76, 46), (82, 34), (94, 36), (94, 48), (84, 54), (78, 53)]),
        *[oval(88, 42, r, r) for r in (3, 1.2)],
        smooth([(28, 56), (24, 72), (36, 72), (38, 58)]),
        smooth([(58, 58), (60, 72), (72, 72), (70, 56)]),
        smooth([(19, 52), (8, 56), (18, 58)]),
        [(40, 34), (56, 34), (62, 45), (48, 54), (34, 45), (40, 34)],
        [(34, 45), (22, 46)],
        [(62, 45), (74, 46)],
    ],
    "dragon": [
        smooth([(30, 30), (22, 22), (26, 12), (40, 10), (48, 18), (46, 30), (52, 44), (66, 54),
                (74, 70), (60, 84), (40, 84), (32, 70), (36, 52), (34, 40), (30, 30)]),
        [(38, 10), (42, 1), (45, 13)],
        [(29, 11), (28, 2), (34, 10)],
        *[oval(35, 19, r, r) for r in (3.5, 1.4)],
        smooth([(24, 26), (30, 27), (36, 25)]),
        [(50, 42), (72, 16), (76, 30), (90, 28), (86, 42), (96, 48), (68, 56)],
        smooth([(73, 72), (86, 78), (94, 68), (96, 58)]),
        [(92, 60), (97, 50), (99, 62), (92, 60)],
        smooth([(42, 84), (40, 94), (50, 94), (50, 85)]),
        smooth([(58, 84), (58, 94), (68, 94), (66, 80)]),
        smooth([(40, 50), (42, 64), (40, 78)]),
        *[[(39 + i, 54 + 8 * i), (52 + i, 55 + 8 * i)] for i in range(4)],
    ],
    "rabbit": [
        oval(50, 46, 22, 19),
        smooth([(40, 30), (30, 10), (36, 2), (44, 12), (46, 28)]),
        smooth([(54, 28), (56, 12), (64, 2), (70, 10), (60, 30)]),
        smooth([(39, 24), (36, 13), (41, 16), (43, 25)]),
        smooth([(57, 25), (59, 16), (64, 13), (61, 24)]),
        *eyes(50, 44, 9, 4),
        [(48, 51), (52, 51), (50, 54), (48, 51)],
        smooth([(44, 57), (47, 59), (50, 54), (53, 59), (56, 57)]),
        smooth([(38, 62), (31, 76), (34, 93), (66, 93), (69, 76), (62, 62)]),
        oval(50, 80, 11, 12),
        smooth([(69, 80), (78, 76), (80, 84), (74, 90), (68, 88)]),
        oval(40, 94, 8, 4),
        oval(60, 94, 8, 4),
    ],
    "bird": [
        smooth([(24, 40), (28, 24), (42, 20), (54, 28), (66, 44), (84, 50), (96, 46)]),
        smooth([(24, 40), (24, 56), (34, 70), (52, 74), (70, 66), (84, 58), (96, 56), (90, 51),
                (96, 46)]),
        [(25, 34), (8, 38), (24, 42)],
        [(9, 38), (24, 38)],
        *[oval(35, 32, r, r) for r in (4, 1.8)],
        smooth([(40, 46), (56, 44), (76, 56), (58, 62), (44, 58), (40, 46)]),
        smooth([(48, 52), (58, 52), (68, 56)]),
        [(44, 73), (42, 90), (34, 93)],
        [(42, 90), (48, 94)],
        [(56, 73), (58, 90), (50, 94)],
        [(58, 90), (65, 94)],
    ],
    "octopus": [
        oval(50, 34, 25, 25, 150, 390),
        *eyes(50, 36, 9, 5),
        smooth([(43, 48), (50, 52), (57, 48)]),
        *[smooth([(50 + 5 * i, 46 + 4 * (4 - abs(i)) / 2), (50 + 9 * i, 66),
                  (50 + 12 * i, 84 - 2 * abs(i)), (50 + 14 * i, 90 - 3 * abs(i)),
                  (50 + 12 * i + 5, 92 - 2 * abs(i)), (50 + 10 * i + 7, 80), (50 + 6 * i + 5, 58)])
          for i in (-3, -1.5, 0, 1.5, 3)],
        *[oval(x, y, 2.5, 2.5) for x, y in ((38, 20), (62, 18), (50, 14), (30, 30), (70, 30))],
    ],
    "snail": [
        oval(56, 46, 26, 26),
        smooth([(34, 58), (44, 66), (62, 66), (74, 54), (72, 38), (60, 30), (46, 34), (42, 46),
                (48, 56), (60, 54), (64, 46), (58, 40), (53, 45)]),
        smooth([(36, 63), (26, 60), (24, 44), (16, 38), (8, 46), (10, 66), (18, 80), (40, 84),
                (92, 84), (84, 74), (74, 65)]),
        [(13, 39), (8, 22)],
        [(20, 40), (24, 22)],
        oval(8, 20, 3, 3),
        oval(24, 20, 3, 3),
        smooth([(9, 54), (13, 57), (18, 55)]),
    ],
    "beetle": [
        oval(50, 58, 28, 32),
        smooth([(28, 40), (50, 46), (72, 40)]),
        [(50, 45), (50, 90)],
        oval(50, 22, 14, 12, -200, 20),
        *[oval(50 + s * x, y, r, r)
          for s in (-1, 1) for x, y, r in ((12, 56, 4.5), (14, 74, 4), (5, 82, 2.5))],
        *[[(50 + s * 26, y), (50 + s * 38, y + d), (50 + s * 44, y + d + 8)]
          for s in (-1, 1) for y, d in ((46, -8), (60, 0), (74, 6))],
        *[smooth([(50 + s * 6, 12), (50 + s * 10, 4), (50 + s * 18, 3)]) for s in (-1, 1)],
        *eyes(50, 24, 6, 3),
    ],
    "dinosaur": [
        smooth([(14, 24), (16, 12), (32, 8), (44, 16), (46, 32), (56, 44), (74, 50), (88, 64),
                (98, 84), (80, 76), (70, 78)]),
        smooth([(14, 24), (16, 30), (30, 30), (34, 36), (30, 50), (32, 68), (40, 78)]),
        smooth([(30, 50), (22, 52), (18, 58), (24, 60), (31, 58)]),
        smooth([(40, 70), (36, 84), (34, 94), (50, 94), (50, 84), (56, 78)]),
        smooth([(58, 76), (58, 88), (56, 94), (72, 94), (70, 84), (74, 70)]),
        [(50, 84), (58, 82)],
        *[oval(30, 16, r, r) for r in (3.5, 1.5)],
        smooth([(16, 24), (24, 24), (30, 22)]),
        *[[(x, y), (x + 7, y - 7), (x + 8, y + 5)]
          for x, y in ((45, 22), (49, 34), (58, 43), (70, 47), (81, 55))],
        smooth([(34, 40), (40, 54), (42, 70)]),
        *[[(34 + i, 46 + 7 * i), (40 + i, 46 + 7 * i)] for i in range(4)],
    ],
    "house": [
        [(18, 46), (18, 90), (78, 90), (78, 46)],
        [(10, 48), (48, 14), (86, 48), (10, 48)],
        [(64, 28), (64, 14), (74, 14), (74, 37)],
        [(40, 90), (40, 62), (56, 62), (56, 90)],
        oval(52.5, 77, 1.2, 1.2),
        [(24, 56), (35, 56), (35, 70), (24, 70), (24, 56)],
        [(29.5, 56), (29.5, 70)],
        [(24, 63), (35, 63)],
        [(61, 56), (72, 56), (72, 70), (61, 70), (61, 56)],
        [(66.5, 56), (66.5, 70)],
        [(61, 63), (72, 63)],
        oval(48, 36, 5, 5),
        [(88, 90), (88, 68)],
        [(92, 90), (92, 68)],
        oval(90, 56, 8, 14, -250, 70),
        [(2, 90), (98, 90)],
    ],
    "flower": [
        *[oval(50 + 17 * np.cos(a), 32 + 17 * np.sin(a), 9.5, 9.5,
               np.degrees(a) - 128, np.degrees(a) + 128)
          for a in np.radians(np.arange(0, 360, 60))],
        oval(50, 32, 8.5, 8.5),
        smooth([(48.5, 59), (50, 74), (48, 94)]),
        smooth([(52, 59), (54, 74), (52, 94)]),
        smooth([(49.5, 82), (36, 78), (24, 64), (40, 64), (49.5, 74)]),
        smooth([(53, 88), (66, 84), (78, 70), (62, 70), (53.5, 79)]),
        smooth([(48, 80), (40, 73), (33, 69)]),
        smooth([(54, 85), (63, 79), (70, 75)]),
        *[oval(x, y, 0.9, 0.9) for x, y in ((47, 29), (53, 29), (50, 33), (46, 36), (54, 36))],
    ],
    "car": [
        smooth([(10, 66), (7, 56), (12, 48), (26, 45)]),
        smooth([(26, 45), (34, 30), (42, 27), (60, 27), (68, 31), (76, 46)]),
        smooth([(76, 46), (90, 49), (95, 58), (93, 68)]),
        [(10, 68), (18, 68)],
        [(38, 68), (64, 68)],
        [(84, 68), (93, 68)],
        *[oval(x, 68, r, r) for x in (28, 74) for r in (10, 5)],
        [(32, 45), (38, 33), (48, 33), (48, 45), (32, 45)],
        [(52, 33), (60, 33), (69, 45), (52, 45), (52, 33)],
        [(26, 45), (76, 46)],
        [(50, 48), (50, 67)],
        [(53, 52), (58, 52)],
        oval(13, 55, 3, 4),
        [(90, 52), (94, 52), (94, 57), (90, 57), (90, 52)],
        [(2, 79), (98, 79)],
    ],
    "person": [
        oval(50, 24, 13, 14),
        smooth([(37, 24), (36, 10), (50, 6), (64, 10), (63, 24), (58, 16), (50, 14), (42, 16),
                (37, 24)]),
        *eyes(50, 25, 5, 2),
        smooth([(45, 31), (50, 34), (55, 31)]),
        [(46, 37), (46, 42)],
        [(54, 37), (54, 42)],
        [(46, 42), (36, 44), (32, 50), (37, 54), (37, 70), (63, 70), (63, 54), (68, 50), (64, 44),
         (54, 42), (46, 42)],
        smooth([(34, 52), (26, 60), (24, 70)]),
        smooth([(37, 56), (31, 64), (29, 71)]),
        oval(26, 73, 3.5, 3.5),
        smooth([(66, 52), (74, 60), (76, 70)]),
        smooth([(63, 56), (69, 64), (71, 71)]),
        oval(74, 73, 3.5, 3.5),
        [(38, 70), (40, 92), (49, 92), (50, 76), (51, 92), (60, 92), (62, 70)],
        smooth([(40, 92), (32, 94), (33, 98), (49, 98), (49, 92)]),
        smooth([(60, 92), (68, 94), (67, 98), (51, 98), (51, 92)]),
        [(43, 54), (57, 54), (57, 62), (43, 62), (43, 54)],
    ],
    "robot": [
        [(32, 14), (68, 14), (68, 40), (32, 40), (32, 14)],
        [(50, 14), (50, 6)],
        oval(50, 4, 2.5, 2.5),
        *[oval(x, 24, r, r) for x in (42, 58) for r in (5, 2)],
        [(40, 34), (60, 34)],
        *[[(x, 32), (x, 36)] for x in (44, 48, 52, 56)],
        [(46, 40), (46, 46)],
        [(54, 40), (54, 46)],
        [(28, 46), (72, 46), (72, 76), (28, 76), (28, 46)],
        [(36, 52), (64, 52), (64, 64), (36, 64), (36, 52)],
        smooth([(38, 60), (44, 56), (50, 61), (56, 55), (62, 59)]),
        *[oval(x, 70, 2, 2) for x in (40, 50, 60)],
        [(28, 50), (18, 50), (14, 66), (20, 66), (24, 56), (28, 56)],
        oval(16, 70, 4.5, 4.5, -40, 250),
        [(72, 50), (82, 50), (86, 66), (80, 66), (76, 56), (72, 56)],
        oval(84, 70, 4.5, 4.5, -70, 220),
        [(35, 76), (35, 88), (45, 88), (45, 76)],
        [(55, 76), (55, 88), (65, 88), (65, 76)],
        [(30, 88), (48, 88), (48, 96), (30, 96), (30, 88)],
        [(52, 88), (70, 88), (70, 96), (52, 96), (52, 88)],
        [(32, 22), (28, 22), (28, 32), (32, 32)],
        [(68, 22), (72, 22), (72, 32), (68, 32)],
    ],
}  # fmt: skip


def face(wide: float, hair: float = 0, long: float = 0, smile: float = 1) -> list[Curve]:
    """A frontal face in the pose of the CUHK Face Sketch Database, once the sides are cut off to
    4:5. `wide` is half the width of the head; hatched hair stands `hair` above it and hangs down by
    `long` at the sides."""
    features = [
        oval(50, 55, wide, 25),
        smooth([(46, 52), (45.5, 62), (47, 65), (50, 66), (53, 65), (54.5, 62)]),
        smooth([(43, 72), (48, 71.2), (50, 71.8), (52, 71.2), (57, 72)]),
        smooth([(43, 72), (47, 73 + smile), (50, 73.5 + smile), (53, 73 + smile), (57, 72)]),
    ]
    for s in (-1, 1):
        x, temple = 50 + s * 11, 50 + s * wide
        features += [oval(x, 50, r, min(r, 1.8)) for r in (4.5, 1.6, 0.8)]
        features += [
            smooth([(x - s * 6, 46), (x, 43.8), (x + s * 6, 45.5)]),
            smooth([(temple, 48), (temple + s * 4, 50), (temple, 61)]),
            smooth([(50 + s * 11, 76), (50 + s * 12, 86), (50 + s * 30, 92), (50 + s * 42, 100)]),
        ]
        if long:
            features += [
                [(temple + s * (3 - i / 2), 52), (temple + s * (5 - 0.8 * i), 52 + long)]
                for i in range(10)
            ]
    for a in np.radians(np.linspace(180, 360, 90 if hair else 0)):
        outer = 50 + (wide + 3) * np.cos(a), 53 + (26 + hair) * np.sin(a)
        features.append([outer, (50 + 0.93 * wide * np.cos(a), 52 + 18 * np.sin(a))])
    return features


FACES = {
    "short": face(wide=20, hair=11),
    "long": face(wide=19, hair=13, long=44, smile=2),
    "round": face(wide=23, hair=8, smile=3),
    "bald": face(wide=20),
}


def sketch(curves: list[Curve], width: float = 4.5) -> Image.Image:
    """Black lines of `width` px on white, (512, 512), L."""
    big = Image.new("L", (SIDE * SCALE, SIDE * SCALE), 255)
    draw, pen = ImageDraw.Draw(big), round(width * SCALE)
    for curve in curves:
        points = [(x * SIDE * SCALE / 100, y * SIDE * SCALE / 100) for x, y in curve]
        draw.line(points, fill=0, width=pen, joint="curve")
        for x, y in (points[0], points[-1]):
            draw.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=0)
    return big.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def by_mouse(curves: list[Curve], seed: int, shake: float = 0.9) -> list[Curve]:
    """Curves in an unsteady hand: points wander smoothly by about `shake`, and strokes
    miss their ends."""
    random = np.random.default_rng(seed)

    def unsteady(curve: Curve) -> Curve:
        points = np.array(smooth(curve) if len(curve) < 12 else curve, float)
        knots = random.normal(0, shake, (max(3, len(points) // 8), 2))
        at = np.linspace(0, len(knots) - 1, len(points))
        drift = np.stack([np.interp(at, range(len(knots)), k) for k in knots.T], 1)
        return [
            tuple(p)
            for p in (points + drift + random.normal(0, shake / 2, 2))[
                : len(points) - random.integers(0, 3)
            ]
        ]

    return [unsteady(curve) for curve in curves]


def thumbnails(names: tuple[str, ...], side: int = 72) -> Image.Image:
    """The sketches as small pictures in a row, so that the page fetches one file."""
    row = Image.new("L", (side * len(names), side), 255)
    for i, name in enumerate(names):
        drawn = sketch(SKETCHES[name], width=9).resize((side, side), Image.Resampling.LANCZOS)
        row.paste(drawn, (i * side, 0))
    return row.point(lambda tone: round(tone / 36.43) * 36.43)  # few tones compress well


# ---- landscapes ----

SMALL, LARGE = (320, 240), (768, 576)  # px, to color and to compress


def noise(
    random: np.random.Generator,
    size: tuple[int, int],
    coarse: int,
    octaves: int = 5,
    stretch: int = 1,
) -> np.ndarray:
    """Fractal noise (height, width), about [-1, 1]; `stretch` makes it longer than high."""
    total = np.zeros(size[::-1])
    for octave in range(octaves):
        cells = coarse * 2**octave
        grid = random.uniform(-1, 1, (max(2, cells * stretch), max(2, cells)))
        layer = Image.fromarray(grid.astype(np.float32)).resize(size, Image.Resampling.BICUBIC)
        total += np.asarray(layer) / 2**octave
    return total / 1.6


def below(size: tuple[int, int], line: np.ndarray | float) -> np.ndarray:
    """Mask (height, width) of what lies below a line (0 is the top, 1 the bottom)."""
    width, height = size
    return np.arange(height)[:, None] / height > line + np.zeros((1, width))


def ridge(
    random: np.random.Generator, size: tuple[int, int], base: float, height: float
) -> np.ndarray:
    """Mask (height, width) of what lies below a jagged line around `base`."""
    return below(size, base - height * np.abs(noise(random, size, 3, 6)[0]))


def paint(
    canvas: np.ndarray, mask: np.ndarray, color: tuple, texture: np.ndarray, depth: float
) -> None:
    """Fill a mask with a color whose lightness follows a texture, in place."""
    canvas[mask] = (np.array(color) * (1 + depth * texture[..., None]))[mask]


def landscape(
    seed: int,
    sky: tuple,
    horizon: tuple,
    layers: list[tuple],
    water: tuple | None,
    size: tuple[int, int] = SMALL,
) -> Image.Image:
    """Sky from one color to another with clouds, ridges from far to near as (base, height, color,
    texture cells, depth of the texture), and below 0.72 perhaps water that mirrors the sky."""
    random = np.random.default_rng(seed)
    down = np.linspace(0, 1, size[1])[:, None, None]
    canvas = np.array(sky) * (1 - down) + np.array(horizon) * down + np.zeros((1, size[0], 1))
    cloud = np.clip(noise(random, size, 3, 6, 2) - 0.1, 0, 1)[..., None] * (1 - down)
    canvas += (250 - canvas) * np.minimum(1, 1.3 * cloud)
    for base, height, color, cells, depth in layers:
        jagged = ridge(random, size, base, height)
        paint(canvas, jagged, color, noise(random, size, cells, 4), depth)
    if water is not None:
        paint(canvas, below(size, 0.72), water, noise(random, size, 4, 5, 8), 0.3)
    grain = random.normal(0, 2.5, canvas.shape[:2])[..., None]
    return Image.fromarray((canvas + grain).clip(0, 255).astype(np.uint8)).filter(
        ImageFilter.GaussianBlur(0.6)
    )


LANDSCAPES = {
    "lake": {
        "seed": 4,
        "sky": (80, 140, 215),
        "horizon": (215, 228, 240),
        "water": (60, 105, 140),
        "layers": [
            (0.62, 0.35, (130, 145, 165), 6, 0.25),
            (0.68, 0.18, (70, 100, 90), 60, 0.7),
            (0.72, 0.06, (45, 85, 45), 90, 1),
        ],
    },
    "forest": {
        "seed": 9,
        "sky": (120, 170, 220),
        "horizon": (225, 232, 225),
        "water": None,
        "layers": [
            (0.5, 0.25, (110, 135, 140), 8, 0.25),
            (0.66, 0.22, (60, 100, 50), 70, 0.9),
            (0.8, 0.1, (70, 120, 40), 90, 1.2),
        ],
    },
    "sea": {
        "seed": 15,
        "sky": (60, 125, 210),
        "horizon": (240, 225, 200),
        "water": (30, 100, 140),
        "layers": [(0.73, 0.05, (105, 120, 110), 10, 0.25)],
    },
    "glacier": {
        "seed": 23,
        "sky": (90, 150, 225),
        "horizon": (200, 220, 240),
        "water": None,
        "layers": [
            (0.6, 0.45, (120, 125, 140), 7, 0.25),
            (0.75, 0.2, (225, 235, 245), 9, 0.25),
            (0.95, 0.12, (190, 212, 230), 16, 0.25),
        ],
    },
}


def main() -> None:
    EXAMPLES.mkdir(parents=True, exist_ok=True)
    for name, curves in SKETCHES.items():
        sketch(curves).save(EXAMPLES / f"sketch-{name}.png", optimize=True)
    thumbnails(SHELF).save(EXAMPLES / "shelf.webp", lossless=True, method=6)
    for name, curves in FACES.items():
        sketch(curves, width=2.5).save(EXAMPLES / f"drawn-{name}.png", optimize=True)
    for name, scene in LANDSCAPES.items():
        landscape(**scene).save(EXAMPLES / f"landscape-{name}.webp", quality=90)
        landscape(**scene, size=LARGE).save(EXAMPLES / f"scene-{name}.webp", quality=90, method=6)
    for seed in FACE_SEEDS:
        (face,) = tasks.sample(
            zoo.load("face-vae-plus"), 1, seed=seed, temperature=FACE_TEMPERATURE
        )
        face.save(EXAMPLES / f"face-{seed:02d}.webp", lossless=True, method=6)


if __name__ == "__main__":
    main()
