"""Middleware: what a stranger may not ask for, and the headers that bind a browser to this server.

Pictures come in as uploads alone. Gradio would also fetch an address that a client names instead of
a file, or pass one on through its own proxy: a server that does so can be sent to addresses that
only it can reach."""

import errno

import gradio as gr
from gradio import processing_utils
from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REFUSED = (  # paths after /gradio_api/: what makes the server fetch, and copies of one's session
    *("file=http:", "file=https:", "file/http:", "file/https:", "proxy="),
    "deep_link",
)
MOST_HEADER_BYTES = 16_384
FULL = "The server has no room left on its disk. Try again later."
POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",  # Gradio compiles templates in the page
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self' https://huggingface.co https://*.hf.space",  # a Space is in a frame
    ]
)
EVERYWHERE = {"x-content-type-options": "nosniff"}
HEADERS = EVERYWHERE | {
    "content-security-policy": POLICY,
    "permissions-policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
    "referrer-policy": "same-origin",
}
# Files of the page that are no document: a policy does nothing there, and its bytes add up
FILES = ("text/css", "text/javascript", "application/javascript", "image/png", "image/jpeg",
         "image/webp", "font/")  # fmt: skip


class Guard:
    """ASGI middleware: HEADERS on every answer, EVERYWHERE on files; 403 for paths of REFUSED."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        began = False

        async def bound(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                headers = MutableHeaders(raw=message["headers"])
                is_file = headers.get("content-type", "").startswith(FILES)
                headers.update(EVERYWHERE if is_file else HEADERS)
            await send(message)

        if sum(len(name) + len(value) for name, value in scope["headers"]) > MOST_HEADER_BYTES:
            refused = PlainTextResponse("Expected shorter headers.", status_code=431)
            return await refused(scope, receive, bound)
        _, _, asked = scope["path"].partition("/gradio_api/")
        if asked.lstrip("/").lower().startswith(REFUSED):
            refused = PlainTextResponse("Expected the path of an upload.", status_code=403)
            return await refused(scope, receive, bound)
        try:
            await self.app(scope, receive, bound)
        except OSError as error:
            if error.errno != errno.ENOSPC or began:
                raise
            await PlainTextResponse(FULL, status_code=507)(scope, receive, bound)


async def refuse(url: str, cache_dir: str) -> str:
    """In place of Gradio's download of an address that a client names instead of an upload."""
    raise gr.Error("Expected an upload, got an address.", print_exception=False)


processing_utils.async_ssrf_protected_download = refuse
