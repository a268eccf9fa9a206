"""Classic deep convolutional autoencoder: `dcae`."""

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional as F

from ae_models.layers import Network, PreActBlock, channel_to_space, norm_act_conv, space_to_channel


@dataclass(frozen=True)
class DCAEConfig:
    size: int = 32  # px; GroupNorm's statistics span the picture, so it only works at this size
    width: int = 16  # channels of the first layer; twice as many below
    latent: int = 16  # channels of the latent
    groups: int = 8  # of GroupNorm
    dropout: float = 0.0  # the source does not state it; at 60,000 parameters any dropout costs


class DCAE(Network):
    """Autoencoder of two resamplings each way, each with a parameter-free shortcut.

        (B, 3, 32, 32)   picture in [-1, 1]
          | Conv 3x3 -> 16
          | down: 2 x [GroupNorm, SiLU, Conv 3x3 s2, dropout] -> 32, 8 px
          |       + space-to-channel by 2, averaged to 32, then average-pool 2
          | residual 32 -> 32, residual 32 -> 16
        (B, 16, 8, 8)    latent: a third of the picture's numbers
          | residual 16 -> 32, residual 32 -> 32
          | up:   2 x [GroupNorm, SiLU, ConvTranspose s2, dropout] -> 16, 32 px
          |       + channel-to-space by 2 to 16, then nearest x2
          | GroupNorm, SiLU, Conv 3x3 -> 3
        (B, 3, 32, 32)   reconstruction, about [-1, 1] (no activation at the end)

    Shortcuts after DC-AE, Chen et al. 2024 (arXiv 2410.10733).
    """

    value_range = (-1.0, 1.0)

    def __init__(self, config: DCAEConfig = DCAEConfig()):
        super().__init__()
        self.config = config
        w, g = config.width, config.groups
        down = {"groups": g, "kernel_size": 3, "stride": 2, "padding": 1}
        up = {"groups": g, "conv": nn.ConvTranspose2d, "kernel_size": 4, "stride": 2, "padding": 1}
        drop = config.dropout

        self.stem = nn.Conv2d(3, w, 3, padding=1)
        self.down = nn.Sequential(
            norm_act_conv(w, 2 * w, **down),
            nn.Dropout(drop),
            norm_act_conv(2 * w, 2 * w, **down),
            nn.Dropout(drop),
        )
        self.encoder_middle = nn.Sequential(
            PreActBlock(2 * w, 2 * w, g), PreActBlock(2 * w, config.latent, g)
        )
        self.decoder_middle = nn.Sequential(
            PreActBlock(config.latent, 2 * w, g), PreActBlock(2 * w, 2 * w, g)
        )
        self.up = nn.Sequential(
            norm_act_conv(2 * w, w, **up),
            nn.Dropout(drop),
            norm_act_conv(w, w, **up),
            nn.Dropout(drop),
        )
        self.head = norm_act_conv(w, 3, groups=g, kernel_size=3, padding=1)

    def encode(self, x: Tensor) -> Tensor:
        """Pictures (B, 3, 32, 32) in [-1, 1] -> latent (B, 16, 8, 8)."""
        h = self.stem(x)
        h = self.down(h) + F.avg_pool2d(space_to_channel(h, 2 * self.config.width), 2)
        return self.encoder_middle(h)

    def decode(self, latent: Tensor) -> Tensor:
        """Latent (B, 16, 8, 8) -> pictures (B, 3, 32, 32), about [-1, 1]."""
        h = self.decoder_middle(latent)
        h = self.up(h) + F.interpolate(channel_to_space(h, self.config.width), scale_factor=2)
        return self.head(h)

    def forward(self, x: Tensor) -> Tensor:
        return self.decode(self.encode(x))
