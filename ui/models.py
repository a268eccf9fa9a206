"""Tab with a row for each network, from the config.json of its release."""

import html
from pathlib import Path

import gradio as gr
from markdown_it import MarkdownIt
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from ae_models import zoo
from ae_models.release.card import render
from ui import elements, explain, parts

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
LOG = ROOT / "train" / "LOG.md"
CURVE = (220, 70)  # px
HEAD = {  # heading -> what one sorts by, a data attribute of the rows; none where units differ
    "Network": "name",
    "Measured": "",
    "Parameters": "parameters",
    "On disk": "bytes",
    "Trained": "seconds",
    "Training curve": "",
    "Examples": "",
}
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
    the origin of the weights; for a network that cannot be used, the reason.

    Returns:
        A dictionary for each network.
    """
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


# ---- the table ----


def table() -> str:
    """HTML table of all networks, those of a system together: figures as bars, training curves."""
    head = "".join(map(_heading, HEAD.items()))
    systems: dict[str, list[dict]] = {}
    for entry in models():
        systems.setdefault(zoo.row(entry["slug"]).system, []).append(entry)
    groups = "".join(
        f'<tbody role="rowgroup">{"".join(map(_row, entries))}</tbody>'
        for entries in systems.values()
    )
    return (
        '<table class="networks" role="table" aria-label="Networks">'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>{groups}</table>'
    )


def _heading(column: tuple[str, str]) -> str:
    name, key = column
    if not key:
        return f'<th role="columnheader">{name}</th>'
    button = f'<button type="button" data-sort="{key}">{name}</button>'
    return f'<th role="columnheader" aria-sort="none">{button}</th>'


def _row(entry: dict) -> str:
    slug, does = html.escape(entry["slug"]), html.escape(entry["does"])
    card = f'<button type="button" class="name" data-card="{slug}">{slug}</button>'
    name = f'<td role="cell">{card}{does}</td>'
    if "unavailable" in entry:
        reason = html.escape(entry["unavailable"])
        return (
            f'<tr role="row" data-name="{slug}">{name}'
            f'<td role="cell" colspan="{len(HEAD) - 1}">⚠ Not available: {reason}</td></tr>'
        )
    training = UNSTATED | entry["training"]
    cells = [
        figure(entry),
        f"{entry['parameters']:,}",
        f"{entry['bytes'] / 1e6:.1f} MB<small>{_origin(entry)}</small>",
        _training(training),
        curve(training["curve"]),
        sheet(entry["slug"]),
    ]
    labels = list(HEAD)[1:]
    rest = "".join(
        f'<td role="cell" data-label="{label}">{cell}</td>' for label, cell in zip(labels, cells)
    )
    sorted_by = (
        f'data-name="{slug}" data-parameters="{entry["parameters"]}" data-bytes="{entry["bytes"]}"'
    )
    return f'<tr role="row" {sorted_by} data-seconds="{training["seconds"]}">{name}{rest}</tr>'


def _origin(entry: dict) -> str:
    warning = f"<br>⚠ {html.escape(entry['warning'])}" if entry["warning"] else ""
    return html.escape(entry["weights_from"]) + warning


def _training(training: dict) -> str:
    data, device = html.escape(training["data"]), html.escape(training["device"])
    epochs = f"{training['epochs']} epoch{'' if training['epochs'] == 1 else 's'}"
    with_what = f"{training['images']:,} pictures, {epochs}, {device}"
    minutes = f"{training['seconds'] / 60:,.0f} min"
    return f'<span title="{data}">{minutes}<small>{with_what}</small></span>'


def figure(entry: dict) -> str:
    """The headline's figure and its baseline's as two bars from 0, or a sentence without one."""
    shown, measured = zoo.row(entry["slug"]).headline, entry["metrics"]
    if shown is None or shown.metric not in measured.get("metrics", {}):
        return html.escape(entry["headline"])
    values = {entry["slug"]: measured["metrics"][shown.metric]["value"]}
    if beside := measured["baselines"].get(shown.baseline, {}).get(shown.metric):
        values[shown.baseline] = beside["value"]
    most = max(values.values()) or 1
    bars = "".join(
        f'<span class="bar{" own" if name == entry["slug"] else ""}">'
        f'<i style="width:{100 * max(0, value) / most:.1f}%"></i>'
        f"<b>{value:.{shown.digits}f}</b> <small>{html.escape(name)}</small></span>"
        for name, value in values.items()
    )
    better = "lower" if "error" in shown.label else "higher"
    pictures = html.escape(f"{measured['images']:,} {measured['pictures']}")
    beside = f"<small><span>{better} is better</span>; <span>{pictures}</span></small>"
    return f"{html.escape(shown.label)}{bars}{beside}"


def sheet(slug: str) -> str:
    """The sheet of successes and failures as a small picture that one clicks; "" without one."""
    if not (DOCS / f"{slug}.webp").is_file():
        return ""
    label = f"What {slug} does well, and where it fails"
    picture = f'<img data-docs="{slug}.webp" alt="" loading="lazy">'
    return (
        f'<button type="button" class="sheet" data-sheet="{slug}.webp" '
        f'aria-label="{label}">{picture}</button>'
    )


def curve(history: list[list[float]]) -> str:
    """[[step, training loss, validation loss], ...] -> SVG, thin for training, thick for
    validation.

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
        f"<small>{title}</small>"
    )


# ---- texts to read ----


def text(request: Request) -> Response:
    """The card of a network, or what was tried ("log"), as HTML."""
    name = request.path_params["name"]
    try:
        markdown = log() if name == "log" else card(name)
    except ValueError as error:
        return HTMLResponse(f"<p>{html.escape(str(error))}</p>", status_code=404)
    return HTMLResponse(MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown))


def card(slug: str) -> str:
    """The model card of a network without its front matter. Raises ValueError."""
    whole = render(zoo.config(slug))  # a release from the Hub's cache has no README.md
    return whole.split("---\n", 2)[2]


def log() -> str:
    if not LOG.is_file():
        raise ValueError("expected train/LOG.md, which is in the repository alone")
    return LOG.read_text(encoding="utf-8")


def build(tab: gr.Tab) -> None:
    page = elements.component("models", value="")
    # without the queue, whose stream Gradio's page may cut off before its end
    tab.select(table, None, page, api_visibility="private", show_progress="hidden", queue=False)
    explain.details("How it works", explain.diagram(STEPS) + f"<p>{MEASURED}</p>")
    gr.api(models, api_name="models")


STEPS = ["test picture", "encoder", "latent", "decoder", "result", "its error"]
MEASURED = (
    "Each figure was measured by python -m train.evaluate on pictures that were not used for "
    "training, and stands beside a simple baseline's on the same pictures: a network has learned "
    "something if it beats that. In the curve, the thin line is the training loss and the thick "
    "line the validation loss. A name opens the model card, with the terms of the data and what "
    "fails."
)
