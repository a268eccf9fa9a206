"""Entropy coding of a rounded latent: integers to bytes and back, under the context model.

    q (K, h, w) -- groups and passes of ContextModel, in their order -- range coder -- bytes

A number is coded as its distance from the predicted mean, with the table of its scale and of the
fraction of the mean; distances beyond the table's ends follow as an escape with Elias gamma bits.
The tables are whole numbers kept with the release: no float decides what a file means.
"""

import functools
from collections.abc import Callable

import constriction
import numpy as np
import torch
from torch import Tensor

from ae_models.codec.context import (
    MEAN_BITS,
    SCALES,
    ContextModel,
    pass_of,
    probability,
    scale_of,
)

LIMIT = 40  # distances in a table: -LIMIT to LIMIT, and escapes below and above
TOTAL = 2**16  # of the frequencies in a table
MAX_GAMMA_BITS = 16
STRIP_PLACES = 4096  # of the latent that are coded together: bounds the memory
FRACTIONS = 2**MEAN_BITS
Categorical = constriction.stream.model.Categorical
EVEN = constriction.stream.model.Uniform(2)


def make_tables() -> Tensor:
    """Frequencies of each distance for each scale and fraction: (SCALES, FRACTIONS, 2 LIMIT + 3), int32,
    that sum to TOTAL. Ends are the escapes."""
    distance = torch.arange(-LIMIT, LIMIT + 1, dtype=torch.float64)
    fraction = torch.arange(FRACTIONS, dtype=torch.float64) / FRACTIONS
    scale = scale_of(torch.arange(SCALES, dtype=torch.float64))[:, None, None]
    inside = probability(distance - fraction[:, None], scale)
    above = torch.sigmoid(-(LIMIT + 0.5 - fraction[:, None]) / scale)
    below = torch.sigmoid(-(LIMIT + 0.5 + fraction[:, None]) / scale)
    mass = torch.cat([below, inside, above], 2)
    spare = TOTAL - mass.shape[2]  # each symbol has at least one
    counts = 1 + (mass / mass.sum(2, keepdim=True) * spare).floor().int()
    counts.scatter_add_(2, mass.argmax(2, keepdim=True), (TOTAL - counts.sum(2, keepdim=True)).int())
    return counts


class Tables:
    """The models of the range coder, made when first asked for."""

    def __init__(self, counts: Tensor):
        self.counts = counts.cpu().numpy().reshape(-1, counts.shape[2])
        self.model = functools.cache(self._model)

    def _model(self, table: int):
        return Categorical(self.counts[table].astype(np.float32) / TOTAL, perfect=False)


def encode(context: ContextModel, tables: Tables, q: Tensor, rate: int) -> bytes:
    """Integers (K, h, w), in the order of the context model's kinds, rate from 0 -> bytes."""
    coder = constriction.stream.queue.RangeEncoder()

    def put(table: np.ndarray, offset: np.ndarray) -> np.ndarray:
        symbols = (offset.clip(-LIMIT - 1, LIMIT + 1) + LIMIT + 1).astype(np.int32)
        for number in np.unique(table):
            coder.encode(symbols[table == number], tables.model(int(number)))
        for excess in np.abs(offset[np.abs(offset) > LIMIT]) - LIMIT:
            coder.encode(elias_gamma(int(excess)), EVEN)
        return offset

    _walk(context, q.clone(), rate, put)
    words = coder.get_compressed().astype(">u4").tobytes()
    return words.rstrip(b"\0")


def decode(context: ContextModel, tables: Tables, data: bytes, shape: tuple, rate: int) -> Tensor:
    """Bytes -> integers of a shape (K, h, w). Other bytes than encode gave for it decode to something."""
    words = np.frombuffer(data + bytes(-len(data) % 4), dtype=">u4").astype(np.uint32)
    coder = constriction.stream.queue.RangeDecoder(words)

    def get(table: np.ndarray, _) -> np.ndarray:
        symbols = np.empty(len(table), dtype=np.int32)
        for number in np.unique(table):
            here = table == number
            symbols[here] = coder.decode(tables.model(int(number)), int(here.sum()))
        offset = symbols - LIMIT - 1
        for place in np.flatnonzero(np.abs(offset) > LIMIT):
            excess = read_elias_gamma(lambda: int(coder.decode(EVEN)))
            offset[place] = np.sign(offset[place]) * (LIMIT + excess)
        return offset

    q = torch.zeros(shape)
    _walk(context, q, rate, get)
    return q.to(torch.int32)


@torch.inference_mode()
def _walk(context: ContextModel, q: Tensor, rate: int, exchange: Callable) -> None:
    """Go through q (K, h, w) in the order of coding, strip by strip: exchange takes the table and the
    distance from the mean of each number of a pass, and gives that distance, which is written to q."""
    rates = torch.tensor([rate])
    for strip in q.float().split(max(2, STRIP_PLACES // q.shape[2] // 2 * 2), 1):
        cells = pass_of(strip.shape[1:])
        for group, number in context.passes():
            mean, scale = context(strip[None], rates, group, number)
            base = mean[0].floor()
            table = (scale[0] * FRACTIONS + (mean[0] - base) * FRACTIONS).int().numpy().ravel()
            start = sum(context.sizes[:group])
            part = strip[start : start + context.sizes[group]]
            known = part[:, cells == number]
            offset = exchange(table, (known - base).int().numpy().ravel())
            part[:, cells == number] = base + torch.from_numpy(offset).float().reshape(base.shape)


def elias_gamma(number: int) -> np.ndarray:
    """Bits of a number of at least 1 (Elias 1975): its length in zeros, then the number."""
    digits = bin(number)[2:]
    return np.array([0] * (len(digits) - 1) + [int(d) for d in digits], dtype=np.int32)


def read_elias_gamma(bit: Callable[[], int]) -> int:
    """The number whose bits are asked for one by one, at most MAX_GAMMA_BITS long."""
    zeros = 0
    while zeros < MAX_GAMMA_BITS and not bit():
        zeros += 1
    number = 1
    for _ in range(zeros):
        number = 2 * number + bit()
    return number
