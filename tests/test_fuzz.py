"""Damaged files of every kind, a few of each; python -m benchmarks.fuzz reads 10,000."""

import warnings

import pytest

from benchmarks import fuzz

COUNTS = {"config.json": 20, ".aes": 20, "latents": 20, "canvas": 40}  # slower ones
KINDS = ("PNG", "JPEG", "WEBP", "AVIF", "GIF", "TIFF", "sheet", "safetensors", *COUNTS)


@pytest.fixture(scope="module")
def kinds():
    return fuzz.kinds()


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files_are_read_or_refused(kinds, kind, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outcome = fuzz.fuzz(*kinds[kind], COUNTS.get(kind, 100), seed=1, keep=tmp_path)
    assert not outcome.failed and outcome.slowest < fuzz.SLOW, outcome
    assert outcome.refused or kind == "canvas"  # some are damaged indeed


def test_every_kind_is_tried(kinds):
    assert set(kinds) == set(KINDS)


def test_a_reader_that_breaks_is_caught():
    def reader(data: bytes) -> None:
        if data != b"good":
            raise KeyError("x")

    outcome = fuzz.fuzz(reader, [b"good"], 50, seed=0)
    assert outcome.failed.total() > 30 and not outcome.good()
