"""The import rules of CONTRIBUTING.md, derived from the folders."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CODE = ("ae_models", "train", "ui", "docs")
FILES = [path for folder in CODE for path in sorted((ROOT / folder).rglob("*.py"))]
FILES.append(ROOT / "app.py")
PACKAGES = {p.parent.name for p in (ROOT / "ae_models").glob("*/__init__.py")}
SYSTEMS = PACKAGES - {"release"}
GATHERING = {
    "__init__",
    "__main__",
    "command_line",
    "rows",
    "tasks",
    "zoo",
}  # they know the systems
FACES = {f"ae_models.{stem}" for stem in GATHERING}


def imported(path: Path) -> set[str]:
    """Dotted names of all modules that a file imports, and of what it takes from them."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return names


def own(path: Path) -> set[str]:
    """Modules of ae_models among `imported`, less the package itself."""
    return {name for name in imported(path) if name.startswith("ae_models.")}


def packages(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)}


def room(name: str) -> str | None:
    """The package inside ae_models that a dotted name lies in; None for a ground file."""
    part = name.split(".")[1]
    return part if part in PACKAGES else None


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_folders_import_only_what_they_may(path):
    where, used = path.relative_to(ROOT).parts[0], packages(path)
    if where == "ae_models":
        assert not used & {"gradio", "train", "ui", "app", "docs"}
        assert not used & {"pytorch_optimizer", "accelerate", "torchmetrics"}
    if where in ("ui", "app.py"):
        assert not used & {"train", "docs"}
    if where == "train":
        assert not used & {"gradio", "ui", "app", "docs"}
    if path.parent != ROOT / "ae_models" / "release":
        assert not used & {"huggingface_hub", "safetensors"}


@pytest.mark.parametrize(
    "path", [p for p in FILES if p.parent.parent == ROOT / "ae_models"], ids=str
)
def test_packages_of_ae_models_do_not_import_each_other(path):
    rooms = {room(name) for name in own(path)} - {None}
    assert rooms <= {path.parent.name}, f"{path} imports {rooms - {path.parent.name}}"
    if path.parent.name in SYSTEMS:
        assert not own(path) & FACES, f"{path} imports what gathers the systems"
    else:
        assert rooms | {room(name) for name in own(path)} <= {"release"}, "release knows no network"


@pytest.mark.parametrize("path", sorted((ROOT / "ae_models").glob("*.py")), ids=lambda p: p.stem)
def test_ground_files_do_not_import_systems(path):
    if f"ae_models.{path.stem}" not in FACES:
        assert not {room(name) for name in own(path)} & PACKAGES
        assert not own(path) & FACES


def test_recipes_import_no_other_recipe():
    files = list((ROOT / "train").rglob("*.py"))
    recipes = {p.stem for p in files if "RECIPE = Recipe(" in p.read_text(encoding="utf-8")}
    assert len(recipes) > 5
    for path in files:
        used = {name.split(".")[1] for name in imported(path) if name.startswith("train.")}
        assert not used & recipes, f"{path.name} imports {used & recipes}"


def test_networks_load_without_gradio_or_training_libraries():
    code = (
        "import sys, ae_models.zoo, ae_models.tasks\n"
        "print([m for m in ('gradio', 'accelerate', 'torchvision', 'train') if m in sys.modules])"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
