"""The context model is fitted to a release that is there, and nothing else of it changes."""

import torch

from ae_models import zoo
from ae_models.release import files
from tests.conftest import MINIATURE, config_of
from train import codec_context


def test_a_release_gets_a_context_model_that_beats_the_prior(pictures, tmp_path, capsys):
    network = zoo.build("dcae-plus", **MINIATURE["dcae-plus"]).eval()
    files.save(tmp_path, network.state_dict(), config_of("dcae-plus", network))
    before = zoo.load_release(tmp_path, "dcae-plus")
    codec_context.main(pictures, tmp_path, epochs=60, keep=False)
    after = zoo.load_release(tmp_path, "dcae-plus")
    assert before.sha256 != after.sha256
    for name, weight in before.state_dict().items():
        same = torch.equal(weight, after.state_dict()[name])
        assert same or name.startswith("context."), name
    shares = dict(line.split(": ") for line in capsys.readouterr().out.splitlines() if ": " in line)
    assert max(map(float, shares["landscapes"].split(", "))) < 1
