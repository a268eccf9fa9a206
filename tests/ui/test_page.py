"""The page as a browser gets it, and what it is made of."""

import urllib.request

import httpx2
import pytest
from PIL import Image

import app
from ae_models import zoo
from ui import elements, models, parts


@pytest.mark.parametrize("coding", ["br", "gzip", "identity"])
def test_the_page_is_sent_as_small_as_a_browser_can_read_it(url, coding):
    with httpx2.stream("GET", url, headers={"accept-encoding": coding}) as answer:
        sent = sum(map(len, answer.iter_raw()))
        assert answer.headers.get("content-encoding", "identity") == coding
    assert httpx2.get(url, headers={"accept-encoding": coding}).text.rstrip().endswith("</html>")
    assert sent < {"br": 45_000, "gzip": 60_000, "identity": 450_000}[coding]


def test_the_page_loads_no_code_of_components_that_it_does_not_show():
    shown = {c["type"] for c in app.demo.config["components"] if c["props"].get("visible", True)}
    assert shown <= {"html", "tabs", "tabitem", "api", "form"}  # a form is a frame


@pytest.mark.parametrize("name", [*elements.LATE, "nothing", "../parts"])
def test_the_page_of_a_tab_comes_when_it_is_asked_for(url, name):
    answer = httpx2.get(f"{url}studio/part/{name}.json")
    if name not in elements.LATE:
        assert answer.status_code == 404
    else:
        assert all(answer.json()[kind] for kind in ("html", "css", "js"))


def test_first_page_answers_and_names_no_other_host(url):
    page = urllib.request.urlopen(url).read().decode()
    assert "Autoencoder Studio" in page
    assert "fonts.googleapis.com" not in page and "huggingface.co/api/telemetry" not in page


def test_figures_stand_beside_their_baseline():
    for row in zoo.ROWS:
        assert row.headline, f"expected a headline in the row of {row.slug}, found none"
        assert row.headline.baseline in parts.figure_line(row.slug)


def test_examples_exist_and_are_pictures():
    for pattern, least in (
        ("sketch-*.png", 4),
        ("face-*.webp", 8),
        ("portrait-*.webp", 6),
        ("landscape-*.webp", 4),
    ):
        paths = elements.examples(pattern)
        assert len(paths) >= least
        for path in paths:
            assert min(Image.open(path).size) >= 128


def test_the_curve_is_a_picture():
    svg = models.curve([[1, 0.5, 0.6], [2, 0.25, 0.3]])
    assert svg.count("<polyline") == 2 and "validation 0.3" in svg
