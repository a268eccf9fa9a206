"""Classic gray photo -> color autoencoders: `photo-color`, and `photo-color-rgb` in RGB."""

from dataclasses import dataclass

from torch import Tensor, nn

from ae_models.layers import Network


@dataclass(frozen=True)
class PhotoColorConfig:
    size: int = 128  # px
    widths: tuple[int, ...] = (64, 128, 256)


class PhotoColor(Network):
    """Convolutional autoencoder from lightness to chroma.

        (B, 1, 128, 128)  L of CIE Lab / 100, in [0, 1]
          | 3 x [Conv 3x3, ReLU, max-pool 2]           64, 32, 16 px;  64, 128, 256 channels
        (B, 256, 16, 16)  latent
          | 3 x [Conv 3x3, ReLU, nearest x2]           32, 64, 128 px;  256, 128, 64 channels
          | Conv 3x3 -> 2 channels, sigmoid
        (B, 2, 128, 128)  a and b of CIE Lab in the unit range: (ab + 128) / 255

    The source shows this network with an RGB head in one place and a two-channel Lab head in
    another. This is the Lab head: lightness is known, only chroma has to be guessed. Targets are
    scaled to [0, 1], which a sigmoid can reach; ab / 128, in [-1, 1], it could not.
    """

    color_space = "Lab"
    channels = 1
    outputs = 2  # channels

    def __init__(self, config: PhotoColorConfig = PhotoColorConfig()):
        super().__init__()
        self.config = config
        widths = config.widths
        self.encoder = nn.Sequential()
        for c_in, c_out in zip((1, *widths[:-1]), widths):
            self.encoder.extend([nn.Conv2d(c_in, c_out, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)])
        up = (widths[-1], *widths[::-1])
        self.decoder = nn.Sequential()
        for c_in, c_out in zip(up[:-1], up[1:]):
            self.decoder.extend(
                [nn.Conv2d(c_in, c_out, 3, padding=1), nn.ReLU(), nn.Upsample(scale_factor=2)]
            )
        self.decoder.extend([nn.Conv2d(up[-1], self.outputs, 3, padding=1), nn.Sigmoid()])

    def encode(self, lightness: Tensor) -> Tensor:
        """Lightness (B, 1, 128, 128) in [0, 1] -> latent (B, 256, 16, 16), at least 0."""
        return self.encoder(lightness)

    def decode(self, latent: Tensor) -> Tensor:
        """Latent (B, 256, 16, 16) -> ab in the unit range (B, 2, 128, 128), or RGB."""
        return self.decoder(latent)

    def forward(self, lightness: Tensor) -> Tensor:
        return self.decode(self.encode(lightness))


class PhotoColorRGB(PhotoColor):
    """PhotoColor with the source's RGB head: (B, 1, 128, 128) -> (B, 3, 128, 128) in [0, 1].

    It has to draw the lightness that it was shown once more, out of 16x16 cells, and blurs it.
    """

    outputs = 3
