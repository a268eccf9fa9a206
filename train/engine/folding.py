"""Layers that networks have in training alone: dropout, and batch norm, which is folded into the
convolutions for the release."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ae_models.layers import ResidualBlock
from ae_models.unet import Block, UNet

FILTER_LENGTH = 3**-0.5  # of a filter that torch draws at random


class NormedConv(nn.Sequential):
    """Convolution, batch norm; its statistics may be frozen."""

    def __init__(self, conv: nn.Module, scale: float = 1.0, frozen: bool = False):
        super().__init__(conv, nn.BatchNorm2d(conv.out_channels))
        nn.init.constant_(self[1].weight, scale)
        self.frozen = frozen

    def train(self, mode: bool = True) -> "NormedConv":
        super().train(mode)
        self[1].train(mode and not self.frozen)
        return self

    def restore(self, mean: Tensor, variance: Tensor) -> None:
        """Take up again a convolution that was folded, given the statistics of what it puts out:
        the same function, with filters as long as torch's random ones, so that learning rates
        fit."""
        conv, norm = self
        axes = [i for i in range(4) if i != isinstance(conv, nn.ConvTranspose2d)]
        length = conv.weight.square().sum(axes, keepdim=True).sqrt().clamp_min(1e-6)
        scale = FILTER_LENGTH / length
        conv.weight.mul_(scale)
        scale = scale.flatten()
        conv.bias.mul_(scale)
        norm.running_mean.copy_(mean * scale)
        norm.running_var.copy_(variance * scale.square())
        norm.weight.copy_((norm.running_var + norm.eps).sqrt() / scale)
        norm.bias.copy_(mean)

    def fold(self) -> nn.Module:
        return fuse_conv_bn_eval(*self.eval(), transpose=isinstance(self[0], nn.ConvTranspose2d))


def add_norm(
    network: nn.Module, plain: Iterable[nn.Module] = (), frozen: bool = False
) -> nn.Module:
    """Put batch norm behind each convolution of the network but those in `plain` (heads). The
    branches of residual blocks start small (Goyal et al. 2017, arXiv 1706.02677).

    frozen: keep the norms' statistics, for networks that go on from trained ones: those of a small
        batch of many kinds of pictures mislead."""
    branches = {m.conv2 for m in network.modules() if isinstance(m, ResidualBlock | Block)}

    def wrap(conv: nn.Module) -> nn.Module:
        return NormedConv(conv, 0.2 if conv in branches else 1.0, frozen)

    return _replace(
        network, nn.Conv2d | nn.ConvTranspose2d, lambda m: m if m in set(plain) else wrap(m)
    )


def add_dropout(unet: UNet, share: float) -> None:
    """Drop a share of the channels at the lowest resolution (Tompson et al. 2015, arXiv 1411.4280),
    where a network could recognize a training picture and repeat its memorized target."""
    for block in unet.middle:
        block.register_forward_pre_hook(
            lambda block, given: (F.dropout2d(given[0], share, block.training), *given[1:])
        )


def fold(network: nn.Module) -> nn.Module:
    """A network of add_norm() -> the plain network that computes the same."""
    return _replace(network, NormedConv, NormedConv.fold)


@torch.no_grad()
def unfold(network: nn.Module, folded: dict[str, Tensor], forward: Callable[[], None]) -> None:
    """Give a network with norms the weights of a folded one, and the norms the statistics of what
    `forward` puts through it, so that it computes the same. Raises RuntimeError where they do not
    fit."""
    names = {
        name: module for name, module in network.named_modules() if isinstance(module, NormedConv)
    }
    for module in names.values():
        module[1].reset_parameters()
        module[1].running_var.sub_(module[1].eps)  # now it changes nothing
    renamed = {_normed(key, names): value for key, value in folded.items()}
    norms = {f"{name}.1.{k}": v for name, m in names.items() for k, v in m[1].state_dict().items()}
    network.load_state_dict(renamed | norms)
    sums = {name: [] for name in names}
    hooks = [
        module[0].register_forward_hook(
            lambda m, given, out, name=name: sums[name].append(_moments(out))
        )
        for name, module in names.items()
    ]
    network.eval()
    forward()
    network.train()
    for hook in hooks:
        hook.remove()
    for name, module in names.items():
        mean, square = torch.stack(sums[name]).mean(0)
        module.restore(mean, square - mean.square())


def _normed(key: str, names: Iterable[str]) -> str:
    """Name of a tensor in the folded network -> that in the one with norms."""
    module, _, kind = key.rpartition(".")
    return f"{module}.0.{kind}" if module in names else key


def _moments(x: Tensor) -> Tensor:
    """(B, C, H, W) -> mean and mean square of each channel, (2, C)."""
    return torch.stack([x.mean((0, 2, 3)), x.square().mean((0, 2, 3))]).float()


def _replace(network: nn.Module, kind: type, by: Callable[[nn.Module], nn.Module]) -> nn.Module:
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, kind):
                setattr(module, name, by(child))
    return network
