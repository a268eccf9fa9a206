"""The U-Net inside the plus networks that translate one picture into another."""

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True)
class UNetConfig:
    channels_in: int
    channels_out: int
    widths: tuple[int, ...] = (48, 96, 192, 256)  # channels at each resolution, the highest first
    patch: int = 2  # px a side that one cell of the highest resolution stands for
    condition: int = 0  # length of the vector that steers every block; 0 for none
    middle: int = 2  # blocks at the lowest resolution


class UNet(nn.Module):
    """Residual U-Net on unshuffled pixels, steered by a vector (Ronneberger et al. 2015,
    arXiv 1505.04597).

        (B, channels_in, H, W)
          | pixel-unshuffle by `patch`, Conv 3x3
        (B, widths[0], H / patch, W / patch)         -> skip
          | Block, Conv 2x2 s2                       -> a skip at each resolution
        (B, widths[-1], H / (patch 2^n), W / ...)    n = len(widths) - 1
          | `middle` x Block
          | n x [Conv 1x1, nearest x2, + skip, Block]
          | Conv 3x3, pixel-shuffle by `patch`
        (B, channels_out, H, W)

    Any height and width: edges are repeated up to whole cells and cut off again. There is no
    normalization, so that nothing depends on the size of the picture; recipes train with batch norm
    behind the convolutions and fold it in (train/engine/folding.py). A condition scales and shifts
    the channels inside each block: FiLM (Perez et al. 2017, arXiv 1709.07871); it starts without
    effect.
    """

    def __init__(self, config: UNetConfig):
        super().__init__()
        self.config = config
        widths, cells = config.widths, config.patch**2
        pairs = list(zip(widths[:-1], widths[1:]))
        self.stem = nn.Conv2d(config.channels_in * cells, widths[0], 3, padding=1)
        self.encoder = nn.ModuleList(Block(c, config.condition) for c in widths[:-1])
        self.down = nn.ModuleList(nn.Conv2d(fine, coarse, 2, 2) for fine, coarse in pairs)
        self.middle = nn.ModuleList(
            Block(widths[-1], config.condition) for _ in range(config.middle)
        )
        self.up = nn.ModuleList(nn.Conv2d(coarse, fine, 1) for fine, coarse in reversed(pairs))
        self.decoder = nn.ModuleList(Block(c, config.condition) for c in reversed(widths[:-1]))
        self.head = nn.Conv2d(widths[0], config.channels_out * cells, 3, padding=1)

    def encode(self, x: Tensor, condition: Tensor | None = None) -> list[Tensor]:
        """(B, channels_in, H, W) -> features of each resolution, the highest first.

        condition: (B, config.condition)."""
        patch, step = self.config.patch, self.config.patch * 2 ** len(self.down)
        x = F.pad(x, (0, -x.shape[3] % step, 0, -x.shape[2] % step), mode="replicate")
        x = self.stem(F.pixel_unshuffle(x, patch))
        features = []
        for block, down in zip(self.encoder, self.down):
            x = block(x, condition)
            features.append(x)
            x = down(x)
        for block in self.middle:
            x = block(x, condition)
        return [*features, x]

    def decode(self, features: list[Tensor], condition: Tensor | None = None) -> Tensor:
        """Output of encode -> (B, channels_out, H, W), H and W those of whole cells."""
        *skips, x = features
        for up, skip, block in zip(self.up, reversed(skips), self.decoder):
            x = block(F.interpolate(up(x), scale_factor=2.0) + skip, condition)
        return F.pixel_shuffle(self.head(x), self.config.patch)

    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        height, width = x.shape[2:]
        return self.decode(self.encode(x, condition), condition)[..., :height, :width]


class Block(nn.Module):
    """SiLU(x + Conv3x3(SiLU(FiLM(Conv3x3(x)))))."""

    def __init__(self, channels: int, condition: int = 0):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.film = nn.Linear(condition, 2 * channels) if condition else None
        if condition:
            nn.init.zeros_(self.film.weight)
            nn.init.zeros_(self.film.bias)

    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        h = self.conv1(x)
        if self.film is not None:
            scale, shift = self.film(condition)[..., None, None].chunk(2, 1)
            h = h * (1 + scale) + shift
        return F.silu(x + self.conv2(F.silu(h)))
