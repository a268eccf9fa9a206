"""Classifier of CelebA's attributes, an instrument that measures the face networks.

Its logits show how an edit changes a face, and its features how far apart two sets of faces are
(train/measures/face_sets.py).
"""

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional as F

from ae_models.layers import Network, ResidualBlock


@dataclass(frozen=True)
class ClassifierConfig:
    size: int = 64  # px; pictures are averaged down to it
    widths: tuple[int, ...] = (32, 64, 128, 128)
    attributes: int = 40


class Classifier(Network):
    """Residual network in the manner of He et al. 2015 (arXiv 1512.03385).

    (B, 3, H, W)       pictures in [0, 1], averaged down to 64 px
      | 4 x [Conv 3x3 s2, ReLU, ResidualBlock]      32, 16, 8, 4 px;  32, 64, 128, 128 channels
      | mean over the picture
    (B, 128)           features
      | dropout, linear
    (B, 40)            logits, in the order of CelebA's list of attributes
    """

    def __init__(self, config: ClassifierConfig = ClassifierConfig()):
        super().__init__()
        self.config = config
        self.body = nn.Sequential()
        for c_in, c_out in zip((3, *config.widths), config.widths):
            self.body.extend([nn.Conv2d(c_in, c_out, 3, 2, 1), nn.ReLU(), ResidualBlock(c_out)])
        self.dropout = nn.Dropout(0.3)
        self.head = nn.Linear(config.widths[-1], config.attributes)

    def features(self, x: Tensor) -> Tensor:
        """Pictures (B, 3, H, W) in [0, 1] -> (B, widths[-1])."""
        return self.body(F.adaptive_avg_pool2d(x, self.config.size)).mean((2, 3))

    def forward(self, x: Tensor) -> Tensor:
        """Pictures (B, 3, H, W) in [0, 1] -> logits (B, attributes), positive if present."""
        return self.head(self.dropout(self.features(x)))
