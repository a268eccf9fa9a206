"""Classic residual VAE for faces: `face-vae`."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ae_models.layers import Network, Posterior, ResidualBlock


@dataclass(frozen=True)
class VAEConfig:
    size: int = 128  # px, a power of two times 2 ** len(widths)
    widths: tuple[int, ...] = (32, 64, 128, 256, 512)  # channels at 1/2, 1/4, ... of the size
    latent: int = 128  # the source does not state it


class VAE(Network):
    """Convolutional VAE with a residual block after each resampling.

        (B, 3, 128, 128)  picture in [0, 1]
          | 5 x [Conv 4x4 s2, ReLU, ResidualBlock]
          |     64, 32, 16, 8, 4 px;  32, 64, 128, 256, 512 channels
        (B, 512, 4, 4) -> two linear layers -> mean and log variance (B, 128)
          | z = mean + sigma * noise in training, the mean otherwise
          | linear -> (B, 512, 4, 4)
          | 4 x [ConvTranspose 4x4 s2, ReLU, ResidualBlock]
          |     8, 16, 32, 64 px;  256, 128, 64, 32 channels
          | ConvTranspose 4x4 s2, sigmoid -> 128 px, 3 channels
        (B, 3, 128, 128)  picture in [0, 1]

    Kingma & Welling 2013 (arXiv 1312.6114). The source puts a residual block after every transposed
    convolution; we leave out the last one, whose ReLU would cut the logits at zero, so that the
    sigmoid could not go below 0.5. Convolutions start with He's normal initialization, and the
    second convolution of each residual block at a small scale, because without normalization
    torch's default shrinks the signal about threefold per layer.
    """

    def __init__(self, config: VAEConfig = VAEConfig()):
        super().__init__()
        self.config = config
        side = config.size // 2 ** len(config.widths)
        top = config.widths[-1]
        down, up = (3, *config.widths), (*config.widths[::-1], 3)

        self.encoder = nn.Sequential()
        for c_in, c_out in zip(down[:-1], down[1:]):
            self.encoder.extend([nn.Conv2d(c_in, c_out, 4, 2, 1), nn.ReLU(), ResidualBlock(c_out)])
        self.to_mean = nn.Linear(top * side * side, config.latent)
        self.to_log_variance = nn.Linear(top * side * side, config.latent)

        self.from_latent = nn.Sequential(
            nn.Linear(config.latent, top * side * side), nn.Unflatten(1, (top, side, side))
        )
        self.decoder = nn.Sequential()
        for c_in, c_out in zip(up[:-2], up[1:-1]):
            self.decoder.extend(
                [nn.ConvTranspose2d(c_in, c_out, 4, 2, 1), nn.ReLU(), ResidualBlock(c_out)]
            )
        self.decoder.extend([nn.ConvTranspose2d(up[-2], up[-1], 4, 2, 1), nn.Sigmoid()])
        self.apply(_initialize)

    def encode(self, x: Tensor) -> Posterior:
        """Pictures (B, 3, size, size) in [0, 1] -> Posterior over (B, latent)."""
        h = self.encoder(x).flatten(1)
        return Posterior(self.to_mean(h), self.to_log_variance(h))

    def decode(self, z: Tensor) -> Tensor:
        """Latents (B, latent) -> pictures (B, 3, size, size) in [0, 1]."""
        return self.decoder(self.from_latent(z))

    def forward(self, x: Tensor) -> Tensor:
        """Pictures -> reconstructions, from a random latent in training, else from its mean."""
        posterior = self.encode(x)
        return self.decode(posterior.sample() if self.training else posterior.mode())


@torch.no_grad()
def _initialize(module: nn.Module) -> None:
    """Initialize one layer or residual block, as VAE says."""
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.ConvTranspose2d):
        area = module.kernel_size[0] * module.kernel_size[1]
        fan_in = module.in_channels * area / module.stride[0] ** 2
        nn.init.normal_(module.weight, std=(2 / fan_in) ** 0.5)
        nn.init.zeros_(module.bias)
    elif isinstance(module, ResidualBlock):  # apply() has been at its convolutions already
        module.conv2.weight.mul_(0.1)
