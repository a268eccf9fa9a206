"""Tab with a row for each network, from the config.json of its release."""

import html

import gradio as gr

from ae_models import zoo
from ui import parts
from ui.words import t

CURVE = (220, 70)  # px
HEAD = ("Network", "Parameters", "On disk", "Trained on", "Measured", "Training curve")
UNSTATED = {
    "data": "unknown data",
    "images": 0,
    "epochs": 0,
    "seconds": 0,
    "device": "unknown",
    "curve": [],
}


def models() -> list[dict]:
    """List all networks: purpose, parameters, bytes on disk, training data, measured figures and
    the origin of the weights; for a network that cannot be used, the reason."""
    return [describe(row) for row in zoo.ROWS]


def describe(row: zoo.Row) -> dict:
    """One entry of `models`."""
    entry = {"slug": row.slug, "does": row.summary}
    try:
        source = zoo.source(row.slug)
        config = zoo.config(row.slug)
        network = zoo.load(row.slug)
    except ValueError as error:
        return entry | {"unavailable": str(error)}
    return entry | {
        "class": config["class"],
        "parameters": sum(p.numel() for p in network.parameters()),
        "bytes": sum(f.stat().st_size for f in source.folder.iterdir()),
        "headline": parts.headline(config),
        "metrics": config["metrics"],
        "training": config["training"],
        "weights_from": source.origin,
        "warning": source.warning,
        "sha256": config["sha256"],
    }


def table() -> str:
    """HTML table of all networks with their training curves as pictures."""
    head = "".join(f"<th>{name}</th>" for name in HEAD)
    return f'<table class="models"><tr>{head}</tr>{"".join(map(_row, models()))}</table>'


def _row(entry: dict) -> str:
    text = {key: html.escape(str(value)) for key, value in entry.items()}
    name = f"<td><b>{text['slug']}</b><br>{text['does']}</td>"
    if "unavailable" in entry:
        return f"<tr>{name}<td colspan=5>⚠ Not available: {text['unavailable']}</td></tr>"
    measured = UNSTATED | entry["training"]
    training = {key: html.escape(str(value)) for key, value in measured.items()}
    minutes = measured["seconds"] / 60
    origin = text["weights_from"] + (f"<br>⚠ {text['warning']}" if entry["warning"] else "")
    return (
        f"<tr>{name}<td>{entry['parameters']:,}</td>"
        f"<td>{entry['bytes'] / 1e6:.1f} MB<br>{origin}</td>"
        f"<td>{training['data']}. {measured['images']:,} pictures, {training['epochs']} epochs "
        f"in {minutes:.0f} minutes ({training['device']})</td>"
        f"<td>{text['headline']}</td><td>{curve(measured['curve'])}</td></tr>"
    )


def curve(history: list[list[float]]) -> str:
    """[[step, training loss, validation loss], ...] -> SVG, thin for training, thick for validation.

    The axis begins at 0, or at the lowest loss if that is negative."""
    if not history:
        return ""
    width, height = CURVE
    losses = [loss for row in history[len(history) // 10 :] for loss in row[1:]]
    last, low = history[-1][0] or 1, min(0, *losses)
    span = max(losses) - low or 1

    def line(column: int, stroke: str) -> str:
        points = " ".join(
            f"{row[0] / last * width:.1f},{height * (1 - min(1, (row[column] - low) / span)):.1f}"
            for row in history
        )
        style = f'fill="none" stroke-width="{stroke}" stroke="currentColor"'
        return f'<polyline points="{points}" {style}/>'

    _, train, validation = history[-1]
    title = f"loss after {last:,} steps: training {train:.4g}, validation {validation:.4g}"
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{title}"><title>{title}</title>{line(1, "0.7")}{line(2, "2")}</svg>'
        f"<br><small>{title}</small>"
    )


def build(tab: gr.Tab) -> None:
    gr.Markdown(t(MEASURED), elem_classes="aside")
    page = gr.HTML()
    tab.select(table, None, page, api_visibility="private", show_progress="hidden")
    gr.api(models, api_name="models")


MEASURED = (
    "Each figure was measured by python -m train.evaluate on pictures that were not used for training, "
    "and stands beside a simple baseline's on the same pictures. In the curve, the thin line is the "
    "training loss and the thick line the validation loss."
)
