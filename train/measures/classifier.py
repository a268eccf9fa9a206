"""Use of the trained face-attributes network as an independent judge of the face networks."""

import torch
from torch import Tensor

# The classifier is trained on the training people whose identity number has this remainder
# modulo 2; what it judges is fitted on the others.
HALF = 1


@torch.inference_mode()
def apply(function, pictures: Tensor, batch: int = 128) -> Tensor:
    """Results of the classifier or its `features` for pictures (N, 3, H, W), uint8 or in [0, 1]."""
    as_float = (x.float() / 255 if x.dtype == torch.uint8 else x for x in pictures.split(batch))
    return torch.cat([function(x) for x in as_float])
