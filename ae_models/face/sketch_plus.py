"""Plus networks between face photos and pencil sketches: `face-sketch-plus`, `sketch-face-plus`."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from ae_models.layers import Network
from ae_models.unet import UNet, UNetConfig


@dataclass(frozen=True)
class FacePlusConfig:
    size: int = 250  # px, the height of a picture as in the CUHK Face Sketch Database
    aspect: float = 0.8  # width / height
    widths: tuple[int, ...] = (32, 64, 128, 256)  # channels at each resolution
    patch: int = 2  # px a side that one cell of the highest resolution stands for
    styles: int = 2  # collections trained on, each with its artist: 0 CUHK students, 1 AR database
    style: int = 0  # in use, where no other is asked for
    # Standard deviation of the noise in use, 1 in training
    noise_scale: float = 1.75


class FaceSketchPlus(Network):
    """U-Net that knows where in the picture it is, and in whose style to draw.

    (B, 3, 250, 200)  photo in [0, 1]
      | + 2 channels: x and y in [-1, 1]; faces are aligned, so place tells eye from mouth
      | + 1 channel of noise, of which strokes are made: a photo does not say where each one lies
      | UNet (ae_models/unet.py), steered by the style
    (B, 1, 250, 200)  sketch, about [0, 1] (no activation at the end)
    """

    channels_out = 1
    noise_channels = 1

    def __init__(self, config: FacePlusConfig = FacePlusConfig()):
        super().__init__()
        self.config = config
        unet = UNetConfig(
            self.channels + 2 + self.noise_channels,
            self.channels_out,
            config.widths,
            config.patch,
            config.styles,
        )
        self.unet = UNet(unet)

    @property
    def aspect(self) -> float:
        return self.config.aspect

    def encode(
        self, picture: Tensor, style: Tensor | None = None, noise: Tensor | None = None
    ) -> list[Tensor]:
        """Pictures (B, channels, H, W) in [0, 1] -> features of each resolution, the highest first.

        Other arguments as in forward."""
        x = self._with_place_and_noise(picture, noise)
        return self.unet.encode(x, self._condition(picture, style))

    def decode(self, features: list[Tensor], style: Tensor | None = None) -> Tensor:
        """Features -> (B, channels_out, H, W) about [0, 1], H and W those of whole cells."""
        return self.unet.decode(features, self._condition(features[0], style))

    def forward(
        self, picture: Tensor, style: Tensor | None = None, noise: Tensor | None = None
    ) -> Tensor:
        """Pictures (B, channels, H, W) in [0, 1] -> (B, channels_out, H, W), about [0, 1].

        style: (B,), whole numbers below config.styles; None is config.style.
        noise: (B or 1, noise_channels, H, W), normal; None is 0, which draws smooth tones."""
        height, width = picture.shape[2:]
        features = self.encode(picture, style, noise)
        return self.decode(features, style)[..., :height, :width]

    def fixed_noise(self, height: int, width: int) -> Tensor:
        """Noise for sketches in use, from a fixed seed: (1, noise_channels, H, W)."""
        generator = torch.Generator().manual_seed(0)
        noise = torch.randn(1, self.noise_channels, height, width, generator=generator)
        return self.config.noise_scale * noise

    def _condition(self, x: Tensor, style: Tensor | None) -> Tensor:
        """One-hot styles (B, styles)."""
        if style is None:
            style = torch.full((len(x),), self.config.style, device=x.device)
        return F.one_hot(style, self.config.styles).to(x)

    def _with_place_and_noise(self, x: Tensor, noise: Tensor | None) -> Tensor:
        """(B, C, H, W) -> (B, C + 2 + noise_channels, H, W).

        x goes from -1 at the left edge to 1 at the right, y from -1 at the top to 1."""
        count, _, height, width = x.shape
        across = torch.linspace(-1, 1, width, device=x.device, dtype=x.dtype)
        down = torch.linspace(-1, 1, height, device=x.device, dtype=x.dtype)[:, None]
        if noise is None:
            noise = x.new_zeros(1, self.noise_channels, height, width)
        added = (across.expand(1, 1, height, width), down.expand(1, 1, height, width), noise.to(x))
        return torch.cat([x, *(channel.expand(count, -1, -1, -1) for channel in added)], 1)


class SketchFacePlus(FaceSketchPlus):
    """FaceSketchPlus reversed: gray sketch (B, 1, 250, 200) -> color photo (B, 3, 250, 200)."""

    color_space = "L"
    channels, channels_out = 1, 3
    noise_channels = 0
