"""The sheet's own routes, beside Gradio's: a picture comes in as the body of one request and the
answer goes out as one, without the queue and its five requests. Beside them /healthz and
/metrics."""

import asyncio
import contextlib
import functools
import math
from collections.abc import AsyncIterator, Callable

import anyio
import brotli
from anyio import from_thread
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ae_models import images
from ui import codecs, elements, guard, lanes, latents, models, photos, sheet, words

MOST_BYTES = 4_000_000  # of a drawing
MOST_FILE_BYTES = 30_000_000
MOST_SECONDS = 120  # that a body may take to come in
FRESH = {"cache-control": "no-cache"}  # asked for again, and sent only if it has changed
LATENT_PIXELS = 32  # of a decoded face for each byte of its latent


async def body_of(request: Request, most: int) -> bytes:
    """The body. Raises ValueError for one that is too long or too slow, as soon as that is
    known."""
    parts, length = [], int(request.headers.get("content-length", 0))
    with anyio.move_on_after(MOST_SECONDS) as in_time:
        async for part in request.stream():
            parts.append(part)
            length = max(length, sum(map(len, parts)))
            if length > most:
                break
    if in_time.cancelled_caught:
        raise ValueError(f"expected a picture within {MOST_SECONDS} s, got {length} bytes of it")
    if length > most:
        raise ValueError(f"expected a picture of at most {most // 1_000_000} MB")
    return b"".join(parts)


async def whole(run: Callable, function: Callable, *given) -> Response:
    """Run function(*given), which answers with a Response."""
    return await run(function, *given)


async def in_parts(run: Callable, function: Callable, *given) -> Response:
    """Run function(*given, send) and stream what it sends, each part as soon as it is there: its
    length in 4 bytes, then itself. Raises what the function raises before its first part."""
    sending, receiving = anyio.create_memory_object_stream[bytes](math.inf)

    async def work() -> None:
        with sending, contextlib.suppress(lanes.Left):  # nobody is there to be told
            await run(
                function, *given, lambda part: from_thread.run_sync(sending.send_nowait, part)
            )

    working = asyncio.create_task(work())
    try:
        first = await receiving.receive()
    except anyio.EndOfStream:
        await working
        return Response()

    async def parts() -> AsyncIterator[bytes]:
        yield framed(first)
        async for part in receiving:
            yield framed(part)
        await working

    headers = {"x-accel-buffering": "no"}  # nginx would wait for the end
    return StreamingResponse(parts(), media_type="application/octet-stream", headers=headers)


def framed(part: bytes) -> bytes:
    return len(part).to_bytes(4, "little") + part


def answering(
    name: str, function: Callable, most: int, pixels: Callable, respond: Callable = whole
) -> Callable:
    """A handler for function(body, query) -> Response, where a ValueError becomes one sentence.

    respond: `whole`, or `in_parts` for function(body, query, send)."""

    async def handler(request: Request) -> Response:
        async def left() -> None:
            while (await request.receive())["type"] != "http.disconnect":
                pass

        if request.query_params.get("live") == "1" and lanes.lane_of(0).wait() > 0:
            return Response(status_code=204)  # the sheet asks again, with what is then drawn
        try:
            body = await body_of(request, most)
            size = await run_in_threadpool(pixels, body)
            query = dict(request.query_params)
            run = functools.partial(lanes.run, name, size, left=left)
            return await respond(run, function, body, query)
        except ValueError as error:
            text = str(error)
            return PlainTextResponse(f"{text[:1].upper()}{text[1:]}.", status_code=422)
        except lanes.Busy as busy:
            wait = {"retry-after": str(busy.seconds)}
            return PlainTextResponse(str(busy), status_code=503, headers=wait)
        except (lanes.Left, ClientDisconnect):
            return Response(status_code=499)  # nobody reads it

    return handler


def healthz(request: Request) -> Response:
    """200 while requests are taken, 503 while the server stops; how many compute or wait."""
    counts = {lane.name: lane.ahead for lane in lanes.LANES}
    status = "stopping" if lanes.stopping else "ok"
    return JSONResponse({"status": status} | counts, 503 if lanes.stopping else 200)


def metrics(request: Request) -> Response:
    """Counters in Prometheus' text format."""
    return Response(generate_latest(), headers={"content-type": CONTENT_TYPE_LATEST})


