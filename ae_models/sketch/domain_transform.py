"""Edge-aware smoothing: the recursive filter of Gastal & Oliveira 2011, "Domain transform for
edge-aware image and video processing"."""

import torch
from torch import Tensor
from torch.nn import functional as F


def flow(x: Tensor, ink: Tensor, reach: float, barrier: float, rounds: int = 2) -> Tensor:
    """Smooth (B, C, H, W) over about `reach` px along rows and columns, but not across lines.

    ink: (B or 1, 1, H, W), 1 is a line. barrier: the cost of crossing a px of full ink, in reaches.
    """
    for i in range(rounds):
        sigma = reach * 3**0.5 * 2 ** (rounds - 1 - i) / (4**rounds - 1) ** 0.5
        for line in (ink, ink.mT):  # along rows, then along columns: each pass turns the picture
            distance = 1 + barrier * reach * torch.maximum(line[..., 1:], line[..., :-1])
            feedback = torch.exp(-(2**0.5) * distance / sigma).movedim(3, 0)
            x = _both_ways(x.movedim(3, 0), feedback).permute(1, 2, 0, 3).contiguous()
    return x


def _both_ways(x: Tensor, feedback: Tensor) -> Tensor:
    """Filter along the first dimension, forwards and then backwards, by a recursion of order 1."""
    if torch.compiler.is_exporting():  # a node for each row is more than an exporter can write
        return _at_once(x, feedback)
    matrix = x.flatten(1)  # which torch turns several times as fast as what has more dimensions
    y = matrix.new_empty(matrix.shape).copy_(matrix).view(x.shape)
    rows, feedback = list(y), list(feedback.contiguous())
    for i in range(1, len(rows)):
        rows[i].lerp_(rows[i - 1], feedback[i - 1])
    for i in range(len(rows) - 2, -1, -1):
        rows[i].lerp_(rows[i + 1], feedback[i])
    return y


def _at_once(x: Tensor, feedback: Tensor) -> Tensor:
    """_both_ways for all rows at once, equal up to rounding. Forwards, row i is a sum over the rows
    j up to it, with weights (1 - f[j - 1]) f[j] ... f[i - 1]: a triangular matrix."""
    rows, fed = x.permute(1, 3, 0, 2), feedback.permute(1, 3, 2, 0)  # (B, W, N, C), (.., 1, N - 1)
    total = F.pad(fed.log(), (1, 0)).cumsum(3)
    decay = (total - total.mT).abs().neg().exp()  # (B, W, N, N), what two rows have of each other
    forwards = decay.tril() * F.pad(1 - fed, (1, 0), value=1)
    backwards = decay.triu() * F.pad(1 - fed, (0, 1), value=1)
    return (backwards @ (forwards @ rows)).permute(2, 0, 3, 1)
