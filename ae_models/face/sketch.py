"""Classic face photo -> sketch autoencoder: `face-sketch`."""

from dataclasses import dataclass

from torch import Tensor, nn

from ae_models.layers import Network


@dataclass(frozen=True)
class FaceSketchConfig:
    size: int = 256  # px, a multiple of 2 ** len(widths)
    widths: tuple[int, ...] = (16, 32, 64, 128, 256, 512)  # channels at 1/2, 1/4, ... of the size
    dropout: float = 0.1


class FaceSketch(Network):
    """Fully convolutional encoder and decoder without skips.

        (B, 3, 256, 256)  photo in [-1, 1]
          | 6 x [Conv 4x4 s2, batch norm except on the 1st and 3rd, LeakyReLU]
          |     128, 64, 32, 16, 8, 4 px;  16, 32, 64, 128, 256, 512 channels
        (B, 512, 4, 4)    latent
          | 6 x [ConvTranspose 4x4 s2, dropout on the 1st and 3rd, LeakyReLU]
          |     8, 16, 32, 64, 128, 256 px;  512, 256, 128, 64, 32, 16 channels
          | ConvTranspose 2x2 s1 -> 8 channels, 257 px
          | ConvTranspose 2x2 s1 -> 3 channels, 258 px;  crop 1 px a side
        (B, 3, 256, 256)  sketch, about [-1, 1] (no activation at the end)

    The source's two unpadded 2x2 layers give 258 px where its targets have 256; it resizes the
    targets, we crop one pixel a side, so that the picture stays in place. Slope 0.3, dropout 0.1
    and convolutions without a bias are those of the source's framework and code, where its table is
    silent. Its sketches are gray copied to 3 channels.
    """

    value_range = (-1.0, 1.0)

    def __init__(self, config: FaceSketchConfig = FaceSketchConfig()):
        super().__init__()
        self.config = config
        widths = config.widths
        self.encoder = nn.Sequential()
        for i, (c_in, c_out) in enumerate(zip((3, *widths[:-1]), widths)):
            self.encoder.append(nn.Conv2d(c_in, c_out, 4, 2, 1, bias=False))
            if i not in (0, 2):
                self.encoder.append(nn.BatchNorm2d(c_out))
            self.encoder.append(nn.LeakyReLU(0.3))

        up = (widths[-1], *widths[::-1])
        self.decoder = nn.Sequential()
        for i, (c_in, c_out) in enumerate(zip(up[:-1], up[1:])):
            self.decoder.append(nn.ConvTranspose2d(c_in, c_out, 4, 2, 1, bias=False))
            if i in (0, 2):
                self.decoder.append(nn.Dropout(config.dropout))
            self.decoder.append(nn.LeakyReLU(0.3))
        self.decoder.extend([nn.ConvTranspose2d(up[-1], 8, 2), nn.ConvTranspose2d(8, 3, 2)])

    def encode(self, photo: Tensor) -> Tensor:
        """Photos (B, 3, 256, 256) in [-1, 1] -> latent (B, 512, 4, 4)."""
        return self.encoder(photo)

    def decode(self, latent: Tensor) -> Tensor:
        """Latent (B, 512, 4, 4) -> sketches (B, 3, 256, 256), about [-1, 1]."""
        return self.decoder(latent)[..., 1:-1, 1:-1]

    def forward(self, photo: Tensor) -> Tensor:
        return self.decode(self.encode(photo))
