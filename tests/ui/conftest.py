"""The app as a launched server, and a stranger's client. Imports are inside: the process that only
hands out tests needs none of this."""

import pytest


def launched(demo) -> str:
    import app

    return demo.launch(**app.LAUNCH, prevent_thread_lock=True, quiet=True)[1]


@pytest.fixture(scope="session")
def url():
    import app

    yield launched(app.demo)
    app.demo.close()


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
