"""Refuses predictions by their first bytes while too much waits, at a fraction of a route's cost.

In a flood most requests are refused. Where each is parsed and routed first, that leaves the
worker, and the answers of what was taken, no time on a small machine.
"""

import re
from collections.abc import Callable

from headstart.serve.counters import Counters
from headstart.serve.door import with_headers
from headstart.serve.http_errors import Refusal
from headstart.serve.limits import Limits
from headstart.serve.lock import Lock

_PREDICTION = re.compile(rb"POST (/predict|/v2/models/[^ /?]+(?:/versions/[^ /?]+)?/infer)[? ]")
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,9})[ \t]*\r\n")
_NAME = re.compile(rb"[A-Za-z0-9-]+")
_ODD = (b"\r\ntransfer-encoding:", b"\r\nexpect:", b"\r\nconnection:", b"\r\nupgrade:")
"""What changes how a body is read or what follows it: such a request takes the long way."""


def full() -> Refusal:
    """What is told where too much waits."""
    return Refusal("H503", 503, "too much waits already", "ask again later", retry_s=1)


class Overload:
    """Whether requests that just begin are refused with their bodies unread.

    Only who may ask is told that too much waits: others take the long way, to the door.
    """

    def __init__(
        self, busy: Callable[[], bool], counters: Counters, limits: Limits, lock: Lock
    ) -> None:
        self._busy, self._counters, self._limits, self._lock = busy, counters, limits, lock
        refusal = full()
        self._answers = {v2: _answer(refusal, "/v2" if v2 else "/") for v2 in (False, True)}

    def refused(self, data: bytes) -> tuple[bytes, int] | None:
        """The whole answer, and the size of the request with its body; None where it is read.

        `data` begins where a request begins.
        """
        asked = _PREDICTION.match(data)
        if asked is None or not self._busy():
            return None
        end = data.find(b"\r\n\r\n", 0, self._limits.header_bytes) + 4
        head = data[:end].lower()
        told = _LENGTH.search(head)
        if told is None or head.count(b"\ncontent-length") > 1 or any(odd in head for odd in _ODD):
            return None
        size = int(told[1])
        if size > self._limits.body_bytes or not self._may_ask(data[: end - 4], asked[1]):
            return None
        v2 = asked[1] != b"/predict"
        route = "/v2/models/{name}/infer" if v2 else "/predict"
        self._counters.request("POST", route, 503, 0.0)
        return self._answers[v2], end + size

    def _may_ask(self, head: bytes, path: bytes) -> bool:
        """Whether name, page and token are right, as far as headers are written plainly."""
        lines = [line.partition(b":") for line in head.split(b"\r\n")[1:]]
        if not all(mark and _NAME.fullmatch(name) for name, mark, _ in lines):
            return False
        headers = [(name.lower(), value.strip(b" \t")) for name, _, value in lines]
        try:
            self._lock.need_allowed({"headers": headers, "raw_path": path})
        except Refusal:
            return False
        return True


def _answer(refusal: Refusal, path: str) -> bytes:
    body = refusal.body(path)
    headers = with_headers([*refusal.headers(), (b"content-length", b"%d" % len(body))])
    lines = [b"HTTP/1.1 503 Service Unavailable", *(b": ".join(pair) for pair in headers)]
    return b"\r\n".join([*lines, b"", body])
