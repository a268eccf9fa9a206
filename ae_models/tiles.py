"""Pictures in tiles or strips of rows, so that memory stays small. Tensors are (B, C, H, W)."""

from collections.abc import Callable, Iterable, Iterator

import torch
from PIL import Image
from torch import Tensor

from ae_models import images

ROWS = 64  # px, the height of a strip of rows: what a step makes of one stays in the cache
CELLS = 65536  # latent cells of a strip in strips: 1024x1024 px, about 100 MB of memory


def split(x: Tensor, side: int) -> Tensor:
    """(1, C, rows * side, columns * side) -> (rows * columns, C, side, side)."""
    return x.unfold(2, side, side).unfold(3, side, side)[0].permute(1, 2, 0, 3, 4).flatten(0, 1)


def join(tiles: Tensor, rows: int, columns: int) -> Tensor:
    """The inverse of split."""
    _, channels, height, width = tiles.shape
    grid = tiles.reshape(rows, columns, channels, height, width).permute(2, 0, 3, 1, 4)
    return grid.reshape(1, channels, rows * height, columns * width)


def by_pixel(function: Callable, x: Tensor) -> Tensor:
    """Apply a function of single pixels to a picture, a strip of rows at a time."""
    return torch.cat([function(strip) for strip in x.split(ROWS, 2)], 2)


def rows(picture: Image.Image, box: tuple[int, int, int, int] | None = None) -> Iterator[Tensor]:
    """images.to_tensor of a box of a picture, ROWS rows at a time; 0 outside the picture."""
    left, top, right, bottom = box or (0, 0, *picture.size)
    for y in range(top, bottom, ROWS):
        yield images.to_tensor(picture.crop((left, y, right, min(bottom, y + ROWS))))


def of_picture(function: Callable, picture: Image.Image) -> Tensor:
    """Apply a function of single pixels, with one channel, to a picture: (1, 1, H, W)."""
    result = torch.empty(1, 1, picture.height, picture.width)
    for part, strip in zip(result.split(ROWS, 2), rows(picture)):
        part.copy_(function(strip))
    return result


def to_picture(strips: Iterable[Tensor], size: tuple[int, int]) -> Image.Image:
    """Strips (1, 3, h, W) in [0, 1], from the top -> RGB picture of this size (width, height)."""
    result, top = Image.new("RGB", size), 0
    for strip in strips:
        result.paste(images.to_images(strip)[0], (0, top))
        top += strip.shape[2]
    return result


def shrunk(strips: Iterable[Tensor], size: tuple[int, int]) -> Tensor:
    """images.resize_tensor(x, size) of the x that has these strips of rows."""
    wide = [images.resize_tensor(strip, (strip.shape[2], size[1])) for strip in strips]
    return images.resize_tensor(torch.cat(wide, 2), size)


def resized(x: Tensor, size: tuple[int, int]) -> Iterator[Tensor]:
    """images.resize_tensor(x, size), ROWS rows at a time: (B, C, H, W) each."""
    height, width = x.shape[2], size[1]
    wide = images.resize_tensor(x, (height, width))
    weights = images.resize_tensor(torch.eye(height)[None, None], (size[0], height))[0, 0]
    for part in weights.split(ROWS):  # (ROWS, height), few columns of which count
        used = part.any(0).nonzero()
        columns = slice(int(used.min()), int(used.max()) + 1)
        yield part[:, columns] @ wide[:, :, columns]


def strips(function: Callable, x: Tensor, side: int, reach: int) -> Tensor:
    """Apply a function to x (1, C, H, W), a strip of rows at a time.

    A cell of the result stands for `side` rows of x and depends on `reach` cells to each side; a
    strip is given so many more, so that the result is that of the whole."""
    cells = -(-x.shape[2] // side)
    rows = max(1, CELLS * side // x.shape[3])
    parts = []
    for top in range(0, cells, rows):
        first, last = max(0, top - reach), min(cells, top + rows + reach)
        y = function(x[:, :, first * side : last * side])
        scale = y.shape[2] // (last - first)  # rows of the result for a cell
        parts.append(y[:, :, (top - first) * scale : (top - first + rows) * scale])
    return torch.cat(parts, 2)
