"""Autoencoder Studio: draw, color, compress and morph with autoencoders.

python app.py        opens on http://127.0.0.1:7860; GRADIO_SERVER_NAME and GRADIO_SERVER_PORT change that
python app.py --hub  takes the weights from the Hugging Face Hub; see ae_models/zoo.py for the settings
"""

import argparse
import os

try:
    import spaces  # there on a Space with ZeroGPU, which wants it before torch
except ImportError:
    spaces = None

# Read when gradio is imported; nothing leaves the machine
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import gradio as gr
import torch

from ae_models import zoo
from ui import colorize, compress, faces, models, morph, parts, routes, sketch, words

# A network takes milliseconds: with more threads a busy core makes it wait for the slowest
torch.set_num_threads(1)

TABS = {  # address -> name and contents
    "sketch": ("Sketch", sketch),
    "faces": ("Faces", faces),
    "photos": ("Photos", colorize),
    "compress": ("Compress", compress),
    "morph": ("Morph", morph),
    "models": ("Models", models),
}
INDIGO = {"primary_hue": "indigo", "neutral_hue": "slate"}
FONTS = {"font": ["system-ui", "sans-serif"], "font_mono": ["ui-monospace", "monospace"]}
THEME = gr.themes.Base(**INDIGO, **FONTS).set(**parts.COLORS)  # fonts of the reader's system
LAUNCH = {
    "theme": THEME,
    "i18n": words.I18N,
    "app_kwargs": routes.APP,
    "allowed_paths": [str(parts.EXAMPLES)],
    "ssr_mode": False,
    "run_history": False,
    "max_file_size": "30mb",
    "footer_links": ["api"],
    "show_error": True,
}


def where() -> str:
    """What happens to a visitor's pictures: on a Space, "this machine" is not the visitor's."""
    if os.environ.get("SPACE_ID"):
        return "Pictures are sent to this Space, computed there and deleted within two hours."
    return "Everything runs on this machine."


def build() -> gr.Blocks:
    """The page with all tabs."""
    zoo.fetch()
    with gr.Blocks(
        title="Autoencoder Studio", analytics_enabled=False, delete_cache=(3600, 3600)
    ) as blocks:
        parts.component("header", where=where())
        with gr.Tabs():
            for address, (name, tab) in TABS.items():
                with gr.Tab(words.t(name), id=address, elem_id=address) as opened:
                    tab.build(opened)
    return blocks


if spaces is not None:

    @spaces.GPU
    def unused() -> None:
        """ZeroGPU ends a Space that declares no such function; these networks take milliseconds on the CPU."""


if __name__ == "__main__":  # before the page is built, which shows where the weights came from
    parser = argparse.ArgumentParser(prog="python app.py")
    parser.add_argument(
        "--hub", action="store_true", help="take the weights from the Hugging Face Hub"
    )
    if parser.parse_args().hub:
        os.environ["AUTOENCODER_STUDIO_HUB"] = "1"

demo = build()

if __name__ == "__main__":
    demo.launch(**LAUNCH)
