"""Bytes of a file elsewhere, from any of them on; and when waiting for more is given up."""

from collections.abc import Iterator

import fsspec
import pytest
from faulty import Server, serving

from headstart.backbone import streaming
from headstart.backbone.streaming import Broken, Patience, streamed
from headstart.errors import BackboneError, SecurityError

RAW = bytes(range(256)) * 8
SHORT = Patience(timeout_s=0.15, tries=1, wait_s=0.0, most_wait_s=0.0)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving({"/file": RAW}) as made:
        yield made


def taken(url: str, start: int = 0) -> tuple[int, bytes]:
    with streamed(url, start, SHORT) as (first, chunks):
        return first, b"".join(chunks)


def test_a_file_is_read_from_the_byte_that_was_asked_for(server: Server) -> None:
    assert taken(f"{server.url}/file") == (0, RAW)
    assert taken(f"{server.url}/file", 1000) == (1000, RAW[1000:])


def test_a_server_that_begins_anew_is_taken_at_its_word(server: Server) -> None:
    def whole(handler, raw: bytes) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(raw)))
        handler.end_headers()
        handler.wfile.write(raw)

    server.faults = [whole]
    assert taken(f"{server.url}/file", 1000) == (0, RAW)


@pytest.mark.parametrize(
    ("code", "again", "anew"),
    [(404, False, False), (499, False, False), (500, True, False), (429, True, False),
     (408, True, False), (416, True, True)],
)  # fmt: skip
def test_what_a_server_refuses_is_asked_again_where_that_can_help(
    server: Server, code: int, again: bool, anew: bool
) -> None:
    server.faults = [lambda handler, raw: handler.status(code)]
    with pytest.raises(Broken, match=str(code)) as told:
        taken(f"{server.url}/file")
    assert (told.value.again, told.value.anew) == (again, anew)


class Drip:
    """An answer that brings so many bytes every second of a clock of its own."""

    def __init__(self, per_s: int) -> None:
        self.per_s, self.now, self.left = per_s, 0.0, 60

    def read1(self, most: int) -> bytes:
        self.now, self.left = self.now + 1, self.left - 1
        return bytes(self.per_s) if self.left else b""


@pytest.mark.parametrize(("per_s", "stuck"), [(999, True), (1000, False)])
def test_less_than_a_thousand_bytes_a_second_count_as_stuck(monkeypatch, per_s, stuck) -> None:
    drip = Drip(per_s)
    monkeypatch.setattr(streaming.time, "monotonic", lambda: drip.now)
    if stuck:
        with pytest.raises(Broken, match="in 20"):
            list(streaming._chunks(drip, Patience()))
    else:
        assert len(list(streaming._chunks(drip, Patience()))) == 59


def test_a_store_is_read_from_any_byte_on_and_says_what_is_not_there() -> None:
    with fsspec.filesystem("memory").open("/streamed/file", "wb") as file:
        file.write(RAW)
    assert taken("memory://streamed/file", 5) == (5, RAW[5:])
    with pytest.raises(Broken, match="no such file") as told:
        taken("memory://streamed/none")
    assert not told.value.again


def test_what_nothing_reads_and_what_is_not_safe_is_refused() -> None:
    with pytest.raises(BackboneError, match="M497"):
        taken("nosuch://place/file")
    with pytest.raises(SecurityError):
        taken("http://example.org/file")
