"""Line drawings made of artwork in many styles, so that a coloring network knows more than one pen.

A style takes artwork (B, 3, H, W) in [0, 1] on white and a torch.Generator on the CPU, and gives
ink (B, 1, H, W) in [0, 1], 1 is full ink, in lines of one or two px. `draw` combines a style, a pen
and paper. Lengths are px at a side of 128 px."""

from collections.abc import Callable

import torch
from torch import Generator, Tensor
from torch.nn import functional as F
from torchvision.transforms.v2.functional import gaussian_blur

from ae_models.color import luma
from train.datasets.augmentation import uniform

# ---- styles ----


def gradient(art: Tensor, generator: Generator) -> Tensor:
    """Soft edges: the gradient of the steepest channel, above a random threshold."""
    return soft(steepness(art, 0.8), uniform(art, generator, 0.15, 0.5), 8)


def thin(art: Tensor, generator: Generator) -> Tensor:
    """Canny's edges (1986) without hysteresis: one px wide, at the maxima of the gradient along its
    own direction."""
    dx, dy = slope(blur(art, 1.0))
    steep, channel = torch.hypot(dx, dy).max(1, keepdim=True)
    dx, dy = dx.gather(1, channel), dy.gather(1, channel)
    flat = dx.abs() > dy.abs()
    padded = F.pad(steep, (1, 1, 1, 1))
    sides = torch.cat([padded[..., 1:-1, :-2], padded[..., 1:-1, 2:]], 1).amax(1, keepdim=True)
    ends = torch.cat([padded[..., :-2, 1:-1], padded[..., 2:, 1:-1]], 1).amax(1, keepdim=True)
    crest = steep >= torch.where(flat, sides, ends)
    return crest * soft(steep, uniform(art, generator, 0.15, 0.45), 12)


def ridge(art: Tensor, generator: Generator) -> Tensor:
    """The artist's own dark lines, found by a black top-hat with a 5x5 square, and the
    silhouette."""
    light = luma(art)
    return torch.maximum(
        silhouette(art), soft(close(light, 5) - light, uniform(art, generator, 0.05, 0.25), 15)
    )


def outline(art: Tensor, generator: Generator) -> Tensor:
    """The silhouette, and inside it the steepest edges only."""
    return torch.maximum(
        silhouette(art), soft(steepness(art, 1.2), uniform(art, generator, 0.4, 1.0), 8)
    )


def difference(art: Tensor, generator: Generator) -> Tensor:
    """Difference of Gaussians (Marr & Hildreth 1980): lines darker than their surroundings."""
    light = luma(art)
    return soft(blur(light, 1.8) - blur(light, 0.8), uniform(art, generator, 0.02, 0.07), 40)


def brush(art: Tensor, generator: Generator) -> Tensor:
    """XDoG (Winnemöller et al. 2012): lines that swell, and dark areas filled with ink."""
    light = luma(art)
    sharp = 8 * blur(light, 0.7) - 7 * blur(light, 1.4)
    return soft(-sharp, -uniform(art, generator, 0.2, 0.5), 6)


STYLES: tuple[Callable[[Tensor, Generator], Tensor], ...] = (
    gradient,
    thin,
    ridge,
    outline,
    difference,
)
SHARES = (12.0, 2.0, 3.0, 4.0, 1.0, 3.0)  # how often the given lines and each of STYLES
LEFT_OUT = brush  # never trained on, to measure a pen that the network does not know


# ---- a drawing ----


def draw(art: Tensor, given: Tensor, generator: Generator) -> Tensor:
    """Artwork (B, 3, H, W) and its given line sketch (B, 1, H, W), 0 is ink -> drawings (B, 1, H,
    W) in [0, 1], each in a random style (by SHARES), pen and paper."""
    ink = 1 - given
    styles = torch.multinomial(
        torch.tensor(SHARES), len(art), replacement=True, generator=generator
    )
    for i, style in enumerate(STYLES, 1):
        rows = (styles == i).nonzero()[:, 0].to(art.device)
        ink[rows] = style(art[rows], generator)
    return by_hand(ink, generator)


def by_hand(ink: Tensor, generator: Generator) -> Tensor:
    """The ink of a style, drawn with a random pen on random paper."""
    return on_paper(pen(ink, generator), generator)


def pen(ink: Tensor, generator: Generator) -> Tensor:
    """Lines of 0.7 to 4 px as a hand draws them: with gaps and stray strokes, thick or thin, soft
    or hard. For an unsteady hand bend lines and artwork alike (augmentation.wobble): lines that
    miss the artwork would teach the network to blur."""
    gaps = noise(ink, generator, 20) > uniform(ink, generator, 0.9, 2.5)
    ink = torch.maximum(ink * ~gaps, stray(ink, generator))
    wide = torch.stack([ink, thicken(ink, 2), thicken(ink, 3), thicken(ink, 4)], 1)
    width = torch.multinomial(
        torch.tensor([5.0, 4, 2, 1]), len(ink), replacement=True, generator=generator
    )
    ink = wide[torch.arange(len(ink)), width.to(ink.device)]
    softness = uniform(ink, generator, 0, 1)
    return (ink + (blur(ink, 0.8) * 1.3 - ink) * softness).clamp(0, 1)


def on_paper(ink: Tensor, generator: Generator) -> Tensor:
    """Ink (B, 1, H, W), 1 is full -> drawing, 0 is black: half of them black on white, the others
    gray pencil with the grain of the paper, on paper with a tone."""
    clean = uniform(ink, generator, 0, 1) < 0.5
    grain = 1 - 0.5 * uniform(ink, generator, 0, 1) * torch.rand(ink.shape, generator=generator).to(
        ink
    )
    pencil = ink * grain * uniform(ink, generator, 0.35, 1)
    tone = 1 - uniform(ink, generator, 0, 0.12) * (1 + 0.3 * noise(ink, generator, 3)).clamp(0, 2)
    paper = tone - 0.02 * uniform(ink, generator, 0, 1) * noise(ink, generator, 0)
    return torch.where(clean, 1 - ink, (paper * (1 - pencil)).clamp(0, 1))


def stray(ink: Tensor, generator: Generator, most: int = 4) -> Tensor:
    """Up to `most` short, meaningless quadratic Bézier strokes of 1 px, in half of the drawings."""
    n, _, height, width = ink.shape
    ends = torch.rand(n, most, 3, 2, generator=generator)
    start, bend, end = (ends[:, :, :1] + 0.3 * (ends - 0.5)).unbind(2)  # (B, most, 2) each
    t = torch.linspace(0, 1, 48)[:, None]
    points = (
        start[:, :, None] * (1 - t) ** 2
        + bend[:, :, None] * (2 * t * (1 - t))
        + end[:, :, None] * t**2
    )
    drawn = (
        torch.rand(n, most, 1, generator=generator)
        < 0.6 * torch.rand(n, 1, 1, generator=generator).round()
    )
    x, y = (points * torch.tensor([width, height])).long().unbind(-1)
    keep = drawn & (x >= 0) & (x < width) & (y >= 0) & (y < height)
    where = (y.clamp(0, height - 1) * width + x.clamp(0, width - 1)).flatten(1)
    canvas = torch.zeros(n, height * width).scatter_reduce(
        1, where, keep.float().flatten(1), "amax"
    )
    return canvas.reshape(n, 1, height, width).to(ink)


# ---- filters ----


def blur(x: Tensor, sigma: float) -> Tensor:
    """Gaussian, cut off at 2.5 sigma."""
    width = 2 * max(1, round(2.5 * sigma)) + 1
    return gaussian_blur(x, [width, width], [sigma, sigma])


def slope(x: Tensor) -> tuple[Tensor, Tensor]:
    """Central differences along x and y, for steps of 4 px."""
    p = F.pad(x, (1, 1, 1, 1), mode="replicate")
    return 2 * (p[..., 1:-1, 2:] - p[..., 1:-1, :-2]), 2 * (p[..., 2:, 1:-1] - p[..., :-2, 1:-1])


def steepness(art: Tensor, sigma: float) -> Tensor:
    """Length of the gradient of the blurred picture, of the steepest channel: (B, 1, H, W)."""
    return torch.hypot(*slope(blur(art, sigma))).amax(1, keepdim=True)


def silhouette(art: Tensor) -> Tensor:
    """The outline of the drawn area, all that is not paper."""
    inside = (art.amin(1, keepdim=True) < 0.94).float() * 2 - 1
    return soft(1 - blur(inside, 1.0).abs(), 0.45, 6)


def soft(x: Tensor, threshold: Tensor | float, gain: float) -> Tensor:
    """A ramp from 0 at the threshold to 1."""
    return ((x - threshold) * gain).clamp(0, 1)


def thicken(ink: Tensor, width: int) -> Tensor:
    """Gray dilation by a square of `width` px."""
    left, right = (width - 1) // 2, width // 2
    return F.max_pool2d(F.pad(ink, (left, right, left, right)), width, 1)


def close(x: Tensor, width: int) -> Tensor:
    """Gray closing by a square: dark lines narrower than `width` px vanish."""
    wide = F.max_pool2d(x, width, 1, width // 2)
    return -F.max_pool2d(-wide, width, 1, width // 2)


def noise(like: Tensor, generator: Generator, cells: int) -> Tensor:
    """Normal noise (B, 1, H, W), interpolated from `cells` cells a side; 0 is white noise."""
    height, width = like.shape[2:]
    if not cells:
        return torch.randn(len(like), 1, height, width, generator=generator).to(like)
    coarse = torch.randn(len(like), 1, cells, cells, generator=generator).to(like)
    return F.interpolate(coarse, (height, width), mode="bicubic")
