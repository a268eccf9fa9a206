"""The example pictures and contact sheets are what the code draws, not photographs."""

import numpy as np
import pytest
import torch
from PIL import Image

from ae_models import tasks, zoo
from ae_models.sketch import paper
from docs.make import examples, portraits, sheets
from tests.conftest import MINIATURE
from ui import elements


def difference(a: Image.Image, b: Image.Image) -> float:
    return np.abs(np.asarray(a, dtype=float) - np.asarray(b.convert(a.mode), dtype=float)).mean()


@pytest.mark.parametrize("name", examples.SKETCHES)
def test_shipped_sketches_are_the_drawn_ones(name):
    drawn = examples.sketch(examples.SKETCHES[name])
    assert difference(drawn, Image.open(elements.EXAMPLES / f"sketch-{name}.png")) < 1
    dark = (np.asarray(drawn) < 128).mean()
    assert 0.01 < dark < 0.15


@pytest.mark.parametrize("name", examples.FACES)
def test_shipped_faces_by_hand_are_the_drawn_ones(name):
    drawn = examples.sketch(examples.FACES[name], width=2.5)
    assert difference(drawn, Image.open(elements.EXAMPLES / f"drawn-{name}.png")) < 1


@pytest.mark.parametrize(
    ("kind", "size"), [("landscape", examples.SMALL), ("scene", examples.LARGE)]
)
@pytest.mark.parametrize("name", examples.LANDSCAPES)
def test_shipped_landscapes_are_the_painted_ones(name, kind, size):
    painted = examples.landscape(**examples.LANDSCAPES[name], size=size)
    assert difference(painted, Image.open(elements.EXAMPLES / f"{kind}-{name}.webp")) < 4


def test_shipped_faces_are_samples_of_the_shipped_network():
    for seed in examples.FACE_SEEDS[:2]:
        (face,) = tasks.sample(
            zoo.load("face-vae-plus"), 1, seed=seed, temperature=examples.FACE_TEMPERATURE
        )
        assert difference(face, Image.open(elements.EXAMPLES / f"face-{seed:02d}.webp")) < 2


def test_portraits_are_mixtures_that_show_nobody():
    photos = torch.randint(0, 256, (30, 3, 10, 8), dtype=torch.uint8)
    made = portraits.portraits(photos)
    assert made.shape == (portraits.COUNT, 3, 10, 8) and torch.equal(
        made, portraits.portraits(photos)
    )
    distance = (
        torch.cdist(made.flatten(1), photos.float().flatten(1) / 255).min() / made[0].numel() ** 0.5
    )
    assert distance > 0.1


@pytest.fixture
def small_drawings(monkeypatch):
    """Drawings of 128 px, which are clean: a tenth of the work."""
    opened = sheets.opened

    def shrunk(pattern: str) -> list[Image.Image]:
        drawn = pattern.startswith("sketch")
        return [p.resize((128, 128)) if drawn else p for p in opened(pattern)]

    monkeypatch.setattr(sheets, "opened", shrunk)
    monkeypatch.setattr(sheets, "LARGE", 256)
    monkeypatch.setattr(examples, "SIDE", 128)
    as_it_is = lambda picture, layer=None: (picture.convert("RGB"), layer)  # noqa: E731
    monkeypatch.setattr(paper, "clean", as_it_is)


@pytest.mark.parametrize("slug", sheets.SHEETS)
def test_contact_sheets_have_successes_and_failures(slug, small_drawings):
    rows = sheets.SHEETS[slug](zoo.build(slug, **MINIATURE[slug]).eval())
    assert any("fails" in title for title, _ in rows)
    page = sheets.sheet(rows)
    assert page.height == len(rows) * (sheets.CELL + sheets.GAP + sheets.TITLE) + sheets.GAP


def test_every_network_has_a_contact_sheet():
    assert set(sheets.SHEETS) == set(zoo.BY_SLUG)
    for slug in zoo.BY_SLUG:
        assert Image.open(sheets.DOCS / f"{slug}.webp").width >= 4 * sheets.CELL
