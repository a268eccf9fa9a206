"""The sheet's own routes, beside Gradio's: a picture comes in as the body of one request and the answer goes out as
one, without the queue and its five requests."""

import threading
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui import codecs, latents, models, parts, photos, sheet

MOST_BYTES = 4_000_000  # of a drawing
MOST_FILE_BYTES = 30_000_000
BUSY = 2  # requests that compute or wait, from which on a live update is put off

network = threading.Lock()  # one picture at a time: the cores are shared
waiting = 0


async def body_of(request: Request, most: int) -> bytes:
    """The body. Raises ValueError for one that is too long, as soon as that is known."""
    parts, length = [], int(request.headers.get("content-length", 0))
    async for part in request.stream():
        parts.append(part)
        length = max(length, sum(map(len, parts)))
        if length > most:
            break
    if length > most:
        raise ValueError(f"expected a picture of at most {most // 1_000_000} MB")
    return b"".join(parts)


def answering(function: Callable, most: int) -> Callable:
    """A handler for function(body, query) -> Response, where a ValueError becomes one sentence."""

    def computed(*given) -> Response:
        with network:
            return function(*given)

    async def handler(request: Request) -> Response:
        global waiting
        if request.query_params.get("live") == "1" and waiting >= BUSY:
            return Response(status_code=204)  # the sheet asks again, with what is then drawn
        waiting += 1
        try:
            body = await body_of(request, most)
            return await run_in_threadpool(computed, body, dict(request.query_params))
        except ValueError as error:
            text = str(error)
            return PlainTextResponse(f"{text[:1].upper()}{text[1:]}.", status_code=422)
        finally:
            waiting -= 1

    return handler


class Head:
    """ASGI middleware: our script and style in the page itself. Gradio adds its own `head` only after its scripts
    have run, too late for the language and for the first paint."""

    def __init__(self, app: ASGIApp):
        self.app, self.head = app, parts.head().encode()

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
                MutableHeaders(raw=start["headers"])["content-length"] = str(len(page))
                await send(start)
                await send({"type": "http.response.body", "body": page})

        await self.app(scope, receive, kept)


class Files(StaticFiles):
    """Pictures that a browser asks for again only if they have changed."""

    def file_response(self, *args, **kwargs) -> Response:
        answer = super().file_response(*args, **kwargs)
        answer.headers["cache-control"] = "no-cache"
        return answer


def route(name: str, function: Callable, most: int = MOST_BYTES) -> Route:
    return Route(f"/studio/{name}", answering(function, most), methods=["POST"])


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
        route("paint", sheet.paint),
        route("palettes", sheet.palettes),
        route("open", sheet.open_picture, MOST_FILE_BYTES),
        route("photo/open", photos.open_photo, MOST_FILE_BYTES),
        route("photo/chroma", photos.chroma),
        route("photo/save", photos.save, MOST_FILE_BYTES),
        *(route(f"codec/{name}", function, MOST_FILE_BYTES) for name, function in CODEC.items()),
        Route("/studio/text/{name}", models.text),
        Mount("/studio/docs", Files(directory=models.DOCS, check_dir=False)),
        route("face", latents.face, MOST_FILE_BYTES),
        route("faces", latents.faces, MOST_FILE_BYTES),
        route("crop", latents.crop, MOST_FILE_BYTES),
        route("translate", latents.translate),
        route("decode", latents.decode),
        route("draw", latents.draw),
        route("animate", latents.animate),
        route("directions", latents.directions),
        Mount("/studio/static", Files(directory=parts.STATIC)),
    ],
    "middleware": [  # Gradio compresses its files, but not the page itself
        Middleware(
            GZipMiddleware,
            compresslevel=6,
            exclude_content_types=(
                *DEFAULT_EXCLUDED_CONTENT_TYPES,
                "text/javascript",
                "application/javascript",
                "text/css",
                "application/json",
            ),
        ),
        Middleware(Head),
    ],
}
