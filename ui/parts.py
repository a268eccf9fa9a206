"""Parts of more than one tab: inputs and outputs of endpoints, how they run, the network's name and
figure, errors."""

import asyncio
import errno
import functools
from collections.abc import Callable
from dataclasses import dataclass

import gradio as gr
from anyio import to_thread
from gradio.components.gallery import GalleryData
from gradio.context import LocalContext
from gradio.image_utils import save_image
from PIL import Image

from ae_models import images, zoo
from ui import guard, lanes
from ui.words import t

LEFT_SECONDS = 0.5  # between two looks whether a visitor has left


@dataclass(frozen=True)
class Upload:
    """A picture's file, and how it is read when it is its turn: waiting takes no memory."""

    path: str
    read: Callable[[str], Image.Image]


class Picture(gr.Image):
    """Upload of one picture, handed on by `run` as an upright RGB PIL picture by images.read:
    gr.Image's own reading would clip 16-bit gray, drop alpha without flattening and answer a
    damaged file with a message of its own."""

    is_template = True  # shown by gr.Image's code in the page, not by a frontend of its own
    read = staticmethod(images.read)

    def preprocess(self, payload) -> Upload | None:
        """Payload of the page or a client (gradio.data_classes.ImageData) -> its file."""
        if payload is None:
            return None
        if payload.path is None:
            raise gr.Error("Expected an uploaded picture, got none.", print_exception=False)
        return Upload(payload.path, self.read)


class Layer(gr.Image):
    """Upload of one picture with its transparency, RGBA. The page takes the code of a template's
    direct base, so that is gr.Image."""

    is_template = True
    read = staticmethod(images.read_layer)
    preprocess = Picture.preprocess


class Gallery(gr.HTML):
    """Several pictures of an endpoint. Clients get what gr.Gallery gives them, whose own page
    element would bring a video player into the page."""

    is_template = True
    data_model = GalleryData

    def __init__(self, format: str = "png", **kwargs):
        self.gallery = gr.Gallery(format=format, render=False)
        super().__init__(None, **kwargs)

    def postprocess(self, value: list | None) -> GalleryData:
        return self.gallery.postprocess(value)

    def api_info(self) -> dict:
        return self.gallery.api_info()


def layer(label: str) -> Layer:
    """Input for a transparent picture that lies over another one."""
    return Layer(label=label, sources=["upload", "clipboard"], image_mode="RGBA", height=200)


def picture(label: str) -> Picture:
    """A picture that an endpoint takes."""
    return Picture(label=t(label))


def result(label: str) -> gr.Image:
    """A picture that an endpoint gives: lossless."""
    return gr.Image(label=t(label), format="png", type="pil")


def plain_errors(function: Callable) -> Callable:
    """A ValueError from the networks' side becomes a message in the page; the server stays up and
    its log clean."""

    @functools.wraps(function)
    async def wrapper(*args, **kwargs):
        try:
            return await function(*args, **kwargs)
        except ValueError as error:
            text = str(error)
            raise gr.Error(text[:1].upper() + text[1:] + ".", print_exception=False) from None
        except (lanes.Busy, lanes.Left) as error:
            raise gr.Error(str(error), print_exception=False) from None
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            raise gr.Error(guard.FULL, print_exception=False) from None

    return wrapper


def needs(picture, what: str):
    """The picture, or a ValueError that asks for it."""
    if picture is None:
        raise ValueError(f"expected {what}, got nothing: upload one or choose an example")
    return picture


def choice(system: str) -> gr.Radio:
    """Choice between the networks of a system."""
    slugs = zoo.networks(system)
    return gr.Radio(list(slugs), value=next(iter(slugs)), label=t("Network"), min_width=160)


def load(system: str, kind: str):
    """Load the network of a system that the choice names. Raises ValueError."""
    kinds = zoo.networks(system)
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


def run(
    function: Callable,
    inputs: list,
    outputs,
    pixels: Callable[..., int] | None = None,
    api_name: str | None = None,
):
    """Bind a function to an endpoint, which computes when it is its turn.

    pixels: how large the work is, from the inputs; without it that of the uploaded pictures.
    api_name: the function's name by default."""
    listed = outputs if isinstance(outputs, list) else [outputs]
    name = api_name or function.__name__

    def pixels_of(*given) -> int:
        return pixels(*given) if pixels else sum(map(size_of, given))

    def compute(*given):
        results = function(*map(opened, given))
        results = results if isinstance(outputs, list) else [results]
        return [stored(result, output) for result, output in zip(results, listed)]

    @functools.wraps(function)
    async def handler(*given):
        size = await to_thread.run_sync(pixels_of, *given)
        results = await lanes.run(name, size, compute, *given, left=event_dropped)
        return results if isinstance(outputs, list) else results[0]

    return gr.on(
        [],
        plain_errors(handler),
        inputs,
        outputs,
        api_name=name,
        concurrency_id="network",
        concurrency_limit=None,  # ui/lanes.py has the limits
    )


def size_of(given) -> int:
    """Pixels of an upload."""
    return images.pixels(given.path) if isinstance(given, Upload) else 0


def opened(given):
    return given.read(given.path) if isinstance(given, Upload) else given


def stored(result, output):
    """A large picture as a file while it is its turn: writing one takes longer than most
    networks."""
    if isinstance(result, Image.Image) and isinstance(output, gr.Image):
        return save_image(result, output.GRADIO_CACHE, output.format)
    return result


async def event_dropped() -> None:
    """Return when Gradio has seen that the visitor of the event under way has left."""
    events, event = LocalContext.blocks.get()._queue.event_ids_to_events, LocalContext.event_id
    event = events.get(event.get(None))
    while event is None or event.alive:
        await asyncio.sleep(LEFT_SECONDS)
