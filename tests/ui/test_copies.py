"""Two copies of the app behind nginx with the configuration of docs/hosting.md."""

import os
import re
import shutil
import subprocess
import time

import httpx2
import pytest
from gradio_client import Client, handle_file
from PIL import Image

from tests.pictures import blob, encoded
from tests.ui.test_faults import ROOT, free_port, started

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
BODY = encoded(blob((64, 64), 1), "PNG")


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    """Address of the balancer, ports and processes of the copies."""
    if not NGINX and not os.environ.get("REQUIRE_NGINX"):
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    folder, ports = tmp_path_factory.mktemp("nginx"), [free_port() for _ in range(3)]
    text = (ROOT / "docs/nginx.conf").read_text()
    for written, port in zip(("127.0.0.1:7861", "127.0.0.1:7862", "listen 8080"), ports):
        text = text.replace(written, re.sub(r"\d+$", str(port), written))
    text = text.replace("http {", f"http {{ access_log off; client_body_temp_path {folder}/body; "
                        f"proxy_temp_path {folder}/proxy;", 1)  # fmt: skip
    (folder / "nginx.conf").write_text(f"daemon off; pid {folder}/pid;\n{text}")
    servers = [started(port, ROOT / "app.py") for port in ports[:2]]
    nginx = subprocess.Popen([NGINX, "-c", folder / "nginx.conf", "-e", folder / "error.log"])
    url = f"http://127.0.0.1:{ports[2]}"
    while not answers(url):
        assert nginx.poll() is None, (folder / "error.log").read_text()
        time.sleep(0.1)
    yield url, ports[:2], servers
    for process in (nginx, *servers):
        process.terminate()
        process.wait(30)


def answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/healthz").status_code == 200
    except httpx2.TransportError:
        return False


def computed(port: int) -> float:
    text = httpx2.get(f"http://127.0.0.1:{port}/metrics").text
    return sum(map(float, re.findall(r"^studio_requests_total\{.*\} (.*)$", text, re.MULTILINE)))


def test_visitors_are_on_both_copies_and_each_stays_on_one(copies):
    url, ports, _ = copies
    for _ in range(12):
        with httpx2.Client(base_url=url) as visitor:
            assert "Autoencoder Studio" in visitor.get("/").text and visitor.cookies["studio"]
            before = [computed(port) for port in ports]
            for _ in range(3):
                assert visitor.post("/studio/paint", content=BODY).status_code == 200
            assert sorted(computed(p) - b for p, b in zip(ports, before)) == [0, 3]
    assert all(computed(port) > 0 for port in ports)


def test_a_program_uploads_calls_and_downloads_through_the_balancer(copies, tmp_path):
    url, _, _ = copies
    picture = tmp_path / "one.png"
    blob((48, 40), 1).save(picture)
    for _ in range(4):
        client = Client(url, verbose=False)
        answer = client.predict(handle_file(picture), "classic", 0, api_name="/reconstruct")
        assert Image.open(answer).size == (48, 40)


def test_the_balancer_hides_counters(copies):
    assert httpx2.get(f"{copies[0]}/metrics").status_code == 404


def test_when_one_copy_is_gone_the_other_takes_its_visitors(copies):
    url, ports, servers = copies
    servers[0].kill()
    servers[0].wait()
    for _ in range(6):
        with httpx2.Client(base_url=url) as visitor:
            assert visitor.get("/").status_code == 200
            assert visitor.post("/studio/paint", content=BODY).status_code == 200
    assert computed(ports[1]) > 0
