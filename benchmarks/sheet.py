"""The sketch sheet in benchmarks.page: weight of the page, strokes, and visitors at once."""

import functools
import math
import statistics
import time

import torch
from PIL import Image
from playwright.sync_api import Browser, Page

from ae_models import tasks, zoo
from benchmarks.browser import LIFTED, Server, heading, lift, ms, opened, row
from benchmarks.timing import median_ms
from ui.elements import EXAMPLES

SIDE = 256  # px of a live update
SHEET = "[role=application]"
VISITORS = 8


def stroke(page: Page, radius: float) -> None:
    """A circle, without lifting the mouse."""
    box = page.get_by_role("application").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x + radius, y)
    page.mouse.down()
    for step in range(17):
        turn = step / 8 * math.pi
        page.mouse.move(x + radius * math.cos(turn), y + radius * math.sin(turn))


def strokes(page: Page, count: int) -> list[float]:
    times = []
    for i in range(count):
        stroke(page, 40 + 12 * (i % 12))
        times.append(lift(page))
        page.wait_for_timeout(1500)  # the full picture and the proposals, as when a person looks
    return times


def requests(page: Page) -> tuple[int, int]:
    """Requests of a stroke from pen down until it is painted, and afterwards at rest."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    stroke(page, 100)
    lift(page)
    painted = len(asked)
    page.wait_for_timeout(3000)
    return painted, len(asked) - painted


def updates(page: Page, server: Server, seconds_: float = 4) -> tuple[float, float]:
    """Updates a second while the pen moves, and the server's CPU seconds for each."""
    page.evaluate(
        """() => { window.painted = 0;
        const draw = CanvasRenderingContext2D.prototype.drawImage;
        CanvasRenderingContext2D.prototype.drawImage = function (...given) {
          const painted = given[0] instanceof ImageBitmap && this.canvas.className === "paint";
          if (painted) window.painted += 1;
          return draw.apply(this, given); }; }"""
    )
    stroke(page, 60)
    before, start = server.cpu(), time.perf_counter()
    first, box = page.evaluate("window.painted"), page.get_by_role("application").bounding_box()
    turn = 0
    while time.perf_counter() - start < seconds_:
        turn += 0.05
        page.mouse.move(
            box["x"] + 250 + 150 * math.cos(turn), box["y"] + 250 + 150 * math.sin(turn)
        )
        page.wait_for_timeout(10)
    count, took = page.evaluate("window.painted") - first, time.perf_counter() - start
    page.mouse.up()
    return count / took, (server.cpu() - before) / max(1, count)


def heap(page: Page) -> float:
    """MB of the tab's JavaScript heap and canvases after a collection."""
    wire = page.context.new_cdp_session(page)
    wire.send("HeapProfiler.collectGarbage")
    return wire.send("Runtime.getHeapUsage")["usedSize"] / 1e6


def memory(page: Page) -> tuple[float, float]:
    """MB after 20 and after 200 strokes; the undo stack holds 200."""
    sizes = []
    for i in range(200):
        stroke(page, 20 + i % 180)
        page.mouse.up()
        if i in (19, 199):
            page.wait_for_timeout(3000)
            sizes.append(heap(page))
    return tuple(sizes)


def crowd(browser: Browser, server: Server, count: int, rounds: int = 4) -> list[float]:
    """Seconds from pen up to painted, of visitors who draw at once."""
    pages = [opened(browser, server, '[role="application"]')[0] for _ in range(count)]
    times = []
    for i in range(rounds):
        for page in pages:
            stroke(page, 50 + 10 * i)
        for page in pages:
            page.evaluate(f"void (window.measured = ({LIFTED})())")
            page.mouse.up()
        times += [page.evaluate("window.measured") / 1000 for page in pages]
    for page in pages:
        page.context.close()
    return times


def network_alone() -> float:
    """Seconds of one live update inside a process, on one thread, as in the server."""
    torch.set_num_threads(1)
    sketch = Image.open(EXAMPLES / "sketch-robot.png").resize((SIDE, SIDE))
    palette = [((232, 86, 63), 1), ((63, 143, 196), 1)]
    network = zoo.load("sketch-color-plus")
    painted = functools.partial(tasks.paint_sketch, network, sketch, palette, clean=False)
    return median_ms(painted, 9) / 1000


def late(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def weight(browser: Browser, servers: dict[str, Server]) -> None:
    """Print bytes and seconds until the canvas can be used, beside those of an empty page."""
    heading("page")
    for name in ("app", "empty"):  # the first page of a server pays for its imports
        opened(browser, servers[name], "h1")[0].context.close()
    page, size, took = opened(browser, servers["app"], SHEET)
    empty, empty_size, empty_took = opened(browser, servers["empty"], "h1")
    row("bytes", f"{size:,}", f"empty {empty_size:,}: {size / empty_size:.2f}x")
    ratio = f"empty's heading {ms(empty_took)}: {took / empty_took:.2f}x"
    row("until the canvas can be used", ms(took), ratio)
    page.context.close()
    empty.context.close()


def report(browser: Browser, servers: dict[str, Server], count: int) -> None:
    """Print times of strokes beside the floor and the network alone, and memory."""
    heading("sheet")
    floor, page = (opened(browser, servers[name], SHEET)[0] for name in ("floor", "app"))
    ours, at_floor = (statistics.median(strokes(p, count)) for p in (page, floor))
    floor.context.close()
    row("pen up → painted, p50", ms(ours), f"floor {ms(at_floor)}: {ours / at_floor:.2f}x")
    network = network_alone()
    row("", "", f"network {ms(network)}: {ours / network:.2f}x")
    both = network + at_floor
    row("", "", f"network and floor {ms(both)}: {ours / both:.2f}x")
    painted, rest = requests(page)
    row("requests of a stroke", f"{painted} until painted", f"{rest} at rest; no job of a queue")
    rate, cpu = updates(page, servers["app"])
    row("updates a second while drawing", f"{rate:.1f}", f"network alone {1 / network:.1f}")
    row("server CPU of an update, network aside", ms(cpu - network), f"with it {ms(cpu)}")
    early, after = memory(page)
    row("heap after 200 strokes", f"{after:.1f} MB", f"after 20 strokes {early:.1f} MB")
    page.context.close()


def crowded(browser: Browser, server: Server) -> None:
    """Print the time of a stroke while others draw, beside a lone visitor's."""
    heading("crowd")
    alone, together = crowd(browser, server, 1, VISITORS), crowd(browser, server, VISITORS)
    ratio = f"alone {ms(late(alone))}: {late(together) / late(alone):.2f}x"
    row(f"{VISITORS} visitors, p95", ms(late(together)), ratio)
