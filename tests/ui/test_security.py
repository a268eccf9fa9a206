"""A stranger's requests to a launched server: nothing but uploads comes in, and nothing of another
visitor, of the checkout or of the machine goes out."""

import http.client
import itertools
import json
import os
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx2
import pytest
from gradio.route_utils import delete_files_created_by_app
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

import app
from tests.pictures import blob, encoded
from ui import guard

UPLOADS = os.environ["GRADIO_TEMP_DIR"]
SECRETS = (
    *("/etc/passwd", "/proc/self/environ", "app.py", "../app.py", "ui/guard.py"),
    *("weights/dcae/config.json", ".git/config"),
)
ONE_FILE = {  # endpoint -> its inputs with a file
    "color_sketch": lambda file: [file, "classic", "", None, 0],
    "face_to_sketch": lambda file: [file, "classic", False],
    "sketch_to_face": lambda file: [file, "plus", False],
    "colorize": lambda file: [file, 1, "classic", None, False],
    "reconstruct": lambda file: [file, "classic", 0],
    "compress": lambda file: [file, 3, 0, "plus"],
    "decompress": lambda file: [file],
    "edit": lambda file: [file, "{}"],
    "morph": lambda file: [file, file, 2, "lerp", "classic"],
    "colorize_many": lambda file: [[file], 1, "classic", False],
}


@pytest.fixture(scope="module")
def url(url):
    return url.rstrip("/")


