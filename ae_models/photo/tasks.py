"""Photo tasks on pictures: color a gray photo."""

import torch
from PIL import Image
from torch import Tensor, nn

from ae_models import color, images, inference, tiles
from ae_models.photo import hints as color_hints
from ae_models.photo.classic import PhotoColor
from ae_models.photo.plus import PhotoColorPlus

MAX_ASPECT = 4  # longer side over shorter side of a photo as the network sees it


def colorize(
    model: nn.Module, photo: Image.Image, saturation: float = 1.0, hints=None
) -> Image.Image:
    """Photo, gray or not -> RGB of its own size: predicted chroma on its own CIE lightness.

    saturation: factor on the chroma, in [0, 3].
    hints: RGBA picture of the photo's size, opaque where a user puts a color; only its chroma is
        used. The classic network ignores it."""
    _expect_colorizer(model)
    saturation = inference.number("saturation", saturation, 0, 3)
    image = images.to_rgb(photo)
    if hints is not None:
        hints = color_hints.read(inference.hint_layer(hints, image.size, "photo"))
    lightness = tiles.by_pixel(lambda rgb: color.rgb_to_lab(rgb)[:, :1], images.to_tensor(image))
    lab = torch.cat([lightness, chroma(model, lightness, hints) * saturation], 1)
    return images.to_images(tiles.by_pixel(color.lab_to_rgb, lab))[0]


def chroma(model: nn.Module, lightness: Tensor, hints: Tensor | None = None) -> Tensor:
    """Lightness (B, 1, H, W) in [0, 100] -> predicted a and b in Lab units, (B, 2, H, W).

    hints: (B, 3, H, W), ab in the unit range and a mask of 0 and 1.

    The classic network ignores hints and sees the picture squeezed to a square; the plus network
    sees it with the shorter side at the network's size."""
    _expect_colorizer(model)
    if isinstance(model, PhotoColor):
        side = (model.config.size, model.config.size)
        ab = color.unit_to_ab(inference.run(model, images.resize_tensor(lightness, side) / 100))
        return images.resize_tensor(ab, lightness.shape[-2:])
    if hints is None:
        hints = torch.zeros(len(lightness), 3, 1, 1)
    size = _working_size(model, *lightness.shape[-2:])
    small = torch.cat(
        [images.resize_tensor(lightness, size) / 100, color_hints.resize(hints, size)], 1
    )
    ab = color.unit_to_ab(inference.run(model, small))
    cells = ab.shape[-2:]
    if hints[:, 2:].any():
        cell_lightness = images.resize_tensor(lightness, cells)
        ab = ab + color_hints.correction(
            ab,
            color_hints.resize(hints, cells),
            cell_lightness,
            model.config.hint_distance,
            model.config.hint_lightness,
        )
    ab = color.upsample_chroma(ab, lightness)
    return torch.where(hints[:, 2:] > 0, color.unit_to_ab(hints[:, :2]), ab)


def _expect_colorizer(model: nn.Module) -> None:
    inference.expect(model, (PhotoColor, PhotoColorPlus), "a network that colors photos")


def _working_size(model: nn.Module, height: int, width: int) -> tuple[int, int]:
    """Height and width at which the network sees a photo.

    The shorter side is the network's size, the longer one at most MAX_ASPECT times that."""
    size, shorter = model.config.size, min(height, width)
    height, width = (
        min(round(side * size / shorter), MAX_ASPECT * size) for side in (height, width)
    )
    return height, width
