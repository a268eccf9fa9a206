"""English and Indonesian: one dictionary for Gradio's components and for the page's own
elements."""

import json
from pathlib import Path

import gradio as gr

DICTIONARY = Path(__file__).parent / "static" / "id.json"
INDONESIAN: dict[str, str] = json.loads(DICTIONARY.read_text(encoding="utf-8"))
ENGLISH: dict[str, str] = {}  # what Gradio shows: it looks up English texts too
I18N = gr.I18n(en=ENGLISH)  # the page asks for Indonesian where it is read


def t(english: str) -> str:
    """A label or a sentence that Gradio shows in the reader's language.

    One that the dictionary lacks stays English."""
    ENGLISH[english] = english
    return str(I18N(english))


def indonesian() -> str:
    """A script that gives the page the Indonesian dictionary."""
    return f"gradio_config.i18n_translations.id = {json.dumps(INDONESIAN, ensure_ascii=False)};"
