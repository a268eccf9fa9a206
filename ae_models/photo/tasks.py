"""Photo tasks on pictures: color a gray photo."""

from collections.abc import Iterable

import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from ae_models import color, images, inference, tiles, tones
from ae_models.photo import borders
from ae_models.photo import hints as color_hints
from ae_models.photo.classic import PhotoColor, PhotoColorRGB
from ae_models.photo.plus import PhotoColorPlus

MAX_ASPECT = 4  # longer side over shorter side of a photo as the network sees it
EXTREME = 1.0  # units of lightness next to black and white over which chroma fades to none


def colorize(
    model: nn.Module,
    photo: Image.Image,
    saturation: float = 1.0,
    hints: Image.Image | None = None,
    restore: bool = False,
) -> Image.Image:
    """Photo, gray or not -> RGB of its own size: predicted chroma on its own CIE lightness.

    saturation: factor on the chroma, in [0, 3].
    hints: RGBA picture of the photo's size, opaque where a user puts a color; only its chroma is
        used. The classic network ignores it.
    restore: give the tones of a faded, flat or dark photo their range back (tones.stretched). The
        network sees them so in any case; without it the result keeps the photo's own lightness.

    A border stays as it is, and is not shown to the network. Black and white stay so, unless there
    are hints, which may mean a white sky. PhotoColorRGB paints the lightness, too: its picture is
    resized to the photo's size."""
    _expect_colorizer(model)
    saturation = inference.number("saturation", saturation, 0, 3)
    image = images.to_rgb(photo)
    if hints is not None:
        hints = inference.hint_layer(hints, image.size, "photo")
    border = borders.find(image)
    if border is None:
        return _colorize(model, image, saturation, hints, restore)
    hints = hints and hints.crop(border.box)
    colored = _colorize(model, border.inside(image), saturation, hints, restore)
    image = image.copy()
    image.paste(colored, border.box, border.mask())
    return image


def _colorize(
    model: nn.Module,
    image: Image.Image,
    saturation: float,
    hints: Image.Image | None,
    restore: bool,
) -> Image.Image:
    toned = tones.stretched(image)
    seen = color.lightness(toned)
    if isinstance(model, PhotoColorRGB):
        return _painted(model, seen, saturation)
    own = seen if restore or toned is image else color.lightness(image)
    wanted = color_hints.read(hints) if hints is not None and model.takes_hints else None
    if wanted is not None and not wanted[:, 2:].any():
        wanted = None  # nothing is opaque

    def strips() -> Iterable[Tensor]:
        for lightness, ab in zip(own.split(tiles.ROWS, 2), _chroma_strips(model, seen, wanted)):
            if wanted is None:
                ab = ab * (torch.minimum(lightness, 100 - lightness) / EXTREME).clamp(0, 1)
            yield color.lab_to_rgb(torch.cat([lightness, ab * saturation], 1))

    return tiles.to_picture(strips(), image.size)


def _painted(model: PhotoColorRGB, lightness: Tensor, saturation: float) -> Image.Image:
    height, width = lightness.shape[-2:]
    lab = _square_cells(model, lightness) * torch.tensor([1, saturation, saturation])[:, None, None]
    return tiles.to_picture(
        map(color.lab_to_rgb, tiles.resized(lab, (height, width))), (width, height)
    )


def chroma(model: nn.Module, lightness: Tensor, hints: Tensor | None = None) -> Tensor:
    """Lightness (B, 1, H, W) in [0, 100] -> predicted a and b in Lab units, (B, 2, H, W).

    hints: (B, 3, H, W), ab in the unit range and a mask of 0 and 1.

    The classic network ignores hints and sees the picture squeezed to a square; the plus network
    sees it with the shorter side at the network's size."""
    _expect_colorizer(model)
    return torch.cat(list(_chroma_strips(model, lightness, hints)), 2)


