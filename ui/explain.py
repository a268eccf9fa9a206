"""How it works: the fold at the foot of each tab, with a diagram of what flows through it."""

import html
from pathlib import Path

import gradio as gr

from ae_models import zoo
from ui import elements, parts

WIDE, HIGH, GAP = 112, 60, 26  # px of a box of the diagram, and of an arrow
SHAPES = {  # how high the left and right sides of a box are
    "encoder": (60, 24),
    "decoder": (24, 60),
}
FOLDER = Path(__file__).parents[1] / "docs" / "lessons"
LESSONS = {  # system -> its lessons: file, part of the page, title
    "face-vae": [("1-latent", "", "What a latent is"), ("5-kl", "", "What KL does")],
    "sketch-color": [("2-brown", "", "Why MSE paints brown")],
    "face-sketch": [("2-brown", "faces", "The mean face, in: Why MSE paints brown")],
    "photo-color": [("3-gray", "", "Why gray is a hard baseline")],
    "dcae": [("4-bytes", "", "Why a latent is not yet compression")],
}


def fold(system: str, steps: list[str], text: str, **others: list[str]) -> None:
    """A text, for each of the system's networks what flows through it and its figure beside the
    trivial baseline's, and links to the lessons.

    steps: boxes of the diagram. others: those of the kinds of network that have others."""
    networks = "".join(
        f"<p><b>{kind}</b></p>{diagram(others.get(kind, steps))}"
        f"<p>{html.escape(parts.figure_line(slug))}</p>"
        for kind, slug in zoo.networks(system).items()
    )
    details("How it works", f"<p>{html.escape(text)}</p>{networks}{lessons(system)}")


def details(summary: str, content: str) -> None:
    """A closed fold with HTML in it, in the reader's language."""
    gr.HTML(
        f'<details class="explain"><summary>{summary}</summary><div>{content}</div></details>',
        html_template="${value}",
        js_on_load=elements.static("explain.js"),
    )


def lessons(system: str) -> str:
    """Links to the lessons of a system; "" where their pages are not installed.
    ui/static/explain.js fills in the addresses, since the page knows the reader's language."""
    links = [
        f'<a data-lesson="{name}" data-part="{part}" target="_blank">{html.escape(title)}</a>'
        for name, part, title in LESSONS.get(system, [])
        if (FOLDER / f"{name}.html").is_file()
    ]
    label = "<span>Lesson with code and questions:</span>"
    return f"<p>{label} {' '.join(links)}</p>" if links else ""


def diagram(steps: list[str]) -> str:
    """Boxes from left to right with arrows between them, as SVG; encoders narrow, decoders
    widen."""
    width = len(steps) * (WIDE + GAP) - GAP
    boxes = "".join(map(_box, range(len(steps)), steps))
    return (
        f'<svg class="diagram" viewBox="0 0 {width} {HIGH + 4}" role="img" '
        f'aria-label="What flows through the network">{boxes}</svg>'
    )


def _box(index: int, step: str) -> str:
    x, middle = index * (WIDE + GAP), HIGH / 2 + 2
    left, right = SHAPES.get(step, (40, 40))
    points = [(x, -left), (x + WIDE, -right), (x + WIDE, right), (x, left)]
    corners = " ".join(f"{px},{middle + py / 2}" for px, py in points)
    arrow = f"M{x - GAP + 3} {middle}h{GAP - 8} m-5 -4 l5 4 l-5 4"
    kind = "coder" if step in SHAPES else "data"
    return (
        (f'<path d="{arrow}" class="arrow"/>' if index else "")
        + f'<polygon points="{corners}" class="{kind}"/>'
        + f'<text x="{x + WIDE / 2}" y="{middle + 4}">{html.escape(step)}</text>'
    )
