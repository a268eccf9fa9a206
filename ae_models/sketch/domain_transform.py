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
        for dim in (3, 2):
            line = ink.movedim(dim, 0)
            distance = 1 + barrier * reach * torch.maximum(line[1:], line[:-1])
            feedback = torch.exp(-(2**0.5) * distance / sigma)
            x = _both_ways(x.movedim(dim, 0), feedback).movedim(0, dim)
    return x


def _both_ways(x: Tensor, feedback: Tensor) -> Tensor:
    """Filter along the first dimension, forwards and then backwards, by a recursion of order 1."""
    if torch.compiler.is_exporting():  # a node for each row is more than an exporter can write
        return _at_once(x, feedback)
    rows = list(x)
    for i in range(1, len(rows)):
        rows[i] = torch.lerp(rows[i], rows[i - 1], feedback[i - 1])
    for i in range(len(rows) - 2, -1, -1):
        rows[i] = torch.lerp(rows[i], rows[i + 1], feedback[i])
    return torch.stack(rows)


def _at_once(x: Tensor, feedback: Tensor) -> Tensor:
    """_both_ways for all rows at once, equal up to rounding. Forwards, row i is a sum over the rows
    j up to it, with weights (1 - f[j - 1]) f[j] ... f[i - 1]: a triangular matrix."""
    rows, fed = x.permute(1, 3, 0, 2), feedback.permute(1, 3, 2, 0)  # (B, W, N, C), (.., 1, N - 1)
    total = F.pad(fed.log(), (1, 0)).cumsum(3)
    decay = (total - total.mT).abs().neg().exp()  # (B, W, N, N), what two rows have of each other
    forwards = decay.tril() * F.pad(1 - fed, (1, 0), value=1)
    backwards = decay.triu() * F.pad(1 - fed, (0, 1), value=1)
    return (backwards @ (forwards @ rows)).permute(2, 0, 3, 1)
