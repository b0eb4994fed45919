"""How a command ends: done, stopped by somebody and saved, or failed in the one shape."""

import errno
import shlex
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from headstart import terminal
from headstart.errors import HeadstartError, Interrupted, ResourceError, UsageError
from headstart.events import Event, Tell, together
from headstart.hostile import printable


class _Terminated(Interrupted):
    """Stopped by the system, and saved."""

    exit_code = 128 + signal.SIGTERM


GRACE_S = 60.0
"""Seconds after which work that was asked to stop, and got to no place where it could, is ended."""


@contextmanager
def obeying() -> Iterator[None]:
    """Work inside ends by SIGINT and SIGTERM, wherever it is, in the one shape: `Interrupted`."""
    asked: list[int] = []

    def ask(number: int, frame: FrameType | None) -> None:
        asked.append(number)
        raise KeyboardInterrupt

    with _handling(ask):
        try:
            yield
        except HeadstartError:
            raise
        except BaseException:
            if asked:
                raise _stopped(asked[0]) from None
            raise
        if asked:  # typer makes an exit code of it
            raise _stopped(asked[0])


@contextmanager
def working() -> Iterator[Tell]:
    """Lend a listener that shows progress, and stops the work once somebody asked for it.

    Asked twice, or where nothing is heard of the work for `GRACE_S`, it stops wherever it is. What
    it has written is whole either way.
    """
    asked: list[int] = []

    def ask(number: int, frame: FrameType | None) -> None:
        asked.append(number)
        if len(asked) > 1:
            raise KeyboardInterrupt
        if hasattr(signal, "setitimer"):  # Windows has none
            signal.signal(signal.SIGALRM, ask)
            signal.setitimer(signal.ITIMER_REAL, GRACE_S)
        terminal.stopping()

    def stop(event: Event) -> None:
        if asked:
            raise _stopped(asked[0])

    with _handling(ask):
        try:
            with terminal.listening() as tell:
                yield together(tell, stop)
        except KeyboardInterrupt:
            raise _stopped(asked[0] if asked else signal.SIGINT) from None
        finally:
            if asked and hasattr(signal, "setitimer"):
                signal.setitimer(signal.ITIMER_REAL, 0)


@contextmanager
def _handling(ask: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Signals that ask to stop go to a function; in another thread than the first, to nobody."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stopped(number: int) -> Interrupted:
    what, fix = "stopped; everything that was finished is kept", printable(_again(), limit=4000)
    if number == signal.SIGTERM:
        return _Terminated("I143", what, fix, why="the system asked")
    return Interrupted("I130", what, fix)


def _again() -> str:
    """The same command."""
    return shlex.join(["headstart", *sys.argv[1:]])


def as_headstart_error(error: Exception) -> HeadstartError:
    """Any failure in the one shape, with what mends it."""
    if isinstance(error, HeadstartError):
        return error
    if hasattr(error, "format_message"):  # typer's, which has had several homes
        command = getattr(getattr(error, "ctx", None), "command_path", "headstart")
        return UsageError("U151", printable(error.format_message(), 500), f"{command} --help")
    return _short_of(error) or HeadstartError(
        "X100",
        f"{type(error).__name__}: {printable(error, 500)}",
        f"HEADSTART_DEBUG=1 {printable(_again(), 4000)}",
        why="this should not happen; the fix shows where it did",
    )


def _short_of(error: Exception) -> ResourceError | None:
    """What the machine has too little of."""
    if isinstance(error, MemoryError):
        return ResourceError("R321", "the memory does not suffice", "close other programs")
    if type(error).__name__ == "OutOfMemoryError":  # PyTorch's, which is not imported yet
        return ResourceError(
            "R327",
            "the memory of the graphics processor does not suffice",
            f"CUDA_VISIBLE_DEVICES= {printable(_again(), 4000)}",
            why="the fix learns on the CPU; a smaller backbone may fit",
        )
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ResourceError(
            "R322",
            "the disk is full",
            "make room there, or name another folder: --out FOLDER, HEADSTART_CACHE=FOLDER",
            where=printable(error.filename or ""),
        )
    return None
