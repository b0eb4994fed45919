"""From folders of runs to a server that answers until it is told to stop."""

import asyncio
import contextlib
import errno
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from headstart.errors import ResourceError, UsageError, needs
from headstart.hostile import printable
from headstart.share.loading import need_model

if TYPE_CHECKING:
    import uvicorn

    from headstart.serve.overload import Overload
    from headstart.serve.shelf import Shelf

LOCAL = ("127.0.0.1", "localhost", "::1")
GRACE_S = 10
"""Seconds in which what is under way may finish when the server is told to stop."""


@dataclass(frozen=True)
class Reach:
    """Who can reach a server, and what opens it."""

    host: str = "127.0.0.1"
    port: int = 0
    """0 takes a free one."""
    token: str | None = None
    names: tuple[str, ...] = ()
    """Names that a proxy or another machine calls it by."""


def reach_of(
    host: str, port: int, token: str | None, *, no_token: bool, names: Sequence[str]
) -> Reach:
    """What was asked for. Raises `UsageError` where others could ask without a token."""
    if not 0 <= port < 2**16:
        raise UsageError("U192", f"{port} is no port", "choose one from 1 to 65535: --port 8123")
    if host not in LOCAL and (no_token or not names):
        raise UsageError(
            "U193",
            f"on {printable(host)} other machines could ask",
            f"headstart serve RUN --host {printable(host)} --allow-host NAME, with a token",
            why="that takes a token, and the name that they call this machine by",
        )
    if token is not None and (no_token or len(token) < 16 or not _plain(token)):
        raise UsageError(
            "U194",
            "this token can't be used",
            "leave --token out: a random one is made and printed",
            why="it needs 16 or more letters and digits, and no --no-token beside it",
        )
    from headstart.serve.lock import new_token

    made = None if no_token else token or new_token()
    return Reach(host, port, made, tuple(name.lower() for name in names))


def _plain(token: str) -> bool:
    return token.isascii() and all(c.isalnum() or c in "-_.~" for c in token)


def need_handing() -> None:
    """Raise `ResourceError` where workers cannot be given the sockets that they answer on."""
    if not hasattr(socket, "send_fds"):
        raise ResourceError(
            "R333", "this system can't hand sockets to workers", "do this on Linux or macOS"
        )


def serve(
    runs: Sequence[Path],
    reach: Reach,
    tell: Callable[[str], None],
    *,
    memory_mb: int = 2048,
    module: str = "headstart.serve.worker",
) -> None:
    """Serve until SIGINT or SIGTERM; then finish what is under way.

    `tell` hears the lines of the start; `module` is what workers run. Raises `BackboneError`,
    `UsageError`, `ResourceError`.
    """
    for run in runs:
        need_model(run)
    need_handing()
    with needs("serve"):
        import uvicorn  # noqa: F401 - or it would be missed when the models are loaded

        from headstart.serve.limits import Limits
        from headstart.serve.shelf import Shelf
    limits = Limits(worker_mb=memory_mb)
    threads = int(os.environ.get("OMP_NUM_THREADS", "0")) or os.cpu_count() or 1
    with bound(reach) as listeners:
        port = int(listeners[0].getsockname()[1])
        for line in welcome(reach, port):
            tell(line)
        asyncio.run(_run(Shelf(runs, limits, threads, module), reach, port, listeners, tell))


async def _run(
    shelf: "Shelf",
    reach: Reach,
    port: int,
    listeners: list[socket.socket],
    tell: Callable[[str], None],
) -> None:
    from headstart.serve.application import application
    from headstart.serve.counters import Counters
    from headstart.serve.lock import Lock
    from headstart.serve.overload import Overload

    lock, counters = Lock(port, reach.token, reach.names), Counters()
    overload = Overload(lambda: shelf.full, counters, shelf.limits, lock)
    server = uvicorn_server(application(shelf, lock, shelf.limits, counters), overload)

    async def look() -> None:
        while not (shelf.ready or shelf.failure):
            await asyncio.sleep(0.05)
        if shelf.failure:
            server.should_exit = True
            return
        tell(f"ready: {', '.join(printable(name) for name in shelf.places)}")

    looking = asyncio.create_task(look())
    await server.serve(sockets=listeners)
    looking.cancel()
    if shelf.failure:
        raise shelf.failure


def uvicorn_server(app: Callable[..., Any], overload: "Overload | None" = None) -> "uvicorn.Server":
    """Uvicorn with our connections, which ends quietly when it is told to."""
    import uvicorn

    from headstart.serve.connection import Connection

    class Server(uvicorn.Server):
        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            numbers = (signal.SIGINT, signal.SIGTERM)
            before = {number: signal.signal(number, self._asked) for number in numbers}
            try:
                yield
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)

        def _asked(self, number: int, frame: FrameType | None) -> None:
            self.force_exit = self.should_exit
            self.should_exit = True

    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    config = uvicorn.Config(
        app,
        http=partial(Connection, overload=overload),  # type: ignore[arg-type] # made as a class is
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=GRACE_S,
        h11_max_incomplete_event_size=16 * 1024,
        backlog=512,
    )
    return Server(config)


@contextlib.contextmanager
def bound(reach: Reach) -> Iterator[list[socket.socket]]:
    """Sockets that listen on one port: of loopback on both of its addresses, where it has two.

    Else another user's program could answer what is sent to "localhost", and read the token.
    Raises `ResourceError` where the port is taken.
    """
    others = [host for host in ("127.0.0.1", "::1") if reach.host in LOCAL and host != reach.host]
    for left in reversed(range(_TRIES if reach.port == 0 else 1)):
        with contextlib.ExitStack() as stack:
            listeners = [stack.enter_context(_listening(reach.host, reach.port))]
            port = int(listeners[0].getsockname()[1])
            own = {listeners[0].getsockname()[0]}
            try:
                for host in (host for host in others if host not in own):
                    listeners.append(stack.enter_context(_listening(host, port)))
            except ResourceError as error:
                if error.__cause__.errno in _LACKS:  # type: ignore[union-attr] # an OSError
                    others = []
                elif left:
                    continue
                else:
                    raise
            yield listeners
            return


_TRIES = 20
"""Free ports of one address that are tried, until the other has the same."""
_LACKS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
"""What a machine without one of the two addresses says."""


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        # asyncio sends small answers at once (TCP_NODELAY) only where the protocol is said: else a
        # body waits 40 ms for the acknowledgment of its headers
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            if sys.platform != "win32":
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
            listener.listen(512)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        raise ResourceError(
            "R334",
            f"cannot listen on {printable(host)}, port {port}",
            "choose another port: --port 0 takes a free one",
            why=error.strerror or "",
        ) from error
    return listener


def welcome(reach: Reach, port: int) -> list[str]:
    """What the start prints: the address, who can reach it, and what belongs in front of it."""
    shown = f"[{reach.host}]" if ":" in reach.host else reach.host
    shown = "127.0.0.1" if reach.host in ("0.0.0.0", "::") else shown
    opened = f"#t={reach.token}" if reach.token else ""
    who = "this machine alone" if reach.host in LOCAL else "every machine that reaches this one"
    secret = "with this token" if reach.token else "without a token"
    return [
        f"http://{shown}:{port}/{opened}",
        f"reached by: {who}, {secret}; stop with Ctrl-C",
        "TLS and accounts belong to a proxy in front, as in docs/serving.md",
    ]
