"""Are weights from the Hub's cache as quick to start with as embedded ones?

    python -m benchmarks.warm_cache [--rounds 10]

Pushes a full-size `face-vae` to the loopback Hub of the tests, pulls it once, and then finds,
checks and loads it from both places in turns, each as the app does at its start. Prints the least
times, their ratio, and the requests made."""

import argparse
import tempfile
from pathlib import Path

from ae_models import zoo
from ae_models.release import files
from tests.conftest import config_of
from tests.release.hub_process import Hub

START = """
import os, time
zoo.WEIGHTS = Path({weights!r}); zoo.PUBLISHED["face-vae"] = {published!r}
def start(setting):
    os.environ["AUTOENCODER_STUDIO_HUB"] = setting
    zoo._sources.clear(); zoo._cache.clear()
    begin = time.perf_counter()
    zoo.fetch(); zoo.config("face-vae"); zoo.load("face-vae")  # as app.build and the first click
    return time.perf_counter() - begin
start("1"), start("0")
rounds = [(start("0"), start("1")) for _ in range({rounds})]
answer = [min(column) for column in zip(*rounds)]
"""


def main(rounds: int) -> None:
    folder = Path(tempfile.mkdtemp())
    network = zoo.build("face-vae")
    files.save(folder / "weights/face-vae", network.state_dict(), config_of("face-vae", network))
    server = Hub(folder)
    try:
        commit = server.push(folder / "weights/face-vae", "alice/large", folder)["value"]
        server.pull(folder, "alice/large", commit)
        server.faults()  # forgets what was asked so far
        code = START.format(
            weights=str(folder / "weights"), published=f"alice/large@{commit}", rounds=rounds
        )
        embedded, cached = server.run(code, folder)["value"]
        asked = len(server.log())
    finally:
        server.stop()
    print(
        f"embedded {embedded:.3f} s, cached {cached:.3f} s, ratio {cached / embedded:.2f}, "
        f"{asked} requests"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=10)
    main(parser.parse_args().rounds)
