"""Do visitors wait for one another, and does the server grow?

python -m benchmarks.crowd [--seconds 600] [--requests 1000]     some minutes; a Markdown table

Starts the app and visits it over loopback: one who asks for small pictures while another saves
photos of 24 megapixels, then 1, 8 and 32 who draw and morph, a request every THINK seconds each.
Every answer is compared with the same request's answer alone: another one is cross-talk.
"""

import argparse
import asyncio
import io
import itertools
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import numpy as np
import psutil
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "ui/static/examples"
FEW_SECONDS, IDLE_SECONDS = 12, 20  # of one and eight visitors, and of nobody
THINK = 1.0  # seconds between an answer and the visitor's next request
LARGE = (6000, 4000)  # px
SIDE = 256  # px of a drawing while one draws
CONFIG = json.loads((ROOT / "weights/face-vae-plus/config.json").read_text())
LATENT = CONFIG["arguments"]["latent"]
FACES = 17  # that the page asks for at once


@dataclass(frozen=True, eq=False)
class Ask:
    """A request of the page, and the answer it has when nobody else is there."""

    path: str
    query: dict
    body: bytes


@dataclass
class Seen:
    """Answers that visitors got."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter = field(default_factory=Counter)
    crossed: int = 0

    def late(self) -> float:
        return statistics.quantiles(self.seconds, n=20)[-1]


class Server:
    """The app in a process of its own."""

    def __init__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        settings = {"GRADIO_SERVER_PORT": str(port), "OMP_NUM_THREADS": "1"}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        command = [sys.executable, str(ROOT / "app.py")]
        self.process = subprocess.Popen(command, env=os.environ | settings, **quiet)
        self.url = f"http://127.0.0.1:{port}"
        while not self.answers():
            assert self.process.poll() is None, "the app ended"
            time.sleep(0.2)

    def answers(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/healthz").status_code == 200
        except httpx2.TransportError:
            return False

    def megabytes(self) -> float:
        return psutil.Process(self.process.pid).memory_info().rss / 1e6

    def idle(self, seconds: float) -> float:
        """Share of a core that the server takes while nobody asks."""
        times = psutil.Process(self.process.pid).cpu_times
        before = times()
        time.sleep(seconds)
        after = times()
        return (after.user + after.system - before.user - before.system) / seconds

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)


def file_of(picture: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def drawing(visitor: int) -> Ask:
    """A drawing with a palette that no other visitor has."""
    sketch = Image.open(EXAMPLES / "sketch-robot.png").convert("L").resize((SIDE, SIDE))
    lines = Image.new("LA", sketch.size)
    lines.putalpha(sketch.point(lambda tone: 255 - tone))
    colors = [(37 * visitor % 256, 91 * visitor % 256, 255 - 53 * visitor % 256), (240, 230, 210)]
    palette = json.dumps([["#{:02x}{:02x}{:02x}".format(*color), 1] for color in colors])
    return Ask("paint", {"palette": palette, "side": SIDE}, file_of(lines, "PNG"))


def morphing(visitor: int) -> Ask:
    """Faces between some that no other visitor has."""
    latents = np.random.default_rng(visitor).standard_normal((FACES, LATENT))
    return Ask("decode", {}, latents.astype("<f4").tobytes())


def photo(size: tuple[int, int]) -> Ask:
    scene = Image.open(EXAMPLES / "landscape-lake.webp").convert("L").resize(size)
    return Ask("photo/save", {}, file_of(scene, "JPEG", quality=90))


async def answer(client: httpx2.AsyncClient, ask: Ask) -> httpx2.Response:
    return await client.post(f"/studio/{ask.path}", params=ask.query, content=ask.body)


async def visit(
    client: httpx2.AsyncClient, asks: Iterator[Ask], alone: dict[Ask, bytes], until: float
) -> Seen:
    seen = Seen()
    while time.monotonic() < until:
        ask, start = next(asks), time.perf_counter()
        got = await answer(client, ask)
        seen.statuses[got.status_code] += 1
        if got.status_code == 200:
            seen.seconds.append(time.perf_counter() - start)
            seen.crossed += got.content != alone[ask]
        await asyncio.sleep(THINK)
    return seen


async def crowd(url: str, count: int, seconds: float) -> Seen:
    """So many visitors at once, each with a connection of its own."""
    limits, total = httpx2.Limits(max_connections=1), Seen()
    clients = [httpx2.AsyncClient(base_url=url, timeout=120, limits=limits) for _ in range(count)]
    asks = [(drawing(i), morphing(i)) for i in range(count)]
    alone = {}
    for ask in itertools.chain(*asks):
        alone[ask] = (await answer(clients[0], ask)).content
    until = time.monotonic() + seconds
    for seen in await asyncio.gather(
        *(visit(c, itertools.cycle(pair), alone, until) for c, pair in zip(clients, asks))
    ):
        total.seconds += seen.seconds
        total.statuses += seen.statuses
        total.crossed += seen.crossed
    for client in clients:
        await client.aclose()
    return total


# ---- small beside large ----


async def endpoint(client: httpx2.AsyncClient, picture: bytes) -> None:
    """Color a photo as a program does: upload, call, wait for the event, download."""
    uploaded = await client.post("/gradio_api/upload", files={"files": ("a.jpg", picture)})
    file = {"path": uploaded.json()[0], "meta": {"_type": "gradio.FileData"}}
    given = {"data": [file, 1, "plus", None, False]}
    event = (await client.post("/gradio_api/call/colorize", json=given)).json()["event_id"]
    events = (await client.get(f"/gradio_api/call/colorize/{event}")).text
    assert "event: complete" in events, events
    path = re.search(r'"path": ?"([^"]+)"', events)[1]
    (await client.get(f"/gradio_api/file={path}")).raise_for_status()


async def beside(url: str, small, large, rounds: int) -> tuple[float, float]:
    """Median seconds of a small request alone, and while another visitor repeats a large one."""

    async def timed() -> float:
        start = time.perf_counter()
        await small(mine)
        return time.perf_counter() - start

    async def again() -> None:
        while True:
            await large(other)

    async with (
        httpx2.AsyncClient(base_url=url, timeout=300) as mine,
        httpx2.AsyncClient(base_url=url, timeout=300) as other,
    ):
        await small(mine)
        alone = [await timed() for _ in range(rounds)]
        busy = asyncio.create_task(again())
        await asyncio.sleep(1)
        together = [await timed() for _ in range(3 * rounds)]
        assert not busy.done(), busy.exception()
        busy.cancel()
    return statistics.median(alone), statistics.median(together)


async def grown(server: Server, requests: int) -> tuple[float, float]:
    """MB of the server after a tenth of the requests and after all of them."""
    sizes, asks = [], [drawing(0), morphing(0), photo((320, 200))]
    async with httpx2.AsyncClient(base_url=server.url, timeout=60) as client:
        for i in range(requests):
            (await answer(client, asks[i % len(asks)])).raise_for_status()
            if i + 1 in (requests // 10, requests):
                sizes.append(server.megabytes())
    return sizes[0], sizes[1]


def main(seconds: float, requests: int) -> None:
    server = Server()
    try:
        small, large = photo((320, 200)), photo(LARGE)
        routes = asyncio.run(
            beside(server.url, lambda c: answer(c, small), lambda c: answer(c, large), 5)
        )
        gradio = asyncio.run(
            beside(
                server.url,
                lambda c: endpoint(c, small.body),
                lambda c: endpoint(c, large.body),
                5,
            )
        )
        one, eight = (asyncio.run(crowd(server.url, n, FEW_SECONDS)) for n in (1, 8))
        before = server.megabytes()
        many = asyncio.run(crowd(server.url, 32, seconds))
        after = server.megabytes()
        early, late = asyncio.run(grown(server, requests))
        idle = server.idle(IDLE_SECONDS)
    finally:
        server.stop()
    errors = sum(n for code, n in many.statuses.items() if code not in (200, 503))
    print("| what | measured | target |\n|---|--:|--:|")
    for name, (alone, together) in (("tab", routes), ("endpoint", gradio)):
        print(
            f"| small photo beside one of 24 megapixels, {name} | {1000 * together:.0f} ms, "
            f"alone {1000 * alone:.0f} ms: {together / alone:.1f} times | 4 times |"
        )
    print(
        f"| 8 visitors, p95 | {1000 * eight.late():.0f} ms, one {1000 * one.late():.0f} ms: "
        f"{eight.late() / one.late():.1f} times | 3 times |"
    )
    print(f"| 32 visitors, p95 | {1000 * many.late():.0f} ms | – |")
    print(
        f"| 32 visitors, {seconds:.0f} s: {many.statuses.total()} answers | {errors} errors, "
        f"{many.statuses[503]} busy, {many.crossed + eight.crossed} of others | 0, –, 0 |"
    )
    print(f"| memory before and after them | {before:.0f} and {after:.0f} MB | flat |")
    print(
        f"| memory after {requests // 10} and {requests} requests | {early:.0f} and {late:.0f} MB: "
        f"{late - early:+.0f} MB | +30 MB |"
    )
    print(f"| idle server | {100 * idle:.1f} % of a core | 1 % |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crowd", description=__doc__)
    parser.add_argument("--seconds", type=float, default=12, help="of the 32 visitors")
    parser.add_argument("--requests", type=int, default=1000, help="while memory is watched")
    args = parser.parse_args()
    main(args.seconds, args.requests)
