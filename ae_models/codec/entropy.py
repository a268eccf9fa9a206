"""Entropy coding of a rounded latent: integers to bytes and back, under the context model.

    q (K, h, w) -- groups and passes of ContextModel, in their order -- range coder -- bytes

A number is coded as its distance from the predicted mean, with the table of its scale and of the
fraction of the mean; distances beyond the table's ends follow as an escape with Elias gamma bits.
The tables are whole numbers kept with the release: no float decides what a file means.
"""

from collections.abc import Callable, Iterator

import constriction
import numpy as np
import torch
from torch import Tensor

from ae_models.codec.context import FRACTIONS, LIMIT, TOTAL, ContextModel, pass_of

MAX_GAMMA_BITS = 16
TILE = 64  # places a side of the latent that are coded together: bounds the memory
SHORT = 2048  # bytes of a payload whose end is worth a search for a shorter one
EVEN = constriction.stream.model.Uniform(2)


class Tables:
    """Frequencies as models of the range coder, each made when it is first asked for."""

    def __init__(self, counts: Tensor):
        self.counts = counts.cpu().numpy().reshape(-1, counts.shape[2])
        self.models: dict[int, constriction.stream.model.Categorical] = {}

    def __getitem__(self, table: int) -> constriction.stream.model.Categorical:
        if table not in self.models:
            shares = self.counts[table].astype(np.float32) / TOTAL
            self.models[table] = constriction.stream.model.Categorical(shares, perfect=False)
        return self.models[table]


def encode(context: ContextModel, q: Tensor, rate: int) -> bytes:
    """Integers (K, h, w), in the order of the context model's kinds, rate from 0 -> bytes."""
    coder, tables = constriction.stream.queue.RangeEncoder(), Tables(context.tables)
    coded = []  # (symbols, model) in their order

    def put(table: np.ndarray, offset: np.ndarray) -> np.ndarray:
        symbols = (offset.clip(-LIMIT - 1, LIMIT + 1) + LIMIT + 1).astype(np.int32)
        coded.extend((symbols[places], tables[number]) for number, places in by_table(table))
        excess = np.abs(offset[np.abs(offset) > LIMIT]) - LIMIT
        coded.extend((elias_gamma(int(number)), EVEN) for number in excess)
        return offset

    _walk(context, q.clone(), rate, put)
    for symbols, model in coded:
        coder.encode(symbols, model)
    return _shortened(coder.get_compressed().astype(">u4").tobytes(), coded)


def decode(context: ContextModel, data: bytes, shape: tuple[int, int, int], rate: int) -> Tensor:
    """Bytes -> integers of a shape (K, h, w), int32.

    Raises ValueError for bytes that encode cannot have given, as far as that shows."""
    _check_length(context, data, shape)
    coder, tables = _decoder(data), Tables(context.tables)

    def get(table: np.ndarray, _) -> np.ndarray:
        symbols = np.empty(len(table), dtype=np.int32)
        for number, places in by_table(table):
            symbols[places] = coder.decode(tables[number], len(places))
        offset = symbols - LIMIT - 1
        for place in np.flatnonzero(np.abs(offset) > LIMIT):
            excess = read_elias_gamma(lambda: int(coder.decode(EVEN)))
            offset[place] = np.sign(offset[place]) * (LIMIT + excess)
        return offset

    q = torch.zeros(shape)
    try:
        _walk(context, q, rate, get)
    except AssertionError:  # of constriction
        raise ValueError("expected numbers of this network, got a damaged file") from None
    return q.to(torch.int32)


def by_table(table: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Number of each table that occurs, with the places where it does."""
    order = np.argsort(table, kind="stable")
    numbers, first = np.unique(table[order], return_index=True)
    yield from zip(numbers.tolist(), np.split(order, first[1:]))


def _decoder(data: bytes) -> constriction.stream.queue.RangeDecoder:
    """Decoder of bytes, of which zeros at the end may be missing."""
    words = np.frombuffer(data + bytes(-len(data) % 4), dtype=">u4").astype(np.uint32)
    return constriction.stream.queue.RangeDecoder(words)


def _shortened(data: bytes, coded: list) -> bytes:
    """Fewer bytes that stand for the same symbols: the coder ends with whole words of four bytes,
    of which the last ones may be left out, rounded down or up."""
    data = data.rstrip(b"\0")
    while 1 < len(data) <= SHORT:
        size, start = len(data) - 1, int.from_bytes(data[:-1], "big")
        near = (n.to_bytes(size, "big") for n in (start, start + 1) if n >> 8 * size == 0)
        shorter = next((part for part in near if _stands_for(part, coded)), None)
        if shorter is None:
            break
        data = shorter
    return data


def _stands_for(data: bytes, coded: list) -> bool:
    coder = _decoder(data)
    try:
        return all(np.array_equal(coder.decode(m, len(s)), s) for s, m in coded)
    except AssertionError:  # of constriction: no symbol has this code
        return False


def _check_length(context: ContextModel, data: bytes, shape: tuple[int, int, int]) -> None:
    """Raise ValueError for fewer bytes than half of what the most probable numbers take: a header
    that lies about the size of the picture must not cost a long time."""
    least = -np.log2(context.tables.max().item() / TOTAL) * np.prod(shape) / 8
    if len(data) + 4 < least / 2:
        raise ValueError("expected the numbers of a picture of this size, got a damaged file")


@torch.inference_mode()
def _walk(context: ContextModel, q: Tensor, rate: int, exchange: Callable) -> None:
    """Go through q (K, h, w), float32, in the order of coding, tile by tile: exchange takes the
    table and the distance from the mean of each number of a pass, and gives that distance, which is
    written to q."""
    device = context.order.device
    rates = torch.tensor([rate], device=device)
    tiles = (tile for strip in q.split(TILE, 1) for tile in strip.split(TILE, 2))
    for tile in tiles:
        cells = pass_of(tile.shape[1:])
        for group, number in context.passes():
            mean, scale = (y[0].cpu() for y in context(tile[None].to(device), rates, group, number))
            base = mean.floor()
            table = (scale * FRACTIONS + (mean - base) * FRACTIONS).int().numpy().ravel()
            start = sum(context.sizes[:group])
            part = tile[start : start + context.sizes[group]]
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
