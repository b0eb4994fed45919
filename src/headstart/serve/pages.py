"""Files of the package that a browser is sent as they are, and its way in."""

from collections.abc import Awaitable, Callable
from importlib import resources

from starlette.requests import Request
from starlette.responses import Response

from headstart.serve.lock import Lock

Answering = Callable[[Request], Awaitable[Response]]
_TYPES = {"html": "text/html", "js": "text/javascript", "css": "text/css"}


def page(*files: str) -> Answering:
    """Send files of the package, "room/name", one after another as one."""
    package = resources.files("headstart")
    body = b"".join(package.joinpath(file).read_bytes() for file in files)
    media = _TYPES[files[-1].rpartition(".")[2]]

    async def sent(request: Request) -> Response:
        return Response(body, media_type=media)

    return sent


def admitting(lock: Lock) -> Response:
    """Give a browser that has the token a cookie in its place."""
    answer = Response(status_code=204)
    if lock.token is not None:
        answer.set_cookie(lock.cookie_name, lock.cookie, httponly=True, samesite="strict", path="/")
    return answer
