"""Two copies of the app on a checkout that they may not write to: behind nginx with the
configuration of docs/hosting.md, then killed, started again and stopped. In this order."""

import multiprocessing
import os
import re
import shutil
import subprocess
import threading
import time
from pathlib import Path

import httpx2
import pytest
from gradio_client import Client, handle_file
from PIL import Image

from tests.pictures import blob, encoded
from tests.release.hub_process import ROOT, free_port

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
PAINT = "/studio/paint?model=classic"  # the quicker network
BODY = encoded(blob((64, 64), 1), "PNG")
LARGE = encoded(blob((3000, 2000), 1), "JPEG")
PATIENCE = 60  # seconds for an answer, on a busy machine
PROCESSES = multiprocessing.get_context("forkserver")  # the app is imported once
PROCESSES.set_forkserver_preload(["tests.ui.copy_of_app"])
SERVE = "from tests.ui.copy_of_app import serve; serve(port, log)"  # this process imports no app


class Copy:
    """The app as a process that logs what it writes in the checkout."""

    def __init__(self, log: Path):
        self.port, self.log = free_port(), log
        self.start()

    def start(self) -> None:
        where = {"port": self.port, "log": self.log}
        self.process = PROCESSES.Process(target=exec, args=(SERVE, where))
        self.process.start()

    def ready(self) -> None:
        while not answers(self.url):
            assert self.process.is_alive(), self.log.read_text()
            time.sleep(0.1)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def asked(self, answers: list) -> threading.Thread:
        """A visitor whose large photo is being colored."""

        def ask():
            address = f"{self.url}/studio/photo/save"
            try:
                answer = httpx2.post(
                    address, content=LARGE, params={"lossless": 1}, timeout=2 * PATIENCE
                )
                answers.append(answer.status_code)
            except httpx2.TransportError as error:
                answers.append(error)

        thread = threading.Thread(target=ask)
        thread.start()
        while not httpx2.get(f"{self.url}/healthz", timeout=PATIENCE).json()["large"]:
            time.sleep(0.02)
        return thread

    def computed(self) -> float:
        text = httpx2.get(f"{self.url}/metrics", timeout=PATIENCE).text
        counts = re.findall(r"^studio_requests_total\{.*\} (.*)$", text, re.MULTILINE)
        return sum(map(float, counts))


def answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/healthz").status_code == 200
    except httpx2.TransportError:
        return False


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    folder = tmp_path_factory.mktemp("copies")
    copies = [Copy(folder / "0.log"), Copy(folder / "1.log")]
    for copy in copies:
        copy.ready()
    yield copies
    for copy in copies:
        copy.process.kill()
        copy.process.join()


@pytest.fixture(scope="module")
def balancer(copies, tmp_path_factory):
    """Address of nginx in front of the copies."""
    if not NGINX and not os.environ.get("REQUIRE_NGINX"):
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    text = (ROOT / "docs/nginx.conf").read_text()
    ports = [copy.port for copy in copies] + [port]
    for written, number in zip(("127.0.0.1:7861", "127.0.0.1:7862", "listen 8080"), ports):
        text = text.replace(written, re.sub(r"\d+$", str(number), written))
    own = f"access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;"
    text = text.replace("http {", f"http {{ {own}", 1)
    (folder / "nginx.conf").write_text(f"daemon off; pid {folder}/pid;\n{text}")
    nginx = subprocess.Popen([NGINX, "-c", folder / "nginx.conf", "-e", folder / "error.log"])
    url = f"http://127.0.0.1:{port}"
    while not answers(url):
        assert nginx.poll() is None, (folder / "error.log").read_text()
        time.sleep(0.1)
    yield url
    nginx.terminate()
    nginx.wait(30)


def test_visitors_are_on_both_copies_and_each_stays_on_one(copies, balancer):
    for _ in range(12):
        with httpx2.Client(base_url=balancer, timeout=PATIENCE) as visitor:
            assert "Autoencoder Studio" in visitor.get("/").text and visitor.cookies["studio"]
            before = [copy.computed() for copy in copies]
            for _ in range(3):
                assert visitor.post(PAINT, content=BODY).status_code == 200
            assert sorted(c.computed() - b for c, b in zip(copies, before)) == [0, 3]
    assert all(copy.computed() > 0 for copy in copies)


def test_a_program_uploads_calls_and_downloads_through_the_balancer(balancer, tmp_path):
    picture = tmp_path / "one.png"
    blob((48, 40), 1).save(picture)
    for _ in range(4):
        client = Client(balancer, verbose=False, httpx_kwargs={"timeout": PATIENCE})
        answer = client.predict(handle_file(picture), "classic", 0, api_name="/reconstruct")
        assert Image.open(answer).size == (48, 40)


def test_the_balancer_hides_counters(balancer):
    assert httpx2.get(f"{balancer}/metrics").status_code == 404


def test_sigkill_loses_only_what_was_asked(copies):
    lost = []
    visitor = copies[0].asked(lost)
    copies[0].process.kill()
    visitor.join()
    copies[0].process.join()
    assert isinstance(lost[0], httpx2.TransportError) and answers(copies[1].url)


def test_when_one_copy_is_gone_the_other_takes_its_visitors(copies, balancer):
    assert not answers(copies[0].url)
    for _ in range(6):
        with httpx2.Client(base_url=balancer, timeout=PATIENCE) as visitor:
            assert visitor.get("/").status_code == 200
            assert visitor.post(PAINT, content=BODY).status_code == 200
    assert copies[1].computed() > 0


def test_a_copy_starts_again_on_its_port(copies):
    copies[0].start()
    copies[0].ready()


def test_sigterm_finishes_what_was_asked_and_nothing_was_written(copies):
    done = []
    visitor = copies[1].asked(done)
    copies[1].process.terminate()
    visitor.join()
    copies[1].process.join(30)
    assert copies[1].process.exitcode == 0 and done == [200]
    written = copies[1].log.read_text()
    assert "WRITES" not in written + copies[0].log.read_text(), "the checkout may be read-only"
    assert '"what": "photo/save", "pixels": 6000000, "lane": "large"' in written
    assert "Traceback" not in written
