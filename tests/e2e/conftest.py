"""Real Chromium at the app. That the app starts as the README says is tested by
tests/test_journey.py."""

import os
import shutil
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect, sync_playwright

# The first opens a page with half of the work; each is the same engine
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = int(os.environ.get("PATIENCE", 60_000))  # ms, for a busy machine

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def url(url):
    return url.rstrip("/")


@pytest.fixture(scope="session")
def browser():
    if not CHROMIUM and not os.environ.get("REQUIRE_BROWSER"):
        pytest.skip("Chromium is not installed: apt-get install chromium-headless-shell")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def wrong() -> list[str]:
    """Faults of pages: console messages, failed requests, requests to another machine."""
    return []


@pytest.fixture(autouse=True)
def _nothing_wrong(wrong):
    yield
    said = wrong.copy()
    wrong.clear()
    assert not said


@pytest.fixture
def refusals(wrong):
    """Answers of 422 are not wrong in this test."""
    yield
    wrong[:] = [said for said in wrong if "422" not in said]


@contextmanager
def visits(browser, url, wrong):
    """Opens the app as a visitor of its own, or in another window of `context`, with what
    Playwright knows of a browser (viewport, locale, touch)."""
    contexts = []

    def opened(address: str = "", context=None, **browser_of) -> Page:
        if context is None:
            context = browser.new_context(
                **{"viewport": {"width": 1280, "height": 720}} | browser_of
            )
            contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        note = wrong.append
        page.on("pageerror", lambda error: note(str(error)))
        page.on("console", lambda message: note(f"{message.type}: {message.text}"))
        page.on("response", lambda r: note(f"{r.status} {r.url}") if r.status >= 400 else None)
        page.on("requestfailed", lambda r: note(r.url) if "gradio_api" in r.url else None)
        page.on("request", lambda r: note(r.url) if outside(r.url, url) else None)
        page.goto(f"{url}/{address}")
        return page

    yield opened
    for context in contexts:
        context.close()


def outside(address: str, url: str) -> bool:
    return address.startswith("http") and not address.startswith(url)


@pytest.fixture
def visit(browser, url, wrong):
    """A page for one test; at its end nothing may be wrong."""
    with visits(browser, url, wrong) as opened:
        yield opened


@pytest.fixture(scope="module")
def stay(browser, url, wrong, request):
    """A page at an address, which the tests of a file share: opening one takes seconds. `name`
    tells several at one address apart. After a test that failed it is opened anew."""
    pages = {}
    with visits(browser, url, wrong) as opened:

        def page(address: str = "", name: str = "") -> Page:
            key = address, name, request.session.testsfailed
            if key not in pages:
                pages[key] = opened(address)
            pages[key].unroute_all()
            return pages[key]

        yield page
    assert not wrong
