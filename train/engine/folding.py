"""Layers that networks have in training alone: dropout, and batch norm, which is folded into the
convolutions for the release."""

from collections.abc import Callable, Iterable

from torch import nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ae_models.layers import ResidualBlock
from ae_models.unet import Block, UNet


class NormedConv(nn.Sequential):
    """Convolution, batch norm."""

    def __init__(self, conv: nn.Module, scale: float = 1.0):
        super().__init__(conv, nn.BatchNorm2d(conv.out_channels))
        nn.init.constant_(self[1].weight, scale)

    def fold(self) -> nn.Module:
        return fuse_conv_bn_eval(*self.eval(), transpose=isinstance(self[0], nn.ConvTranspose2d))


def add_norm(network: nn.Module, plain: Iterable[nn.Module] = ()) -> nn.Module:
    """Put batch norm behind each convolution of the network but those in `plain` (heads). The
    branches of residual blocks start small (Goyal et al. 2017, arXiv 1706.02677)."""
    branches = {m.conv2 for m in network.modules() if isinstance(m, ResidualBlock | Block)}

    def wrap(conv: nn.Module) -> nn.Module:
        return NormedConv(conv, 0.2 if conv in branches else 1.0)

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


def _replace(network: nn.Module, kind: type, by: Callable[[nn.Module], nn.Module]) -> nn.Module:
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, kind):
                setattr(module, name, by(child))
    return network
