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
    lines = capsys.readouterr().out.splitlines()
    shares = [float(x) for x in lines[-1].split(": ")[1].split(", ")]
    assert lines[-1].startswith("landscapes: ") and max(shares) < 1

    kinds = codec_context.latents(after, pictures, "val").values()
    strength = sum(x.q.abs().float().mean((0, 2, 3)) for x in kinds)
    assert (strength.diff() <= 1e-6).all()
    sums = {name: w.double().sum() for name, w in after.context.named_parameters()}
    after.context.round_weights()  # they came back from half precision as they were
    assert all(w.double().sum() == sums[name] for name, w in after.context.named_parameters())


def test_keeping_goes_on_from_what_is_there(pictures):
    network = zoo.build("dcae-plus", **MINIATURE["dcae-plus"]).eval()
    order = torch.randperm(32)
    network.context.order.copy_(order)
    kept = codec_context.fit(network, pictures, epochs=1, keep=True).context
    assert torch.equal(kept.order, order)
    assert not torch.equal(codec_context.fit(network, pictures, epochs=1).context.order, order)
