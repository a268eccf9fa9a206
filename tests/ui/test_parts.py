"""Parts of the page that read the rows of the zoo."""

from dataclasses import dataclass

import gradio as gr
import pytest
from torch import nn

from ae_models import zoo
from ae_models.layers import Network
from ae_models.release import files
from ae_models.rows import Data, Headline, Row
from tests.conftest import config_of
from ui import models, parts

FIGURES = {
    "system": "toy",
    "command": "python -m none",
    "pictures": "test pictures",
    "images": 1234,
    "metrics": {"psnr": {"value": 21.25}},
    "baselines": {"gray": {"psnr": {"value": 20.0}}},
}


@dataclass(frozen=True)
class ToyConfig:
    size: int = 8


class Toy(Network):
    def __init__(self, config: ToyConfig = ToyConfig()):
        super().__init__()
        self.config = config
        self.conv = nn.Conv2d(3, 3, 1)


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """Add a row with a headline or without one, and figures or none, as the only one of the zoo."""

    def add(headline: Headline | None, metrics: dict) -> Row:
        row = Row("toy", Toy, "toy", "classic", "Does nothing.", Data("none", "none"), headline)
        monkeypatch.setattr(zoo, "ROWS", (row,))
        monkeypatch.setattr(zoo, "BY_SLUG", {"toy": row})
        monkeypatch.setattr(zoo, "WEIGHTS", tmp_path)
        monkeypatch.setattr(zoo, "_cache", {})
        network = Toy()
        config = config_of("toy", network) | {"metrics": metrics}
        files.save(tmp_path / "toy", network.state_dict(), config)
        return row

    return add


@pytest.mark.parametrize(
    ("headline", "metrics"),
    [
        (None, {}),
        (None, FIGURES),
        (Headline("ssim", "SSIM", 2, "gray"), FIGURES),
        (Headline("psnr", "PSNR in dB", 1, "gray"), {}),
    ],
)
def test_a_row_without_a_figure_leaves_the_page_up(toy, headline, metrics):
    toy(headline, metrics)
    assert parts.figure_line("toy") == "Toy, not measured yet"
    assert "toy" in models.table() and "not measured yet" in models.table()
    with gr.Blocks():
        assert parts.choice("toy").value == "classic"


def test_a_headline_is_the_figure_beside_its_baseline(toy):
    toy(Headline("psnr", "PSNR in dB", 1, "gray"), FIGURES)
    assert parts.figure_line("toy") == "Toy, PSNR in dB 21.2 (gray: 20.0) on 1,234 test pictures"


def test_the_plus_network_is_the_default_of_a_system():
    assert list(zoo.networks("face-sketch").items()) == [
        ("plus", "face-sketch-plus"),
        ("classic", "face-sketch"),
    ]
    assert zoo.networks("sketch-face") == {"plus": "sketch-face-plus"}
    with pytest.raises(ValueError, match="expected a system of the zoo, got 'face-attributes'"):
        zoo.networks("face-attributes")
