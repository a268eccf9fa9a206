"""EfficientNet-Lite0, a small encoder that recognizes things (Tan & Le 2019, arXiv 1905.11946)."""

from torch import Tensor, nn
from torch.nn import functional as F

# (repeats, kernel, stride, expansion, channels) of each stage
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
)
LAST = (0, 1, 2, 4, 5)  # last stage at each resolution
WIDTHS = tuple(STAGES[i][-1] for i in LAST)  # channels at 1/2, 1/4, ... 1/32 of the side


class Lite0(nn.Module):
    """The first stages of EfficientNet-Lite0, batch norm folded.

    Pictures (B, channels, H, W) in [0, 1] -> features of each of `resolutions`: 16, 24, 40, 112 and
    192 channels at 1/2, 1/4, 1/8, 1/16 and 1/32 of the side, rounded up."""

    def __init__(self, channels: int = 3, resolutions: int = 4):
        super().__init__()
        self.stem, self.blocks, before = _Same(channels, 32, 3, 2), nn.ModuleList(), 32
        self.ends = []
        for i, (repeats, kernel, stride, expansion, width) in enumerate(STAGES):
            if len(self.ends) == resolutions:
                break
            for n in range(repeats):
                self.blocks.append(_Block(before, width, kernel, 1 if n else stride, expansion))
                before = width
            if i in LAST:
                self.ends.append(len(self.blocks) - 1)

    def forward(self, x: Tensor) -> list[Tensor]:
        x, found = F.relu6(self.stem((x * 255 - 127) / 128)), []
        for i, block in enumerate(self.blocks):
            x = block(x)
            if i in self.ends:
                found.append(x)
        return found


class _Same(nn.Conv2d):
    """Convolution whose output has the side / stride, rounded up, as TensorFlow pads it."""

    def __init__(self, c_in: int, c_out: int, kernel: int, stride: int = 1, groups: int = 1):
        super().__init__(c_in, c_out, kernel, stride, groups=groups)

    def forward(self, x: Tensor) -> Tensor:
        (kernel, _), (stride, _) = self.kernel_size, self.stride
        spare = [
            max(0, (-(-side // stride) - 1) * stride + kernel - side) for side in x.shape[:1:-1]
        ]
        ends = [end for total in spare for end in (total // 2, total - total // 2)]
        return super().forward(F.pad(x, ends) if any(ends) else x)


class _Block(nn.Module):
    """Inverted residual: widen, convolve each channel apart, narrow."""

    def __init__(self, c_in: int, c_out: int, kernel: int, stride: int, expansion: int):
        super().__init__()
        wide = c_in * expansion
        self.widen = _Same(c_in, wide, 1) if expansion > 1 else None
        self.depth = _Same(wide, wide, kernel, stride, groups=wide)
        self.narrow = _Same(wide, c_out, 1)
        self.residual = stride == 1 and c_in == c_out

    def forward(self, x: Tensor) -> Tensor:
        h = x if self.widen is None else F.relu6(self.widen(x))
        h = self.narrow(F.relu6(self.depth(h)))
        return x + h if self.residual else h
