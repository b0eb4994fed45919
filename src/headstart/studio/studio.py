"""From a folder to a page that works on it until it is told to stop."""

import asyncio
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from headstart.counting import counted
from headstart.data.box_formats import find_boxes
from headstart.errors import HeadstartError, UsageError, needs
from headstart.hostile import printable
from headstart.serve.serving import Reach, bound, need_handing, reach_of, uvicorn_server, welcome
from headstart.studio.drawn import has_drawings


@dataclass(frozen=True)
class Modules:
    """What the processes of the page run."""

    looking: str = "headstart.studio.looking"
    training: str = "headstart.studio.training"
    worker: str = "headstart.serve.worker"


def reach_on(port: int, token: str | None, *, no_token: bool) -> Reach:
    """For this machine alone. Raises `UsageError`."""
    return reach_of("127.0.0.1", port, token, no_token=no_token, names=())


def run(
    folder: Path,
    reach: Reach,
    tell: Callable[[str], None],
    show: Callable[[str], object],
    modules: Modules = Modules(),
) -> None:
    """Work on a folder, which is made where there is none, until SIGINT or SIGTERM.

    `tell` hears the lines of the start, `show` opens an address. Raises `UsageError` or
    `ResourceError`.
    """
    need_folder(folder)
    need_own_boxes(folder)
    need_handing()
    with needs("serve"):
        import starlette  # noqa: F401 - or it would be missed behind the welcome
        import uvicorn  # noqa: F401
    with bound(reach) as listeners:
        port = int(listeners[0].getsockname()[1])
        first, who, _ = welcome(reach, port)
        for line in (first, who, f"working on {printable(folder, 1000)}"):
            tell(line)
        show(first)
        asyncio.run(_run(folder, reach, port, listeners, modules))


def need_folder(folder: Path) -> None:
    """Make it where there is none. Raises `UsageError` where something else is there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        writable = False
    if not writable:
        raise UsageError(
            "U197", "this is no folder that the page could write to",
            "headstart studio FOLDER, with a folder of your own", where=printable(folder),
        )  # fmt: skip


def need_own_boxes(folder: Path) -> None:
    """Refuse a folder with boxes that the page can't write. Raises `UsageError`.

    They would be shown as classes, called as their folders are. What can't be read is left to the
    audit.
    """
    if has_drawings(folder):
        return
    try:
        found = find_boxes(folder)
    except HeadstartError:
        return
    if found is None or not any(one.boxes for one in found.pictures):
        return
    raise UsageError(
        "U202",
        "the page can't draw on boxes in this format",
        f"headstart train {printable(folder)} learns from them; to draw, convert them to LabelMe",
        where=printable(folder),
        why=f"{found.form}, {counted(len(found.pictures), 'picture')}; "
        "it keeps a LabelMe file a picture",
    )


async def _run(
    folder: Path, reach: Reach, port: int, listeners: list[socket.socket], modules: Modules
) -> None:
    from headstart.serve.lock import Lock
    from headstart.studio.application import application
    from headstart.studio.making import board_of, limits

    board = board_of(folder, modules)
    lock = Lock(port, reach.token, reach.names)
    server = uvicorn_server(application(board, lock, limits()))

    async def look() -> None:
        while not server.should_exit:
            await asyncio.sleep(0.1)
        board.release()  # or pages that wait for news would be waited for

    looking = asyncio.create_task(look())
    await server.serve(sockets=listeners)
    looking.cancel()
