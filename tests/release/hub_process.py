"""The loopback Hub and its client as processes, and small releases to send through them."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import torch

from ae_models import zoo
from ae_models.release import files
from tests.conftest import MINIATURE, config_of

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "hf_alice"
REPO = "alice/autoencoder-studio-face-sketch"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def call(url: str, body=None):
    data = None if body is None else json.dumps(body).encode()
    answer = urllib.request.urlopen(urllib.request.Request(url, data)).read()
    return json.loads(answer) if answer else None


def environment(url: str, home: Path, **more: str) -> dict:
    """A new user's: no token, no setting of this process."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "AUTOENCODER_"))}
    own = {
        "HF_ENDPOINT": url,
        "HF_HOME": str(home / "home"),
        "HF_HUB_DISABLE_XET": "1",
        "OMP_NUM_THREADS": "1",
    }
    return kept | own | {"PYTHONPATH": str(ROOT)} | more


def wait_for(url: str) -> None:
    """Until a server answers, whatever it says."""
    for _ in range(600):
        try:
            urllib.request.urlopen(url)
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"{url} did not answer")


class Hub:
    """The server's process, and a process to run client code in."""

    def __init__(self, folder: Path):
        self.url = f"http://127.0.0.1:{free_port()}"
        command = [sys.executable, "-m", "tests.release.hub_server", self.url.rsplit(":", 1)[1]]
        self.server = subprocess.Popen(command, cwd=ROOT)
        command = [sys.executable, "-m", "tests.release.hub_client"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.client = subprocess.Popen(
            command, cwd=ROOT, env=environment(self.url, folder), **pipes
        )
        wait_for(f"{self.url}/_log")

    def faults(self, *faults: dict) -> None:
        """Set what goes wrong from now on, and start a new log."""
        call(f"{self.url}/_fault", list(faults))

    def log(self) -> list[list]:
        """Requests about repositories: [stage, method, path, status or action, whether with a
        token]."""
        return [entry for entry in call(f"{self.url}/_log") if entry[2] != "/api/agent-harnesses"]

    def run(self, code: str, home: Path, token: str = "", **settings: str) -> dict:
        task = {
            "code": code,
            "home": str(home),
            "environment": settings | ({"HF_TOKEN": token} if token else {}),
        }
        self.client.stdin.write(json.dumps(task) + "\n")
        self.client.stdin.flush()
        result = json.loads(self.client.stdout.readline())
        for secret in ("hf_alice", "hf_bob", "hf_mallory"):
            assert secret not in json.dumps(result)
        assert "Traceback" not in result["log"], result["log"]
        return result

    def push(self, folder: Path, repo: str, home: Path, token: str = TOKEN, more: str = "") -> dict:
        return self.run(f"answer = hub.push({str(folder)!r}, {repo!r}{more})", home, token)

    def pull(self, home: Path, repo: str = REPO, revision: str = "main", token: str = "") -> dict:
        return self.run(f"answer = str(hub.pull({repo!r}, {revision!r}))", home, token)

    def stop(self) -> None:
        for process in (self.server, self.client):
            process.terminate()
            process.wait()


def miniature(folder: Path, slug: str = "face-sketch", seed: int = 0) -> Path:
    torch.manual_seed(seed)
    network = zoo.build(slug, **MINIATURE[slug])
    files.save(folder, network.state_dict(), config_of(slug, network))
    return folder
