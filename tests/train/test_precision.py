"""The precision of a training follows from the machine, the option and the run that is resumed."""

import pytest
import torch

from train.engine import precision

CPU, CUDA = torch.device("cpu"), torch.device("cuda")


@pytest.fixture
def processor(monkeypatch):
    def has(**capabilities):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)

    return has


@pytest.mark.parametrize("instruction", ["avx512_bf16", "amx_bf16", "bf16"])
def test_bfloat16_on_processors_that_have_it(processor, instruction):
    processor(**{instruction: True, "architecture": "any"})
    assert precision.choose("auto", CPU) == ("bf16", "this cpu has bfloat16 instructions")
    assert precision.choose("fp32", CPU) == ("fp32", "--precision fp32")


@pytest.mark.parametrize("capabilities", [{}, {"avx2": True, "avx512_f": True, "bf16": False}])
def test_float32_on_processors_that_would_emulate_it(processor, capabilities):
    processor(**capabilities)
    assert precision.choose("auto", CPU) == ("fp32", "this cpu has no bfloat16 instructions")
    assert precision.choose("bf16", CPU) == ("bf16", "--precision bf16")


@pytest.mark.parametrize("native", [True, False])
def test_a_gpu_that_emulates_bfloat16_does_not_count(monkeypatch, native):
    def supported(including_emulation=True):
        return including_emulation or native

    monkeypatch.setattr(torch.cuda, "is_bf16_supported", supported)
    assert precision.has_bfloat16(CUDA) is native


def test_a_resumed_run_keeps_its_own_unless_told_otherwise(processor):
    processor(avx512_bf16=True)
    assert precision.choose("auto", CPU, begun="fp32") == ("fp32", "the run began with it")
    assert precision.choose("bf16", CPU, begun="fp32")[0] == "bf16"


def test_another_word_is_refused():
    with pytest.raises(ValueError, match="auto, bf16, fp32, got 'half'"):
        precision.choose("half", CPU)
