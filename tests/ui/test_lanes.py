"""Turns: small work passes large work, the queue has an end, and nobody computes for one who
left."""

import functools
import json
import logging
import threading
import time
from types import SimpleNamespace

import anyio
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from ae_models import images
from tests.pictures import blob, encoded
from tests.test_images import png_header
from ui import lanes, parts, routes

SMALL, LARGE = 1000, 24_000_000  # pixels
PATIENCE = 20  # seconds until a turn that does not come is a failure


class Work:
    """Computes until it is let go, or the test has `given_up`."""

    given_up: threading.Event

    def __init__(self):
        self.begun, self.go = threading.Event(), threading.Event()

    def __call__(self, *given) -> Response:
        self.begun.set()
        while not self.go.wait(0.01):
            assert not self.given_up.is_set()
        return Response("done")


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Two lanes of one place each, of this test alone, which gives up after PATIENCE."""
    small, big = lanes.Lane("small", 1, 0.1), lanes.Lane("large", 1, 0.1)
    monkeypatch.setattr(lanes, "SMALL", small)
    monkeypatch.setattr(lanes, "BIG", big)
    monkeypatch.setattr(lanes, "LANES", (small, big))
    monkeypatch.setattr(Work, "given_up", threading.Event(), raising=False)
    timer = threading.Timer(PATIENCE, Work.given_up.set)
    timer.start()
    yield
    timer.cancel()


def played(main) -> None:
    """Run a coroutine function."""
    try:
        anyio.run(main)
    except BaseException:
        if Work.given_up.is_set():
            pytest.fail(f"expected each turn to come within {PATIENCE} s, waited in vain")
        raise


async def until(condition) -> None:
    while not condition():
        assert not Work.given_up.is_set()
        await anyio.sleep(0.005)


def test_small_work_passes_large_work():
    async def main():
        large = Work()
        async with anyio.create_task_group() as group:
            group.start_soon(lanes.run, "large", LARGE, large)
            group.start_soon(lanes.run, "large", LARGE, large)
            await until(lambda: lanes.BIG.ahead == 2)
            assert await lanes.run("small", SMALL, lambda: "at once") == "at once"
            assert not large.go.is_set()
            large.go.set()

    played(main)


def test_small_work_borrows_the_place_of_large_work_only_while_that_is_free():
    async def main():
        works = [Work(), Work(), Work()]
        async with anyio.create_task_group() as group:
            for i, work in enumerate(works, 1):
                group.start_soon(lanes.run, "small", SMALL, work)
                await until(lambda i=i: lanes.SMALL.ahead + lanes.BIG.ahead == i)
            await until(lambda: works[0].begun.is_set() and works[1].begun.is_set())
            assert (lanes.SMALL.ahead, lanes.BIG.ahead) == (2, 1) and not works[2].begun.is_set()
            for work in works:
                work.go.set()

    played(main)


def test_waiting_work_is_dropped_and_running_work_ends_between_slices_when_its_visitor_leaves():
    async def main():
        never, gone, slices = Work(), anyio.Event(), []

        def sliced():
            for i in range(10_000):
                slices.append(i)
                lanes.still_wanted()
                time.sleep(0.005)

        async def asked(function):
            with pytest.raises(lanes.Left):
                await lanes.run("large", LARGE, function, left=gone.wait)

        async with anyio.create_task_group() as group:
            group.start_soon(asked, sliced)
            await until(lambda: slices)
            group.start_soon(asked, never)
            await until(lambda: lanes.BIG.ahead == 2)
            gone.set()
        assert lanes.BIG.ahead == 0 and not never.begun.is_set() and len(slices) < 10_000

    played(main)


def test_a_full_lane_says_when_to_come_again(monkeypatch):
    monkeypatch.setattr(lanes.BIG, "seconds", lanes.MOST_SECONDS / 2 + 1)

    async def main():
        work = Work()
        async with anyio.create_task_group() as group:
            for ahead in (1, 2):
                group.start_soon(lanes.run, "large", LARGE, work)
                await until(lambda ahead=ahead: lanes.BIG.ahead == ahead)
            with pytest.raises(lanes.Busy, match=r"busy. Try again in about 62 s"):
                await lanes.run("large", LARGE, work)
            work.go.set()

    played(main)


def test_the_wait_follows_what_work_took(monkeypatch):
    lane = lanes.Lane("a", 2, 1.0)
    lane.took(2.0)
    assert lane.seconds == pytest.approx(1.1) and lane.wait() == 0
    monkeypatch.setattr(lanes.Lane, "ahead", 4)
    assert lane.wait() == pytest.approx(3 * 1.1 / 2)


@pytest.mark.parametrize("result", ["done", "refused", "failed"])
def test_each_request_is_one_line_of_log_and_a_count(caplog, result):
    def function():
        if result != "done":
            raise {"refused": ValueError, "failed": OSError}[result]("/secret/name.png")

    async def main():
        await lanes.run("paint", SMALL, function)

    with caplog.at_level(logging.INFO, "studio"):
        if result == "done":
            played(main)
        else:
            with pytest.raises((ValueError, OSError)):
                played(main)
    (line,) = [json.loads(record.message) for record in caplog.records if record.name == "studio"]
    assert line.keys() == {"what", "pixels", "lane", "wait", "work", "result"}
    assert (line["what"], line["pixels"], line["result"]) == ("paint", SMALL, result)
    assert "secret" not in caplog.text
    counters = TestClient(Starlette(routes=routes.APP["routes"])).get("/metrics").text
    assert f'studio_requests_total{{result="{result}",what="paint"}}' in counters


def test_a_server_that_stops_finishes_its_work_and_takes_no_more(monkeypatch):
    monkeypatch.setattr(lanes, "stopping", False)
    client, ended = TestClient(Starlette(routes=routes.APP["routes"])), []

    async def main():
        work = Work()
        async with anyio.create_task_group() as group:
            group.start_soon(lanes.run, "large", LARGE, work)
            await until(work.begun.is_set)
            finishing = threading.Thread(target=lambda: ended.append(lanes.finish(20)))
            finishing.start()
            await until(lambda: lanes.stopping)
            with pytest.raises(lanes.Busy):
                await lanes.run("small", SMALL, work)
            assert not ended
            work.go.set()
        finishing.join()

    assert client.get("/healthz").json() == {"status": "ok", "small": 0, "large": 0}
    played(main)
    assert ended == [True] and client.get("/healthz").status_code == 503


def test_a_stop_does_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr(lanes, "stopping", False)
    monkeypatch.setattr(lanes.Lane, "ahead", 1)
    assert not lanes.finish(0.1)


# ---- through a route ----


def asked(function, respond=routes.whole):
    """A client of one route that computes `function`, whose requests share one event loop."""
    handler = routes.answering("work", function, 1000, lambda body: SMALL, respond)
    return TestClient(Starlette(routes=[Route("/work", handler, methods=["POST"])]))


def test_parts_are_sent_as_soon_as_they_are_computed():
    work = Work()

    def two(send):
        send(b"one")
        work()
        send(b"two!")

    async def main():
        run = functools.partial(lanes.run, "work", SMALL)
        parts = (await routes.in_parts(run, two)).body_iterator
        assert await anext(parts) == b"\3\0\0\0one" and lanes.SMALL.ahead == 1
        work.go.set()
        assert [part async for part in parts] == [b"\4\0\0\0two!"]
        assert lanes.SMALL.ahead == 0

    played(main)


def test_a_visitor_who_leaves_between_two_parts_ends_the_work():
    ended, sent = anyio.Event(), []

    def endless(send):
        while True:
            send(b"one")
            sent.append(1)
            lanes.still_wanted()
            assert not Work.given_up.is_set()

    async def main():
        run = functools.partial(lanes.run, "work", SMALL, left=ended.wait)
        parts = (await routes.in_parts(run, endless)).body_iterator
        await anext(parts)
        ended.set()
        async for _ in parts:
            pass
        assert lanes.SMALL.ahead == 0 and sent

    played(main)


@pytest.mark.parametrize("before", [True, False])
def test_what_fails_in_parts_is_a_sentence_before_the_first_and_a_broken_answer_after_it(before):
    def failing(body, query, send):
        if not before:
            send(b"one")
        raise ValueError("expected more")

    client = asked(failing, routes.in_parts)
    if before:
        answer = client.post("/work", content=b"a")
        assert (answer.status_code, answer.text) == (422, "Expected more.")
    else:
        with pytest.raises(ValueError, match="expected more"):
            client.post("/work", content=b"a")


def test_a_live_update_is_put_off_while_others_have_all_places_and_a_final_one_is_not():
    work, answers = Work(), []
    with asked(work) as client:

        def ask(query: str):
            answers.append(client.post(f"/work{query}", content=b"a").status_code)

        asking = ("", "?live=1", "")  # the second borrows the place of large work
        threads = [threading.Thread(target=ask, args=[query]) for query in asking]
        for ahead, thread in enumerate(threads, 1):
            thread.start()
            for _ in range(1000):
                if lanes.SMALL.ahead + lanes.BIG.ahead == ahead:
                    break
                time.sleep(0.005)
        assert client.post("/work?live=1", content=b"a").status_code == 204
        work.go.set()
        for thread in threads:
            thread.join()
        assert answers == [200, 200, 200]
        assert client.post("/work?live=1", content=b"a").status_code == 200


def test_busy_is_an_answer_with_a_time(monkeypatch):
    monkeypatch.setattr(lanes.Lane, "ahead", 5)
    monkeypatch.setattr(lanes.SMALL, "seconds", 100.0)
    answer = asked(lambda *_: Response("no")).post("/work", content=b"a")
    assert answer.status_code == 503 and answer.headers["retry-after"] == "500"
    assert answer.text == "The server is busy. Try again in about 500 s."


def test_a_body_that_trickles_is_given_up(monkeypatch):
    monkeypatch.setattr(routes, "MOST_SECONDS", 0.2)

    async def trickle():
        while True:
            yield b"x"
            await anyio.sleep(0.05)

    slow = SimpleNamespace(headers={}, stream=trickle)
    with pytest.raises(ValueError, match="within 0.2 s"):
        anyio.run(routes.body_of, slow, 1000)


def test_the_size_of_work_is_read_from_the_header():
    assert images.pixels(encoded(blob((40, 30), 1), "PNG")) == 1200
    assert images.pixels(png_header(7000, 7000)) == 49_000_000
    assert images.pixels(b"no picture") == 0
    assert parts.size_of("text") == 0
