import pytest
import torch
from torchmetrics.functional.image import multiscale_structural_similarity_index_measure

from ae_models import metrics


def test_psnr():
    x = torch.zeros(2, 3, 8, 8)
    y = x.clone()
    y[1] += 0.1
    first, second = metrics.psnr(x, y).tolist()
    assert first == 100
    # 0.1 rounds to 26 / 255
    assert abs(second - 20 * torch.log10(torch.tensor(255 / 26)).item()) < 1e-3


def test_psnr_rounds_to_bytes():
    x = torch.full((1, 3, 4, 4), 100 / 255)
    assert metrics.psnr(x, x + 0.3 / 255).item() == 100


def test_l1_and_mse_are_per_picture():
    x, y = (
        torch.zeros(3, 1, 2, 2),
        torch.tensor([0.0, 0.5, 1.0]).reshape(3, 1, 1, 1).expand(3, 1, 2, 2),
    )
    assert metrics.l1(x, y).tolist() == [0, 0.5, 1]
    assert metrics.mse(x, y).tolist() == [0, 0.25, 1]


def test_colorfulness_orders():
    gray = torch.rand(1, 1, 16, 16).expand(-1, 3, -1, -1)
    vivid = torch.rand(1, 3, 16, 16)
    muted = (vivid + 3 * vivid.mean(1, keepdim=True)) / 4
    values = torch.cat([metrics.colorfulness(x) for x in (gray, muted, vivid)])
    assert abs(values[0]) < 1e-3 and values[1] > 5 and values[2] > 2 * values[1]


def test_ms_ssim_is_that_of_torchmetrics():
    x = torch.nn.functional.interpolate(torch.rand(1, 3, 20, 25), (176, 230), mode="bicubic")
    x = x.clamp(0, 1)
    y = (0.9 * x + 0.05 * torch.randn(x.shape)).clamp(0, 1)
    expected = multiscale_structural_similarity_index_measure(x, y, data_range=1.0).item()
    assert metrics.ms_ssim(x, y).item() == pytest.approx(expected, abs=1e-4) and expected < 0.99
    assert metrics.ms_ssim(x, x).item() == pytest.approx(1)
    with pytest.raises(ValueError, match="at least 176 px, got 230x175"):
        metrics.ms_ssim(x[..., 1:, :], y[..., 1:, :])
