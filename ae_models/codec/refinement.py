"""Refinement of a quantized latent for one picture at encoding time.

Campos et al. 2019, "Content Adaptive Optimization for Neural Image Compression" (arXiv
1906.01223), descend on the latent before it is rounded; here whole numbers move by one, so that no
step makes the file worse."""

import torch
from torch import Tensor, nn

from ae_models import inference, metrics

TARGETS = (24.0, 27.0, 30.0, 33.0, 36.0)  # approximate PSNR in dB of each rate
MAX_STEPS = 200
MOVED = 0.02  # of the numbers, in the first step
TILE, HALO = 64, 8  # cells a side that are refined together, and cells around them


def refined(model: nn.Module, latent: Tensor, x: Tensor, rate: int, steps: int) -> Tensor:
    """Latent (1, C, h, w) of a picture x (1, 3, H, W) in [0, 1] -> integers (1, C, h', w'), int32,
    of whole blocks, after so many steps of descend. Tile by tile, so that memory stays small."""
    result = model.bottleneck.scale(latent.to(inference.device(model)), rate).round()
    height, width = result.shape[2:]
    corners = [(y, x) for y in range(0, height, TILE) for x in range(0, width, TILE)]
    for top, left in corners if steps else ():
        rows, columns = window(top, height), window(left, width)
        part = x[..., pixels(model, rows), pixels(model, columns)]
        better = descend(model, result[..., rows, columns], part, rate, steps)
        inner = better[..., top - rows.start :, left - columns.start :][..., :TILE, :TILE]
        result[..., top : top + TILE, left : left + TILE] = inner
    return result.to(torch.int32)


def window(start: int, end: int) -> slice:
    """Cells of a tile and of its halo, on an axis of `end` cells."""
    return slice(max(0, start - HALO), min(end, start + TILE + HALO))


def pixels(model: nn.Module, cells: slice) -> slice:
    """Pixels that cells stand for."""
    return slice(cells.start * model.patch, cells.stop * model.patch)


def descend(model: nn.Module, q: Tensor, x: Tensor, rate: int, steps: int) -> Tensor:
    """Whole numbers (1, C, h, w) -> ones of a smaller lagrangian.

    A step moves those with the steepest slopes by one. Where that is no gain, it is taken back, and
    the next step moves half as many."""
    x, moved = x.to(q.device), MOVED
    least, slope = lagrangian(model, q, x, rate)
    for _ in range(steps):
        steepest = slope.abs().flatten().topk(max(1, int(moved * q.numel()))).indices
        mask = torch.zeros(q.numel(), device=q.device).index_fill(0, steepest, 1.0)
        candidate = q - mask.reshape(q.shape) * slope.sign()
        found, its_slope = lagrangian(model, candidate, x, rate)
        if found < least:
            q, least, slope = candidate, found, its_slope
        else:
            moved /= 2
    return q


@torch.enable_grad()
def lagrangian(model: nn.Module, q: Tensor, x: Tensor, rate: int) -> tuple[float, Tensor]:
    """Squared error over that of the rate's target, plus bits per pixel by the factorized prior,
    what the network was trained for; and its gradient in q (1, C, h, w)."""
    q = q.detach().clone().requires_grad_(True)
    height, width = x.shape[2:]
    latent = model.dequantize(q, rate)
    latent = latent[..., : -(-height // model.patch), : -(-width // model.patch)]
    again = inference.from_network(model, model.decode(latent, rate))[..., :height, :width]
    error = metrics.mse(again, x).sum() / 10 ** (-TARGETS[rate - 1] / 10)
    total = error + model.bits(q, rate).sum() / (height * width)
    (slope,) = torch.autograd.grad(total, q)
    return total.item(), slope
