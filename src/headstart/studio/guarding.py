"""What every request that changes something is held to."""

from typing import TypeVar

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from headstart.serve import Limits, Refusal
from headstart.serve.pages import Answering
from headstart.serve.reading import body_of, model_in

HEADER = "x-headstart"
"""Which every request that changes something has: no page of another site can send it."""
SMALL = Limits(body_bytes=4 * 2**20)
"""Of what comes as JSON."""
_Model = TypeVar("_Model", bound=BaseModel)


def guarded(path: str, answer: Answering) -> Answering:
    """With the header, where something is changed by a page that has the cookie."""

    async def checked(request: Request) -> Response:
        if request.method == "POST" and path != "/session" and HEADER not in request.headers:
            fix = f"send the header {HEADER}: page"
            raise Refusal("H614", 403, "a request that changes something lacks a header", fix)
        return await answer(request)

    return checked


async def asked_in(request: Request, model: type[_Model]) -> _Model:
    """What a request says as JSON. Raises `Refusal`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refusal("H615", 415, "this is asked as JSON", "send application/json")
    body = await body_of(request)
    if len(body) > SMALL.body_bytes:
        raise Refusal("H616", 413, "the JSON is too large", "send at most 4 MB in one request")
    return await model_in(body, model, SMALL)
