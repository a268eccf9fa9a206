"""Which worker runs which tests, and in which order."""

from pathlib import Path
from types import SimpleNamespace

from tests import conftest, scheduling

UI, SHEET, FRAME = "tests/ui/test_api.py", "tests/e2e/test_sheet.py", "tests/e2e/test_frame.py"


def named(path: str, count: int) -> list[str]:
    return [f"{path}::test_{i}" for i in range(count)]


class Worker:
    """Keeps the numbers of the tests that it is given."""

    def __init__(self):
        self.given, self.shutting_down = [], False
        self.gateway = SimpleNamespace(id="worker")

    def send_runtest_some(self, numbers: list[int]) -> None:
        self.given += numbers

    def shutdown(self) -> None:
        self.shutting_down = True


def test_files_stay_together_but_for_browser_tests_that_share_nothing():
    assert scheduling.together(UI) and scheduling.together(SHEET)
    assert scheduling.together("tests/e2e/test_static.py")  # exports its networks once
    assert not scheduling.together(FRAME)


def test_a_worker_is_given_more_when_one_test_is_left():
    option = SimpleNamespace(loadscopereorder=False)
    config = SimpleNamespace(option=option, getvalue=lambda name: ["2*popen"])
    scheduler, (one, two) = scheduling.Scheduler(config), (Worker(), Worker())
    for worker in (one, two):
        scheduler.add_node(worker)
        scheduler.add_node_collection(worker, named(UI, 3) + named(FRAME, 4))
    scheduler.schedule()
    assert one.given == [0, 1, 2] and two.given == [3, 4]
    scheduler.mark_test_complete(one, 0)
    assert one.given == [0, 1, 2]
    scheduler.mark_test_complete(one, 1)
    assert one.given == [0, 1, 2, 5]
    scheduler.mark_test_complete(two, 3)
    scheduler.mark_test_complete(one, 2)
    assert two.given == [3, 4, 6] and one.shutting_down and not two.shutting_down


def test_browser_tests_come_last_and_single_ones_at_the_very_end():
    items = [
        SimpleNamespace(nodeid=nodeid, path=Path(nodeid.split("::")[0]))
        for nodeid in named(FRAME, 3) + named(SHEET, 1) + named(UI, 1)
    ]
    conftest.pytest_collection_modifyitems(items)
    assert [item.nodeid for item in items] == named(UI, 1) + named(SHEET, 1) + named(FRAME, 3)
