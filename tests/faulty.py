"""A web server on this machine that fails in the ways that networks do."""

import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Fault = Callable[["Handler", bytes], None]


class Handler(BaseHTTPRequestHandler):
    """Gives the server's files, or does what its next fault says."""

    def do_GET(self) -> None:
        raw = self.server.files.get(self.path)
        self.server.asked.append((self.path, self.headers.get("Range", "")))
        if raw is None:
            self.send_error(404)
            return
        fault = self.server.next_fault(self.path)
        with suppress(OSError):  # the other side had enough
            fault(self, raw) if fault else self.give(raw)

    def give(self, raw: bytes, most: int | None = None, length: int | None = None) -> None:
        """From the byte that was asked for on; `most` bytes of it, whatever the length says."""
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(found[1]) if found else 0
        body = raw[start:]
        self.send_response(206 if found else 200)
        if found:
            self.send_header("Content-Range", f"bytes {start}-{len(raw) - 1}/{len(raw)}")
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body if most is None else body[:most])

    def whole(self, raw: bytes, most: int | None = None) -> None:
        """All of it, whatever was asked for."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw if most is None else raw[:most])

    def status(self, code: int, **headers: str) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    """Files by path, and what goes wrong: `faults` one after the other, then `always`."""

    daemon_threads = True

    def __init__(self, files: Mapping[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.asked = dict(files), list[tuple[str, str]]()
        self.faults, self.always = list[Fault](), None
        self.spared = "index.json"

    def next_fault(self, path: str) -> Fault | None:
        if path.endswith(self.spared):
            return None
        return self.faults.pop(0) if self.faults else self.always

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@contextmanager
def serving(files: Mapping[str, bytes]) -> Iterator[Server]:
    with Server(files) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def flipped(raw: bytes, at: int) -> bytes:
    """With one bit of one byte changed."""
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


def drawn(rng: random.Random, size: int, elsewhere: str) -> Fault:
    """One of the ways in which networks fail."""
    at = rng.randrange(size)
    ways: list[Fault] = [
        lambda h, raw: h.give(raw, at),
        lambda h, raw: h.give(raw, at),
        lambda h, raw: h.whole(raw),
        lambda h, raw: h.whole(raw, at),
        lambda h, raw: h.give(flipped(raw, at)),
        lambda h, raw: h.status(404),
        lambda h, raw: h.status(429, Retry_After="0"),
        lambda h, raw: h.status(503),
        lambda h, raw: h.status(416),
        lambda h, raw: (h.give(raw, at // 2), h.wfile.flush(), time.sleep(0.3)),
        lambda h, raw: h.status(302, Location=f"{elsewhere}/file"),
        lambda h, raw: h.status(302, Location=f"{elsewhere}/other"),
        lambda h, raw: h.status(302, Location="http://192.0.2.1/file"),
        lambda h, raw: h.status(302, Location="file:///etc/passwd"),
        lambda h, raw: h.status(302, Location=h.path),
        lambda h, raw: h.give(raw, length=at),
        lambda h, raw: h.give(raw, length=len(raw) * 10),
        lambda h, raw: h.whole(raw + b"more" * 1000),
        lambda h, raw: h.connection.close(),
        lambda h, raw: h.wfile.write(b"nonsense\r\n\r\n"),
    ]
    return rng.choice(ways)
