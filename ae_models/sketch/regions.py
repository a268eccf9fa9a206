"""The regions of a drawing: what its lines part."""

import torch
from torch import Tensor


def regions(ink: Tensor) -> Tensor:
    """Lines (B, 1, H, W), 1 is ink -> the number of each pixel's region, over all pictures: (B, 1, H, W), int64. 0 is a
    line, a pixel of half ink and more; a region is what hangs together by pixels side by side."""
    import cv2  # 0.1 s, only when the first sketch is colored

    numbers, count = [], 0
    for free in (ink[:, 0] < 0.5).byte().cpu().numpy():
        labels = torch.from_numpy(cv2.connectedComponents(free, connectivity=4)[1]).long()
        numbers.append(torch.where(labels > 0, labels + count, 0))
        count = max(count, int(numbers[-1].max()))
    return torch.stack(numbers)[:, None].to(ink.device)


def means(x: Tensor, weight: Tensor, region: Tensor) -> tuple[Tensor, Tensor]:
    """Each region's mean of x (B, C, H, W) by weight (B, 1, H, W), and the sum of its weights: (regions, C), (regions, 1);
    the first of them is 0, since it stands for lines."""
    both = torch.cat([x * weight, weight], 1).movedim(1, 3).flatten(0, 2)  # (B * H * W, C + 1)
    sums = both.new_zeros(int(region.max()) + 1, both.shape[1]).index_add_(
        0, region.flatten(), both
    )
    sums[0] = 0
    return sums[:, :-1] / sums[:, -1:].clamp_min(1e-6), sums[:, -1:]


def shown(values: Tensor, region: Tensor) -> Tensor:
    """Values of each region (regions, C) -> the same in each of its pixels (B, C, H, W)."""
    return values[region[:, 0]].movedim(3, 1)


def pictures(region: Tensor) -> Tensor:
    """Which picture each region is in: (regions,), int64."""
    of = torch.arange(len(region), device=region.device).repeat_interleave(region[0].numel())
    return region.new_zeros(int(region.max()) + 1).scatter_(0, region.flatten(), of)


def sizes(region: Tensor) -> Tensor:
    """Each region's size and length, the logarithms of the root of its area and of its standard deviation along its
    longest axis, both in px: (regions, 2). Two parts alike, a pair of wings or spots, have the same, wherever they lie
    and whichever way they turn."""
    height, width = region.shape[2:]
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    place = (
        torch.stack([y, x, y * y, x * x, x * y])
        .double()
        .to(region.device)
        .expand(len(region), -1, -1, -1)
    )
    mean, area = means(place, torch.ones_like(region, dtype=place.dtype), region)
    y, x, yy, xx, xy = mean.unbind(1)
    yy, xx, xy = yy - y * y + 1 / 12, xx - x * x + 1 / 12, xy - x * y  # a pixel is as wide as 1 px
    longest = (yy + xx) / 2 + ((yy - xx).square() / 4 + xy.square()).sqrt()
    return torch.stack([area[:, 0].clamp_min(1), longest], 1).log().float() / 2
