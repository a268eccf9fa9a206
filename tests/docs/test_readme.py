import re

import numpy as np
import pytest
from PIL import Image

from docs.lessons.show import row
from docs.make import readme, strips

HEADINGS = re.compile(r"^(#+) .*$", re.MULTILINE)
CODE = re.compile(r"^```\w*\n.*?^```$", re.MULTILINE | re.DOTALL)


def text(language: str) -> str:
    return readme.READMES[language].read_text(encoding="utf-8")


@pytest.mark.parametrize("language", readme.READMES)
def test_the_tables_are_those_of_the_releases(language):
    written = readme.written(text(language), language)
    assert written == text(language), "python -m docs.make.readme writes them anew"


def test_both_languages_have_the_same_sections_and_commands():
    english, indonesian = (CODE.findall(text(language)) for language in ("en", "id"))
    assert indonesian == english
    sections = [HEADINGS.findall(CODE.sub("", text(language))) for language in ("en", "id")]
    assert sections[0] == sections[1]


def test_numbers_are_written_as_the_language_writes_them():
    assert readme.number("8,980.5", "id") == "8.980,5"


@pytest.mark.parametrize("name", strips.STRIPS)
def test_strips_are_small_and_what_the_networks_make(name):
    path = strips.DOCS / f"strip-{name}.webp"
    assert path.stat().st_size < 60_000
    made = row(*strips.STRIPS[name](), high=strips.HIGH)
    with Image.open(path) as kept:
        assert np.abs(np.subtract(made, kept.convert("RGB"), dtype=float)).mean() < 3
