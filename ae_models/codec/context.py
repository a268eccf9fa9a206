"""Context model of a rounded latent: how probable each number is, given those coded before it.

Numbers are coded in groups of kinds (channel and frequency), the strongest first, and within a group
in four passes over the places of a 2x2 pattern. Sender and receiver must compute the same probabilities
to the last bit, so every weight, input and activation is a small multiple of a power of two: sums of
such numbers are exact in float32, whatever their order, number of threads or library.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

FIRST_GROUP = 4  # kinds in the first group; each further one has twice as many
PATTERN = ((0, 0), (1, 1), (0, 1), (1, 0))  # places of a 2x2 cell in the order of the passes
SIGNED_KINDS = 28  # kinds whose sign is an input, not only their size
WEIGHT_BITS, ACTIVATION_BITS = 6, 4  # binary digits after the point
WEIGHT_LIMIT, ACTIVATION_LIMIT, BIAS_LIMIT = 2.0, 15.0, 100.0
MEAN_BITS = 3  # binary digits after the point of a predicted mean
SCALES = 48  # how many scales a number may have
SCALE_RANGE = (0.06, 60.0)  # of the logistic distribution, in rounding steps


class ContextModel(nn.Module):
    """Mean and scale of each number of a latent, from the numbers before it.

        (B, K, h, w)   integers, kinds in the order of their strength
          | for each group and pass: 3x3 places of what is known -> Conv 3x3, ReLU, Conv 1x1, ReLU, Conv 1x1
        (B, K, h, w)   mean, a multiple of 1/8, and index of the scale

    Minnen et al. 2018 (arXiv 1809.02736) and He et al. 2022 (arXiv 2203.10886) condition on places and
    on groups of channels; integer arithmetic follows Ballé et al. 2019, "Integer networks for data
    compression with latent-variable models".
    """

    def __init__(self, kinds: int, rates: int, width: int):
        super().__init__()
        self.kinds = kinds
        self.register_buffer("order", torch.arange(kinds))  # of the kinds, the strongest first
        self.sizes = group_sizes(kinds)
        self.groups = nn.ModuleList()
        for end in torch.tensor(self.sizes).cumsum(0).tolist():
            size = self.sizes[len(self.groups)]
            self.groups.append(Group(end + min(end, SIGNED_KINDS), size, rates, width))

    def forward(self, q: Tensor, rate: Tensor, group: int, number: int) -> tuple[Tensor, Tensor]:
        """Mean and index of the scale of a group's numbers in one pass: (B, size, N) twice, N places.

        q (B, K, h, w): numbers in the order of `order`, of which only those coded before are looked at.
        rate (B,): from 0. number: of the pass."""
        start, size = sum(self.sizes[:group]), self.sizes[group]
        cells = pass_of(q.shape[2:]).to(q.device)
        own = q[:, start : start + size] * (cells < number)
        patches = F.unfold(features(torch.cat([q[:, :start], own], 1)), 3, padding=1)
        return self.groups[group](patches[:, :, cells.flatten() == number], rate)

    def bits(self, q: Tensor, rate: Tensor, passes: list[tuple[int, int]] | None = None) -> Tensor:
        """Length in bits (B,) of an ideal code for q (B, K, h, w), differentiable in the weights; of
        some (group, pass) alone if they are named."""
        total, cells = q.new_zeros(len(q)), pass_of(q.shape[2:]).flatten()
        for group, number in passes or self.passes():
            start, size = sum(self.sizes[:group]), self.sizes[group]
            mean, scale = self(q, rate, group, number)
            coded = q[:, start : start + size].flatten(2)[:, :, cells == number]
            total = total - probability(coded - mean, scale_of(scale)).log2().sum((1, 2))
        return total

    def passes(self) -> list[tuple[int, int]]:
        """(group, pass) in the order of coding."""
        return [(group, number) for group in range(len(self.sizes)) for number in range(len(PATTERN))]


class Group(nn.Module):
    """Network of one group: features of what is known -> mean and scale of each of its kinds."""

    def __init__(self, inputs: int, size: int, rates: int, width: int):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(width, width, 1, bias=False)
        self.head = nn.Conv2d(width, 2 * size, 1, bias=False)
        self.bias1 = nn.Parameter(torch.zeros(rates, width))
        self.bias2 = nn.Parameter(torch.zeros(rates, width))
        self.bias3 = nn.Parameter(torch.zeros(rates, 2 * size))
        nn.init.normal_(self.conv1.weight, std=(2 / (inputs * 9)) ** 0.5 / 4)
        nn.init.normal_(self.conv2.weight, std=(2 / width) ** 0.5)
        nn.init.normal_(self.head.weight, std=0.02)

    def forward(self, patches: Tensor, rate: Tensor) -> tuple[Tensor, Tensor]:
        """Patches (B, 9 C, N) of N places -> mean, index of the scale: (B, size, N) twice."""
        digits = WEIGHT_BITS + ACTIVATION_BITS
        bias1 = bias_of(self.bias1, rate, WEIGHT_BITS)
        h = activation(dyadic(self.conv1.weight.flatten(1)) @ patches + bias1)
        bias2 = bias_of(self.bias2, rate, digits)
        h = activation(dyadic(self.conv2.weight.flatten(1)) @ h + bias2)
        y = dyadic(self.head.weight.flatten(1)) @ h + bias_of(self.bias3, rate, digits)
        mean, scale = y.chunk(2, 1)
        scale = rounded(scale * 8 + SCALES / 3, 0).clamp(0, SCALES - 1)
        return rounded(mean, MEAN_BITS), scale


def bias_of(bias: Tensor, rate: Tensor, bits: int) -> Tensor:
    """Biases (rates, C) -> those of each row's rate, as multiples of 2^-bits: (B, C, 1)."""
    return rounded(bias.clamp(-BIAS_LIMIT, BIAS_LIMIT), bits)[rate][:, :, None]


