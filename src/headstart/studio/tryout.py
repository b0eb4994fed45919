"""The newest model, ready to be asked; replaced by the next without a failed question."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from headstart.errors import HeadstartError
from headstart.serve import Limits, Refusal
from headstart.serve.batching import Queue
from headstart.serve.documents import Judged, Signature
from headstart.serve.engine import started
from headstart.serve.frames import Thing
from headstart.serve.shelf import Served, version_of


class Tryout:
    """Holds one model in a process of its own."""

    def __init__(self, limits: Limits, module: str = "headstart.serve.worker") -> None:
        self._limits, self._module = limits, module
        self._served: Served | None = None
        self._loading = asyncio.Lock()
        self._failure = ""

    async def use(self, run: Path) -> None:
        """Load the model of a run; the one before answers until then."""
        async with self._loading:
            old = self._served
            threads = int(os.environ.get("OMP_NUM_THREADS", "0")) or os.cpu_count() or 1
            try:
                engine = await started(run, self._limits.worker_mb, threads, self._module)
            except HeadstartError as error:
                self._failure = error.what
                return
            queue = Queue(engine, self._limits)
            self._served = Served(run.name, version_of(run), engine, queue)
            self._failure = ""
        if old is not None:
            await old.retire()

    @property
    def signature(self) -> Signature:
        """What the model reads and says. Raises `Refusal` where there is none yet."""
        return self._need().engine.signature

    def _need(self) -> Served:
        if self._served is None:
            raise Refusal("H608", 409, "nothing was learned yet", "add examples to two classes")
        return self._served

    async def judged(self, things: Sequence[Thing]) -> list[Judged]:
        """An answer each. Raises `Refusal`."""
        return await self._need().judged(things)

    def state(self) -> dict[str, object]:
        """Whether there is a model, and which."""
        if self._served is None:
            return {"ready": False, "failure": self._failure}
        signature = self._served.engine.signature
        return {"ready": True, "run": self._served.name, "classes": signature.classes}

    async def close(self) -> None:
        """Answer what waits, then end."""
        if self._served is not None:
            await self._served.retire()
