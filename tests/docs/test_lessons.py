"""The lessons run, and their notebooks and pages are what the sources say, in both languages."""

import re

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from PIL import Image

from ae_models import zoo
from docs.make import lessons
from ui import explain, words

OUTPUT = re.compile(r'<div class="out">.*?</div>\n', re.DOTALL)
NUMBER = re.compile(r"-?\d[\d,]*\.?\d*")
BOTH = pytest.mark.parametrize(
    ("name", "language"), [(name, kind) for name in lessons.NAMES for kind in lessons.SUFFIXES]
)
REMEDY = "python -m docs.make.lessons writes it anew"


def stored(name: str, language: str, kind: str) -> str:
    path = lessons.LESSONS / f"{name}{lessons.SUFFIXES[language]}.{kind}"
    return path.read_text(encoding="utf-8")


def nothing(name: str) -> list[list]:
    return [[] for kind, _ in lessons.cells(name) if kind == "code"]


@BOTH
def test_notebooks_are_those_of_the_sources(name, language):
    written = stored(name, language, "ipynb")
    assert written.rstrip() == nbformat.writes(lessons.notebook(name, language)), REMEDY


@BOTH
def test_pages_are_those_of_the_sources(name, language):
    page = stored(name, language, "html")
    assert OUTPUT.sub("", page) == lessons.page(name, language, nothing(name)), REMEDY
    assert "http:" not in page and "https:" not in page  # they open without a network
    for path in re.findall(r'<img src="([^"]+)"', page):
        with Image.open(lessons.LESSONS / path) as picture:
            assert 400 < picture.width <= 860  # of the text column


@pytest.mark.parametrize("name", lessons.NAMES)
def test_both_languages_say_something_about_each_piece_of_code(name):
    kinds = [kind for kind, _ in lessons.cells(name)]
    texts = [kind for kind in kinds if kind != "code"]
    assert texts == ["en", "id"] * (len(texts) // 2)
    assert all(before == "id" for before, kind in zip(kinds, kinds[1:]) if kind == "code")
    answers = [text.count("<details>") for kind, text in lessons.cells(name) if kind != "code"]
    assert answers[::2] == answers[1::2] and sum(answers) >= 8


@pytest.fixture(scope="module")
def kernel():
    with lessons.kernel() as client:
        yield client


@pytest.mark.parametrize("name", lessons.NAMES)
def test_lessons_run_and_what_they_teach_is_true(name, kernel):
    outputs = lessons.run(name, kernel)  # the last cell asserts what the lesson says
    assert sum(isinstance(output, Image.Image) for shown in outputs for output in shown) >= 3
    fresh = lessons.page(name, "en", outputs)
    shown, kept = (NUMBER.sub("0", page) for page in (fresh, stored(name, "en", "html")))
    assert re.sub(r" +", " ", shown) == re.sub(r" +", " ", kept), REMEDY


WRONG = """# %% [markdown] en
# # Wrong
# %% [markdown] id
# # Salah
# %%
"""


def test_a_lesson_that_teaches_something_wrong_fails(tmp_path, monkeypatch, kernel):
    monkeypatch.setattr(lessons, "LESSONS", tmp_path)
    for code, match in (
        ("left = 1\nassert left > 2", "left > 2"),
        ("print(left)", "left"),  # names of the lesson before are gone
    ):
        (tmp_path / "wrong.py").write_text(WRONG + code, encoding="utf-8")
        with pytest.raises(CellExecutionError, match=match):
            lessons.run("wrong", kernel)


@pytest.mark.parametrize("system", sorted({row.system for row in zoo.ROWS} - {"sketch-face"}))
def test_how_it_works_leads_to_the_lesson_under_its_title(system):
    shown = explain.lessons(system)
    for name, part, label in explain.LESSONS[system]:
        assert f'data-lesson="{name}"' in shown and label in shown
        for language, text in (("en", label), ("id", words.INDONESIAN[label])):
            title = re.sub(r"^\d\. ", "", lessons.title(name, language))
            assert text.endswith(title)
            assert f'id="{part}"' in stored(name, language, "html") or not part


def test_a_space_without_the_pages_has_no_links(tmp_path, monkeypatch):
    monkeypatch.setattr(explain, "FOLDER", tmp_path)
    assert explain.lessons("dcae") == ""
