"""The text of a model card, from config.json alone. A figure that was not measured is absent."""

# system, less -plus -> (the Hub's task, data sets). Names of data sets, as a reader would search them.
SYSTEMS = {
    "face-sketch": ("image-to-image", ["cufs"]),
    "sketch-face": ("image-to-image", ["cufs"]),
    "sketch-color": ("image-to-image", ["sketch2photo"]),
    "photo-color": ("image-to-image", ["intel-image-classification"]),
    "dcae": ("image-to-image", ["cifar10"]),
    "face-vae": ("unconditional-image-generation", ["celeba"]),
    "face-attributes": ("image-classification", ["celeba"]),
}
USE = "For learning what a latent is, for teaching, and to play with in the app. Not for decisions about anyone."
MEASURING = {
    "face-attributes": "To measure the face networks with. Not for decisions about anyone."
}  # no part of the app
FACES = "Not for recognizing, judging or imitating real people: faces that come out are made up or redrawn."
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
NO_TERMS = "Not stated by the training run; ask whoever trained it before using the weights."


def about(system: str) -> tuple[str, list[str]]:
    """The Hub's task and the data sets of a system; a system of one's own is image-to-image on data it names itself."""
    return SYSTEMS.get(system.removesuffix("-plus"), ("image-to-image", []))


def sheet(slug: str) -> str:
    """Address of the sheet of successes and failures from weights/<slug>/; nothing where there is none."""
    return "" if slug in MEASURING else f"../../docs/{slug}.webp"


def body(config: dict, picture: str) -> str:
    """Markdown below the front matter; `picture` is the address of the sheet of successes and failures."""
    training, card, slug = config["training"], config["card"], config["system"]
    height, low_high = config["input_size"], config["value_range"]
    width = round(height * config["arguments"].get("aspect", 1))
    lines = [
        f"# {slug}",
        "",
        card.get("summary", ""),
        "",
        f"`{config['class']}({', '.join(f'{k}={v!r}' for k, v in config['arguments'].items())})`, input "
        f"{config['channels']}x{height}x{width}, {config['color_space']}, values in {low_high}.",
        "",
        "## Intended use",
        "",
        MEASURING.get(slug) or (f"{USE} {FACES}" if "face" in slug else USE),
        "",
        "## Measured",
        "",
        *_metric_table(config["metrics"]),
        "",
        "## Limits",
        "",
        card.get("limits", ""),
        "",
        *([f"![{slug}: what it does well, and where it fails]({picture})", ""] if picture else []),
        "## Trained",
        "",
        *(f"- {key}: {_code(training[key])}" for key in TRAINING_KEYS if key in training),
        "",
        "## Terms of the training data",
        "",
        training.get("terms", NO_TERMS),
        "",
        "## Load",
        "",
        "In a checkout of Autoencoder Studio:",
        "",
        "```python",
        "from PIL import Image",
        "from ae_models import tasks, zoo",
        *([] if slug in MEASURING else [f'model = zoo.load("{slug}")']),
        card.get("example", ""),
        "```",
        "",
        f"sha256 of the weights: `{config['sha256']}`",
        "",
    ]
    return "\n".join(lines)


def _code(value: object) -> str:
    return f"`{value}`" if isinstance(value, str) and value.startswith("python") else str(value)


def _metric_table(metrics: dict) -> list[str]:
    """The object that train.evaluate prints -> a Markdown table, a row for the network and one for each baseline."""
    if not metrics:
        return ["Not measured yet."]
    names = list(metrics["metrics"])
    rows = {metrics["system"]: metrics["metrics"]} | metrics["baselines"]
    return [
        f"On {metrics['images']} {metrics['pictures']}, with bootstrap 95 % intervals; `{metrics['command']}`",
        "",
        "| | " + " | ".join(names) + " |",
        "|---" * (len(names) + 1) + "|",
        *(
            f"| {row} | " + " | ".join(_figure(figures.get(name)) for name in names) + " |"
            for row, figures in rows.items()
        ),
    ]


def _figure(figure: dict | None) -> str:
    if figure is None:
        return ""
    text = f"{figure['value']:.4g}"
    return text + (f" ({figure['low']:.4g} to {figure['high']:.4g})" if "low" in figure else "")
