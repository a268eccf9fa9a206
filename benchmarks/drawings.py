"""Are drawings on paper colored as the same drawings on a clean screen?

    python -m benchmarks.drawings [--out DIR]

Eight of the app's examples, as a phone sees them: six kinds of light and place, four more in larger
photos, and three of other files. A picture is right when 95 % of what is paper in the clean
drawing's result is unpainted, and 80 % of what is painted there is painted. Prints the share of
right ones, for each kind and for the six; DIR gets all pictures and results."""

import argparse
import io
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageOps

from ae_models import images, tasks, zoo

EXAMPLES = Path(__file__).parents[1] / "ui" / "static" / "examples"
NAMES = ("beetle", "bird", "cat", "dinosaur", "fish", "rabbit", "snail", "turtle")
PAINTED = 26  # of 255, how much darker than white the darkest channel of a painted pixel is
MARGIN = 9  # px around the lines of the clean drawing that do not count
UNPAINTED, COLORED = 0.95, 0.8

Sheet = np.ndarray  # (H, W, 3) float32 in [0, 1]
Kind = Callable[[Sheet, np.random.Generator], Sheet | Image.Image]


# ---- light ----


def _ramps(sheet: Sheet) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates y and x from -1 to 1."""
    height, width = sheet.shape[:2]
    return np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")


def _lit(sheet: Sheet, light: np.ndarray, random: np.random.Generator, noise=0.012) -> Sheet:
    """The sheet under light (H, W) or (H, W, 3), through a camera: a little soft, with noise."""
    seen = cv2.GaussianBlur(sheet, (0, 0), 0.7) * (light if light.ndim == 3 else light[..., None])
    return seen + random.normal(0, noise, (*seen.shape[:2], 1))


def shadow(sheet: Sheet, random: np.random.Generator) -> Sheet:
    """The edge of a shadow, hard or soft, across the sheet."""
    y, x = _ramps(sheet)
    angle, softness = random.uniform(0, 2 * np.pi), random.choice([0.01, 0.05, 0.3])
    side = np.cos(angle) * x + np.sin(angle) * y + random.uniform(-0.3, 0.3)
    darkest = random.uniform(0.4, 0.65)
    return _lit(sheet, 0.93 * (darkest + (1 - darkest) / (1 + np.exp(-side / softness))), random)


def lamp(sheet: Sheet, random: np.random.Generator) -> Sheet:
    """A warm lamp over one place of the sheet; the rest fades."""
    y, x = _ramps(sheet)
    far = np.hypot(x - random.uniform(-0.7, 0.7), y - random.uniform(-0.7, 0.7))
    light = 0.25 + 0.75 * np.exp(-((far / random.uniform(0.8, 1.3)) ** 2))
    return _lit(sheet, light[..., None] * np.array([1.0, 0.94, 0.82]), random)


def dim(sheet: Sheet, random: np.random.Generator) -> Sheet:
    """Too little light: gray paper, darker than half, and noise."""
    y, x = _ramps(sheet)
    light = random.uniform(0.25, 0.45) * (1 + 0.15 * x * random.choice([-1, 1]) + 0.1 * y)
    return _lit(0.1 + 0.9 * sheet, light, random, noise=0.018)


def yellowed(sheet: Sheet, random: np.random.Generator) -> Sheet:
    """Old paper: yellow, with large stains and darker edges."""
    y, x = _ramps(sheet)
    stains = cv2.resize(
        random.normal(0, 1, (5, 5)), sheet.shape[1::-1], interpolation=cv2.INTER_CUBIC
    )
    tone = np.array([0.93, 0.84, 0.62]) - 0.04 * stains[..., None] * np.array([0.6, 1, 1.5])
    return _lit(sheet, tone - 0.1 * np.maximum(abs(x), abs(y))[..., None] ** 6, random)


# ---- place and paper ----


def desk(sheet: Sheet, random: np.random.Generator) -> Sheet:
    """The sheet on a table, turned, seen at an angle, with a soft shadow beside it."""
    height, width = sheet.shape[:2]
    color = np.array([[0.47, 0.36, 0.24], [0.2, 0.2, 0.22], [0.62, 0.5, 0.36], [0.35, 0.45, 0.5]])
    grain = cv2.GaussianBlur(random.normal(0, 1, (height, width)), (0, 0), sigmaX=25, sigmaY=1)
    table = color[random.integers(4)] * (1 + 1.2 * grain[..., None])
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), random.uniform(-18, 18), 0.68)
    seen = corners @ turn[:, :2].T + turn[:, 2] + random.uniform(-0.04, 0.04, (4, 2)) * width
    matrix = cv2.getPerspectiveTransform(corners, np.float32(seen))
    inside = cv2.warpPerspective(np.ones((height, width), np.float32), matrix, (width, height))
    below = 1 - 0.35 * cv2.GaussianBlur(np.roll(inside, (6, 6), (0, 1)), (0, 0), 6)
    placed = cv2.warpPerspective(0.95 * sheet, matrix, (width, height), flags=cv2.INTER_AREA)
    scene = table * below[..., None] * (1 - inside[..., None]) + placed
    return _lit(scene, 0.9 + 0.1 * _ramps(sheet)[0], random)


def ruled(sheet: Sheet, random: np.random.Generator) -> Sheet:
    """Ruled or squared paper, a little turned, in blue or gray."""
    height, width = sheet.shape[:2]
    step, squared = int(random.integers(18, 34)), random.random() < 0.5
    pen = [(150, 175, 225), (185, 185, 185), (170, 200, 190)][random.integers(3)]
    rules = Image.new("RGB", (2 * width, 2 * height), "white")
    draw = ImageDraw.Draw(rules)
    for at in range(0, 2 * height, step):
        draw.line((0, at, 2 * width, at), fill=pen, width=1 + squared % 2)
        if squared:
            draw.line((at, 0, at, 2 * height), fill=pen, width=1)
    rules = rules.rotate(random.uniform(-3, 3), Image.Resampling.BICUBIC)
    box = (width // 2, height // 2, width // 2 + width, height // 2 + height)
    y, x = _ramps(sheet)
    return _lit(sheet * (np.asarray(rules.crop(box)) / 255), 0.9 + 0.06 * x - 0.05 * y, random)


# ---- pens and light in larger photos ----


def _larger(sheet: Sheet) -> Sheet:
    return cv2.resize(sheet, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC).clip(0, 1)


def pencil(sheet: Sheet, random: np.random.Generator) -> Sheet:
    """A third of the ink, in grains, with more and less pressure; even light."""
    ink = cv2.erode(1 - _larger(sheet), np.ones((2, 2)))
    height, width = ink.shape[:2]
    pressure = cv2.resize(random.normal(1, 0.15, (9, 9)), (width, height))
    grain = (0.7 + 0.3 * random.random((height, width))) * pressure.clip(0.7, 1.2)
    return _lit(1 - 0.34 * ink * grain[..., None], np.full((height, width), 0.92), random, 0.008)


def ballpoint(sheet: Sheet, random: np.random.Generator) -> Sheet:
    """Thin blue lines on ruled paper with a red margin."""
    ink = cv2.GaussianBlur(cv2.erode(1 - _larger(sheet), np.ones((6, 6))), (0, 0), 0.8)
    height, width = ink.shape[:2]
    rules = np.ones((2 * height, 2 * width, 3), np.float32)
    step = int(random.integers(30, 55))
    rules[::step] = rules[1::step] = (0.6, 0.7, 0.88)
    rules[:, int(0.57 * width) : int(0.57 * width) + 2] = (0.87, 0.5, 0.53)
    turn = cv2.getRotationMatrix2D((width, height), random.uniform(-3, 3), 1)
    turned = cv2.warpAffine(rules, turn, (2 * width, 2 * height))
    paper = turned[height // 2 : -(height // 2), width // 2 : -(width // 2)]
    y, x = _ramps(ink)
    page = paper * (1 - ink * (1 - np.array([0.15, 0.2, 0.6])))
    return _lit(page, 0.85 + 0.08 * x - 0.05 * y, random, noise=0.01)


def vignette(sheet: Sheet, random: np.random.Generator) -> Sheet:
    """A sheet on a dark table, seen at an angle, of which the photo cuts off two sides; corners are
    dark."""
    sheet = _larger(sheet)
    height, width = sheet.shape[:2]
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    seen = np.array([[0.1, 0.08], [1.005, 0.06], [1.005, 1.005], [0.07, 1.005]]) * [width, height]
    matrix = cv2.getPerspectiveTransform(corners, np.float32(seen))
    grain = cv2.GaussianBlur(random.normal(0, 1, (height, width)), (0, 0), sigmaX=40, sigmaY=1.5)
    table = np.array([0.42, 0.3, 0.2]) * (1 + 2 * grain[..., None])
    inside = cv2.warpPerspective(np.ones((height, width), np.float32), matrix, (width, height))
    placed = cv2.warpPerspective(0.95 * sheet, matrix, (width, height), flags=cv2.INTER_AREA)
    y, x = _ramps(sheet)
    light = (1 - 0.3 * (x**2 + y**2))[..., None] * np.array([1, 0.95, 0.86])
    return _lit(table * (1 - inside[..., None]) + placed, light, random)


def window(sheet: Sheet, random: np.random.Generator) -> Sheet:
    """The sun through a window: a slanted patch of hard light on a part of the drawing."""
    sheet = _larger(sheet)
    height, width = sheet.shape[:2]
    corners = np.float32([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * random.uniform(0.4, 0.6, 2)
    turn = cv2.getRotationMatrix2D((0, 0), random.uniform(-25, 25), 1)[:, :2]
    slant = np.array([[1, random.uniform(-0.2, 0.2)], [0, 1]])
    corners = corners @ slant.T @ turn.T + random.uniform(-0.15, 0.15, 2)
    patch = np.zeros((height, width), np.float32)
    cv2.fillPoly(patch, [np.int32((corners + 1) / 2 * [width, height])], 1)
    patch = cv2.GaussianBlur(patch, (0, 0), random.uniform(1, 2.5))[..., None]
    shade = random.uniform(0.4, 0.6) * np.array([0.95, 0.98, 1.0])
    return _lit(sheet, shade + (0.97 - shade) * patch, random)


# ---- other files ----


def framed(sheet: Sheet, random: np.random.Generator) -> Sheet:
    """A frame line around the drawing, or the dark rim of a scanner's lid."""
    sheet, (height, width) = sheet.copy(), sheet.shape[:2]
    if random.random() < 0.5:
        at = int(random.integers(0, 12))
        cv2.rectangle(sheet, (at, at), (width - 1 - at, height - 1 - at), (0.05,) * 3, 4)
    else:
        sheet[:, : random.integers(4, 14)] = sheet[: random.integers(4, 14)] = 0.1
    return sheet


