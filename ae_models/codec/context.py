"""Context model of a rounded latent: how probable each number is, given those coded before it.

Numbers are coded in groups of kinds (channel and frequency), the strongest first, and within a
group in four passes over the places of a 2x2 pattern. Sender and receiver must compute the same
probabilities to the last bit, so every weight, input and activation is a small multiple of a power
of two: sums of such numbers are exact in float32, whatever their order, the number of threads or
the library. The numbers also fit float16, as which a release keeps them.
"""

from itertools import accumulate

import torch
from torch import Tensor, nn
from torch.nn import functional as F

FIRST_GROUP = 4  # kinds in the first group; each further one has twice as many
PATTERN = ((0, 0), (1, 1), (0, 1), (1, 0))  # places of a 2x2 cell in the order of the passes
SIGNED_KINDS = 28  # kinds whose sign is an input, not only their size
WEIGHT_BITS, ACTIVATION_BITS = 6, 4  # binary digits after the point
WEIGHT_LIMIT, ACTIVATION_LIMIT, BIAS_LIMIT = 2.0, 15.0, 16.0
MEAN_BITS = 3  # binary digits after the point of a predicted mean
SCALES = 48  # how many scales a number may have
SCALE_RANGE = (0.06, 60.0)  # of the logistic distribution, in rounding steps
FRACTIONS = 2**MEAN_BITS  # of a mean
LIMIT = 40  # distances from the mean in a table: -LIMIT to LIMIT, and escapes below and above
TOTAL = 2**16  # of the frequencies in a table


class ContextModel(nn.Module):
    """Mean and scale of each number of a latent, from the numbers before it.

        (B, K, h, w)   integers, kinds in the order of their strength
          | for each group and pass: 3x3 places of what is known -> three linear layers, ReLU
        (B, K, h, w)   mean, a multiple of 1/8, and index of the scale

    `order` (K,) sorts the kinds, and `tables` are the frequencies that the range coder takes for a
    scale and the fraction of a mean: both are fixed by a release.

    Minnen et al. 2018 (arXiv 1809.02736) and He et al. 2022 (arXiv 2203.10886) condition on places
    and on groups of channels; integer arithmetic follows Ballé et al. 2019, "Integer networks for
    data compression with latent-variable models".
    """

    def __init__(self, kinds: int, rates: int, width: int):
        super().__init__()
        self.register_buffer("order", torch.arange(kinds))
        self.register_buffer("tables", make_tables())
        self.sizes = group_sizes(kinds)
        self.groups = nn.ModuleList(
            Group(end + min(end, SIGNED_KINDS), size, rates, width)
            for end, size in zip(accumulate(self.sizes), self.sizes)
        )

    def forward(self, q: Tensor, rate: Tensor, group: int, number: int) -> tuple[Tensor, Tensor]:
        """Mean and index of the scale of a group's numbers in one pass, of N places: (B, size, N)
        twice.

        q (B, K, h, w): numbers in the order of `order`, of which only those coded before are looked
        at. rate (B,): from 0. number: of the pass."""
        start, size = sum(self.sizes[:group]), self.sizes[group]
        cells = pass_of(q.shape[2:]).to(q.device)
        own = q[:, start : start + size] * (cells < number)
        patches = F.unfold(features(torch.cat([q[:, :start], own], 1)), 3, padding=1)
        return self.groups[group](patches[:, :, cells.flatten() == number], rate)

    def bits(
        self,
        q: Tensor,
        rate: Tensor,
        passes: list[tuple[int, int]] | None = None,
        noisy: Tensor | None = None,
    ) -> Tensor:
        """Length in bits (B,) of an ideal code for q (B, K, h, w), differentiable in the weights;
        of some (group, pass) alone if they are named.

        noisy: what is coded in training, where q is known: q with noise in place of rounding, whose
        length has a gradient."""
        total, cells = q.new_zeros(len(q)), pass_of(q.shape[2:]).flatten()
        for group, number in passes or self.passes():
            start, size = sum(self.sizes[:group]), self.sizes[group]
            mean, scale = self(q, rate, group, number)
            own = (q if noisy is None else noisy)[:, start : start + size]
            coded = own.flatten(2)[:, :, cells == number]
            total = total - probability(coded - mean, scale_of(scale)).log2().sum((1, 2))
        return total

    def passes(self) -> list[tuple[int, int]]:
        """(group, pass) in the order of coding."""
        return [(group, i) for group in range(len(self.sizes)) for i in range(len(PATTERN))]

    @torch.no_grad()
    def round_weights(self) -> None:
        """Replace the weights by the rounded ones that forward computes with."""
        for name, weight in self.groups.named_parameters():
            weight.copy_(dyadic(weight, BIAS_LIMIT if "bias" in name else WEIGHT_LIMIT))


