"""Serves the page on this machine only, with nothing reported to anybody."""

import contextlib
import logging
import os
import secrets
import socket
import sys
import threading
import time
import warnings
import webbrowser
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from abm.browser import start
from abm.browser.charts import script
from abm.browser.choices import Choices

HOST = "127.0.0.1"
SETTINGS = {
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_KERNEL_CULL_TIMEOUT": "1m",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "False",
    "SOLARA_ASSETS_CDN": "http://127.0.0.1:1/",
}
"""Solara reads these when it is imported; a tab that went away without a word is let go after
a minute, and what is not installed is asked of nobody."""

MOST_BYTES = 2**20  # of one message from a browser
HEADERS = [
    (b"x-frame-options", b"DENY"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", "; ".join(f"{what} {where}" for what, where in (
        ("default-src", "'self'"),
        ("script-src", "'self' 'unsafe-inline' 'unsafe-eval'"),  # Vue compiles in the browser
        ("style-src", "'self' 'unsafe-inline'"),
        ("img-src", "'self' data: blob:"),
        ("font-src", "'self' data:"),
        ("object-src", "'none'"),
        ("base-uri", "'none'"),
        ("form-action", "'none'"),
        ("frame-ancestors", "'none'"),
    )).encode()),
]  # fmt: skip
SCRIPT = "/charts.js"
FRAME = (
    (b"<html>", b'<html lang="en">'),
    (b"<head>", f'<head><script src="{SCRIPT}"></script>'.encode()),
    (b", maximum-scale=1, user-scalable=no, minimal-ui", b""),
    # Mesa's console would load what sets formulas, though it has none to set
    (b"</head>", b"<script>window.renderMathInElement = () => {}</script></head>"),
)
"""What stands in Solara's frame of the page, and what stands there instead."""
KEY = "key"
App = Callable[..., Awaitable[None]]


class PortTakenError(OSError):
    """The port asked for cannot be had."""


