"""Limits on the size and duration of a request's body."""

import asyncio
import time
from dataclasses import dataclass

from starlette.types import Message, Receive, Scope

from headstart.serve.http_errors import Refusal

MB = 2**20


@dataclass(frozen=True)
class Limits:
    """Limits on what a client can send, and on what predicting it may take."""

    header_bytes: int = 16 * 1024
    body_bytes: int = 32 * MB
    body_s: float = 10.0
    """Seconds that any body may take; more where it arrives at `body_rate` or faster."""
    body_rate: float = 10_000.0
    """Bytes a second."""
    parts: int = 100
    """Files and fields of a form, inputs of one request."""
    depth: int = 32
    """How deep lists and objects of a JSON body may be nested."""
    at_once: int = 64
    """Requests with a body that are being received at once."""
    queue: int = 128
    """Inputs that wait for a model."""
    queue_s: float = 0.3
    """Expected seconds until its batch begins, from the pace so far, above which an input is
    refused."""
    wait_s: float = 30.0
    """Seconds after which an input without an answer times out."""
    worker_mb: int = 2048
    """Memory that decoding and inference may take on top of the loaded model."""


def header_of(scope: Scope, name: bytes) -> list[bytes]:
    """All values of a header, in the order sent."""
    return [value for key, value in scope["headers"] if key.lower() == name]


def declared(scope: Scope) -> int | None:
    """The declared length of the body in bytes; None where there is none.

    Raises `Refusal` where it is not a number, or declared twice.
    """
    told = header_of(scope, b"content-length")
    if not told:
        return None
    if len(told) > 1 or not (told[0].isdigit() and len(told[0]) <= 15):
        raise Refusal("H400", 400, "Content-Length is not a number", "send one Content-Length")
    return int(told[0])


def need_bounded(scope: Scope, limits: Limits) -> None:
    """Raise `Refusal` where headers are too large, or declare a body too large or compressed."""
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
    """A `receive` that raises `Refusal` once the body is too large or too slow."""
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
