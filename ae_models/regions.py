"""The regions of a drawing: what its lines part."""

import torch
from torch import Tensor


def regions(ink: Tensor) -> Tensor:
    """Lines (B, 1, H, W), 1 is ink -> the number of each pixel's region, over all pictures: (B, 1, H, W), int64. 0 is a
    line, a pixel of half ink and more; a region is what hangs together by pixels side by side."""
    import cv2  # 0.1 s, only when the first sketch is coloured

    numbers, count = [], 0
    for free in (ink[:, 0] < 0.5).byte().cpu().numpy():
        labels = torch.from_numpy(cv2.connectedComponents(free, connectivity=4)[1]).long()
        numbers.append(torch.where(labels > 0, labels + count, 0))
        count = max(count, int(numbers[-1].max()))
    return torch.stack(numbers)[:, None].to(ink.device)


def averaged(x: Tensor, weight: Tensor, region: Tensor) -> Tensor:
    """Each region's mean of x (B, C, H, W) by weight (B, 1, H, W), in all of its pixels; 0 on lines."""
    where, count = region.flatten(), int(region.max()) + 1
    both = torch.cat([x * weight, weight], 1).movedim(1, 0).flatten(1)  # (C + 1, B * H * W)
    sums = both.new_zeros(len(both), count).index_add_(1, where, both)
    means = sums[:-1] / sums[-1:].clamp_min(1e-6)
    means[:, 0] = 0
    return means[:, where].unflatten(1, (len(x), *x.shape[2:])).movedim(0, 1)
