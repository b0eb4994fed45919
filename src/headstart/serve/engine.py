"""A model in a process of its own, as the server sees it: it answers, dies, and is back."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from headstart.errors import BackboneError, ResourceError
from headstart.serve.documents import JUDGED, Judged, Signature
from headstart.serve.frames import Thing, message_of, read_async

START_S = 120.0
"""Seconds that loading a model may take."""
QUIET = {
    "OPENBLAS_NUM_THREADS": "1",  # threads before a fork would be lost in it
    "OMP_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}


class Died(Exception):
    """The worker was gone before it had answered."""


class Engine:
    """One worker process for one model. Made by `started`, ended by `stop`."""

    def __init__(self, process: asyncio.subprocess.Process, control: socket.socket) -> None:
        self._process, self._control = process, control
        self._signature: Signature | None = None
        self._pid = 0
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self.deaths = 0

    @property
    def signature(self) -> Signature:
        """What the model reads and says."""
        assert self._signature is not None, "made by started"
        return self._signature

    @property
    def pid(self) -> int:
        """Of the process that answers; 0 where there is none just now."""
        return self._pid

    async def _welcome(self, place: Path) -> None:
        reader, writer = await asyncio.open_connection(sock=self._control.dup())
        try:
            async with asyncio.timeout(START_S):
                message = await read_async(reader)
        except TimeoutError:
            message = None
        finally:
            await _closed(writer)
        if message is None:
            raise ResourceError(
                "R332", "the process for a model did not start", "look at what it printed above",
                where=str(place),
            )  # fmt: skip
        if "error" in message.told:
            raise BackboneError(**_plain(message.told["error"]))
        self._signature = Signature.model_validate(message.told)

    async def judge(self, things: Sequence[Thing]) -> list[Judged]:
        """An answer each, in the order given. Raises `Died`."""
        return JUDGED.validate_python(await self.asked(things))

    async def asked(self, things: Sequence[Thing]) -> list[dict[str, Any]]:
        """What the worker says of each, as it says it. Raises `Died`."""
        try:
            if self._writer is None or self._reader is None:
                await self._fork()
            assert self._writer is not None and self._reader is not None
            self._writer.write(message_of(things).packed())
            await self._writer.drain()
            message = await read_async(self._reader)
        except (OSError, ValueError):
            message = None
        if message is None or len(message.told.get("answers", ())) != len(things):
            self.kill()
            raise Died
        return list(message.told["answers"])

    async def _fork(self) -> None:
        """Let the process that has the model fork one that answers."""
        own, other = socket.socketpair()
        with other:
            socket.send_fds(self._control, [b"f"], [other.fileno()])
        self._reader, self._writer = await asyncio.open_connection(sock=own)
        message = await read_async(self._reader)
        if message is None:
            raise OSError
        self._pid = int(message.told["pid"])

    def kill(self) -> None:
        """End the child, wherever it is; the next question forks another."""
        self.deaths += 1
        if self._pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
        if self._writer is not None:
            self._writer.transport.abort()
        self._pid, self._reader, self._writer = 0, None, None

    @property
    def alive(self) -> bool:
        """Whether the process that has the model is there."""
        return self._process.returncode is None

    def twin(self) -> "Engine":
        """Another one that answers beside it, of the same process; ended by `kill`."""
        return Engine(self._process, self._control)

    async def stop(self) -> None:
        """Let both processes end; they do when their sockets close."""
        if self._writer is not None:
            await _closed(self._writer)
        self._control.close()
        try:
            async with asyncio.timeout(2.0):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


async def started(
    place: Path, megabytes: int, threads: int, module: str = "headstart.serve.worker"
) -> Engine:
    """A process that has loaded the model. Raises `BackboneError`, `ResourceError`."""
    own, other = socket.socketpair()
    with other:
        arguments = [str(other.fileno()), str(place), str(megabytes), str(threads)]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, *arguments,
            pass_fds=[other.fileno()], env={**os.environ, **QUIET},
        )  # fmt: skip
    engine = Engine(process, own)
    try:
        await engine._welcome(place)
        await engine._fork()
    except BaseException:
        await engine.stop()
        raise
    return engine


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


def _plain(record: Mapping[str, str]) -> dict[str, str]:
    names = ("code", "what", "fix", "where", "why")
    return {name: str(record.get(name, "")) for name in names}
