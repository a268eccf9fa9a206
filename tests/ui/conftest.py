"""A stranger's client of the launched app. Imports are inside: the process that only hands out
tests needs none of this."""

import pytest


@pytest.fixture(scope="session")
def client(url):
    from gradio_client import Client

    return Client(url, verbose=False)


@pytest.fixture
def upload(tmp_path):
    """Bytes or a picture -> what the client sends for a file."""
    from gradio_client import handle_file

    from tests.pictures import encoded

    def make(content, name="picture.png"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else encoded(content, "PNG"))
        return handle_file(str(path))

    return make
