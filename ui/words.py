"""English and Indonesian: one dictionary for Gradio's components and for the page's own
elements."""

import json
from pathlib import Path

import gradio as gr

DICTIONARY = Path(__file__).parent / "static" / "id.json"
INDONESIAN: dict[str, str] = json.loads(DICTIONARY.read_text(encoding="utf-8"))
I18N = gr.I18n(en={english: english for english in INDONESIAN}, id=INDONESIAN)


def t(english: str) -> str:
    """A label or a sentence that Gradio shows in the reader's language.

    One that the dictionary lacks stays English."""
    return str(I18N(english))
