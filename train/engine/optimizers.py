"""Optimizers that several recipes share."""

from pytorch_optimizer import Muon
from torch import nn

OUTER = {"stem", "head"}


def muon(network: nn.Module, lr: float, rest: float, *more: dict) -> Muon:
    """Muon for the kernels inside a U-Net (Jordan et al. 2024, kellerjordan.github.io/posts/muon), at `lr`: its steps are
    orthogonal matrices. AdamW, at `rest`, for the first and last layer, norms, biases and linear
    layers, and for the groups `more`."""
    inner, others = [], []
    for name, p in network.named_parameters():
        (inner if p.ndim == 4 and not OUTER & set(name.split(".")) else others).append(p)
    return Muon(
        [
            {"params": inner, "use_muon": True, "lr": lr, "weight_decay": 0.01},
            {
                "params": others,
                "use_muon": False,
                "lr": rest,
                "betas": (0.9, 0.99),
                "weight_decay": 0.01,
            },
            *({"use_muon": False} | group for group in more),
        ]
    )
