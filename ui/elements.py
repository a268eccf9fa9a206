"""Page elements of our own, from the files of ui/static."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import gradio as gr

STATIC = Path(__file__).parent / "static"
EXAMPLES = STATIC / "examples"
LATE: dict[str, dict] = {}  # elements that come when looked at: html, css, js


def component(name: str, *scripts: str, value=None, **props) -> gr.HTML:
    """A page element of our own, whose scripts know `props` as props.<name>."""
    return gr.HTML(value, **element(name, *scripts), **props)


def late(name: str, *scripts: str, **props) -> gr.HTML:
    """A page element like `component` that a browser asks for when it is first looked at."""
    whole = element(name, *scripts)
    LATE[name] = {
        "html": whole["html_template"],
        "css": whole["css_template"],
        "js": whole["js_on_load"],
    }
    room = "&:empty { min-height: 90vh }"  # so that what follows does not jump
    now = {"html_template": "", "css_template": room, "js_on_load": static("late.js")}
    return gr.HTML(**now, elem_classes=name, part=name, **props)


@contextlib.contextmanager
def hidden() -> Iterator[None]:
    """Components of endpoints: the page shows none of them and loads no code for them."""
    with gr.Column(visible=False) as column:
        yield
    hide(column)


def hide(block: gr.blocks.BlockContext) -> None:
    """Mark all in it as hidden: Gradio's page loads the code of what is not, even if it lies in
    what is."""
    for child in block.children:
        child.visible = False
        if isinstance(child, gr.blocks.BlockContext):
            hide(child)


def element(name: str, *scripts: str) -> dict:
    """Arguments of gr.HTML: ui/static/<name>.html and .css, and its .js or those of `scripts`,
    which share a scope and bring their .css if they have one."""
    looks = [part for part in dict.fromkeys((*scripts, name)) if (STATIC / f"{part}.css").exists()]
    return {
        "html_template": static(f"{name}.html"),
        "css_template": "\n".join(static(f"{part}.css") for part in looks),
        "js_on_load": "\n".join(static(f"{script}.js") for script in scripts or (name,)),
        "elem_classes": name,
    }


def head() -> str:
    """Script and style that the page runs before anything else: language, theme and look."""
    return f"<script>{static('words.js')}</script><style>{static('app.css')}</style>"


def static(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def examples(pattern: str) -> list[str]:
    """Paths of the example pictures whose names match."""
    return [str(path) for path in sorted(EXAMPLES.glob(pattern))]
