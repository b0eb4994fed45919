"""Requests that change something; `test_studio_routes` asks every address."""

import asyncio

import pytest
from boards import apart  # noqa: F401
from starlette.requests import Request

from headstart.serve import Refusal
from headstart.studio.guarding import SMALL, asked_in
from headstart.studio.requests import NewClass


def asked(kind: str, body: bytes):
    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {"type": "http", "headers": [(b"content-type", kind.encode())]}
    return asyncio.run(asked_in(Request(scope, receive), NewClass))


def test_json_of_at_most_four_megabytes_is_read() -> None:
    assert asked("application/json; charset=utf-8", b'{"name": "cat"}').name == "cat"
    with pytest.raises(Refusal, match="H615"):
        asked("text/plain", b'{"name": "cat"}')
    padded = b'{"name": "cat"}'.ljust(SMALL.body_bytes)
    assert asked("application/json", padded).name == "cat"
    with pytest.raises(Refusal, match="H616"):
        asked("application/json", padded + b" ")
