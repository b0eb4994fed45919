"""The training process as the server sees it: started, heard, stopped, gone."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from headstart import durable
from headstart.errors import TrainingError

STOP_S = 5.0
"""Seconds to stop by itself; what is killed after them has lost nothing that was finished."""
_LINE = 2**20
Hear = Callable[[Mapping[str, Any]], None]


class Trainer:
    """One training at a time. What it says is heard by `hear`; the last line is how it ended."""

    def __init__(self, place: Path, hear: Hear, module: str = "headstart.studio.training") -> None:
        self._place, self._hear, self._module = place, hear, module
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self._waiting: asyncio.subprocess.Process | None = None
        self._warming = asyncio.Lock()

    @property
    def runs(self) -> bool:
        """Whether one is under way."""
        return self._listening is not None and not self._listening.done()

    async def warm(self) -> None:
        """Have a process there that only waits to begin: it takes seconds to be ready."""
        async with self._warming:
            if self._waiting is not None and self._waiting.returncode is None:
                return
            pipe = asyncio.subprocess.PIPE
            self._waiting = await asyncio.create_subprocess_exec(
                sys.executable, "-m", self._module, str(self._place),
                stdin=pipe, stdout=pipe, limit=_LINE,
            )  # fmt: skip

    async def start(self, order: Mapping[str, object]) -> None:
        """Begin what an order says, or go on with what was begun."""
        assert not self.runs
        await self.warm()
        process, self._waiting = self._waiting, None
        assert process is not None and process.stdin is not None
        process.stdin.write((durable.to_json(dict(order)) + "\n").encode())
        self._process = process
        self._listening = asyncio.create_task(self._listen(process))

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        ended = False
        while line := await process.stdout.readline():
            with contextlib.suppress(ValueError):
                told = json.loads(line)
                ended = ended or told.get("kind") in ("ended", "failed")
                self._hear(told)
        await process.wait()
        if not ended:
            what = "the training process ended before it was done"
            error = TrainingError("T522", what, "train again: it goes on where it was")
            self._hear({"kind": "failed", "error": error.record()})

    async def ended(self) -> None:
        """Return once no process is left: it takes a moment to go after its last line."""
        if self._listening is not None:
            await asyncio.wait([self._listening])

    async def stop(self) -> None:
        """Ask it to stop, then end it; return once it is gone."""
        process, listening = self._process, self._listening
        if process is None or listening is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        _, waiting = await asyncio.wait([listening], timeout=STOP_S)
        if waiting:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await asyncio.wait([listening])

    async def close(self) -> None:
        """End what learns, and what waits."""
        await self.stop()
        if self._waiting is not None:
            with contextlib.suppress(ProcessLookupError):
                self._waiting.kill()
            await self._waiting.wait()
