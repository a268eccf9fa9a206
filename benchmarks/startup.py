"""How long until `python app.py` answers its first page, beside importing its libraries alone?

    python -m benchmarks.startup [--rounds 3]

Rounds alternate between the two, so that a busy machine slows both; the medians and their ratio are
printed."""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def importing() -> float:
    """Until the imports are done; the interpreter's end is not counted, as it is not for the
    app."""
    start = time.perf_counter()
    code = "import torch, gradio; print('done', flush=True)"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "done\n"
        return time.perf_counter() - start


def answering() -> float:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    start = time.perf_counter()
    environment = os.environ | {"GRADIO_SERVER_PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, ROOT / "app.py"], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        while True:
            try:
                page = urllib.request.urlopen(f"http://127.0.0.1:{port}").read()
                assert b"Autoencoder Studio" in page
                return time.perf_counter() - start
            except OSError:
                assert process.poll() is None, "app.py ended"
                time.sleep(0.02)
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    importing()  # reads the files from disk once
    pairs = [(importing(), answering()) for _ in range(rounds)]
    alone, first = (statistics.median(column) for column in zip(*pairs))
    print(f"imports alone {alone:.2f} s, first page {first:.2f} s, ratio {first / alone:.2f}")
