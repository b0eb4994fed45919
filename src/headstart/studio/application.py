"""The routes of the page behind the door, as one ASGI application."""

import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette

from headstart.serve import Door, Limits, Lock
from headstart.serve.application import Crowd, told_as_json
from headstart.studio.board import Board
from headstart.studio.routes import Desk

BODY_MB = 512
"""Of a zip at most; it is written to the disk as it comes."""


def application(board: Board, lock: Lock, limits: Limits) -> Door:
    """The whole server as ASGI; the board opens when its lifespan begins."""
    routed = Starlette(
        routes=Desk(board, lock, limits).routes(),
        exception_handlers=told_as_json(),
        lifespan=lambda app: _lifespan(board),
    )
    routed.router.redirect_slashes = False  # addresses would be made of what Host says
    return Door(Crowd(routed, limits.at_once), lock, limits)


@contextlib.asynccontextmanager
async def _lifespan(board: Board) -> AsyncIterator[None]:
    await board.open()
    try:
        yield
    finally:
        await board.close()
