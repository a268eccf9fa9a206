"""Regions enclosed by the lines of a drawing: 4-connected components of the pixels without ink."""

import torch
from torch import Tensor


def regions(ink: Tensor) -> Tensor:
    """Lines (B, 1, H, W), 1 is ink -> label of each pixel's region, (B, 1, H, W), int64.

    Labels count on over the pictures of a batch; 0 is a line, a pixel of half ink or more."""
    import cv2  # 0.1 s, only when the first sketch is colored

    labels, count = [], 0
    for free in (ink[:, 0] < 0.5).byte().cpu().numpy():
        found = torch.from_numpy(cv2.connectedComponents(free, connectivity=4)[1]).long()
        labels.append(torch.where(found > 0, found + count, 0))
        count = max(count, int(labels[-1].max()))
    return torch.stack(labels)[:, None].to(ink.device)


def means(x: Tensor, weight: Tensor, region: Tensor) -> tuple[Tensor, Tensor]:
    """Average x (B, C, H, W) over each region by weight (B, 1, H, W).

    Returns the means (regions, C) and the sums of weights (regions, 1); row 0, the lines, is 0."""
    rows = torch.cat([x * weight, weight], 1).movedim(1, 3).flatten(0, 2)  # (B * H * W, C + 1)
    sums = rows.new_zeros(int(region.max()) + 1, rows.shape[1]).index_add_(
        0, region.flatten(), rows
    )
    sums[0] = 0
    return sums[:, :-1] / sums[:, -1:].clamp_min(1e-6), sums[:, -1:]


def shown(values: Tensor, region: Tensor) -> Tensor:
    """Values of regions (regions, C) -> picture of them (B, C, H, W)."""
    return values[region[:, 0]].movedim(3, 1)


def pictures(region: Tensor) -> Tensor:
    """Index in the batch of each region's picture: (regions,), int64."""
    index = torch.arange(len(region), device=region.device).repeat_interleave(region[0].numel())
    return region.new_zeros(int(region.max()) + 1).scatter_(0, region.flatten(), index)


def sizes(region: Tensor) -> Tensor:
    """Log size and log length of each region, (regions, 2).

    Size is the root of the area, length the standard deviation along the longest axis, both in px:
    a pair of wings or spots has the same, wherever they lie and whichever way they turn."""
    height, width = region.shape[2:]
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    moments = torch.stack([y, x, y * y, x * x, x * y]).double().to(region.device)
    moments = moments.expand(len(region), -1, -1, -1)
    mean, area = means(moments, torch.ones_like(region, dtype=moments.dtype), region)
    y, x, yy, xx, xy = mean.unbind(1)
    yy, xx, xy = yy - y * y + 1 / 12, xx - x * x + 1 / 12, xy - x * y  # a pixel is as wide as 1 px
    longest = (yy + xx) / 2 + ((yy - xx).square() / 4 + xy.square()).sqrt()
    return torch.stack([area[:, 0].clamp_min(1), longest], 1).log().float() / 2
