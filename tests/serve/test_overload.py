"""Requests that are refused by their first bytes, and those that are not."""

import asyncio

import pytest
from servers import Models
from test_connection import listening

from headstart.serve import Limits, Lock
from headstart.serve.counters import Counters
from headstart.serve.overload import Overload

LIMITS = Limits()
BODY = b"0123456789"


def request(
    path: str = "/predict", more: str = "", length: str = "10", verb: str = "POST"
) -> bytes:
    lines = [f"{verb} {path} HTTP/1.1", "Host: 127.0.0.1:1", f"CONTENT-length: {length}"]
    return "\r\n".join([*lines, *([more] if more else []), "", ""]).encode() + BODY


def overload(
    *, busy: bool = True, counters: Counters | None = None, token: str | None = None
) -> Overload:
    return Overload(lambda: busy, counters or Counters(), LIMITS, Lock(1, token))


@pytest.mark.parametrize(
    "path", ["/predict", "/predict?model=a", "/v2/models/a/infer", "/v2/models/a/versions/1/infer"]
)
def test_predictions_are_refused_with_the_size_of_all_that_is_skipped(path: str) -> None:
    counters = Counters()
    found = overload(counters=counters).refused(request(path) + b"POST ")
    assert found is not None and found[1] == len(request(path))
    assert found[0].startswith(b"HTTP/1.1 503 ") and b"retry-after: 1\r\n" in found[0]
    assert b"nosniff" in found[0] and b"H503" in found[0]
    assert (b'{"error": "H503' in found[0]) == path.startswith("/v2")
    assert [(verb, status) for verb, _, status in counters.requests] == [("POST", 503)]


@pytest.mark.parametrize(
    "raw",
    [
        request(verb="GET"),
        request("/session"),
        request("/v2/models/a/ready"),
        request("/predicted"),
        request(more="Content-Length: 10"),
        request(more="Transfer-Encoding: chunked"),
        request(more="Expect: 100-continue"),
        request(more="Connection: close"),
        request(length="ten"),
        request(length=str(LIMITS.body_bytes + 1)),
        request(more="A: " + "a" * LIMITS.header_bytes),
        request()[:40],
    ],
)
def test_what_is_odd_or_no_prediction_takes_the_long_way(raw: bytes) -> None:
    assert overload().refused(raw) is None


@pytest.mark.parametrize("name", ["evil.example", "127.0.0.1.evil", "127.0.0.1:2", "localhost."])
def test_a_foreign_name_is_told_so_in_a_flood_too(name: str) -> None:
    foreign = request().replace(b"127.0.0.1:1", name.encode())
    assert overload().refused(foreign) is None

    async def ask() -> bytes:
        async with listening(overload()) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(foreign)
            found = await asyncio.wait_for(reader.read(10_000), 5)
            writer.close()
            return found

    assert asyncio.run(ask()).startswith(b"HTTP/1.1 421 ")


@pytest.mark.parametrize(
    "more",
    [
        "Host: 127.0.0.1:1",
        "Origin: http://evil.example",
        "Origin: null",
        "Sec-Fetch-Site: cross-site",
        "A : b",
        "no header at all",
        " A: folded",
    ],
)
def test_pages_of_others_and_odd_headers_take_the_long_way(more: str) -> None:
    assert overload().refused(request(more=more)) is None
    assert overload().refused(request(more="Origin: http://127.0.0.1:1")) is not None


def test_in_a_flood_who_has_no_token_is_not_told_of_it() -> None:
    guarded = overload(token="T" * 20)
    for told, refused in (("A: b", False), ("Authorization: Bearer " + "T" * 20, True)):
        assert (guarded.refused(request(more=told)) is not None) == refused
    assert guarded.refused(request(more="Authorization: Bearer " + "t" * 20)) is None


def test_nothing_is_refused_while_there_is_room() -> None:
    assert overload(busy=False).refused(request()) is None
    assert overload().refused(request(length=str(LIMITS.body_bytes))) is not None


@pytest.mark.parametrize("cuts", [[], [-10], [-4], [-4, -2]])
def test_a_connection_is_in_step_after_requests_that_were_not_read(cuts: list[int]) -> None:
    """The last request is answered by the application, wherever those before it were cut."""

    async def ask() -> bytes:
        async with listening(overload()) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            raw, last = 2 * request(), b"GET /v2 HTTP/1.1\r\nHost: evil\r\n\r\n"
            for begin, end in zip([0, *cuts], [*cuts, None], strict=True):
                writer.write(raw[begin:end])
                await asyncio.sleep(0.02)
            writer.write(last)
            found = b""
            while b"HTTP/1.1 421" not in found:
                found += await asyncio.wait_for(reader.read(10_000), 5)
            writer.close()
            return found

    found = asyncio.run(ask())
    assert found.count(b"HTTP/1.1 503") == 2 and found.count(b"HTTP/1.1") == 3


def test_a_body_that_is_skipped_has_an_end_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headstart.serve.connection.HEADER_S", 0.2)

    async def ask() -> bytes:
        async with listening(overload()) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request()[:-1])
            found = await asyncio.wait_for(reader.read(), 5)
            writer.close()
            return found

    assert asyncio.run(ask()).count(b"HTTP/1.1 503") == 1


def test_models_are_full_once_each_of_them_is() -> None:
    models = Models()
    models.one.queue.full = lambda more: more > 0
    assert models.full
    models.one.queue.full = lambda more: more > 1
    assert not models.full
    models.ready = False
    models.one.queue.full = lambda more: True
    assert not models.full
