"""Bytes of one file elsewhere, from any of its bytes on: over http(s), or by fsspec."""

import http.client
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from headstart.backbone.addresses import WEB, host_of, is_loopback, need_safe, scheme_of
from headstart.errors import BackboneError
from headstart.hostile import printable

_CHUNK = 1 << 16


@dataclass(frozen=True)
class Patience:
    """How long a network is waited for."""

    timeout_s: float = 20.0
    """For a connection, or for a next byte."""
    least_rate: float = 1000.0
    """Bytes a second below which a download counts as stuck, over `timeout_s`."""
    tries: int = 5
    """In a row that bring no new byte."""
    most_tries: int = 200
    wait_s: float = 0.5
    """Before the second try; each later one waits twice as long."""
    most_wait_s: float = 60.0


USUAL = Patience()


class Broken(Exception):
    """The network failed; whether and how another try is worth it."""

    def __init__(
        self, why: str, *, again: bool = True, anew: bool = False, wait_s: float | None = None
    ) -> None:
        super().__init__(why)
        self.why, self.again, self.anew, self.wait_s = why, again, anew, wait_s


@contextmanager
def streamed(
    url: str, start: int, patience: Patience, *, one_host: bool = False
) -> Iterator[tuple[int, Iterator[bytes]]]:
    """Lend the bytes of a file and the place of the first of them, which may be 0 all the same.

    `one_host` follows redirects on the same machine only. Raises `Broken`, `SecurityError` for an
    address that is not safe, `BackboneError` where fsspec or a driver of it is not installed.
    """
    if scheme_of(url) not in WEB:
        with _stored(url, start) as found:
            yield found
        return
    need_safe(url)
    try:
        with _asked(url, start, patience, one_host=one_host) as response:
            yield _first(response, start), _chunks(response, patience)
    except HTTPError as error:
        with error:
            raise _refused(error) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = f"{type(error).__name__}: {printable(error, limit=160)}"
        raise Broken(why) from error


def length_and_version(url: str, patience: Patience) -> tuple[int, str]:
    """Bytes that a server says a file has (0 where it does not), and what changes with its content.

    Raises `Broken` and `SecurityError`.
    """
    need_safe(url)
    try:
        with _asked(url, 0, patience, one_host=False) as response:
            told = response.headers
            version = told.get("ETag") or told.get("Last-Modified") or ""
            return int(told.get("Content-Length") or 0), f"{version}"
    except HTTPError as error:
        with error:
            raise _refused(error) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Broken(f"{type(error).__name__}: {printable(error, limit=160)}") from error


def _asked(url: str, start: int, patience: Patience, *, one_host: bool) -> Any:
    headers = {"User-Agent": "headstart", "Accept-Encoding": "identity"}
    headers |= {"Range": f"bytes={start}-"} if start else {}
    opener = OpenerDirector()
    near = is_loopback(host_of(url))
    proxies = ProxyHandler({}) if near else ProxyHandler()
    handlers = (proxies, HTTPHandler(), HTTPSHandler(), _Careful(one_host=one_host))
    for handler in (*handlers, HTTPDefaultErrorHandler(), HTTPErrorProcessor()):
        opener.add_handler(handler)
    return opener.open(Request(url, headers=headers), timeout=patience.timeout_s)


class _Careful(HTTPRedirectHandler):
    """Follows redirects to addresses that are safe, a few times."""

    max_redirections = 5
    max_repeats = 2

    def __init__(self, *, one_host: bool) -> None:
        self._one_host = one_host

    def redirect_request(
        self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        need_safe(newurl, before=req.full_url)
        if self._one_host and host_of(newurl) != host_of(req.full_url):
            raise Broken("the list of files is sent for to another machine", again=False)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _first(response: Any, start: int) -> int:
    """Where an answer begins. Raises `Broken` for one that begins elsewhere."""
    if response.status == 200:
        return 0
    told = str(response.headers.get("Content-Range", ""))
    with suppress(ValueError):
        if response.status == 206 and int(told.removeprefix("bytes ").partition("-")[0]) == start:
            return start
    raise Broken(f"other bytes came than were asked for: {response.status} {told!r}", anew=True)


def _chunks(response: Any, patience: Patience) -> Iterator[bytes]:
    """What comes, as it comes. Raises `Broken` where hardly anything does."""
    since, came = time.monotonic(), 0
    while chunk := response.read1(_CHUNK):
        came += len(chunk)
        yield chunk
        took = time.monotonic() - since
        if took >= patience.timeout_s:
            if came < patience.least_rate * took:
                raise Broken(f"{came:,} bytes came in {took:.1f} seconds")
            since, came = time.monotonic(), 0


def _refused(error: HTTPError) -> Broken:
    told = f"HTTP {error.code} {printable(error.reason or '', 60)}".strip()
    if error.code == 416:
        return Broken(told, anew=True)  # it is not as long as was thought
    again = error.code in (408, 425, 429) or error.code >= 500
    wait = None
    with suppress(TypeError, ValueError):
        wait = max(0.0, float(error.headers["Retry-After"]))
    return Broken(told, again=again, wait_s=wait)


@contextmanager
def _stored(url: str, start: int) -> Iterator[tuple[int, Iterator[bytes]]]:
    """By fsspec and its drivers: s3://, gs://, az://, memory:// and others."""
    store, place = store_at(url)
    try:
        opened = store.open(place, "rb")
    except FileNotFoundError as error:
        raise Broken("there is no such file", again=False) from error
    except OSError as error:
        raise Broken(f"{type(error).__name__}: {printable(error, limit=160)}") from error
    with opened:
        opened.seek(start)
        yield start, iter(lambda: opened.read(_CHUNK), b"")


def store_at(url: str) -> tuple[Any, str]:
    """The store of an address, as fsspec knows it, and the place in it. Raises `BackboneError`."""
    need_safe(url)
    try:
        from fsspec.core import url_to_fs

        store, place = url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise BackboneError(
            "M497",
            f"nothing here reads {printable(scheme_of(url))}://",
            "pip install s3fs (s3://), gcsfs (gs://) or adlfs (az://), or use https://",
            where=printable(url, 300),
            why=printable(error, limit=200),
        ) from error
    return store, str(place)
