"""Plus networks between face photos and pencil sketches: `face-sketch-plus` and, back again, `sketch-face-plus`."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from ae_models.layers import Network
from ae_models.unet import UNet, UNetConfig

GRAIN = 1.75  # noise against that of training: on six validation students strokes are 0.57 instead of 0.48 as strong


@dataclass(frozen=True)
class FacePlusConfig:
    size: int = 250  # px, the height of a picture as in the CUHK Face Sketch Database
    aspect: float = 0.8  # width / height
    widths: tuple[int, ...] = (32, 64, 128, 256)
    patch: int = 2
    styles: int = 2  # collections trained on: 0 the CUHK students, 1 the AR database; each has its artist and studio


class FaceSketchPlus(Network):
    """U-Net that knows where in the picture it is, and in whose style to draw.

    (B, 3, 250, 200)  photo in [0, 1]
      | + 2 channels: where a pixel is, x and y in [-1, 1]; the faces are aligned, so place tells eye from mouth
      | + 1 channel of white noise, the same for every picture: the grain of which strokes are made, since a photo
      |   does not say where each of them lies
      | UNet (ae_models/unet.py), steered by the style
    (B, 1, 250, 200)  sketch, about [0, 1] (no activation at the end)
    """

    channels_out = 1
    grain = 1  # channels of noise

    def __init__(self, config: FacePlusConfig = FacePlusConfig()):
        super().__init__()
        self.config = config
        unet = UNetConfig(
            self.channels + 2 + self.grain,
            self.channels_out,
            config.widths,
            config.patch,
            config.styles,
        )
        self.unet = UNet(unet)

    @property
    def aspect(self) -> float:
        return self.config.aspect

    def encode(self, picture: Tensor, style: Tensor | None = None) -> list[Tensor]:
        """(B, channels, H, W) in [0, 1] -> features of each resolution, the highest first; see forward for style."""
        return self.unet.encode(self._with_more(picture), self._condition(picture, style))

    def decode(self, features: list[Tensor], style: Tensor | None = None) -> Tensor:
        """What encode gave -> (B, channels_out, H, W) about [0, 1], H and W those of whole cells."""
        return self.unet.decode(features, self._condition(features[0], style))

    def forward(self, picture: Tensor, style: Tensor | None = None) -> Tensor:
        """(B, channels, H, W) in [0, 1] -> (B, channels_out, H, W). style is (B,), whole numbers below config.styles;
        None is 0."""
        height, width = picture.shape[2:]
        return self.decode(self.encode(picture, style), style)[..., :height, :width]

    def _condition(self, x: Tensor, style: Tensor | None) -> Tensor:
        if style is None:
            style = torch.zeros(len(x), dtype=torch.long, device=x.device)
        return F.one_hot(style, self.config.styles).to(x)

    def _with_more(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C + 2 + grain, H, W): x from -1 at the left edge to 1 at the right, y from -1 at the top to
        1, noise, in training another one for each sample."""
        count, _, height, width = x.shape
        across = torch.linspace(-1, 1, width, device=x.device, dtype=x.dtype).expand(
            count, 1, height, width
        )
        down = torch.linspace(-1, 1, height, device=x.device, dtype=x.dtype)[:, None].expand(
            count, 1, height, width
        )
        if self.training:
            noise = torch.randn(count, self.grain, height, width, device=x.device, dtype=x.dtype)
        else:
            fixed = torch.Generator().manual_seed(0)
            noise = GRAIN * torch.randn(self.grain, height, width, generator=fixed).to(x).expand(
                count, -1, -1, -1
            )
        return torch.cat([x, across, down, noise], 1)


class SketchFacePlus(FaceSketchPlus):
    """The same from a gray sketch (B, 1, 250, 200) to a color photo (B, 3, 250, 200), both in [0, 1]."""

    color_space = "L"
    channels, channels_out = 1, 3
    grain = 0
