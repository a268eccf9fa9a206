"""The import rules of CONTRIBUTING.md, kept."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FLOORS = (
    {
        "images",
        "layers",
        "metrics",
        "latents",
        "card",
        "manifest",
        "palettes",
        "unet",
        "bottleneck",
        "tiles",
        "domain_transform",
        "regions",
    },
    {
        "face_sketch",
        "face_sketch_plus",
        "sketch_color",
        "photo_color",
        "dcae",
        "dcae_plus",
        "vae",
        "vae_plus",
        "align",
        "photo_color_plus",
        "sketch_color_plus",
        "drawing",
        "points",
        "hub",
    },
    {"zoo", "tasks"},
)
FILES = [p for folder in ("ae_models", "train", "ui") for p in sorted((ROOT / folder).glob("*.py"))] + [ROOT / "app.py"]


def imported(path: Path) -> set[str]:
    """Dotted names of all modules that a file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return names


def packages(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_rules(path):
    where, used = path.relative_to(ROOT).parts[0], packages(path)
    if where == "ae_models":
        assert not used & {"gradio", "train", "ui", "app", "pytorch_optimizer", "accelerate", "torchmetrics"}
    if where in ("ui", "app.py"):
        assert "train" not in used
    if where == "train":
        assert not used & {"gradio", "ui", "app"}
    if path.name != "hub.py":
        assert not used & {"huggingface_hub", "safetensors"}


@pytest.mark.parametrize("path", [p for p in FILES if p.parent.name == "ae_models"], ids=lambda p: p.stem)
def test_floors(path):
    if path.stem == "__init__":
        assert not imported(path)
        return
    floor = next(i for i, names in enumerate(FLOORS) if path.stem in names)
    own = {name.split(".")[1] for name in imported(path) if name.startswith("ae_models.")}
    allowed = set().union(*FLOORS[:floor])
    assert own <= allowed, f"{path.stem} imports {own - allowed} of its own floor or above"


def test_recipes_import_only_the_loop_and_the_data():
    files = list((ROOT / "train").glob("*.py"))
    recipes = {path.stem for path in files if "RECIPE = Recipe(" in path.read_text(encoding="utf-8")}
    assert len(recipes) > 5
    for path in files:
        used = {name.split(".")[1] for name in imported(path) if name.startswith("train.")}
        assert not used & recipes, f"{path.name} imports {used & recipes}"


def test_networks_load_without_gradio_or_training_libraries():
    code = "import sys, ae_models.zoo, ae_models.tasks; print([m for m in ('gradio', 'accelerate', 'train') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
