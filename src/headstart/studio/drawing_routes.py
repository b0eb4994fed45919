"""Addresses for boxes on pictures."""

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from headstart.serve.pages import Answering
from headstart.studio import requests, shown
from headstart.studio.board import Board
from headstart.studio.drawn import Box
from headstart.studio.guarding import asked_in


def drawing_routes(board: Board) -> list[tuple[str, str, Answering]]:
    """Verb, path and answer of each."""
    collection = board.collection

    async def pictures(request: Request) -> Response:
        """Every picture, and what was drawn on it."""
        return JSONResponse(await asyncio.to_thread(shown.pictures, board.listing))

    async def picture(request: Request) -> Response:
        """A picture to draw on, made anew."""
        key = request.query_params.get("key", "")
        path = await asyncio.to_thread(collection.path_of, "", key)
        return Response(await board.parts.looks.picture(path), media_type="image/jpeg")

    async def draw(request: Request) -> Response:
        """Keep the boxes of a picture."""
        asked = await asked_in(request, requests.Drawn)
        path = await asyncio.to_thread(collection.path_of, "", asked.key)
        size = await board.parts.looks.size(path)
        told = asked.boxes
        boxes = None if told is None else [Box(one.label, one.box) for one in told]
        async with board.writing:
            await asyncio.to_thread(collection.draw, asked.key, boxes, size, asked.was)
            now = await asyncio.to_thread(collection.drawings.need, asked.key)
        await board.look()
        return JSONResponse({"revision": now.revision})

    return [
        ("GET", "/pictures", pictures),
        ("GET", "/picture", picture),
        ("POST", "/draw", draw),
    ]