def inverted(sheet: Sheet, random: np.random.Generator) -> Sheet:
    """White on black, or chalk on a blackboard in uneven light."""
    if random.random() < 0.5:
        return 1 - sheet
    board = np.array([0.16, 0.27, 0.22]) + (0.85 - 0.2) * (1 - sheet)
    return _lit(board, 0.8 + 0.2 * _ramps(sheet)[1], random)


def transparent(sheet: Sheet, random: np.random.Generator) -> Image.Image:
    """Black or white lines on nothing."""
    alpha = Image.fromarray(_pixels(1 - sheet)).convert("L")
    picture = Image.new("RGBA", alpha.size, ["black", "white"][random.integers(2)])
    picture.putalpha(alpha)
    return picture


SIX: tuple[Kind, ...] = (shadow, lamp, dim, yellowed, desk, ruled)
LARGER: tuple[Kind, ...] = (pencil, ballpoint, vignette, window)
OTHERS: tuple[Kind, ...] = (framed, inverted, transparent)


def _pixels(sheet: Sheet) -> np.ndarray:
    return (sheet.clip(0, 1) * 255).round().astype(np.uint8)


def photographed(drawing: Image.Image, kind: Kind, seed: int) -> Image.Image:
    """A clean drawing -> a picture of it, as a JPEG gives it back; deterministic for a seed."""
    sheet = np.asarray(drawing.convert("RGB"), np.float32) / 255
    if kind in SIX:
        sheet = 1 - (0.75 + 0.1 * (seed % 3)) * (1 - sheet)  # pencil to ink
    made = kind(sheet, np.random.default_rng(seed))
    if isinstance(made, Image.Image):
        return made
    file = io.BytesIO()
    Image.fromarray(_pixels(made)).save(file, "JPEG", quality=88)
    return Image.open(file)


