"""Reading a stranger's config.json, and the card that follows from a good one."""

import json
import math
import shutil

import pytest

from ae_models import zoo
from ae_models.release import card, files

CARD = zoo.row("face-sketch").card({"summary": "s", "limits": "l", "example": "e"})
BAD = {
    "not JSON": b"{",
    "endless brackets": b"[" * 100_000,
    "NaN": b'{"sha256": NaN}',
    "too long": b" " * 2_000_000,
    "a path as system": {"system": "../../etc"},
    "a huge input": {"input_size": 10**9},
    "a text as input": {"input_size": "128"},
    "a huge layer": {"arguments": {"widths": [10**9]}},
    "endless layers": {"arguments": {"widths": [4] * 1000}},
    "nested arguments": {"arguments": {"widths": [[[4]]]}},
    "infinite channels": {"channels": 10**12},
    "another color space": {"color_space": "CMYK"},
    "a range upside down": {"value_range": [1, -1]},
    "a hash that is none": {"sha256": "x"},
    "figures that are texts": {
        "metrics": {
            "system": "s",
            "command": "c",
            "pictures": "p",
            "images": 1,
            "metrics": {"mae": {"value": "<b>"}},
            "baselines": {},
        }
    },
    "baselines that are a list": {
        "metrics": {
            "system": "s",
            "command": "c",
            "pictures": "p",
            "images": 1,
            "metrics": {},
            "baselines": [],
        }
    },
    "a curve that is a text": {"training": {"curve": "up"}},
    "seconds that are a text": {"training": {"seconds": "long"}},
    "a card of nothing": {"card": {}},
    "a card of more": {"card": CARD | {"more": "text"}},
    "a summary that is a number": {"card": CARD | {"summary": 1}},
    "a task of two lines": {"card": CARD | {"task": "a\nlicense: mit"}},
    "data sets that are a text": {"card": CARD | {"datasets": "celeba"}},
    "a data set that is a path": {"card": CARD | {"datasets": ["../../etc"]}},
    "infinity by exponent": {"value_range": [0, 1e999]},
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_config_is_refused_before_anything_is_built(release, tmp_path, kind, monkeypatch):
    folder, bad = shutil.copytree(release, tmp_path / "bad"), BAD[kind]
    data = bad if isinstance(bad, bytes) else json.dumps(files.read_config(release) | bad).encode()
    (folder / files.CONFIG).write_bytes(data)
    monkeypatch.setattr(zoo, "build", lambda *_, **__: pytest.fail("built"))
    with pytest.raises(ValueError, match="config.json"):
        zoo.load_release(folder, "face-sketch")


def test_a_card_has_what_was_measured_and_nothing_else(release):
    from huggingface_hub import ModelCard

    config = files.read_config(release)
    bare = ModelCard(card.render(config))
    assert (
        bare.data.eval_results is None
        and bare.data.metrics is None
        and "Not measured yet." in bare.text
    )
    figure = {"value": 0.5, "low": 0.4, "high": 0.6}
    measured = {
        "system": "face-sketch",
        "command": "c",
        "pictures": "faces",
        "images": 7,
        "metrics": {"mae": figure},
    }
    measured["baselines"] = {"mean sketch": {"mae": {"value": math.pi}}}
    full = ModelCard(card.render(config | {"metrics": measured}))
    assert [(r.metric_type, r.metric_value) for r in full.data.eval_results] == [("mae", 0.5)]
    assert "0.5 (0.4 to 0.6)" in full.text and "| mean sketch | 3.142 |" in full.text
    assert (full.data.library_name, full.data.pipeline_tag, full.data.license) == (
        "pytorch",
        "image-to-image",
        "other",
    )
    for heading in ("Intended use", "Limits", "Terms of the training data", "Load"):
        assert f"## {heading}\n" in full.text
