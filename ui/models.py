"""Tab: a row for each network, from its release's config.json."""

import html

import gradio as gr

from ae_models import zoo
from ui import parts
from ui.words import t

CURVE = (220, 70)  # px
UNSAID = {
    "data": "unknown data",
    "images": 0,
    "epochs": 0,
    "seconds": 0,
    "device": "unknown",
    "curve": [],
}


def models() -> list[dict]:
    """All networks: what they do, parameters, bytes on disk, training data, measured figures, where the weights came
    from; of one that cannot be used, why."""
    return [describe(row) for row in zoo.ROWS]


def describe(row: zoo.Row) -> dict:
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
    """The same as an HTML table with the training curves as pictures."""
    head = "<tr><th>Network</th><th>Parameters</th><th>On disk</th><th>Trained on</th><th>Measured</th><th>Training curve</th></tr>"
    return f'<table class="models">{head}{"".join(map(_row, models()))}</table>'


def _row(entry: dict) -> str:
    text = {key: html.escape(str(value)) for key, value in entry.items()}
    name = f"<td><b>{text['slug']}</b><br>{text['does']}</td>"
    if "unavailable" in entry:
        return f"<tr>{name}<td colspan=5>⚠ Not available: {text['unavailable']}</td></tr>"
    measured = UNSAID | entry["training"]
    training = {key: html.escape(str(value)) for key, value in measured.items()}
    minutes = measured["seconds"] / 60
    origin = text["weights_from"] + (f"<br>⚠ {text['warning']}" if entry["warning"] else "")
    return (
        f"<tr>{name}<td>{entry['parameters']:,}</td><td>{entry['bytes'] / 1e6:.1f} MB<br>{origin}</td>"
        f"<td>{training['data']}: {measured['images']:,} pictures, {training['epochs']} epochs in {minutes:.0f} "
        f"minutes ({training['device']})</td><td>{text['headline']}</td><td>{curve(measured['curve'])}</td></tr>"
    )


def curve(history: list[list[float]]) -> str:
    """[[step, training loss, validation loss], ...] -> SVG: training thin, validation thick, from 0 or the lowest."""
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
        return f'<polyline points="{points}" fill="none" stroke-width="{stroke}" stroke="currentColor"/>'

    title = (
        f"loss after {last:,} steps: training {history[-1][1]:.4g}, validation {history[-1][2]:.4g}"
    )
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{title}">'
        f"<title>{title}</title>{line(1, '0.7')}{line(2, '2')}</svg><br><small>{title}</small>"
    )


def build(tab: gr.Tab) -> None:
    gr.Markdown(t(MEASURED), elem_classes="aside")
    page = gr.HTML()
    tab.select(table, None, page, api_visibility="private", show_progress="hidden")
    gr.api(models, api_name="models")


MEASURED = (
    "Each figure was measured by python -m train.evaluate on pictures that were not trained on, and stands beside the "
    "trivial baseline's on the same pictures. The thick curve is the validation loss."
)
