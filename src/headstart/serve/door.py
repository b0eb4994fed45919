"""What every request passes before any route: size, name, page, token; and every answer after.

Pure ASGI, outside the application, so that no route, static file or error page can be reached
around it.
"""

import asyncio
import base64
import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headstart.serve.http_errors import Refusal
from headstart.serve.limits import Limits, bounded, header_of, need_bounded
from headstart.serve.lock import Lock

LOG = logging.getLogger("headstart.serve")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
_DRAIN_S = 0.3


@dataclass(frozen=True, eq=False)
class Door:
    """An application that nobody reaches unless size, name, page and token are right."""

    app: ASGIApp
    lock: Lock
    limits: Limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        body = _Body(bounded(receive, self.limits), ended=not _has_body(scope))
        answer = _Answer(send, body)
        try:
            need_bounded(scope, self.limits)
            self.lock.need_allowed(scope)
            await self.app(scope, body.receive, answer.send)
        except Refusal as refusal:
            await _refused(refusal, scope, receive, answer)
        except Exception as error:
            LOG.error("%s while %s was answered", type(error).__name__, scope["method"])
            told = Refusal("H500", 500, "the server failed", "look at its output, and ask again")
            await _refused(told, scope, receive, answer)


class _Body:
    """Knows whether the body was read to its end."""

    def __init__(self, receive: Receive, *, ended: bool) -> None:
        self._receive, self.ended = receive, ended

    async def receive(self) -> Message:
        message = await self._receive()
        self.ended = self.ended or not message.get("more_body", False)
        return message


class _Answer:
    """Adds the headers that every answer has, and knows whether one was begun.

    What is left of a body would be taken for the next request, or waited for: the connection ends.
    """

    def __init__(self, send: Send, body: _Body) -> None:
        self._send, self.body = send, body
        self.begun = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = list(message.get("headers", ()))
            if not self.body.ended:
                headers.append((b"connection", b"close"))
            message = {**message, "headers": with_headers(headers)}
        await self._send(message)


def with_headers(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """An answer's headers and those that every answer has, unless it has them already."""
    named = {name.lower() for name, _ in headers}
    return [*headers, *(pair for pair in HEADERS if pair[0] not in named)]


async def _refused(refusal: Refusal, scope: Scope, receive: Receive, answer: _Answer) -> None:
    if answer.begun:
        return
    body, headers = refusal.body(scope["path"]), refusal.headers()
    if refusal.status == 401 and scope["method"] == "GET" and _reads_pages(scope):
        body, headers = entrance(headers)
    answer.body.ended = answer.body.ended or await _drained(scope, receive)
    headers.append((b"content-length", str(len(body)).encode()))
    await answer.send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    body = b"" if scope["method"] == "HEAD" else body
    await answer.send({"type": "http.response.body", "body": body})


async def _drained(scope: Scope, receive: Receive) -> bool:
    """Read on for a moment, so that a client that is still sending hears why it is refused.

    Whether the body was read to its end.
    """
    if header_of(scope, b"expect"):
        return False
    try:
        async with asyncio.timeout(_DRAIN_S):
            while (await receive()).get("more_body", False):
                pass
    except TimeoutError:
        return False
    return True


def _has_body(scope: Scope) -> bool:
    named = (b"content-length", b"transfer-encoding")
    return any(header_of(scope, name) not in ([], [b"0"]) for name in named)


def _reads_pages(scope: Scope) -> bool:
    return any(b"text/html" in value for value in header_of(scope, b"accept"))


def entrance(
    headers: Iterable[tuple[bytes, bytes]],
) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """The page that a browser without a cookie gets: it hands over the token of the address."""
    page = resources.files("headstart.serve").joinpath("entrance.html").read_bytes()
    script = page.split(b"<script>")[1].split(b"</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script).digest()).decode()
    policy = POLICY.replace("script-src 'self'", f"script-src 'sha256-{digest}'")
    kept = [pair for pair in headers if pair[0] != b"content-type"]
    named = [(b"content-security-policy", policy.encode())]
    return page, [(b"content-type", b"text/html; charset=utf-8"), *named, *kept]
