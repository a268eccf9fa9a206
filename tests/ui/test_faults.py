"""A server without room, and one whose clock is set."""

import errno
import os
from pathlib import Path

import gradio as gr
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from ui import elements, guard, parts, routes

ROOT = Path(__file__).resolve().parents[2]


def full(*given):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_is_one_sentence_of_a_route():
    app = Starlette(routes=[Route("/", full)], middleware=routes.APP["middleware"])
    answer = TestClient(app).get("/")
    assert (answer.status_code, answer.text) == (507, guard.FULL)
    broken = Starlette(
        routes=[Route("/", lambda request: 1 / 0)], middleware=routes.APP["middleware"]
    )
    with pytest.raises(ZeroDivisionError):
        TestClient(broken).get("/")


def test_a_full_disk_is_one_sentence_of_an_endpoint(monkeypatch):
    monkeypatch.setattr(parts, "save_image", full)
    with gr.Blocks(analytics_enabled=False) as demo:
        picture, result = parts.picture("in"), parts.result("out")
        parts.run(lambda picture: picture, [picture], result, api_name="same")
    path = elements.examples("face-*.webp")[0]
    url = demo.launch(prevent_thread_lock=True, quiet=True)[1]
    try:
        with pytest.raises(AppError, match="no room left on its disk"):
            Client(url, verbose=False).predict(handle_file(path), api_name="/same")
    finally:
        demo.close()


def test_a_clock_that_is_set_while_the_server_runs_changes_no_duration():
    """Waits and times come from clocks that only go on; the wall clock may jump."""
    ours = [
        ROOT / "app.py",
        *(p for d in ("ae_models", "train", "ui") for p in ROOT.glob(f"{d}/**/*")),
    ]
    wall = ("time.time(", "datetime.now", "Date.now(", "new Date(")
    found = {
        f"{path.relative_to(ROOT)}: {word}"
        for path in ours
        if path.suffix in (".py", ".js")
        for word in wall
        if word in path.read_text()
    }
    assert not found
