"""Record of each request for an operator: a line of log, and counters for /metrics.

A line is one JSON object: what was asked, pixels, lane, seconds of wait and work, and the result
(done, refused, busy, left, failed). No picture, no name of a file, no address."""

import contextlib
import json
import logging
import time
from collections.abc import Iterator

from prometheus_client import Counter, Histogram

SECONDS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100)
REQUESTS = Counter("studio_requests", "Requests that compute", ["what", "result"])
WAIT = Histogram("studio_wait_seconds", "Waiting for a turn", ["lane"], buckets=SECONDS)
WORK = Histogram("studio_work_seconds", "Computing", ["what"], buckets=SECONDS)
log = logging.getLogger("studio")


class Turn:
    """Times of one request."""

    def __init__(self):
        self.came, self.started, self.ended = time.monotonic(), None, None
        self.result = "done"

    def starts(self) -> None:
        self.started = time.monotonic()

    def ends(self) -> float:
        """Seconds of work."""
        self.ended = time.monotonic()
        return self.ended - self.started


@contextlib.contextmanager
def request(what: str, pixels: int, lane: str) -> Iterator[Turn]:
    """Count and log a request, however it ends."""
    turn = Turn()
    try:
        yield turn
    except ValueError:
        turn.result = "refused"
        raise
    except BaseException:
        if turn.result == "done":
            turn.result = "failed"
        raise
    finally:
        wait = (turn.started or time.monotonic()) - turn.came
        work = turn.ended - turn.started if turn.ended else 0.0
        REQUESTS.labels(what, turn.result).inc()
        WAIT.labels(lane).observe(wait)
        if turn.ended:
            WORK.labels(what).observe(work)
        about = {"what": what, "pixels": pixels, "lane": lane}
        seconds = {"wait": round(wait, 3), "work": round(work, 3)}
        log.info(json.dumps(about | seconds | {"result": turn.result}))
