"""Where work may run, as people write it."""

import os
import re
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

from headstart.errors import MissingExtra, UsageError
from headstart.hostile import printable

_WRITTEN = re.compile(r"here|local(?::([1-9][0-9]{0,3}))?|ray|ray://[^\s/]+:[0-9]{1,5}")


@dataclass(frozen=True)
class On:
    """Where work runs, and by how many workers."""

    kind: Literal["here", "local", "ray"]
    workers: int = 1
    """Processes of this machine; of Ray as many as the cluster has processors."""
    address: str = ""
    """Of Ray: empty for the one that RAY_ADDRESS names, or a new one on this machine."""


def need_one_process() -> None:
    """Refuse a command that torchrun started several times: all would write one run folder.

    Raises `UsageError`.
    """
    started = {name: os.environ.get(name, "") for name in ("RANK", "LOCAL_RANK", "WORLD_SIZE")}
    count = started["WORLD_SIZE"]
    if all(started.values()) and count.isdecimal() and int(count) > 1:
        raise UsageError(
            "U204",
            f"torchrun started {count} processes of this, and a run is made by one",
            "leave torchrun out; or call headstart.train.fit inside of "
            "headstart.train.several.together() in a script that torchrun starts",
        )


def on_of(text: str) -> On:
    """Read what the command line says. Raises `UsageError`, or `MissingExtra` where Ray is not.

    >>> on_of(""), on_of("local:4")
    (On(kind='here', workers=1, address=''), On(kind='local', workers=4, address=''))
    """
    found = _WRITTEN.fullmatch(text or "here")
    if not found:
        raise UsageError(
            "U201",
            f"work cannot run on {printable(text)!r}",
            "--on local, local:4 (processes), ray, or ray://HOST:10001",
        )
    if text.startswith("local"):
        return On("local", int(found[1] or os.cpu_count() or 1))
    if not text.startswith("ray"):
        return On("here")
    if find_spec("ray") is None:
        raise MissingExtra("U903", "ray is not installed", "pip install 'headstart[ray]'")
    return On("ray", address=text if "://" in text else "")
