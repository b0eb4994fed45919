"""How much a request may bring, and how long it may take to bring it."""

import asyncio
import time
from dataclasses import dataclass

from starlette.types import Message, Receive, Scope

from headstart.serve.http_errors import Refusal

MB = 2**20


@dataclass(frozen=True)
class Limits:
    """The most of everything that a client can send."""

    header_bytes: int = 16 * 1024
    header_s: float = 10.0
    body_bytes: int = 32 * MB
    body_s: float = 10.0
    """Seconds that any body may take; more is allowed to one that keeps up `body_rate`."""
    body_rate: float = 10_000.0
    """Bytes a second."""
    parts: int = 100
    """Files and fields of a form, things of one request."""
    depth: int = 32
    """How deep lists and objects of a JSON body may be nested."""
    at_once: int = 64
    """Requests with a body that are under way."""
    queue: int = 128
    """Things that wait for a model."""
    queue_s: float = 1.0
    """Seconds that a thing may be expected to take in the queue, by the pace of those before it."""
    wait_s: float = 30.0
    """Seconds after which a thing that no model has answered is given up."""
    worker_mb: int = 2048
    """Memory that decoding and inference may take on top of the loaded model."""


def header_of(scope: Scope, name: bytes) -> list[bytes]:
    """Every value of a header, in the order sent."""
    return [value for key, value in scope["headers"] if key.lower() == name]


def declared(scope: Scope) -> int | None:
    """The body's length in bytes as the request says it; None where it does not.

    Raises `Refusal` for one that is no number, or said twice.
    """
    told = header_of(scope, b"content-length")
    if not told:
        return None
    if len(told) > 1 or not (told[0].isdigit() and len(told[0]) <= 15):
        raise Refusal("H400", 400, "the length of the body is no number", "send one Content-Length")
    return int(told[0])


def need_bounded(scope: Scope, limits: Limits) -> None:
    """Raise `Refusal` where the headers say that the request is too large, or compressed."""
    sent = sum(len(name) + len(value) + 4 for name, value in scope["headers"])
    if sent + len(scope.get("raw_path") or b"") + len(scope["query_string"]) > limits.header_bytes:
        most = f"{limits.header_bytes:,}"
        raise Refusal("H431", 431, "the headers are too large", f"send at most {most} bytes")
    if (declared(scope) or 0) > limits.body_bytes:
        raise _too_large(limits)
    coded = [value.strip().lower() for value in header_of(scope, b"content-encoding")]
    if any(value != b"identity" for value in coded):
        raise Refusal("H415", 415, "compressed bodies are not read", "send no Content-Encoding")


def bounded(receive: Receive, limits: Limits) -> Receive:
    """Messages of a body, until it is too large or too slow: then `Refusal` is raised."""
    began, size = time.monotonic(), 0

    async def measured() -> Message:
        nonlocal size
        most_s = limits.body_s + size / limits.body_rate
        try:
            async with asyncio.timeout(max(0.0, began + most_s - time.monotonic())):
                message = await receive()
        except TimeoutError:
            told = f"a body has {limits.body_s:g} s, and more at 10 KB/s"
            raise Refusal("H408", 408, "the body came too slowly", "send it again", told) from None
        size += len(message.get("body", b""))
        if size > limits.body_bytes:
            raise _too_large(limits)
        return message

    return measured


def _too_large(limits: Limits) -> Refusal:
    most = f"{limits.body_bytes / MB:g} MB"
    return Refusal("H413", 413, "the body is too large", f"send at most {most} in one request")
