"""The instrument that faces are measured with: a small network that names CelebA's attributes. The
app does not use it.

Its logits tell what changing a latent does to a face, its features how far two sets of faces are
apart (train/measures/face_figures.py). It is trained by train/face_attributes.py on one half of the
training people; whatever it judges is found on the other."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ae_models import zoo
from ae_models.layers import ResidualBlock

SLUG = "face-attributes"
HALF = 1  # remainder of the identity's number of the training people that it is trained on


@dataclass(frozen=True)
class ClassifierConfig:
    size: int = 64  # px; what is sharper is not seen
    widths: tuple[int, ...] = (32, 64, 128, 128)
    attributes: int = 40


class Classifier(nn.Module):
    """Residual network in the manner of He et al. 2015 (arXiv 1512.03385).

    (B, 3, H, W)       pictures in [0, 1], averaged down to 64 px
      | 4 x [Conv 3x3 s2, ReLU, ResidualBlock]      32, 16, 8, 4 px;  32, 64, 128, 128 channels
      | mean over the picture
    (B, 128)           features
      | dropout, linear
    (B, 40)            logits, in the order of train.data.ATTRIBUTES
    """

    color_space = "RGB"
    value_range = (0.0, 1.0)
    channels = 3

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
        """Pictures (B, 3, H, W) in [0, 1] -> logits (B, attributes); positive says that the
        attribute is there."""
        return self.head(self.dropout(self.features(x)))


ROW = zoo.Row(
    SLUG, Classifier, ClassifierConfig, "Names what is seen in a face; measures the face networks."
)


def load(folder=zoo.WEIGHTS / SLUG) -> Classifier:
    """The trained classifier in eval mode. Raises ValueError."""
    return zoo.read_release(folder, ROW)


@torch.inference_mode()
def apply(function, pictures: Tensor, batch: int = 128) -> Tensor:
    """function, features or the classifier itself, of pictures, uint8 or in [0, 1]; a batch at a
    time."""
    as_float = (x.float() / 255 if x.dtype == torch.uint8 else x for x in pictures.split(batch))
    return torch.cat([function(x) for x in as_float])