@pytest.fixture(scope="module")
def web(url):
    with httpx2.Client(base_url=url, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def inside():
    """A server that only this machine can reach, and the paths it was asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(encoded(blob((40, 40), 1), "PNG"))

        do_HEAD = do_GET

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/metadata", asked
    server.shutdown()


def file_of(path: str) -> dict:
    return {"path": path, "meta": {"_type": "gradio.FileData"}}


def called(web, name: str, data: list, session: str = "") -> str:
    """The events of one call of an endpoint."""
    session = {"session_hash": session} if session else {}
    joined = web.post(f"/gradio_api/call/{name}", json={"data": data} | session)
    if joined.status_code != 200:
        return joined.text
    return web.get(f"/gradio_api/call/{name}/{joined.json()['event_id']}").text


# ---- files ----


# Each endpoint, and each path
GUESSES = {
    *itertools.product(("/etc/passwd", "app.py"), ONE_FILE),
    *itertools.product(SECRETS, ["colorize"]),
}


@pytest.mark.parametrize(("path", "name"), sorted(GUESSES))
def test_no_file_parameter_reads_what_was_not_uploaded(web, name, path):
    for given in (path, f"{UPLOADS}/../../{path}", urllib.parse.quote(path, safe="")):
        answer = called(web, name, ONE_FILE[name](file_of(given)))
        assert "event: error" in answer and "event: complete" not in answer, answer
        assert "root:" not in answer and "Traceback" not in answer


@pytest.mark.parametrize("path", SECRETS)
@pytest.mark.parametrize(
    "route", ["gradio_api/file=", "gradio_api/file/", "studio/static/", "studio/docs/", "static/",
              "assets/", "svelte/", "studio/text/"],
)  # fmt: skip
def test_no_route_gives_files_of_the_machine(url, route, path):
    host = urllib.parse.urlsplit(url).netloc
    for given in (path, "../" * 8 + path, "..%2f" * 8 + path.replace("/", "%2f"), "/" + path):
        connection = http.client.HTTPConnection(host)  # sends dots as they are
        connection.request("GET", f"/{route}{given}")
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status >= 300 or b"<!doctype html>" in body[:200].lower(), (given, body[:200])
        assert b"root:" not in body and b"[core]" not in body
        connection.close()


def test_nothing_lists_what_others_uploaded(web):
    for path in (UPLOADS, f"{UPLOADS}/", "/tmp", "."):
        assert web.get(f"/gradio_api/file={path}").status_code == 403
    assert web.get("/studio/static/").status_code == 404
    assert web.get("/studio/docs/").status_code == 404


def test_a_result_is_read_by_its_full_address_alone(url, web, tmp_path):
    """An address holds a hash of the content under a key of this server: to guess one is
    hopeless."""
    picture = tmp_path / "one.png"
    blob((40, 40), 1).save(picture)
    client = Client(url, verbose=False, download_files=False)
    mine = client.predict(handle_file(picture), "classic", 0, api_name="/reconstruct")
    folder, secret, name = mine["path"].rsplit("/", 2)
    assert web.get(f"/gradio_api/file={mine['path']}").status_code == 200
    assert len(secret) >= 32
    for guess in ("0" * len(secret), secret[:-1], secret[:-1] + "?", ""):
        assert web.get(f"/gradio_api/file={folder}/{guess}/{name}").status_code == 403


def test_uploads_and_results_are_deleted(url, web, tmp_path):
    """By the very function that Gradio calls every hour, as `delete_cache` in app.py asks."""
    assert app.demo.delete_cache == (3600, 3600)
    picture = tmp_path / "one.png"
    blob((40, 40), 7).save(picture)
    client = Client(url, verbose=False, download_files=False)
    result = client.predict(handle_file(picture), "classic", 0, api_name="/reconstruct")
    unused = web.post("/gradio_api/upload", files={"files": picture.read_bytes()}).json()
    paths = [Path(result["path"]), Path(unused[0])]
    assert all(path.exists() for path in paths)
    delete_files_created_by_app(app.demo, 0)
    assert not any(path.exists() for path in paths)


# ---- addresses ----


@pytest.mark.parametrize("name", ONE_FILE)
def test_an_address_in_place_of_an_upload_is_not_fetched(web, inside, name):
    address, asked = inside
    for given in (file_of(address), file_of(address) | {"url": address}, address):
        assert "event: complete" not in called(web, name, ONE_FILE[name](given))
    assert not asked


def test_an_address_in_a_value_that_is_no_file_is_not_fetched(web, inside):
    address, asked = inside
    answer = called(web, "sample", [2, 0, 1.0, file_of("https://example.com/a.png"), "normal"])
    assert "an address" in answer
    called(web, "sample", [file_of(address), 0, 1.0, "classic", "normal"])
    assert not asked


@pytest.mark.parametrize("route", ["file=", "file/", "proxy=", "FILE="])
def test_no_route_fetches_an_address(web, inside, route):
    address, asked = inside
    for given in (address, urllib.parse.quote(address, safe=""), "https://example.com/a.png"):
        assert web.get(f"/gradio_api/{route}{given}").status_code in (403, 404)
        assert web.head(f"/gradio_api/{route}{given}").status_code in (403, 404)
    assert not asked


# ---- visitors ----


def test_a_forged_session_gets_nothing_of_another(url, web, tmp_path):
    picture = tmp_path / "one.png"
    blob((40, 40), 1).save(picture)
    victim = Client(url, verbose=False)
    victim.predict(handle_file(picture), "classic", 0, api_name="/reconstruct")
    for forged in ("", "0", "../../etc", victim.session_hash[::-1], "x" * 5000, "<script>"):
        with httpx2.stream(
            "GET", f"{url}/gradio_api/queue/data", params={"session_hash": forged}, timeout=3
        ) as answer:
            text = _first_bytes(answer)
        assert "process_completed" not in text and "image.png" not in text
    for hidden in (f"deep_link?session_hash={victim.session_hash}", "deep_link"):
        assert web.get(f"/gradio_api/{hidden}").status_code == 403


def _first_bytes(answer) -> str:
    try:
        return next(answer.iter_text(), "")
    except httpx2.TimeoutException:
        return ""


def test_visitors_at_once_get_their_own_pictures(url, tmp_path):
    colors = [(250, 30, 30), (30, 250, 30), (30, 30, 250), (240, 240, 40)]
    wrong = []

    def visit(color):
        path = tmp_path / f"{'-'.join(map(str, color))}.png"
        Image.new("RGB", (48, 48), color).save(path)
        client = Client(url, verbose=False)
        for _ in range(3):
            answer = client.predict(handle_file(path), "plus", 5, api_name="/reconstruct")
            got = Image.open(answer).convert("RGB").getpixel((24, 24))
            if max(abs(a - b) for a, b in zip(got, color)) > 60:
                wrong.append((color, got))

    threads = [threading.Thread(target=visit, args=(color,)) for color in colors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


# ---- what comes back ----

EVIL = "<img src=x onerror=alert(1)>.png"


def test_markup_in_the_name_of_a_file_stays_text(url, tmp_path):
    path = tmp_path / EVIL
    path.write_bytes(b"no picture")
    client = Client(url, verbose=False)
    with pytest.raises(AppError) as caught:
        client.predict(handle_file(path), "classic", 0, api_name="/reconstruct")
    assert "<img" not in str(caught.value) and "onerror" not in str(caught.value)


@pytest.mark.parametrize("route", ["paint", "rest", "photo/chroma", "translate", "decode", "face"])
def test_markup_in_a_query_comes_back_as_plain_text(web, route):
    body = encoded(blob((64, 64), 1), "PNG")
    query = dict.fromkeys(
        ("model", "palette", "locked", "hints", "seed", "system", "eyes", "radius"), EVIL
    )
    answer = web.post(f"/studio/{route}", params=query, content=body)
    assert answer.status_code == 422 and answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_an_unknown_card_is_escaped(web):
    answer = web.get(f"/studio/text/{urllib.parse.quote(EVIL)}")
    assert answer.status_code == 404 and "<img" not in answer.text


@pytest.mark.parametrize("path", ["/", "/healthz", "/metrics", "/config", "/studio/part/morph.json",
                                  "/gradio_api/file=/etc/passwd", "/nowhere"])  # fmt: skip
def test_every_answer_binds_the_browser(web, path):
    answer = web.get(path)
    for name, value in guard.HEADERS.items():
        assert answer.headers[name] == value, name
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'self' https://huggingface.co https://*.hf.space" in policy
    assert "object-src 'none'" in policy and "*;" not in policy


def test_a_file_that_is_no_document_is_not_guessed_at(web):
    for path in ("/studio/static/app.css", "/studio/id.js", "/studio/static/examples/shelf.webp"):
        assert web.get(path).headers["x-content-type-options"] == "nosniff"


def test_no_answer_names_a_secret_of_the_environment(web, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_veryverysecret")
    for path in ("/", "/config", "/metrics", "/gradio_api/info", "/monitoring", "/nowhere"):
        assert "veryverysecret" not in web.get(path).text


# ---- too much ----


def test_headers_that_are_too_long_are_refused_and_the_server_goes_on(url, web):
    for size in (100_000, 5_000_000):
        try:
            answer = httpx2.get(url, headers={"x-long": "a" * size}, timeout=20)
            assert answer.status_code >= 400
        except httpx2.TransportError:
            continue  # the connection was closed
    assert web.get("/healthz").status_code == 200


def test_an_upload_that_is_too_long_is_refused(web):
    files = {"files": ("a.png", b"x" * 32_000_000)}
    assert web.post("/gradio_api/upload", files=files).status_code == 413
    assert web.post("/studio/photo/open", content=b"x" * 31_000_000).status_code == 422


NO_REQUESTS = [
    b"",
    b"{",
    b"[]",
    b'{"data": 5}',
    b"\xff" * 100,
    b'{"data": ' + b"[" * 50_000,
    b'{"data": [null], "fn_index": -9}',
]


@pytest.mark.parametrize("body", NO_REQUESTS)
@pytest.mark.parametrize("route", ["call/reconstruct", "queue/join", "run/reconstruct", "reset"])
def test_bodies_that_are_no_request_are_refused(web, route, body):
    answer = web.post(
        f"/gradio_api/{route}", content=body, headers={"content-type": "application/json"}
    )
    assert "Traceback" not in answer.text and "site-packages" not in answer.text


def test_many_open_connections_that_say_nothing_hold_nobody(url, web):
    host = urllib.parse.urlsplit(url)
    idle = [http.client.HTTPConnection(host.hostname, host.port) for _ in range(100)]
    for connection in idle:
        connection.connect()
        connection.putrequest("POST", "/studio/paint")
        connection.putheader("content-length", "1000")
        connection.endheaders()
    start = time.monotonic()
    assert web.post("/studio/paint", content=encoded(blob((64, 64), 1), "PNG")).status_code == 200
    assert time.monotonic() - start < 5
    for connection in idle:
        connection.close()


def test_json_with_nan_is_no_crash(web):
    answer = web.post(
        "/gradio_api/call/sample", content=json.dumps({"data": [float("nan")] * 5}),
        headers={"content-type": "application/json"},
    )  # fmt: skip
    assert "Traceback" not in answer.text and web.get("/healthz").status_code == 200
