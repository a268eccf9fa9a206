import numpy as np
import pytest
import torch

from ae_models.codec import context, entropy
from ae_models.codec.context import ContextModel


@pytest.fixture
def model():
    model = ContextModel(kinds=32, rates=3, width=12)
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.1)
    model.round_weights()
    return model.requires_grad_(False)


def numbers(*shape, scale=3.0):
    return (torch.randn(shape) * scale).round()


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (1, 9), (7, 3), (16, 16)])
@pytest.mark.parametrize("scale", [0.0, 0.3, 5.0, 300.0])
def test_there_and_back(model, shape, scale):
    q = numbers(32, *shape, scale=scale)
    data = entropy.encode(model, q, 1)
    assert torch.equal(entropy.decode(model, data, q.shape, 1), q.int())


def test_bytes_are_those_of_an_ideal_code(model):
    """To a byte, where no number needs an escape."""
    for shape in ((2, 2), (8, 8)):
        q = numbers(32, *shape, scale=1.0)
        ideal = model.bits(q[None], torch.tensor([2])).item() / 8
        assert ideal - 1 < len(entropy.encode(model, q, 2)) < 1.005 * ideal + 1.5


def test_short_payloads_do_not_end_with_a_whole_word_of_the_coder(model):
    waste = []
    for _ in range(12):
        q = numbers(32, 2, 2, scale=1.0)
        ideal = model.bits(q[None], torch.tensor([0])).item() / 8
        waste.append(len(entropy.encode(model, q, 0)) - ideal)
    assert max(waste) < 1.5 and sum(waste) / len(waste) < 1


def test_tiles_bound_the_memory_and_are_coded_apart(model, monkeypatch):
    monkeypatch.setattr(entropy, "TILE", 4)
    q = numbers(32, 9, 11)
    assert torch.equal(entropy.decode(model, entropy.encode(model, q, 0), q.shape, 0), q.int())


def test_too_few_bytes_for_a_size_are_refused_before_anything_is_decoded(model):
    with pytest.raises(ValueError, match="of a picture of this size"):
        entropy.decode(model, b"\x01" * 30, (32, 3000, 3000), 0)


def test_any_bytes_decode_to_something_or_are_refused(model):
    generator = np.random.default_rng(0)
    for size in (0, 1, 7, 100):
        try:
            q = entropy.decode(model, generator.bytes(size), (32, 3, 3), 0)
        except ValueError as error:
            assert "damaged" in str(error)
        else:
            assert q.shape == (32, 3, 3)


@pytest.mark.parametrize("number", [1, 2, 3, 7, 8, 255, 65535])
def test_elias_gamma_there_and_back(number):
    bits = iter(entropy.elias_gamma(number).tolist())
    assert entropy.read_elias_gamma(lambda: next(bits)) == number
    assert next(bits, None) is None


def test_table_entries_are_what_the_coder_uses():
    tables = entropy.Tables(context.make_tables())
    coder = entropy.constriction.stream.queue.RangeEncoder()
    coder.encode(np.array([entropy.LIMIT + 1] * 4000, dtype=np.int32), tables[0])
    share = tables.counts[0][entropy.LIMIT + 1] / context.TOTAL
    assert coder.num_bits() == pytest.approx(-4000 * np.log2(share), abs=64)
