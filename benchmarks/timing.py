"""How long something takes."""

import statistics
import time
from collections.abc import Callable


def median_ms(function: Callable, rounds: int) -> float:
    """Median milliseconds of a call over so many rounds, after one that does not count."""
    function()
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return 1e3 * statistics.median(seconds)
