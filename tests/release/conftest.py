"""A small release."""

import pytest


@pytest.fixture(scope="session")
def release(tmp_path_factory):
    from tests.release.hub_process import miniature  # torch, which most tests here need

    return miniature(tmp_path_factory.mktemp("release"))
