"""One connection: what uvicorn does, with an end to waiting and our answers to broken requests."""

import asyncio
import sys
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from headstart.serve.door import with_headers
from headstart.serve.http_errors import Refusal
from headstart.serve.overload import Overload

HEADER_S = 10.0
"""Seconds from the beginning of a connection or a request to the end of its headers."""


class Connection(H11Protocol):
    """Closes what sends no whole request in time; tells what is wrong with one that is broken."""

    def __init__(self, *args: Any, overload: Overload | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._timer: asyncio.TimerHandle | None = None
        self._overload, self._unread = overload, 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to count."""
        super().connection_made(transport)
        self._timer = self.loop.call_later(HEADER_S, self._waited)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop counting."""
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count again where a further request begins on a connection that was kept."""
        while data and (self._unread or self._refused(data)):
            size = min(self._unread, len(data))
            self._unread, data = self._unread - size, data[size:]
        if not data:
            return
        if self._timer is None and self.conn.their_state is h11.IDLE:
            self._timer = self.loop.call_later(HEADER_S, self._waited)
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop()

    def _refused(self, data: bytes) -> bool:
        """Whether a request that begins here was refused; its bytes are then to be skipped.

        The time that the rest of it, and then the next request, may take begins anew.
        """
        begins = self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]
        found = self._overload.refused(data) if self._overload and begins else None
        if found is None:
            return False
        answer, self._unread = found
        self._unset_keepalive_if_required()
        self._stop()
        self._timer = self.loop.call_later(HEADER_S, self._waited)
        self.transport.write(answer)
        return True

    def _waited(self) -> None:
        self._timer = None
        if not self.transport.is_closing():
            self.transport.abort()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def send_400_response(self, msg: str) -> None:
        """Refuse what h11 can't read; by the name of the server, where that is what is wrong."""
        error = sys.exc_info()[1]
        refusal = refusal_of(error)
        body = refusal.body("/")
        length = (b"content-length", str(len(body)).encode())
        headers = [*with_headers(refusal.headers()), length, (b"connection", b"close")]
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            start = h11.Response(status_code=refusal.status, headers=headers)
            for event in (start, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def refusal_of(error: BaseException | None) -> Refusal:
    """What is told of a request that is no HTTP.

    >>> refusal_of(h11.RemoteProtocolError("Found multiple Host: headers")).status
    421
    """
    if "Host:" in str(error):
        fix = "send one header Host: 127.0.0.1:PORT"
        return Refusal("H427", 421, "the Host header is missing or repeated", fix)
    if getattr(error, "error_status_hint", 400) == 431:
        return Refusal("H428", 431, "the headers are too large", "send fewer")
    return Refusal("H429", 400, "this is no HTTP request", "send one that is")
