"""Turns to compute: a small picture never waits for a large one.

All that computes takes its turn here, for our own routes and for Gradio's endpoints alike. Large
work has one place. Small work has the other cores, and borrows the large one's place while that is
free. Turns are taken in order of arrival; work whose visitor left is dropped, and a lane in which
one would wait for more than MOST_SECONDS takes no more.
"""

import asyncio
import contextlib
import ctypes
import os
import sys
import time
from collections.abc import Awaitable, Callable

import anyio
from anyio import CapacityLimiter, from_thread, to_thread

from ui import watch

LARGE = 1_500_000  # pixels, from which on work is large
MOST_SECONDS = 60.0  # of waiting, beyond which a lane is full
RECENT = 0.1  # share of the latest work in the mean


class Busy(Exception):
    """A lane is full, or the server is stopping; `seconds` until it is worth to ask again."""

    def __init__(self, seconds: float):
        self.seconds = max(1, round(seconds))
        super().__init__(f"The server is busy. Try again in about {self.seconds} s.")


class Left(Exception):
    """The visitor closed the page or the connection."""


class Lane:
    """Places to compute, and those who wait for them in order of arrival."""

    def __init__(self, name: str, places: int, seconds: float):
        """seconds: what work takes until some has been measured."""
        self.name, self.places, self.seconds = name, CapacityLimiter(places), seconds

    @property
    def ahead(self) -> int:
        """How many compute or wait."""
        state = self.places.statistics()
        return state.borrowed_tokens + state.tasks_waiting

    def wait(self) -> float:
        """Seconds until a newcomer's turn, by what work took so far."""
        places = int(self.places.total_tokens)
        return max(0, self.ahead - places + 1) * self.seconds / places

    def took(self, seconds: float) -> None:
        self.seconds += RECENT * (seconds - self.seconds)


SMALL = Lane("small", max(1, (os.cpu_count() or 2) - 1), 0.3)
BIG = Lane("large", 1, 3.0)
LANES = (SMALL, BIG)
stopping = False  # no new work is taken, what waits or computes is finished


def lane_of(pixels: int) -> Lane:
    if pixels > LARGE:
        return BIG
    return BIG if SMALL.ahead >= SMALL.places.total_tokens and not BIG.ahead else SMALL


async def run(
    what: str, pixels: int, function: Callable, *given, left: Callable[[], Awaitable] | None = None
):
    """Compute function(*given) in a thread when it is its turn.

    what: name in the log. left: returns when the visitor has left. Raises Busy, Left, and what the
    function raises."""
    lane = lane_of(pixels)
    with watch.request(what, pixels, lane.name) as request:
        if stopping or lane.wait() > MOST_SECONDS:
            request.result = "busy"
            raise Busy(lane.wait())

        def turn():
            request.starts()
            try:
                return function(*given)
            finally:
                lane.took(request.ends())
                if pixels > LARGE:
                    return_memory()

        with anyio.CancelScope() as scope:
            watching = asyncio.create_task(cancel(scope, left)) if left else None
            try:
                return await to_thread.run_sync(turn, limiter=lane.places)
            finally:
                if watching:
                    watching.cancel()
        request.result = "left"
        raise Left


async def cancel(scope: anyio.CancelScope, left: Callable[[], Awaitable]) -> None:
    await left()
    scope.cancel()


def still_wanted() -> None:
    """Between two slices of long work: end it if its visitor has left."""
    try:
        from_thread.check_cancelled()
    except RuntimeError:  # not in a turn: a command line or a test
        return


def return_memory() -> None:
    """Give the system back what a large picture took: glibc would keep up to 2 GB of it."""
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)


def finish(seconds: float) -> bool:
    """Take no new work and wait until what is there has been done: whether it was in time."""
    global stopping
    stopping = True
    until = time.monotonic() + seconds
    while any(lane.ahead for lane in LANES):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
