"""Which worker runs which tests, so that both end together."""

import functools
import re
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parents[1]
SHARING = re.compile(r'\bstay\b|scope="module"')


@functools.cache
def together(path: str) -> bool:
    """Whether the tests of a file belong to one worker: what they share is made once. Browser tests
    that open pages of their own are long, and share none."""
    if not path.startswith("tests/e2e/"):
        return True
    return bool(SHARING.search((ROOT / path).read_text(encoding="utf-8")))


class Scheduler(LoadScopeScheduling):
    """Hands out files of tests and, where they need not stay together, single tests."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.split("::")[0]
        return path if together(path) else nodeid

    def _reschedule(self, node) -> None:
        """More work for a worker that has one test left. Two, xdist's own measure, may be a minute
        of browser tests that the other worker could have."""
        if not self.workqueue or self._pending_of(self.assigned_work[node]) < 2:
            super()._reschedule(node)
