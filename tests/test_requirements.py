"""Every package that the code imports is named in a requirements file."""

import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.test_imports import ROOT, packages

OWN = {"ae_models", "app", "benchmarks", "docs", "hubconf", "tests", "train", "ui"}
# Whose package has another name, where Python 3.10 does not find it out
NAMES = {"markdown_it": ["markdown-it-py"]}
OPTIONAL = {"pillow_heif", "spaces", "trackio"}  # used where they are installed
WHO_NEEDS_WHAT = {  # folder -> the file that names its packages
    "ae_models": "requirements.txt",
    "ui": "requirements.txt",
    "app.py": "requirements.txt",
    "train": "requirements-train.txt",
    "docs": "requirements-dev.txt",
    "benchmarks": "requirements-dev.txt",
    "tests": "requirements-dev.txt",
}


def named(file: str) -> set[str]:
    """Names of the distributions in a requirements file and in those that it includes."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    names = {re.split(r"[\s<>=!~\[;#]", line)[0].lower() for line in lines if line[:1].isalpha()}
    included = [line.split()[1] for line in lines if line.startswith("-r ")]
    names = names | set().union(*(named(other) for other in included))
    return {name.replace("_", "-") for name in names}


def imports(folder: str) -> set[str]:
    path = ROOT / folder
    files = [path] if path.is_file() else sorted(path.rglob("*.py"))
    used = set().union(*(packages(file) for file in files))
    return used - OWN - OPTIONAL - set(sys.stdlib_module_names)


@pytest.mark.parametrize("folder", WHO_NEEDS_WHAT)
def test_every_imported_package_is_required(folder):
    file, distributions = WHO_NEEDS_WHAT[folder], packages_distributions()
    for package in imports(folder):
        candidates = {
            name.lower().replace("_", "-")
            for name in distributions.get(package, NAMES.get(package, [package]))
        }
        assert candidates & named(file), f"{folder} imports {package}, which {file} does not name"


@pytest.mark.parametrize("file", sorted(Path(ROOT).glob("requirements*.txt")), ids=lambda p: p.name)
def test_every_requirement_has_a_tested_version(file):
    pinned = re.findall(r"^([\w.-]+)==", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    assert named(file.name) <= {name.lower().replace("_", "-") for name in pinned}
