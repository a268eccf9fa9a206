"""Write the tables of README.md from the zoo's rows and the releases' config.json.

    python -m docs.make.readme        also: make figures

Each table stands between two comments, <!-- NAME --> and <!-- /NAME -->; tests compare them.
"""

import re
from pathlib import Path

from ae_models import zoo

README = Path(__file__).resolve().parents[2] / "README.md"


def figures() -> list[str]:
    """One line for each network: its headline figure beside the baseline's."""
    lines = [
        "| network | on test pictures | simple baseline | this network | pictures |",
        "|---|---|--:|--:|--:|",
    ]
    return lines + [_figure(row) for row in zoo.ROWS]


def _figure(row: zoo.Row) -> str:
    shown, measured = row.headline, zoo.config(row.slug)["metrics"]
    if shown is None or not measured:
        return f"| `{row.slug}` | not measured yet | | | |"

    def value(figures: dict) -> str:
        figure = figures.get(shown.metric)
        return f"{figure['value']:.{shown.digits}f}" if figure else ""

    baseline = value(measured["baselines"].get(shown.baseline, {}))
    beside = f"{baseline} ({shown.baseline})" if baseline else ""
    own, count = value(measured["metrics"]), f"{measured['images']:,}"
    return f"| `{row.slug}` | {shown.label} | {beside} | **{own}** | {count} |"


def trainings() -> list[str]:
    """One line for each network: how it was trained, and what its release weighs."""
    lines = [
        "| command | pictures | epochs | minutes | release |",
        "|---|--:|--:|--:|--:|",
    ]
    return lines + [_training(row) for row in (*zoo.ROWS, *zoo.INSTRUMENTS.values())]


def _training(row: zoo.Row) -> str:
    training = zoo.config(row.slug)["training"]
    megabytes = (zoo.WEIGHTS / row.slug / "model.safetensors").stat().st_size / 1e6
    command = f"python -m train.{row.slug.replace('-', '_')}"
    minutes = f"{training['seconds'] / 60:.0f}"
    counts = f"{training['images']:,} | {training['epochs']:,} | {minutes}"
    return f"| `{command}` | {counts} | {megabytes:.1f} MB |"


TABLES = {"figures": figures, "trainings": trainings}


def written(text: str) -> str:
    """README.md with its tables as they should be. Raises ValueError if a comment is missing."""
    for name, table in TABLES.items():
        block = f"<!-- {name} -->\n" + "\n".join(table()) + f"\n<!-- /{name} -->"
        pattern = rf"<!-- {name} -->.*?<!-- /{name} -->"
        text, count = re.subn(pattern, lambda _, block=block: block, text, flags=re.DOTALL)
        if count != 1:
            raise ValueError(f"expected <!-- {name} --> once in README.md, got it {count} times")
    return text


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