def part(request: Request) -> Response:
    """A page element that a tab asks for when it is first opened: html, css and script."""
    name = request.path_params["name"]
    if name not in elements.LATE:
        return PlainTextResponse("Expected the name of a part of the page.", status_code=404)
    return JSONResponse(elements.LATE[name], headers=FRESH)


def indonesian(request: Request) -> Response:
    return Response(words.indonesian(), media_type="text/javascript", headers=FRESH)


@functools.lru_cache(maxsize=4)
def small(page: bytes) -> bytes:
    """The page in Brotli's format, as small as that takes a tenth of a second: it is the same for
    all visitors."""
    return brotli.compress(page, quality=9)


class Head:
    """ASGI middleware: our script and style in the page itself, and the page compressed. Gradio
    adds its own `head` only after its scripts have run, too late for the language and for the first
    paint, and compresses its files alone."""

    def __init__(self, app: ASGIApp):
        self.app, self.head = app, elements.head().encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/":
            return await self.app(scope, receive, send)
        start, body = {}, b""

        async def kept(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                page = body.replace(b"</head>", self.head + b"</head>", 1)
                headers = MutableHeaders(raw=start["headers"])
                if "br" in Headers(scope=scope).get("accept-encoding", ""):
                    page = await run_in_threadpool(small, page)
                    headers["content-encoding"] = "br"
                    headers.add_vary_header("accept-encoding")
                headers["content-length"] = str(len(page))
                await send(start)
                await send({"type": "http.response.body", "body": page})

        await self.app(scope, receive, kept)


class Files(StaticFiles):
    """Pictures that a browser asks for again only if they have changed."""

    def file_response(self, *args, **kwargs) -> Response:
        answer = super().file_response(*args, **kwargs)
        answer.headers.update(FRESH)
        return answer


def route(
    name: str,
    function: Callable,
    most: int = MOST_BYTES,
    pixels: Callable = images.pixels,
    respond: Callable = whole,
) -> Route:
    """pixels: how large the work is, from the body. respond: as of `answering`."""
    handler = answering(name, function, most, pixels, respond)
    return Route(f"/studio/{name}", handler, methods=["POST"])


def latent_pixels(body: bytes) -> int:
    """Pixels of the faces whose latents these are."""
    return LATENT_PIXELS * len(body)


CODEC = {
    "open": codecs.open_picture,
    "ours": codecs.ours,
    "look": codecs.look,
    "latent": codecs.latent,
    "classic": codecs.classic,
    "other": codecs.other,
}
APP = {  # of gr.Blocks.launch
    "routes": [
        Route("/healthz", healthz),
        Route("/metrics", metrics),
        route("paint", sheet.paint),
        route("palettes", sheet.palettes),
        route("rest", sheet.rest, respond=in_parts),
        route("open", sheet.open_picture, MOST_FILE_BYTES),
        route("photo/open", photos.open_photo, MOST_FILE_BYTES),
        route("photo/chroma", photos.chroma),
        route("photo/save", photos.save, MOST_FILE_BYTES),
        *(
            route(f"codec/{name}", function, MOST_FILE_BYTES, codecs.pixels)
            for name, function in CODEC.items()
        ),
        Route("/studio/text/{name}", models.text),
        Route("/studio/part/{name}.json", part),
        Route("/studio/id.js", indonesian),
        Mount("/studio/docs", Files(directory=models.DOCS, check_dir=False)),
        route("face", latents.face, MOST_FILE_BYTES),
        route("faces", latents.faces, MOST_FILE_BYTES),
        route("crop", latents.crop, MOST_FILE_BYTES),
        route("preview", latents.preview, MOST_FILE_BYTES),
        route("translate", latents.translate),
        route("decode", latents.decode, pixels=latent_pixels),
        route("draw", latents.draw),
        route("animate", latents.animate, pixels=latent_pixels),
        route("directions", latents.directions),
        Mount("/studio/static", Files(directory=elements.STATIC)),
    ],
    "middleware": [
        Middleware(guard.Guard),
        # Gradio compresses its files, but not what our routes answer
        Middleware(
            GZipMiddleware,
            compresslevel=6,
            exclude_content_types=(
                *DEFAULT_EXCLUDED_CONTENT_TYPES,
                "application/octet-stream",  # numbers and files that hardly shrink
                "text/javascript",
                "application/javascript",
                "text/css",
                "application/json",
            ),
        ),
        Middleware(Head),
    ],
}
