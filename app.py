"""Autoencoder Studio: draw, colour, compress and morph with autoencoders.

python app.py        opens on http://127.0.0.1:7860; GRADIO_SERVER_NAME and GRADIO_SERVER_PORT change that
"""

import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when gradio is imported; nothing leaves the machine

import gradio as gr
import torch

from ui import colorize, compress, faces, models, morph, parts, sketch

torch.set_num_threads(1)  # a network takes milliseconds: with more threads a busy core makes it wait for the slowest

TABS = {
    "Sketch → colour": sketch,
    "Face → sketch": faces,
    "Grey → colour": colorize,
    "Compress": compress,
    "Morph faces": morph,
    "Models": models,
}
THEME = gr.themes.Soft(  # fonts of the reader's system: none is fetched
    primary_hue="indigo", font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]
).set(
    block_label_background_fill="*background_fill_secondary",
    block_label_text_color="*body_text_color_subdued",
    block_title_background_fill="transparent",
    block_title_text_color="*body_text_color",
    block_title_padding="0",
)
LAUNCH = {
    "theme": THEME,
    "css_paths": parts.STATIC / "app.css",
    "ssr_mode": False,
    "run_history": False,
    "max_file_size": "30mb",
    "footer_links": ["api"],
    "show_error": True,
}


def build() -> gr.Blocks:
    """The page with all tabs."""
    with gr.Blocks(title="Autoencoder Studio", analytics_enabled=False, delete_cache=(3600, 3600)) as blocks:
        gr.Markdown("# Autoencoder Studio\nFive image autoencoders to play with. Everything runs on this machine.")
        for name, tab in TABS.items():
            with gr.Tab(name):
                tab.build()
    return blocks


demo = build()

if __name__ == "__main__":
    demo.launch(**LAUNCH)
