"""Autoencoder Studio: draw, color, compress and morph with autoencoders.

python app.py        opens on http://127.0.0.1:7860; GRADIO_SERVER_NAME and GRADIO_SERVER_PORT
                     change that
python app.py --hub  takes the weights from the Hugging Face Hub; see ae_models/zoo.py for the
                     settings
python app.py --mcp  offers the endpoints to language models too, at /gradio_api/mcp/
"""

import argparse
import logging
import os
import signal
import threading
from importlib.util import find_spec

try:
    import spaces  # there on a Space with ZeroGPU, which wants it before torch
except ImportError:
    spaces = None

# Read when gradio is imported; nothing leaves the machine
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import gradio as gr
import torch

from ae_models import zoo
from ui import (
    api,
    colorize,
    compress,
    elements,
    faces,
    lanes,
    models,
    morph,
    routes,
    sketch,
    theme,
    words,
)

# A network takes milliseconds: with more threads a busy core makes it wait for the slowest
torch.set_num_threads(1)

TABS = {  # address -> name and contents
    "sketch": ("Sketch", sketch),
    "faces": ("Face ↔ sketch", faces),
    "photos": ("Photos", colorize),
    "compress": ("Compress", compress),
    "morph": ("Morph", morph),
    "models": ("Models", models),
}
GRACE = 25  # seconds for what is being computed when the server stops
LAUNCH = {
    "theme": theme.THEME,
    "i18n": words.I18N,
    "app_kwargs": routes.APP,
    "allowed_paths": [str(elements.EXAMPLES)],
    "favicon_path": elements.STATIC / "favicon.svg",
    "ssr_mode": False,
    "run_history": False,
    "max_file_size": "30mb",
    "footer_links": ["api"],
    "show_error": True,
}


def where() -> str:
    """Sentence on what happens to a visitor's pictures."""
    if os.environ.get("SPACE_ID"):
        return "Pictures are sent to this Space, computed there and deleted within two hours."
    return "Pictures stay on the machine that runs this app."


def build() -> gr.Blocks:
    """The page with all tabs."""
    zoo.fetch()
    with api.Blocks(
        title="Autoencoder Studio", analytics_enabled=False, delete_cache=(3600, 3600)
    ) as blocks:
        elements.component("header", where=where())
        with gr.Tabs():
            for address, (name, tab) in TABS.items():
                with gr.Tab(words.t(name), id=address, elem_id=address) as opened:
                    tab.build(opened)
    queue = blocks._queue  # looks for work 1,000 times a second, 5 % of a core for nothing
    queue.sleep_when_free, queue.progress_update_sleep_when_free = 0.05, 0.1
    return blocks


if spaces is not None:

    @spaces.GPU
    def unused() -> None:
        """ZeroGPU ends a Space that declares no such function; these networks take milliseconds on
        the CPU."""


def serve() -> None:
    """Run until one asks to stop (Ctrl-C, SIGTERM), then finish what is being computed."""
    logging.basicConfig(format="%(message)s")
    logging.getLogger("studio").setLevel(logging.INFO)
    stop = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stop.set())
    demo.launch(**LAUNCH, prevent_thread_lock=True)
    stop.wait()
    lanes.finish(GRACE)
    demo.close()


if __name__ == "__main__":  # before the page is built, which shows where the weights came from
    parser = argparse.ArgumentParser(prog="python app.py")
    parser.add_argument(
        "--hub", action="store_true", help="take the weights from the Hugging Face Hub"
    )
    parser.add_argument("--mcp", action="store_true", help="offer the endpoints as MCP tools too")
    args = parser.parse_args()
    if args.hub:
        os.environ["AUTOENCODER_STUDIO_HUB"] = "1"
    if args.mcp:
        if find_spec("mcp") is None:
            parser.error('--mcp needs packages that are not here: pip install "gradio[mcp]"')
        os.environ["GRADIO_MCP_SERVER"] = "True"  # which is all that a Space needs

demo = build()

if __name__ == "__main__":
    serve()