# ---- what is right ----


def painted(picture: Image.Image) -> np.ndarray:
    """Which pixels of a colored drawing are not paper: (H, W), bool."""
    return 255 - np.asarray(picture.convert("RGB")).min(2) > PAINTED


def shares(result: Image.Image, clean: Image.Image, drawing: Image.Image) -> tuple[float, float]:
    """How much of the paper in the clean drawing's result is unpainted, how much of the rest is
    painted, far from lines."""
    lines = np.asarray(ImageOps.invert(drawing.convert("L"))) > 64
    free = cv2.dilate(lines.astype(np.uint8), np.ones((MARGIN, MARGIN))) == 0
    wanted, got = painted(clean), painted(result)
    return 1 - got[free & ~wanted].mean(), got[free & wanted].mean()


def main(out: Path | None) -> None:
    network = zoo.load("sketch-color-plus")
    drawings = [Image.open(EXAMPLES / f"sketch-{name}.png") for name in NAMES]
    cleans = [tasks.color_sketch(network, drawing) for drawing in drawings]
    means = {}
    for kind in SIX + LARGER + OTHERS:
        rights = []
        for seed, (name, drawing, clean) in enumerate(zip(NAMES, drawings, cleans)):
            picture = photographed(drawing, kind, seed)
            result = images.resize(tasks.color_sketch(network, picture), drawing.size)
            paper, color = shares(result, clean, drawing)
            rights.append(paper >= UNPAINTED and color >= COLORED)
            if out:
                out.mkdir(parents=True, exist_ok=True)
                picture.save(out / f"{kind.__name__}-{name}.png")
                result.save(out / f"{kind.__name__}-{name}-colored.png")
                print(f"    {kind.__name__} {name}: paper {paper:.3f}, color {color:.3f}")
        means[kind.__name__] = np.mean(rights)
        print(f"{kind.__name__:12} {means[kind.__name__]:.2f}", flush=True)
    print(f"{'six kinds':12} {np.mean([means[kind.__name__] for kind in SIX]):.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drawings")
    parser.add_argument("--out", type=Path)
    main(parser.parse_args().out)