def bound_socket(port: int) -> socket.socket:
    """Return a socket on this machine's own address; port 0 is any free one."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":  # a port that was just let go may be taken again
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((HOST, port))
    except OSError as error:
        bound.close()
        raise PortTakenError(
            f"--port: {port} on {HOST} cannot be used ({error.strerror}); "
            "choose another, or leave it out for a free one"
        ) from None
    return bound


class OwnPagesOnly:
    """Refuses what pages of another origin ask, and lets no other site show this page.

    A browser names the origin of whatever opens a WebSocket; without this, any web page could
    start models here. What it fetches without naming one (a picture, a script) it marks as
    coming from elsewhere.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request, or refuse it."""
        headers = dict(scope.get("headers", ()))
        host = headers.get(b"host", b"")
        is_own = headers.get(b"origin", b"http://" + host) == b"http://" + host
        is_elsewhere = headers.get(b"sec-fetch-site") in (b"cross-site", b"same-site")
        if is_own and not (is_elsewhere and headers.get(b"sec-fetch-mode") != b"navigate"):
            if scope["type"] == "http" and scope["path"] == SCRIPT:
                await _send_script(_with_headers(send))
                return
            if scope["type"] == "http" and scope["path"] == "/":
                plain = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
                scope, send = {**scope, "headers": plain}, _with_our_frame(send)
            await self._app(scope, receive, _with_headers(send))
        else:
            await _refuse(scope, send, b"Refused: a foreign origin.")


class KeyHoldersOnly:
    """Answers only who opens the address with its key: others may use this machine, too.

    The console of Mesa's page runs Python as whoever started it.
    """

    def __init__(self, app: App, key: str, port: int) -> None:
        self._app, self._key, self._cookie = app, key, f"nssi-{port}"

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request, take a key for a cookie, or refuse."""
        if scope["type"] == "lifespan" or scope["path"] == "/readyz":
            return await self._app(scope, receive, send)
        sent = _cookies(dict(scope["headers"]).get(b"cookie", b"").decode("latin-1"))
        given = parse_qs(scope["query_string"].decode("latin-1")).get(KEY, [""])[0]
        if self._is_key(sent.get(self._cookie, "")):
            await self._app(scope, receive, send)
        elif scope["type"] == "http" and self._is_key(given):
            cookie = f"{self._cookie}={self._key}; Path=/; HttpOnly; SameSite=Lax"
            headers = [(b"location", b"/"), (b"set-cookie", cookie.encode())]
            await send({"type": "http.response.start", "status": 303, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
        else:
            await _refuse(scope, send, b"Refused: open the address that was printed, with its key.")
        return None

    def _is_key(self, text: str) -> bool:
        return secrets.compare_digest(text.encode(), self._key.encode())


def _cookies(text: str) -> dict[str, str]:
    """Return cookies by name, whatever they are called: servers on other ports set some, too."""
    pairs = (pair.partition("=") for pair in text.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}


async def _refuse(scope: Any, send: Any, reason: bytes) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        await send({"type": "http.response.start", "status": 403, "headers": []})
        await send({"type": "http.response.body", "body": reason})


async def _send_script(send: Any) -> None:
    """Send what draws charts, from this machine: Solara would ask others for what it lacks."""
    content = script().encode()
    headers = [
        (b"content-type", b"text/javascript; charset=utf-8"),
        (b"content-length", str(len(content)).encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def _with_headers(send: Any) -> Any:
    async def send_with_headers(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *HEADERS]
        await send(message)

    return send_with_headers


def _with_our_frame(send: Any) -> Any:
    """Mend what Solara's frame of the page says: it has no language, and forbids to zoom."""
    begun: dict[str, Any] = {}
    content = bytearray()

    async def send_mended(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            begun.update(message)
            return
        content.extend(message.get("body", b""))
        if message.get("more_body"):
            return
        mended = bytes(content)
        for was, instead in FRAME:
            mended = mended.replace(was, instead)
        length = (b"content-length", str(len(mended)).encode())
        others = [pair for pair in begun["headers"] if pair[0] != b"content-length"]
        await send({**begun, "headers": [*others, length]})
        await send({"type": "http.response.body", "body": mended})

    return send_mended


def serve(choices: Choices, port: int, open_browser: bool, stock: bool = False) -> None:
    """Serve the page until Ctrl-C; every page opens with these choices.

    Port 0 is any free one; `stock` shows Mesa's own page instead, to who opens its address with its
    key. If the port cannot be had,
    PortTakenError is raised before anything else.
    """
    bound = bound_socket(port)
    bound_port = bound.getsockname()[1]
    key = secrets.token_urlsafe() if stock else ""
    address = f"http://{HOST}:{bound_port}" + (f"/?{KEY}={key}" if stock else "")
    print("Starting the page ...", file=sys.stderr, flush=True)
    start.first = choices
    os.environ.update(SETTINGS)
    os.environ["SOLARA_APP"] = "abm.browser.stock" if stock else "abm.browser.page"
    import uvicorn
    from solara.server.starlette import app
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    from abm.browser.page_model import MEMORY
    from abm.browser.paired_seeds import kept_options

    MEMORY.store = kept_options().store
    # It warns that it sets no cookie for pages inside other sites, which is what is wanted.
    warnings.filterwarnings("ignore", "Cookies with samesite", module="solara.server.starlette")
    logging.getLogger("reacton").setLevel(logging.CRITICAL)  # the page says what failed in it
    served = KeyHoldersOnly(app, key, bound_port) if stock else app
    guarded = TrustedHostMiddleware(OwnPagesOnly(served), allowed_hosts=[HOST, "localhost"])
    config = uvicorn.Config(
        guarded, log_level="error", access_log=False, timeout_graceful_shutdown=3,
        ws_max_size=MOST_BYTES,
    )  # fmt: skip
    server = uvicorn.Server(config)
    threading.Thread(target=_announce, args=(server, address, open_browser), daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):  # how it is meant to be ended
        server.run(sockets=[bound])
    start.stopped.set()
    print("Stopped.", file=sys.stderr)


def _announce(server: Any, address: str, open_browser: bool) -> None:
    """Say where the page is, once it is there."""
    while not server.started:
        if server.should_exit:
            return
        time.sleep(0.05)
    print(address, flush=True)
    print("The page is there; Ctrl-C ends it.", file=sys.stderr, flush=True)
    if open_browser:
        webbrowser.open(address)
