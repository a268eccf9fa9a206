"""Blocks that several networks share. Shapes are (B, C, H, W) unless stated."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Network(nn.Module):
    """Base of every network of the zoo: declares its input and its capabilities.

    A subclass overrides those that differ from the defaults here."""

    color_space = "RGB"  # of the input
    channels = 3  # of the input
    value_range = (0.0, 1.0)  # of input and output
    aspect = 1.0  # width / height of the input, whose height is config.size
    rates = 0  # number of rates at which it quantizes its latent
    takes_hints = False  # whether it follows color hints
    sha256 = ""  # of the release that the weights come from; empty if they come from none


class ResidualBlock(nn.Module):
    """ReLU(x + Conv3x3(ReLU(Conv3x3(x)))): basic block of He et al. 2015, without normalization."""

    def __init__(self, channels: int):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.conv2(F.relu(self.conv1(x))))


def norm_act_conv(
    c_in: int, c_out: int, conv: type[nn.Module] = nn.Conv2d, groups: int = 8, **kwargs
) -> nn.Sequential:
    """GroupNorm, SiLU, convolution: pre-activation order (He et al. 2016, arXiv 1603.05027)."""
    return nn.Sequential(nn.GroupNorm(groups, c_in), nn.SiLU(), conv(c_in, c_out, **kwargs))


class PreActBlock(nn.Module):
    """x + two norm_act_conv; where the channels change, the shortcut is a third one."""

    def __init__(self, c_in: int, c_out: int, groups: int = 8):
        super().__init__()
        self.body = nn.Sequential(
            norm_act_conv(c_in, c_out, groups=groups, kernel_size=3, padding=1),
            norm_act_conv(c_out, c_out, groups=groups, kernel_size=3, padding=1),
        )
        self.shortcut = (
            nn.Identity()
            if c_in == c_out
            else norm_act_conv(c_in, c_out, groups=groups, kernel_size=3, padding=1)
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.shortcut(x) + self.body(x)


def space_to_channel(x: Tensor, channels: int) -> Tensor:
    """(B, C, H, W) -> (B, channels, H/2, W/2): 2x2 pixels become channels, averaged in groups.

    Parameter-free shortcut of DC-AE (Chen et al. 2024, arXiv 2410.10733)."""
    return F.pixel_unshuffle(x, 2).unflatten(1, (channels, -1)).mean(2)


def channel_to_space(x: Tensor, channels: int) -> Tensor:
    """(B, C, H, W) -> (B, channels, 2H, 2W): channels are repeated, then become 2x2 pixels.

    Mirror of space_to_channel."""
    return F.pixel_shuffle(x.repeat_interleave(4 * channels // x.shape[1], dim=1), 2)


class Posterior:
    """Diagonal normal N(mean, exp(log_variance)) over latents, both (B, Z)."""

    def __init__(self, mean: Tensor, log_variance: Tensor):
        self.mean = mean
        self.log_variance = log_variance.clamp(-30, 20)

    def mode(self) -> Tensor:
        return self.mean

    def sample(self) -> Tensor:
        """One draw by the reparametrization trick (Kingma & Welling 2013, arXiv 1312.6114)."""
        return self.mean + torch.exp(0.5 * self.log_variance) * torch.randn_like(self.mean)

    def kl(self) -> Tensor:
        """KL divergence to N(0, I) in nats for each unit: (B, Z)."""
        return 0.5 * (self.mean**2 + self.log_variance.exp() - 1.0 - self.log_variance)
