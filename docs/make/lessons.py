"""Write the lessons of docs/lessons: a notebook without outputs and a page with them, in each
language.

    python -m docs.make.lessons [NAME ...]         also: make lessons

The source of a lesson, docs/lessons/NAME.py, is Python in cells: `# %%` begins code, `# %%
[markdown] en` a text in English and `# %% [markdown] id` the same in Indonesian. The code is run
once; both pages show what it gave."""

import base64
import html
import io
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template

import nbformat
from markdown_it import MarkdownIt
from nbclient import NotebookClient
from PIL import Image

LESSONS = Path(__file__).resolve().parents[1] / "lessons"
TEMPLATE = Path(__file__).with_name("lesson.html")
NAMES = ("1-latent", "2-brown", "3-gray", "4-bytes", "5-kl")
SUFFIXES = {"en": "", "id": ".id"}  # of the files in each language
WORDS = {
    "en": {
        "notebook": "Notebook (.ipynb)",
        "lessons": "Lessons",
        "result": "Result of the code above",
    },
    "id": {
        "notebook": "Notebook (.ipynb)",
        "lessons": "Pelajaran",
        "result": "Hasil kode di atas",
    },
}
PATIENCE = 120  # seconds for one cell
Output = str | Image.Image


def cells(name: str) -> list[tuple[str, str]]:
    """Kind ("code", "en" or "id") and text of each cell. Raises ValueError for a text before the
    first."""
    source = (LESSONS / f"{name}.py").read_text(encoding="utf-8")
    before, *parts = re.split(r"^# %%(.*)\n", source, flags=re.MULTILINE)
    if before.strip():
        raise ValueError(f"expected {name}.py to begin with # %%, got {before[:40]!r}")
    return [_cell(mark.split(), text.strip()) for mark, text in zip(parts[::2], parts[1::2])]


def _cell(mark: list[str], text: str) -> tuple[str, str]:
    if not mark:
        return "code", text
    return mark[-1], re.sub(r"^# ?", "", text, flags=re.MULTILINE)


def title(name: str, language: str) -> str:
    """The heading of a lesson."""
    return next(text for kind, text in cells(name) if kind == language).split("\n")[0].strip("# ")


def notebook(name: str, language: str) -> nbformat.NotebookNode:
    """A lesson in one language, without outputs."""
    made = []
    for i, (kind, text) in enumerate(cells(name)):
        if kind == "code":
            made.append(nbformat.v4.new_code_cell(text, id=f"cell-{i}"))
        elif kind == language:
            made.append(nbformat.v4.new_markdown_cell(text, id=f"cell-{i}"))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": kernel})


@contextmanager
def kernel() -> Iterator[NotebookClient]:
    """A Jupyter kernel in which lessons run one after another: it loads torch and weights once."""
    nothing = nbformat.v4.new_notebook()
    where = {"metadata": {"path": str(LESSONS)}}
    client = NotebookClient(nothing, timeout=PATIENCE, kernel_name="python3", resources=where)
    try:
        yield client
    finally:
        client.nb = nothing
        client.execute()  # ends the kernel


def run(name: str, client: NotebookClient) -> list[list[Output]]:
    """Execute a lesson: what each code cell shows. Raises CellExecutionError for a cell that
    fails."""
    executed = client.nb = notebook(name, "en")
    executed.cells.insert(0, nbformat.v4.new_code_cell("%reset -f"))  # no names of another lesson
    client.execute(cleanup_kc=False)
    code = [cell for cell in executed.cells if cell.cell_type == "code"]
    return [_outputs(cell) for cell in code[1:]]


def _outputs(cell: nbformat.NotebookNode) -> list[Output]:
    """Output of a cell: what it printed, as one text, and pictures; warnings are left out."""
    printed = "".join(o.text for o in cell.outputs if o.get("name") == "stdout")
    shown = [_picture(o) for o in cell.outputs if o.output_type == "execute_result"]
    return [printed] * bool(printed) + shown


def _picture(output: nbformat.NotebookNode) -> Output:
    if picture := output.data.get("image/png"):
        return Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB")
    return output.data["text/plain"]


def page(name: str, language: str, outputs: list[list[Output]]) -> str:
    """A lesson as HTML; pictures lie in pictures/."""
    words, body, results = WORDS[language], [], iter(outputs)
    markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
    for i, (kind, text) in enumerate(cells(name)):
        if kind == "code":
            body.append(f'<pre class="code">{html.escape(text)}</pre>\n')
            for j, output in enumerate(next(results)):
                body.append(_shown(output, f"pictures/{name}-{i}-{j}.webp", words["result"]))
        elif kind == language:
            body.append(markdown.render(text))
    links = [
        f'<a href="{other}{SUFFIXES[language]}.html"{" aria-current=page" * (other == name)}>'
        f"{html.escape(title(other, language))}</a>"
        for other in NAMES
    ]
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        words,
        language=language,
        title=html.escape(title(name, language)),
        name=name,
        suffix=SUFFIXES[language],
        links="\n".join(links),
        body="".join(body),
    )


def _shown(output: Output, path: str, label: str) -> str:
    if isinstance(output, str):
        return f'<div class="out"><pre>{html.escape(output.rstrip())}</pre></div>\n'
    size = f'width="{output.width}" height="{output.height}"'
    return f'<div class="out"><img src="{path}" {size} alt="{label}" loading="lazy"></div>\n'


def save_pictures(name: str, outputs: list[list[Output]]) -> None:
    """Write the pictures of a lesson as _shown names them, in place of older ones."""
    folder = LESSONS / "pictures"
    folder.mkdir(exist_ok=True)
    for old in folder.glob(f"{name}-*"):
        old.unlink()
    places = [i for i, (kind, _) in enumerate(cells(name)) if kind == "code"]
    for i, shown in zip(places, outputs):
        for j, output in enumerate(shown):
            if isinstance(output, Image.Image):
                output.save(folder / f"{name}-{i}-{j}.webp", quality=88, method=6)


def main(names: list[str]) -> None:
    with kernel() as client:
        for name in names:
            write(name, run(name, client))


def write(name: str, outputs: list[list[Output]]) -> None:
    """Write the notebooks, pages and pictures of a lesson."""
    save_pictures(name, outputs)
    for language, suffix in SUFFIXES.items():
        nbformat.write(notebook(name, language), LESSONS / f"{name}{suffix}.ipynb")
        text = page(name, language, outputs)
        (LESSONS / f"{name}{suffix}.html").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:] or list(NAMES))
