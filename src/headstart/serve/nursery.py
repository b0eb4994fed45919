"""A process that forks others: each answers for a while, and may die of what strangers send.

The parent never reads anything of a request. For each socket that it is handed it forks a child,
which has everything that the parent has loaded, and limits that child's memory: a death costs
milliseconds.
"""

import os
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from headstart.serve.frames import Message, Thing, read, things_in

Answers = Callable[[Sequence[Thing]], list[dict[str, Any]]]
"""Things -> a record of an answer or an error each."""


def nursed(
    control: socket.socket, facts: Mapping[str, Any], answers: Answers, most_mb: int
) -> None:
    """Tell the facts, then fork a child for every socket, until there are no more."""
    try:
        control.sendall(Message(dict(facts)).packed())
    except ConnectionError:  # the server was stopped meanwhile
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is the server's to answer
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are not waited for
    while True:
        told, handles, *_ = socket.recv_fds(control, 1, 1)
        if not told:
            return
        if os.fork() == 0:
            control.close()
            _serve(socket.socket(fileno=handles[0]), answers, most_mb)
            os._exit(0)
        os.close(handles[0])


def _serve(channel: socket.socket, answers: Answers, most_mb: int) -> None:
    """Answer until the other side is gone."""
    limit_memory(most_mb)
    # A server that stops with an answer on its way is no fault of the child's.
    with suppress(ConnectionError), channel.makefile("rb") as file:
        channel.sendall(Message({"pid": os.getpid()}).packed())
        while (message := read(file)) is not None:
            channel.sendall(Message({"answers": answers(things_in(message))}).packed())


def limit_memory(megabytes: int) -> None:
    """So much more than now; what asks for more fails, and with it at most this process."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:  # no Linux
        return
    import resource  # which Windows has not

    now = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData"))
    most = now + megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