def group_sizes(kinds: int) -> list[int]:
    """Sizes of the groups: FIRST_GROUP, twice as many, ..., the rest in the last."""
    sizes, size = [], FIRST_GROUP
    while sum(sizes) + 3 * size <= kinds:
        sizes.append(size)
        size *= 2
    return [*sizes, kinds - sum(sizes)] if kinds > sum(sizes) else sizes


def pass_of(shape: tuple[int, int]) -> Tensor:
    """Number of the pass in which each place is coded: (h, w)."""
    cells = torch.zeros(shape, dtype=torch.long)
    for number, (y, x) in enumerate(PATTERN):
        cells[y::2, x::2] = number
    return cells


def features(q: Tensor) -> Tensor:
    """Integers (B, K, h, w) -> their sizes, and the first ones with their sign, within the limit."""
    limited = q.clamp(-ACTIVATION_LIMIT, ACTIVATION_LIMIT)
    low = torch.cat([q[:, :FIRST_GROUP].clamp(-127, 127), limited[:, FIRST_GROUP:SIGNED_KINDS]], 1)
    return torch.cat([limited.abs(), low], 1)


def dyadic(weight: Tensor) -> Tensor:
    """Weights as multiples of 2^-WEIGHT_BITS within the limit; the gradient passes through."""
    return rounded(weight.clamp(-WEIGHT_LIMIT, WEIGHT_LIMIT), WEIGHT_BITS)


def activation(x: Tensor) -> Tensor:
    """ReLU, within the limit, as multiples of 2^-ACTIVATION_BITS; the gradient passes through."""
    return rounded(x.clamp(0, ACTIVATION_LIMIT), ACTIVATION_BITS)


def rounded(x: Tensor, bits: int) -> Tensor:
    """x as multiples of 2^-bits; the gradient passes straight through (Bengio et al. 2013)."""
    step = 2.0**-bits
    exact = torch.floor(x.detach() / step + 0.5) * step
    return exact + (x - x.detach())  # adds 0, and the gradient


def scale_of(index: Tensor) -> Tensor:
    """Index of a scale -> the scale, on a logarithmic grid over SCALE_RANGE."""
    low, high = SCALE_RANGE
    return low * (high / low) ** (index / (SCALES - 1))


def probability(distance: Tensor, scale: Tensor) -> Tensor:
    """Mass of a logistic distribution of this scale within half a step of a distance from its mean."""
    distance = -distance.abs()  # on the left, where a sigmoid keeps its digits
    mass = torch.sigmoid((distance + 0.5) / scale) - torch.sigmoid((distance - 0.5) / scale)
    return mass.clamp_min(1e-6)
