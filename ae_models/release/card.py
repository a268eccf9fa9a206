"""The model card, README.md of a release, rendered from config.json alone."""

import re

from huggingface_hub import EvalResult, ModelCard, ModelCardData

TRAINING_KEYS = (
    "command",
    "data",
    "images",
    "epochs",
    "steps",
    "batch",
    "seconds",
    "device",
    "seed",
    "commit",
)
BODY = """\
# {slug}

{summary}

`{network}({arguments})`, input {channels}x{height}x{width}, {color_space}, values in {value_range}.

## Intended use

{use}

## Measured

{measured}

## Limits

{limits}

{sheet}## Trained

{trained}

## Terms of the training data

{terms}

## Load

With Autoencoder Studio installed (`pip install .` in its checkout), in any folder:

```python
from PIL import Image
from ae_models import from_pretrained, tasks
model = from_pretrained("{name}")
{example}
```

sha256 of the weights: `{sha256}`
"""


def render(config: dict, sheet: str | None = None, name: str = "") -> str:
    """config.json -> README.md.

    sheet: address of the picture of successes and failures, by default the one in the checkout; an
        empty address shows none.
    name: what the release is loaded by, NAMESPACE/NAME on the Hub, by default its slug."""
    card, measured = config["card"], config["metrics"]
    data = ModelCardData(
        language="en",
        library_name="pytorch",
        license="other",
        license_name="terms-of-the-training-data",
        license_link=card["page"] or None,
        pipeline_tag=card["task"],
        tags=card["tags"],
        datasets=card["datasets"] or None,
        metrics=list(measured["metrics"]) if measured else None,
        model_name=config["system"],
        eval_results=_results(card, measured) if measured else None,
    )
    sheet = card["sheet"] if sheet is None else sheet
    return str(ModelCard(f"---\n{data.to_yaml()}\n---\n{_body(config, sheet, name)}"))


def _results(card: dict, measured: dict) -> list[EvalResult]:
    """Measured figures as the Hub's model-index, whose data set has an id of the Hub or of ours."""
    own = re.sub(r"\W+", "-", measured["pictures"].lower())
    return [
        EvalResult(
            task_type=card["task"],
            dataset_type=(card["datasets"] or [own])[0],
            dataset_name=f"{measured['images']} {measured['pictures']}",
            dataset_split="test",
            metric_type=name,
            metric_value=figure["value"],
        )
        for name, figure in measured["metrics"].items()
    ]


def _body(config: dict, sheet: str, name: str) -> str:
    """Markdown below the front matter."""
    slug, height = config["system"], config["input_size"]
    arguments, training, card = config["arguments"], config["training"], config["card"]
    shown = f"![{slug}: what it does well, and where it fails]({sheet})\n\n" if sheet else ""
    return BODY.format(
        slug=slug,
        name=name or slug,
        summary=card["summary"],
        network=config["class"],
        arguments=", ".join(f"{k}={v!r}" for k, v in arguments.items()),
        channels=config["channels"],
        height=height,
        width=round(height * arguments.get("aspect", 1)),
        color_space=config["color_space"],
        value_range=config["value_range"],
        use=card["use"],
        measured=_measured(config["metrics"]),
        limits=card["limits"],
        sheet=shown,
        trained="\n".join(f"- {k}: {_code(training[k])}" for k in TRAINING_KEYS if k in training),
        terms=_terms(card),
        example=card["example"],
        sha256=config["sha256"],
    )


def _terms(card: dict) -> str:
    return f"{card['terms']} See <{card['page']}>." if card["page"] else card["terms"]


def _code(value: object) -> str:
    return f"`{value}`" if isinstance(value, str) and value.startswith("python") else str(value)


def _measured(metrics: dict) -> str:
    """Object printed by train.evaluate -> Markdown table of the network, then each baseline."""
    if not metrics:
        return "Not measured yet."
    names = list(metrics["metrics"])
    rows = {metrics["system"]: metrics["metrics"]} | metrics["baselines"]
    lines = [
        f"On {metrics['images']} {metrics['pictures']}, with bootstrap 95 % intervals; "
        f"`{metrics['command']}`",
        "",
        "| | " + " | ".join(names) + " |",
        "|---" * (len(names) + 1) + "|",
    ]
    for row, figures in rows.items():
        lines.append(f"| {row} | " + " | ".join(_figure(figures.get(n)) for n in names) + " |")
    return "\n".join(lines)


def _figure(figure: dict | None) -> str:
    if figure is None:
        return ""
    text = f"{figure['value']:.4g}"
    return text + (f" ({figure['low']:.4g} to {figure['high']:.4g})" if "low" in figure else "")
