"""The routes of the page behind the door, as one ASGI application."""

import contextlib
import os
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from headstart.serve import Door, Limits, Lock, Refusal
from headstart.serve.application import Crowd, told_as_json
from headstart.studio.board import Board
from headstart.studio.routes import Desk

BODY_MB = 512
"""Of a zip at most; it is written to the disk as it comes."""


def application(board: Board, lock: Lock, limits: Limits) -> Door:
    """The whole server as ASGI; the board opens when its lifespan begins."""
    routed = Starlette(
        routes=Desk(board, lock, limits).routes(),
        exception_handlers={**told_as_json(), OSError: _unkept},
        lifespan=lambda app: _lifespan(board),
    )
    routed.router.redirect_slashes = False  # addresses would be made of what Host says
    return Door(Crowd(routed, limits.at_once), lock, limits)


async def _unkept(request: Request, error: Exception) -> Response:
    """The disk is full, or the folder was locked or taken away: nothing was changed."""
    assert isinstance(error, OSError)
    why = os.strerror(error.errno or 0)
    fix = "make room, or look whether the folder is there and may be written to"
    refusal = Refusal("H628", 507, "the folder could not be read or written", fix, why)
    headers = {name.decode(): value.decode() for name, value in refusal.headers()}
    return Response(refusal.body(request.scope["path"]), refusal.status, headers)


@contextlib.asynccontextmanager
async def _lifespan(board: Board) -> AsyncIterator[None]:
    await board.open()
    try:
        yield
    finally:
        await board.close()
