"""Figures of portraits that were drawn: a weave in their strokes, and the order of their tones."""

import torch
from torch import Tensor
from torch.nn import functional as F

RINGS = torch.arange(0.1, 0.51, 0.02)  # bounds of frequencies that are compared, in cycles a px
# Places of skin and hair in a picture of 200x250 px in the pose of the CUHK database, in px: top,
# bottom, left, right
CHEEKS, CROWN = ((144, 165, 63, 85), (144, 165, 115, 137)), ((32, 52, 80, 120),)


class Weave:
    """Statistic: the power of the strongest frequency over the median of those about as high, of
    pictures (N, 1, H, W) in [0, 1]. Strokes by hand have no strongest one, a pattern that repeats
    has."""

    def __init__(self, pictures: Tensor):
        fine = pictures - F.avg_pool2d(pictures, 15, 1, 7, count_include_pad=False)
        height, width = pictures.shape[2:]
        window = torch.hann_window(height)[:, None] * torch.hann_window(width)
        power = torch.fft.rfft2(fine[:, 0] * window).abs().square()
        across, down = torch.fft.rfftfreq(width), torch.fft.fftfreq(height)[:, None]
        ring = torch.bucketize((across.square() + down.square()).sqrt(), RINGS)
        self.rings = [power[:, ring == i] for i in range(1, len(RINGS))]  # of (N, frequencies)

    def __call__(self, rows: Tensor) -> float:
        means = (ring[rows].mean(0) for ring in self.rings)
        return max((mean.max() / mean.median().clamp_min(1e-12)).item() for mean in means)

    def __len__(self) -> int:
        return len(self.rings[0])


class Order:
    """Statistic: Spearman's rank correlation of two tones (N,): 1 where one rises with the
    other."""

    def __init__(self, one: Tensor, other: Tensor):
        self.ranks = torch.stack([x.argsort().argsort().double() for x in (one, other)])

    def __call__(self, rows: Tensor) -> float:
        return torch.corrcoef(self.ranks[:, rows])[0, 1].nan_to_num(0).item()  # nan: all are one

    def __len__(self) -> int:
        return self.ranks.shape[1]


def tone(pictures: Tensor, places: tuple[tuple[int, int, int, int], ...]) -> Tensor:
    """Mean of gray pictures (N, 1, 250, 200) at these places, (N,)."""
    parts = [pictures[:, 0, a:b, c:d].flatten(1) for a, b, c, d in places]
    return torch.cat(parts, 1).mean(1)
