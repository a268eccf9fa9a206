"""Weight of the page and speed of its tabs in real Chromium, beside the floor in the same run.

python -m benchmarks.page [--strokes 12] [--weight | --sheet | --crowd | --photos | --faces]

Prints Markdown tables; needs requirements-dev.txt and Chromium. The floor is an empty Gradio page
for bytes and time, and for strokes a page with the same canvas whose event has no work: its PNG
goes through Gradio's queue and comes back. Network alone is the time of an update in a process.
"""

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks import faces, photos, sheet
from benchmarks.browser import FLAGS, Server, answers, opened

PARTS = {  # -> the servers that it needs
    "weight": ("app", "empty"),
    "sheet": ("app", "floor"),
    "crowd": ("app",),
    "photos": ("app",),
    "faces": ("app",),
}


def measure(part: str, browser, servers: dict[str, Server], strokes: int) -> None:
    """Print one part's table."""
    app = servers["app"]
    if part == "weight":
        sheet.weight(browser, servers)
    elif part == "sheet":
        sheet.report(browser, servers, strokes)
    elif part == "crowd":
        sheet.crowded(browser, app)
    else:
        page = opened(browser, app, "h1")[0]
        photos.report(page, app) if part == "photos" else faces.report(page, app.url)
        page.context.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__)
    parser.add_argument("--strokes", type=int, default=12)
    only = parser.add_mutually_exclusive_group()
    for part in PARTS:
        only.add_argument(f"--{part}", dest="part", action="store_const", const=part)
    args = parser.parse_args()
    wanted = [args.part] if args.part else list(PARTS)
    names = {name for part in wanted for name in PARTS[part]}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        servers = {name: Server(name, Path(folder)) for name in names}
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            for server in servers.values():
                while not answers(server):
                    time.sleep(0.2)
            for part in wanted:
                measure(part, browser, servers, args.strokes)
        finally:
            browser.close()
            for server in servers.values():
                server.process.terminate()


if __name__ == "__main__":
    main()
