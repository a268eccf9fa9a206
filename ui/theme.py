"""Gradio's theme, in the page's own colors and the fonts of the reader's system."""

import gradio as gr

INDIGO = {"primary_hue": "indigo", "neutral_hue": "slate"}
FONTS = {"font": ["system-ui", "sans-serif"], "font_mono": ["ui-monospace", "monospace"]}
COLORS = {  # variables of ui/static/app.css
    f"{name}{mode}": value
    for name, value in {
        "body_background_fill": "var(--page)",
        "background_fill_primary": "var(--panel)",
        "background_fill_secondary": "var(--raised)",
        "block_background_fill": "var(--panel)",
        "block_border_color": "var(--edge)",
        "border_color_primary": "var(--edge)",
        "input_background_fill": "var(--raised)",
        "input_border_color": "var(--edge-strong)",
        "body_text_color": "var(--ink)",
        "body_text_color_subdued": "var(--quiet)",
        "block_info_text_color": "var(--quiet)",
        "block_label_text_color": "var(--ink)",
        "block_label_background_fill": "var(--panel)",
        "block_title_text_color": "var(--ink)",
        "color_accent_soft": "var(--hover)",
        "button_primary_background_fill": "var(--accent)",
        "button_primary_background_fill_hover": "var(--accent)",
        "button_primary_text_color": "var(--on-accent)",
        "button_secondary_background_fill": "var(--raised)",
        "button_secondary_background_fill_hover": "var(--hover)",
        "button_secondary_text_color": "var(--ink)",
        "button_secondary_border_color": "var(--edge-strong)",
        "checkbox_label_background_fill": "var(--raised)",
        "checkbox_label_text_color": "var(--ink)",
        "checkbox_border_color": "var(--edge-strong)",
        "slider_color": "var(--accent)",
    }.items()
    for mode in ("", "_dark")
} | {"color_accent": "var(--accent)", "block_radius": "14px", "block_border_width": "1px"}
THEME = gr.themes.Base(**INDIGO, **FONTS).set(**COLORS)
