"""The app as one of several processes, on a checkout that it may not write to. Read once, by a
process that forks the copies."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
written = []  # files of the checkout that were opened to be written, by the import or by a copy


def _audit(event: str, given: tuple) -> None:
    if event == "open" and isinstance(given[0], str) and given[2] & WRITING:
        path = os.path.realpath(given[0])
        if path.startswith(f"{ROOT}{os.sep}") and "__pycache__" not in path:
            written.append(path)


sys.addaudithook(_audit)

import app  # noqa: E402, as a copy reads it: with the hook


def serve(port: int, log: Path) -> None:
    """Serve until a signal comes; what the app says, and what it wrote, is then in the log."""
    os.chdir("/")
    said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(said, 1)
    os.dup2(said, 2)
    app.LAUNCH["server_port"] = port
    app.serve()
    print("".join(f"WRITES {path}\n" for path in written), flush=True)
