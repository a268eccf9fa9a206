"""The server in a process of its own: stopped, killed, without room, and on a checkout that it may
not write to."""

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import gradio as gr
import httpx2
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from tests.pictures import blob, encoded
from ui import guard, parts, routes

ROOT = Path(__file__).resolve().parents[2]
LARGE = encoded(blob((3000, 2000), 1), "JPEG")
WRITES = """
import sys, os
root = os.path.realpath(sys.argv.pop(1)) + os.sep
writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT
def audit(event, given):
    if event == "open" and isinstance(given[0], str) and given[2] & writing:
        path = os.path.realpath(given[0])
        if path.startswith(root) and "__pycache__" not in path:
            os.write(2, f"WRITES {path}\\n".encode())
sys.addaudithook(audit)
sys.path.insert(0, root)
import runpy
runpy.run_path(root + "app.py", run_name="__main__")
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def started(port: int, *arguments, log=None) -> subprocess.Popen:
    settings = {"GRADIO_SERVER_PORT": str(port), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, *arguments], env=os.environ | settings, stderr=log, cwd="/"
    )
    while True:
        try:
            httpx2.get(f"http://127.0.0.1:{port}/healthz")
            return process
        except httpx2.TransportError:
            assert process.poll() is None, "the app ended"
            time.sleep(0.1)


def saved(port: int) -> httpx2.Response:
    address = f"http://127.0.0.1:{port}/studio/photo/save"
    return httpx2.post(address, content=LARGE, params={"lossless": 1}, timeout=120)


def asked(port: int, answers: list) -> threading.Thread:
    """A visitor whose large photo is being colored."""

    def ask():
        try:
            answers.append(saved(port).status_code)
        except httpx2.TransportError as error:
            answers.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    while not httpx2.get(f"http://127.0.0.1:{port}/healthz").json()["large"]:
        time.sleep(0.02)
    return thread


def test_sigterm_finishes_and_sigkill_loses_only_what_was_asked(tmp_path):
    port, answers = free_port(), []
    server = started(port, ROOT / "app.py")
    visitor = asked(port, answers)
    server.kill()
    visitor.join()
    server.wait()
    with (tmp_path / "log").open("w") as log:
        server = started(port, "-c", WRITES, ROOT, log=log)  # on the same port, at once
        visitor = asked(port, answers)
        server.send_signal(signal.SIGTERM)
        visitor.join()
        assert server.wait(30) == 0
    assert isinstance(answers[0], httpx2.TransportError) and answers[1] == 200
    written = (tmp_path / "log").read_text()
    assert "WRITES" not in written, "the checkout may be read-only"
    assert '"what": "photo/save", "pixels": 6000000, "lane": "large"' in written
    assert "Traceback" not in written


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
        parts.run([], lambda picture: picture, [picture], result, api_name="same")
    path = parts.examples("face-*.webp")[0]
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
