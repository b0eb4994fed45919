"""Bodies and headers just below and just above what is allowed."""

import asyncio
import time

import pytest
from asking import scope_of

from headstart.serve import Limits, Refusal
from headstart.serve.limits import bounded, declared, need_bounded

SMALL = Limits(header_bytes=300, body_bytes=100, body_s=0.05, body_rate=1000.0)


def refused(*headers: tuple[str, str], path: str = "/predict") -> int:
    try:
        need_bounded(scope_of("POST", path, headers), SMALL)
    except Refusal as refusal:
        return refusal.status
    return 0


@pytest.mark.parametrize(
    ("length", "status"), [("0", 0), ("100", 0), ("101", 413), ("3" * 12, 413)]
)
def test_a_length_is_refused_from_one_byte_above_the_limit(length: str, status: int) -> None:
    assert refused(("content-length", length)) == status


@pytest.mark.parametrize("length", ["-1", "1e3", "0x10", "", "1,2", "٣", "9" * 16])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    assert refused(("content-length", length)) == 400


def test_two_lengths_are_refused() -> None:
    assert refused(("content-length", "5"), ("content-length", "6")) == 400
    assert declared(scope_of("POST", "/")) is None


@pytest.mark.parametrize(("coding", "status"), [("identity", 0), ("gzip", 415), ("br", 415)])
def test_compressed_bodies_are_refused(coding: str, status: int) -> None:
    assert refused(("Content-Encoding", coding)) == status


def test_headers_are_refused_from_one_byte_above_the_limit() -> None:
    sent = len("host127.0.0.1:8123") + 4 + len("/predict") + len("x") + 4
    room = 300 - sent
    assert refused(("x", "a" * room)) == 0
    assert refused(("x", "a" * (room + 1))) == 431
    assert refused(path="/" + "a" * 300) == 431


async def read(pauses: list[float], size: int) -> int:
    waiting = list(pauses)

    async def receive() -> dict:
        await asyncio.sleep(waiting.pop(0))
        return {"type": "http.request", "body": b"a" * size, "more_body": bool(waiting)}

    measured, found = bounded(receive, SMALL), 0
    while (message := await measured())["more_body"]:
        found += len(message["body"])
    return found + len(message["body"])


def test_a_body_of_unknown_length_is_read_up_to_the_limit() -> None:
    assert asyncio.run(read([0, 0], 50)) == 100
    with pytest.raises(Refusal, match="H413"):
        asyncio.run(read([0, 0], 51))


def test_a_body_that_stops_is_given_up_and_one_that_keeps_coming_is_not() -> None:
    began = time.monotonic()
    with pytest.raises(Refusal, match="H408"):
        asyncio.run(read([0, 60], 10))
    assert time.monotonic() - began < 1
    assert asyncio.run(read([0.02] * 4, 25)) == 100  # 80 ms, of which 50 and 75 more are allowed
