"""Optimizers, and the average of weights, that recipes share."""

from collections.abc import Callable

import torch
from pytorch_optimizer import Muon
from pytorch_optimizer.optimizer.utils.matrix import zero_power_via_gram_newton_schulz
from torch import Tensor, nn

OUTER = {"stem", "head"}
ADAMW = {"use_muon": False, "betas": (0.9, 0.99), "weight_decay": 0.01}


class Muon32(Muon):
    """Muon that orthogonalizes in float32, on the small Gram matrix: the package's bfloat16 takes
    20 s a step on a CPU without such arithmetic, instead of 0.2 s."""

    @staticmethod
    def _orthogonalize(group: dict, updates: list[Tensor]) -> list[Tensor]:
        steps = group["ns_steps"]
        return [
            zero_power_via_gram_newton_schulz(
                x.flatten(1), steps, dtype=torch.float32, reset_steps=()
            )
            for x in updates
        ]


def muon(network: nn.Module, lr: float, rest: float, *more: dict) -> Muon32:
    """Muon for the kernels inside a U-Net (Jordan et al. 2024, kellerjordan.github.io/posts/muon)
    at `lr`, whose steps are orthogonal matrices; AdamW at `rest` for the first and the last layer,
    norms, biases and linear layers, and for the parameter groups `more`."""
    inner, others = [], []
    for name, p in network.named_parameters():
        (inner if p.ndim == 4 and not OUTER & set(name.split(".")) else others).append(p)
    return Muon32(
        [
            {"params": inner, "use_muon": True, "lr": lr, "weight_decay": 0.01},
            ADAMW | {"params": others, "lr": rest},
            *(ADAMW | group for group in more),
        ]
    )


def ema(decay: float) -> Callable[[list[Tensor], list[Tensor], Tensor], None]:
    """Exponential moving average, for AveragedModel: its memory grows with the number of steps, so
    that the random start is forgotten early."""

    def update(averaged: list[Tensor], current: list[Tensor], count: Tensor) -> None:
        if not averaged[0].is_floating_point():
            torch._foreach_copy_(averaged, current)
            return
        kept = min(decay, (1 + count.item()) / (10 + count.item()))
        torch._foreach_lerp_(averaged, current, 1 - kept)

    return update
