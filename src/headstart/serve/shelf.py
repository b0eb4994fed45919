"""The models that are served: by name, replaced when a run is made again, revived when they die."""

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from headstart.errors import HeadstartError, UsageError
from headstart.hostile import printable
from headstart.serve.batching import Queue
from headstart.serve.documents import Judged
from headstart.serve.engine import Engine, started
from headstart.serve.frames import Thing
from headstart.serve.http_errors import Refusal
from headstart.serve.limits import Limits
from headstart.untrusted import MANIFEST

LOG = logging.getLogger("headstart.serve")
LOOK_S = 1.0
"""How often folders are looked at for a new version."""


def folder_of(run: Path) -> Path:
    """The folder of the model: below a run's, or the one given."""
    return run / "model" if (run / "model" / MANIFEST).exists() else run


def version_of(run: Path) -> str:
    """Digest of the model's files: 16 hex digits; empty while they are being replaced."""
    try:
        return hashlib.sha256((folder_of(run) / MANIFEST).read_bytes()).hexdigest()[:16]
    except OSError:
        return ""


def names_of(runs: Sequence[Path]) -> dict[str, Path]:
    """Runs by the names of their folders. Raises `UsageError` where two have the same."""
    found: dict[str, Path] = {}
    for run in runs:
        name = run.resolve().name
        if name in found:
            raise UsageError(
                "U191", "two of these runs have one name", "rename one of the folders",
                where=printable(run), why=printable(found[name]),
            )  # fmt: skip
        found[name] = run
    return found


@dataclass(frozen=True, eq=False)
class Served:
    """One version of one model."""

    name: str
    version: str
    engine: Engine
    queue: Queue

    async def judged(self, things: Sequence[Thing]) -> list[Judged]:
        """An answer each. Raises `Refusal`."""
        return await self.queue.judged(things)

    async def retire(self) -> None:
        """Answer what waits, then end."""
        await self.queue.drained()
        await self.engine.stop()


class Shelf:
    """All models, by name. `open` loads them, `close` lets them finish."""

    def __init__(
        self,
        runs: Sequence[Path],
        limits: Limits,
        threads: int,
        module: str = "headstart.serve.worker",
    ) -> None:
        self._module = module
        self.places = names_of(runs)
        self.limits = limits
        self._threads = threads
        self._served: dict[str, Served] = {}
        self._watch: asyncio.Task[None] | None = None
        self._retiring: set[asyncio.Task[None]] = set()
        self.failure: HeadstartError | None = None
        self.swaps = 0

    @property
    def ready(self) -> bool:
        """Whether every model is loaded."""
        return len(self._served) == len(self.places)

    @property
    def served(self) -> list[Served]:
        """Those that are loaded."""
        return list(self._served.values())

    @property
    def full(self) -> bool:
        """Whether one thing more would be refused, whichever model it is for."""
        return self.ready and all(one.queue.full(1) for one in self.served)

    def find(self, name: str, version: str = "") -> Served:
        """The model of this name. Raises `Refusal` where there is none, or another version."""
        if name not in self.places or (version and self._version(name) not in ("", version)):
            known = ", ".join(map(printable, self.places))
            raise Refusal("H405", 404, "there is no such model or version", f"ask one of {known}")
        if name not in self._served:
            raise Refusal("H505", 503, "the model is being loaded", "ask again", retry_s=2)
        return self._served[name]

    def only(self, name: str = "") -> Served:
        """The model that was named, or the only one. Raises `Refusal`."""
        if not name and len(self.places) > 1:
            known = ", ".join(map(printable, self.places))
            raise Refusal("H411", 400, "which model is asked?", f"add ?model=NAME, one of {known}")
        return self.find(name or next(iter(self.places)))

    def _version(self, name: str) -> str:
        return self._served[name].version if name in self._served else ""

    async def open(self) -> None:
        """Load every model, then look after them. Raises what loading raises."""
        await asyncio.gather(*(self._load(name) for name in self.places))
        self._watch = asyncio.create_task(self._look())

    async def open_or_fail(self) -> None:
        """The same beside a server that answers already; `failure` says why it can't go on."""
        try:
            await self.open()
        except HeadstartError as error:
            self.failure = error

    async def close(self) -> None:
        """Let every model finish."""
        if self._watch is not None:
            self._watch.cancel()
        await asyncio.gather(*(one.retire() for one in self.served), *self._retiring)

    async def _load(self, name: str) -> None:
        run = self.places[name]
        version = version_of(run)
        engine = await started(run, self.limits.worker_mb, self._threads, self._module)
        old = self._served.get(name)
        self._served[name] = Served(name, version, engine, Queue(engine, self.limits))
        if old is not None:
            self.swaps += 1
            task = asyncio.create_task(old.retire())
            self._retiring.add(task)
            task.add_done_callback(self._retiring.discard)

    async def _look(self) -> None:
        """Load again what was made again, and what died."""
        while True:
            await asyncio.sleep(LOOK_S)
            for name, one in list(self._served.items()):
                version = version_of(self.places[name])
                if one.engine.alive and version in ("", one.version):
                    continue
                with contextlib.suppress(asyncio.CancelledError):
                    try:
                        await self._load(name)
                    except HeadstartError as error:  # half written: the old one goes on
                        LOG.warning("%s is not loaded again: %s", printable(name), error.what)
