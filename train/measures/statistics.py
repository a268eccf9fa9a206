"""Figures with their intervals, and the baselines that are fitted on training pictures."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

# A figure of one method on the test set: values per picture (N,), a function from picked rows to a
# number, or a figure that is no mean over the test pictures and has its own interval.
Statistic = Tensor | Callable[[Tensor], float] | dict[str, float]
# method -> metric -> statistic; the first method is "network"
Results = dict[str, dict[str, Statistic]]

RESAMPLES = 2000
BATCH = 256


def bootstrap(statistic: Statistic, count: int, seed: int = 0) -> dict[str, float]:
    """The value with its percentile 95 % interval (Efron 1979) over pictures drawn with
    replacement: as many as the statistic has, or `count`. A figure with its own interval is only
    rounded."""
    if isinstance(statistic, dict):
        return {key: _rounded(value) for key, value in statistic.items()}
    count = len(statistic) if hasattr(statistic, "__len__") else count
    measure = statistic if callable(statistic) else lambda rows: statistic[rows].mean().item()
    generator = torch.Generator().manual_seed(seed)
    draws = [measure(torch.randint(count, (count,), generator=generator)) for _ in range(RESAMPLES)]
    bounds = torch.tensor(draws).quantile(torch.tensor([0.025, 0.975])).tolist()
    figures = zip(("value", "low", "high"), (measure(torch.arange(count)), *bounds))
    return {key: _rounded(value) for key, value in figures}


def _rounded(value: float) -> float:
    return float(f"{value:.5g}")


@dataclass(frozen=True, eq=False)
class Ratio:
    """Statistic: the mean of one over the mean of the other, both (N,)."""

    numerator: Tensor
    denominator: Tensor

    def __call__(self, rows: Tensor) -> float:
        return (self.numerator[rows].mean() / self.denominator[rows].mean()).item()

    def __len__(self) -> int:
        return len(self.numerator)


# ---- baselines ----


def mean_picture(pictures: Tensor) -> Tensor:
    """uint8 (N, C, H, W) -> their mean in [0, 1], (1, C, H, W)."""
    total = sum(x.float().sum(0, keepdim=True) for x in pictures.split(BATCH))
    return total / (255 * len(pictures))


def klt(train: Tensor, test: Tensor, keep: int) -> Tensor:
    """Test pictures after the Karhunen-Loève transform of 4x4 patches, fitted on `train`, with
    `keep` coefficients left. All (N, 3, H, W) in [0, 1]."""

    def patches(x: Tensor) -> Tensor:  # (B, 3, H, W) -> (B, 48, H/4, W/4)
        return nn.functional.pixel_unshuffle(x, 4)

    samples = patches(train).permute(0, 2, 3, 1).flatten(0, 2)
    mean = samples.mean(0)
    basis = torch.linalg.eigh(torch.cov(samples.T)).eigenvectors[:, -keep:]
    projected = (patches(test).permute(0, 2, 3, 1) - mean) @ basis @ basis.T + mean
    return nn.functional.pixel_shuffle(projected.permute(0, 3, 1, 2), 4)


def pca(train: Tensor, test: Tensor, keep: int) -> Tensor:
    """Test pictures in [0, 1] projected on the first `keep` principal components of `train`,
    uint8."""
    mean = mean_picture(train)
    _, basis = principal_components(train.float().div_(255).sub_(mean).flatten(1), keep)
    return ((test - mean).flatten(1) @ basis @ basis.T).reshape(test.shape) + mean


def principal_components(centered: Tensor, keep: int) -> tuple[Tensor, Tensor]:
    """Rows (N, D) of mean 0 -> the largest K = min(keep, N, D) singular values (K,) and their
    directions (D, K), by randomized SVD (Halko et al. 2009) with a fixed seed."""
    torch.manual_seed(0)
    keep = min(keep, *centered.shape)
    size = min(keep + 64, *centered.shape)
    _, values, basis = torch.pca_lowrank(centered, q=size, center=False, niter=4)
    return values[:keep], basis[:, :keep]
