"""Every endpoint as a program meets it: called once, and no text of it empty, also over MCP."""

import asyncio
import base64
import io

import numpy as np
import pytest
from gradio_client import Client, handle_file
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from PIL import Image

import app
from ae_models import tasks, zoo
from tests.pictures import blob, circle, encoded
from ui import morph, palettes, routes

NUMBERS = zoo.config("face-vae-plus")["arguments"]["latent"]
FACE, PHOTO, DRAWING = blob((64, 64), 1), blob((48, 40), 2), circle((48, 40))
CALLS = {  # endpoint -> the least that it takes; a picture is uploaded
    "color_sketch": {"sketch": DRAWING},
    "clean_sketch": {"picture": DRAWING},
    "surprise": {"sketch": DRAWING, "count": 2},
    "face_to_sketch": {"photo": FACE},
    "sketch_to_face": {"sketch": FACE},
    "colorize": {"photo": PHOTO},
    "colorize_many": {"photos": [PHOTO, FACE]},
    "reconstruct": {"picture": PHOTO},
    "compress": {"picture": PHOTO},
    "decompress": {"path": tasks.compress(zoo.load("dcae-plus"), PHOTO)},
    "morph": {"a": FACE, "b": PHOTO, "steps": 2},
    "sample": {"count": 1},
    "encode_face": {"face": FACE},
    "decode_faces": {"latents": [[0.5] * NUMBERS]},
    "edit": {"face": FACE, "changes": '{"Smiling": 1}'},
    "models": {},
}


@pytest.fixture(scope="module")
def url():
    demo = app.build()
    own = app.LAUNCH | {"app_kwargs": dict(routes.APP)}  # Gradio adds MCP's own to them
    yield demo.launch(**own, mcp_server=True, prevent_thread_lock=True, quiet=True)[1]
    demo.close()


@pytest.fixture(scope="module")
def client(url):
    return Client(url, verbose=False)


@pytest.fixture(scope="module")
def called(client, tmp_path_factory):
    """Endpoint -> its answer with the least that it takes."""
    folder = tmp_path_factory.mktemp("api")

    def sent(value):
        if isinstance(value, list) and isinstance(value[0], Image.Image):
            return [sent(item) for item in value]
        if not isinstance(value, Image.Image | bytes):
            return value
        data, suffix = (
            (value, "aes") if isinstance(value, bytes) else (encoded(value, "PNG"), "png")
        )
        path = folder / f"{len(list(folder.iterdir()))}.{suffix}"
        path.write_bytes(data)
        return handle_file(str(path))

    return {
        name: client.predict(**{k: sent(v) for k, v in given.items()}, api_name=f"/{name}")
        for name, given in CALLS.items()
    }


def test_no_text_of_an_endpoint_is_empty(client):
    endpoints = client.view_api(return_format="dict")["named_endpoints"]
    assert {name.strip("/") for name in endpoints} == set(CALLS)
    for name, endpoint in endpoints.items():
        texts = {"itself": endpoint["description"]}
        texts |= {
            p["parameter_name"]: p["python_type"]["description"] for p in endpoint["parameters"]
        }
        texts |= {
            f"value {i}": v["python_type"]["description"] for i, v in enumerate(endpoint["returns"])
        }
        assert all(len(text or "") > 10 for text in texts.values()), (name, texts)


def test_an_example_on_the_page_is_no_default_of_the_api(client):
    endpoints = client.view_api(return_format="dict")["named_endpoints"]
    for name in ("reconstruct", "compress"):
        picture = endpoints[f"/{name}"]["parameters"][0]
        assert not picture["parameter_has_default"] and picture["parameter_name"] == "picture"


def opened(path: str) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"))


@pytest.mark.parametrize("name", CALLS)
def test_each_endpoint_answers(called, name):
    assert called[name] not in (None, "", [])


def test_endpoints_of_the_sketch_give_what_the_tasks_give(called):
    network = zoo.load("sketch-color-plus")
    assert np.array_equal(opened(called["clean_sketch"]), tasks.clean_sketch(DRAWING))
    pictures, proposed = called["surprise"]
    wanted = tasks.surprise(network, DRAWING, count=2)
    assert [palettes.entries(str(p).replace("'", '"')) for p in proposed] == [p for _, p in wanted]
    for given, (picture, _) in zip(pictures, wanted):
        assert np.array_equal(opened(given["image"]), picture)


def test_a_face_goes_through_its_numbers_and_back(client, called):
    network = zoo.load("face-vae-plus")
    latent = called["encode_face"]
    assert latent == tasks.encode(network, morph.in_pose(FACE))[0].tolist()
    (again,) = client.predict(latents=[latent], api_name="/decode_faces")
    wanted = tasks.decode_all(network, morph.tensor([latent], NUMBERS))[0]
    assert np.array_equal(opened(again["image"]), wanted)


@pytest.mark.parametrize(
    "latents", [[], [[1.0] * (NUMBERS - 1)], [["a"] * NUMBERS], {"a": 1}, 3, None, [None]]
)
def test_latents_of_another_shape_are_refused(latents):
    with pytest.raises(ValueError, match=f"1 to 257 lists of {NUMBERS} numbers"):
        morph.decode_faces(latents, "plus")


# ---- over MCP ----


def over_mcp(url: str, ask):
    """The answer of `ask`, a coroutine function of a session."""

    async def talk():
        async with (
            streamable_http_client(f"{url}gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return await ask(session)

    return asyncio.run(talk())


def test_each_endpoint_is_a_tool_without_an_empty_text(url):
    listed = over_mcp(url, lambda session: session.list_tools()).tools
    tools = {tool.name: tool for tool in listed}
    assert set(tools) == set(CALLS)
    for name, tool in tools.items():
        given = tool.inputSchema["properties"]
        assert len(tool.description) > 10 and set(CALLS[name]) <= set(given)
        assert all(len(p.get("description", "")) > 10 for p in given.values()), (name, given)


def test_a_tool_takes_a_picture_and_gives_one(url):
    data = "data:image/png;base64," + base64.b64encode(encoded(PHOTO, "PNG")).decode()
    answer = over_mcp(url, lambda session: session.call_tool("colorize", {"photo": data}))
    assert not answer.isError, answer.content
    picture = next(part for part in answer.content if part.type == "image")
    colored = Image.open(io.BytesIO(base64.b64decode(picture.data))).convert("RGB")
    assert np.array_equal(colored, tasks.colorize(zoo.load("photo-color-plus"), PHOTO))


def test_an_error_of_a_tool_is_one_sentence(url):
    answer = over_mcp(url, lambda s: s.call_tool("decode_faces", {"latents": [[1]]}))
    assert answer.isError and f"lists of {NUMBERS} numbers" in answer.content[0].text
