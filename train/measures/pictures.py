"""Tasks over whole test sets, and the similarity of their pictures."""

from collections.abc import Callable

import torch
from torch import Tensor
from torchmetrics.functional.image import structural_similarity_index_measure

from ae_models import images


def ssim(x: Tensor, y: Tensor) -> Tensor:
    """Structural similarity, 11x11 Gaussian window of sigma 1.5 (Wang et al. 2004).
    (B, C, H, W) in [0, 1] -> (B,)."""
    values = structural_similarity_index_measure(x, y, data_range=1.0, reduction="none")
    return values.reshape(len(x))


def apply(task: Callable, batch: Tensor, *more: list) -> Tensor:
    """A task on each picture of a batch in [0, 1], with an item of each list in `more`."""
    return torch.cat([images.to_tensor(task(*row)) for row in zip(images.to_images(batch), *more)])