def _chroma_strips(model: nn.Module, lightness: Tensor, hints: Tensor | None) -> Iterable[Tensor]:
    """Rows of `chroma`, tiles.ROWS at a time, so that a large photo needs little memory."""
    if isinstance(model, PhotoColor):
        return tiles.resized(_square_cells(model, lightness)[:, -2:], lightness.shape[-2:])
    ab = _hinted_cells(model, lightness, hints)
    strips = color.chroma_strips(ab, lightness)
    if hints is None:
        return strips
    return (
        torch.where(rows[:, 2:] > 0, color.unit_to_ab(rows[:, :2]), strip)
        for strip, rows in zip(strips, hints.split(tiles.ROWS, 2))
    )


def chroma_fields(
    model: nn.Module,
    lightness: Tensor,
    hints: Image.Image | None = None,
    recognized: list[Tensor] | None = None,
) -> Tensor:
    """color.chroma_fields (1, 5, h, w) of a photo, the part of `colorize` that needs the network.

    lightness: (1, 1, H, W) in [0, 100], at best of working_size. hints: as of `colorize`.
    recognized: what `recognize` answers for this lightness. The chroma of the classic networks has
    no slopes. The lightness is that of PhotoColorRGB's own picture, and 0 of the classic network.
    """
    _expect_colorizer(model)
    if isinstance(model, PhotoColor):
        cells = _square_cells(model, lightness)
        fields = F.pad(cells[:, -2:], (0, 0, 0, 0, 0, 3))
        if isinstance(model, PhotoColorRGB):
            fields[:, 4] = cells[:, 0]
        return fields
    wanted = None if hints is None else color_hints.read(hints)
    return color.chroma_fields(_hinted_cells(model, lightness, wanted, recognized), lightness)


@torch.inference_mode()
def recognize(model: nn.Module, lightness: Tensor) -> list[Tensor] | None:
    """The part of the plus network's work that hints do not change, for chroma_fields; None for the
    classic networks, which have no such part."""
    _expect_colorizer(model)
    if isinstance(model, PhotoColor):
        return None
    return model.recognize(_small(model, lightness).to(inference.device(model)))


def _square_cells(model: PhotoColor, lightness: Tensor) -> Tensor:
    """ab of a classic network (B, 2, size, size), which sees a photo squeezed to a square; Lab
    (B, 3, size, size) of PhotoColorRGB."""
    side = (model.config.size, model.config.size)
    out = inference.run(model, images.resize_tensor(lightness, side) / 100)
    return color.rgb_to_lab(out) if isinstance(model, PhotoColorRGB) else color.unit_to_ab(out)


def _small(model: PhotoColorPlus, lightness: Tensor) -> Tensor:
    """Lightness in [0, 100] as the plus network sees it, in [0, 1]."""
    return images.resize_tensor(lightness, working_size(model, *lightness.shape[-2:])) / 100


def _hinted_cells(
    model: PhotoColorPlus,
    lightness: Tensor,
    hints: Tensor | None,
    recognized: list[Tensor] | None = None,
) -> Tensor:
    """ab of the plus network's cells (B, 2, h, w), made to agree with the hints."""
    if hints is None:
        hints = torch.zeros(len(lightness), 3, 1, 1)
    small = _small(model, lightness)
    x = torch.cat([small, color_hints.resize(hints, small.shape[-2:])], 1)
    known = {} if recognized is None else {"recognized": recognized}
    ab = color.unit_to_ab(inference.run(model, x, **known))
    if not hints[:, 2:].any():
        return ab
    cells = ab.shape[-2:]
    return ab + color_hints.correction(
        ab,
        color_hints.resize(hints, cells),
        images.resize_tensor(lightness, cells),
        model.config.hint_distance,
        model.config.hint_lightness,
    )


def _expect_colorizer(model: nn.Module) -> None:
    inference.expect(model, (PhotoColor, PhotoColorPlus), "a network that colors photos")


def working_size(model: nn.Module, height: int, width: int) -> tuple[int, int]:
    """Height and width at which the network sees a photo.

    The shorter side is the network's size, the longer one at most MAX_ASPECT times that."""
    size, shorter = model.config.size, min(height, width)
    height, width = (
        min(round(side * size / shorter), MAX_ASPECT * size) for side in (height, width)
    )
    return height, width
