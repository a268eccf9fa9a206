"""What more than one tab is made of: picture inputs and outputs, the network's name and figure, errors."""

import functools
from collections.abc import Callable
from pathlib import Path

import gradio as gr
from PIL import Image

from ae_models import images, zoo

STATIC = Path(__file__).parent / "static"
EXAMPLES = STATIC / "examples"


class Picture(gr.Image):
    """Upload of one picture, handed on as an upright RGB PIL picture by images.read: gr.Image's own reading would clip
    16-bit gray, drop alpha without flattening and answer a damaged file with a message of its own."""

    is_template = True  # shown by gr.Image's code in the page, not by a frontend of its own
    read = staticmethod(images.read)

    def preprocess(self, payload) -> Image.Image | None:
        """What the page or a client sends (gradio.data_classes.ImageData) -> RGB picture."""
        if payload is None:
            return None
        if payload.path is None:
            raise gr.Error("Expected an uploaded picture, got none.", print_exception=False)
        return plain_errors(self.read)(payload.path)


class Layer(gr.Image):
    """The same with its transparency: RGBA. The page takes the code of a template's direct base, so that is gr.Image."""

    is_template = True
    read = staticmethod(images.read_layer)
    preprocess = Picture.preprocess


def layer(label: str) -> Layer:
    """Input for a transparent picture that lies over another one."""
    return Layer(label=label, sources=["upload", "clipboard"], image_mode="RGBA", height=200)


def picture(label: str) -> Picture:
    """The picture input of a tab."""
    return Picture(label=label, sources=["upload", "clipboard", "webcam"], height=320)


def result(label: str, height: int = 320) -> gr.Image:
    """Where a picture comes out: lossless, with a download button."""
    buttons = ["download", "fullscreen"]
    return gr.Image(
        label=label, format="png", type="pil", interactive=False, buttons=buttons, height=height
    )


def second(height: int = 320) -> gr.Image:
    """Where the other network's picture comes out, hidden until it is wanted."""
    return gr.Image(format="png", type="pil", interactive=False, visible=False, height=height)


def plain_errors(function: Callable) -> Callable:
    """A ValueError from the networks' side becomes a message in the page; the server stays up and its log clean."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except ValueError as error:
            text = str(error)
            raise gr.Error(text[:1].upper() + text[1:] + ".", print_exception=False) from None

    return wrapper


def needs(picture, what: str):
    """The picture, or a ValueError that asks for it."""
    if picture is None:
        raise ValueError(f"expected {what}, got nothing: upload one or choose an example")
    return picture


def networks(system: str) -> dict[str, str]:
    """Kinds of network of a system -> their slugs, the default first. Raises ValueError."""
    rows = [row for row in zoo.ROWS if row.system == system]
    if not rows:
        raise ValueError(f"expected a system of the zoo, got {system!r}")
    return {row.kind: row.slug for row in sorted(rows, key=lambda row: row.kind != "plus")}


def choice(system: str) -> gr.Radio:
    """Choice between the networks of a system, with the figure of the chosen one."""
    slugs = networks(system)
    first = next(iter(slugs))
    radio = gr.Radio(list(slugs), value=first, label="Network", info=figure_line(slugs[first]))
    private = {"api_visibility": "private", "queue": False, "show_progress": "hidden"}
    radio.change(lambda kind: gr.update(info=figure_line(slugs[kind])), radio, radio, **private)
    return radio


def beside(
    system: str, function: Callable, first: gr.Image, inputs: list, model: gr.Radio, second
) -> None:
    """Checkbox, if a system has two networks, that shows the other one's result beside the first.

    `second`, a hidden picture or gallery, follows whenever `first` changes. `function` takes the
    inputs and a kind of network, and returns None while there is nothing to show."""
    kinds = list(networks(system))
    if len(kinds) < 2:
        return
    ticked = gr.Checkbox(False, label="Side by side with the other network")

    def other(*values):
        *arguments, kind, show = values
        rest = next(k for k in kinds if k != kind)
        shown = function(*arguments, rest) if show else None
        return gr.update(value=shown, visible=shown is not None, label=f"The {rest} network's")

    run(
        [first.change, ticked.change],
        other,
        [*inputs, model, ticked],
        second,
        api_visibility="private",
        trigger_mode="always_last",
        show_progress="hidden",
    )


def load(system: str, kind: str):
    """Load the network of a system that the choice names. Raises ValueError."""
    kinds = networks(system)
    if kind not in kinds:
        raise ValueError(f"expected model to be one of {', '.join(kinds)}, got {kind!r}")
    return zoo.load(kinds[kind])


def figure_line(slug: str) -> str:
    """The class of a network and its figure beside the baseline's, or why it cannot be used."""
    try:
        warning, config = zoo.source(slug).warning, zoo.config(slug)
    except ValueError as error:
        return f"⚠ Not available: {error}"
    line = f"{config['class']}, {headline(config)}"
    return f"{line}. ⚠ {warning}" if warning else line


def headline(config: dict) -> str:
    """The figure of a release beside its baseline's, with the number of pictures."""
    shown, measured = zoo.row(config["system"]).headline, config["metrics"]
    if shown is None or shown.metric not in measured.get("metrics", {}):
        return "not measured yet"
    own = f"{measured['metrics'][shown.metric]['value']:.{shown.digits}f}"
    other = measured["baselines"].get(shown.baseline, {}).get(shown.metric)
    beside = f" ({shown.baseline}: {other['value']:.{shown.digits}f})" if other else ""
    return f"{shown.label} {own}{beside} on {measured['images']:,} {measured['pictures']}"


def component(name: str, value=None, **kwargs) -> gr.HTML:
    """A page element of our own: ui/static/<name>.html, .css and .js."""
    parts = {
        suffix: (STATIC / f"{name}.{suffix}").read_text(encoding="utf-8")
        for suffix in ("html", "css", "js")
    }
    return gr.HTML(
        value,
        html_template=parts["html"],
        css_template=parts["css"],
        js_on_load=parts["js"],
        elem_id=name,
        **kwargs,
    )


def examples(pattern: str) -> list[str]:
    """Paths of the example pictures whose names match."""
    return [str(path) for path in sorted(EXAMPLES.glob(pattern))]


def run(triggers: list, function: Callable, inputs: list, outputs, **kwargs):
    """Bind a handler. All that computes shares one place in the queue, since the cores are shared too."""
    return gr.on(
        triggers,
        plain_errors(function),
        inputs,
        outputs,
        concurrency_id="network",
        concurrency_limit=1,
        **kwargs,
    )


def answer_at_once(picture: gr.Image, others: list, function: Callable, output) -> None:
    """Run when the picture or one of the other inputs changes; a picture taken away empties the output. Not part of the
    API: there a missing picture is an error."""

    def changed(image, *rest):
        return None if image is None else function(image, *rest)

    triggers = [picture.change, *(other.change for other in others)]
    run(
        triggers,
        changed,
        [picture, *others],
        output,
        api_visibility="private",
        trigger_mode="always_last",
    )
