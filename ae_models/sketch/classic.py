"""Classic line sketch -> color autoencoder: `sketch-color`."""

from dataclasses import dataclass

from torch import Tensor, nn

from ae_models.layers import Network


@dataclass(frozen=True)
class SketchColorConfig:
    size: int = 128  # px
    widths: tuple[int, int] = (64, 128)


class SketchColor(Network):
    """Two convolutions down, two up.

        (B, 3, 128, 128)  sketch in [-1, 1], gray copied to 3 channels
          | Conv 4x4 s2 -> 64, 64 px, ReLU;  Conv 4x4 s2 -> 128, 32 px, ReLU
        (B, 128, 32, 32)  latent
          | ConvTranspose 4x4 s2 -> 64, 64 px, ReLU;  ConvTranspose 4x4 s2 -> 3, 128 px, tanh
        (B, 3, 128, 128)  color picture in [-1, 1]

    An output pixel depends on at most 22 x 22 pixels of the sketch: the network cannot know which
    part of the drawing it is in. The textbook design has this limit, and teaches it.
    """

    value_range = (-1.0, 1.0)

    def __init__(self, config: SketchColorConfig = SketchColorConfig()):
        super().__init__()
        self.config = config
        a, b = config.widths
        self.encoder = nn.Sequential(
            nn.Conv2d(3, a, 4, 2, 1), nn.ReLU(), nn.Conv2d(a, b, 4, 2, 1), nn.ReLU()
        )
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(b, a, 4, 2, 1),
            nn.ReLU(),
            nn.ConvTranspose2d(a, 3, 4, 2, 1),
            nn.Tanh(),
        )

    def encode(self, sketch: Tensor) -> Tensor:
        """Sketches (B, 3, 128, 128) in [-1, 1] -> latent (B, 128, 32, 32), at least 0."""
        return self.encoder(sketch)

    def decode(self, latent: Tensor) -> Tensor:
        """Latent (B, 128, 32, 32) -> color pictures (B, 3, 128, 128) in [-1, 1]."""
        return self.decoder(latent)

    def forward(self, sketch: Tensor) -> Tensor:
        return self.decode(self.encode(sketch))
