"""A process that writes a table and is killed in its writer thread, at the moment that is named."""

import os
import signal
import sys
import threading
from pathlib import Path

from tables import rows

from headstart import durable
from headstart.features import table

COUNT = {"before": 0}


def killed(moment: str) -> None:
    """Kill this process where its third shard is at this moment."""
    names = {
        "named": (Path, "replace"),
        "indexed": (table, "insert"),
        "written": (durable, "_sync"),
    }
    place, name = names[moment]
    does = getattr(place, name)

    def hit(*given: object) -> object:
        if threading.current_thread() is threading.main_thread():
            os._exit(7)  # nothing is written by whoever makes the rows
        COUNT["before"] += 1
        if COUNT["before"] == (5 if moment == "written" else 3):  # a file and its folder each
            os.kill(os.getpid(), signal.SIGKILL)
        return does(*given)

    setattr(place, name, hit)


if __name__ == "__main__":
    killed(sys.argv[2])
    table.table_of(Path(sys.argv[1]), "t").keep(rows(10**9))