class Group(nn.Module):
    """Network of one group: features of what is known -> mean and scale of each of its kinds."""

    def __init__(self, inputs: int, size: int, rates: int, width: int):
        super().__init__()
        for i, (wide, high) in enumerate(((9 * inputs, width), (width, width), (width, 2 * size))):
            self.register_parameter(f"weight{i}", nn.Parameter(torch.empty(high, wide)))
            self.register_parameter(f"bias{i}", nn.Parameter(torch.zeros(rates, high)))
        nn.init.normal_(self.weight0, std=(2 / (inputs * 9)) ** 0.5 / 4)
        nn.init.normal_(self.weight1, std=(2 / width) ** 0.5)
        nn.init.normal_(self.weight2, std=0.02)

    def forward(self, patches: Tensor, rate: Tensor) -> tuple[Tensor, Tensor]:
        """Patches (B, 9 C, N) of N places -> mean, index of the scale: (B, size, N) twice."""
        h = activation(self._layer(0, patches, rate))
        h = activation(self._layer(1, h, rate))
        mean, scale = self._layer(2, h, rate).chunk(2, 1)
        scale = rounded(scale * 8 + SCALES / 3, 0).clamp(0, SCALES - 1)
        return rounded(mean, MEAN_BITS), scale

    def _layer(self, i: int, x: Tensor, rate: Tensor) -> Tensor:
        """Linear layer with a bias of its own for each rate: (B, C, N) -> (B, C', N)."""
        weight, bias = getattr(self, f"weight{i}"), getattr(self, f"bias{i}")
        return dyadic(weight, WEIGHT_LIMIT) @ x + dyadic(bias, BIAS_LIMIT)[rate][:, :, None]


def make_tables() -> Tensor:
    """Frequencies of each distance for each scale and fraction of the mean: (SCALES, FRACTIONS,
    2 LIMIT + 3), int32, that sum to TOTAL. The ends are the escapes."""
    distance = torch.arange(-LIMIT, LIMIT + 1, dtype=torch.float64)
    fraction = torch.arange(FRACTIONS, dtype=torch.float64) / FRACTIONS
    scale = scale_of(torch.arange(SCALES, dtype=torch.float64))[:, None, None]
    inside = probability(distance - fraction[:, None], scale)
    above = torch.sigmoid(-(LIMIT + 0.5 - fraction[:, None]) / scale)
    below = torch.sigmoid(-(LIMIT + 0.5 + fraction[:, None]) / scale)
    mass = torch.cat([below, inside, above], 2)
    spare = TOTAL - mass.shape[2]  # each symbol has at least one
    counts = 1 + (mass / mass.sum(2, keepdim=True) * spare).floor().int()
    rest = (TOTAL - counts.sum(2, keepdim=True)).int()
    return counts.scatter_add(2, mass.argmax(2, keepdim=True), rest)


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
    """Integers (B, K, h, w) -> their sizes, and the first ones with their sign, within limits."""
    limited = q.clamp(-ACTIVATION_LIMIT, ACTIVATION_LIMIT)
    signed = [q[:, :FIRST_GROUP].clamp(-127, 127), limited[:, FIRST_GROUP:SIGNED_KINDS]]
    return torch.cat([limited.abs(), *signed], 1)


def dyadic(weight: Tensor, limit: float) -> Tensor:
    """Weights as multiples of 2^-WEIGHT_BITS within the limit; the gradient passes through."""
    return rounded(weight.clamp(-limit, limit), WEIGHT_BITS)


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
    """Mass of a logistic distribution of this scale within half a step of a distance from its
    mean."""
    distance = -distance.abs()  # on the left, where a sigmoid keeps its digits
    mass = torch.sigmoid((distance + 0.5) / scale) - torch.sigmoid((distance - 0.5) / scale)
    return mass.clamp_min(1e-6)
