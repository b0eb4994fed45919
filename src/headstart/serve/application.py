"""The routes behind the door, as one ASGI application."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from headstart.serve.counters import Counters
from headstart.serve.door import Door
from headstart.serve.http_errors import Refusal
from headstart.serve.limits import Limits
from headstart.serve.lock import Lock
from headstart.serve.routes import Desk
from headstart.serve.shelf import Shelf


def application(shelf: Shelf, lock: Lock, limits: Limits, counters: Counters | None = None) -> Door:
    """The whole server as ASGI; models are loaded when its lifespan begins."""
    desk = Desk(shelf, lock, counters or Counters())
    routed = Starlette(
        routes=desk.routes(),
        exception_handlers=told_as_json(),
        lifespan=lambda app: _lifespan(shelf),
    )
    routed.router.redirect_slashes = False  # addresses would be made of what Host says
    return Door(Crowd(routed, limits.at_once), lock, limits)


def told_as_json() -> dict[Any, Any]:
    """What makes answers of errors, as Starlette wants it."""
    return {HTTPException: _plain, Refusal: _refused}


@contextlib.asynccontextmanager
async def _lifespan(shelf: Shelf) -> AsyncIterator[None]:
    """Answer at once, load beside it, and let what is under way finish at the end."""
    loading = asyncio.create_task(shelf.open_or_fail())
    try:
        yield
    finally:
        loading.cancel()
        await shelf.close()


class Crowd:
    """Lets so many requests with a body in at once, and sends the rest away."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app, self._most, self._inside = app, most, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one, or refuse it."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        if self._inside >= self._most:
            raise Refusal("H506", 503, "too many requests at once", "ask again later", retry_s=1)
        self._inside += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._inside -= 1


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    headers = {name.decode(): value.decode() for name, value in error.headers()}
    return Response(error.body(request.scope["path"]), error.status, headers)


async def _plain(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    what = {404: "there is no such address", 405: "this address is not asked that way"}
    told = what.get(error.status_code, "the request is not read")
    refusal = Refusal("H404", error.status_code, told, "see /openapi.json")
    answer = await _refused(request, refusal)
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer
