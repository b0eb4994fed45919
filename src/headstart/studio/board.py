"""What the page shows, and what happens by itself: the folder watched, audited and learned from."""

import asyncio
import contextlib
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headstart import durable
from headstart.hostile import printable
from headstart.serve import Refusal
from headstart.studio import shown
from headstart.studio.collection import Collection, Listing
from headstart.studio.errands import Errands
from headstart.studio.looks import Looks
from headstart.studio.outcome import last_run, outcome_of, record_of
from headstart.studio.trainer import Trainer
from headstart.studio.tryout import Tryout

LEAST_A_CLASS = 5
"""Examples that each class needs before anything is learned; those of one recording count once."""
LEAST_PICTURES = 10
"""Pictures that somebody drew on, or said that nothing is to be found on."""
LOOK_S = 0.5
"""How often the folder is looked at."""
CALM_S = 2.0
"""Seconds without a change before training starts."""


def lacking(units: Mapping[str, int]) -> list[dict[str, object]]:
    """What is missing before something can be learned: classes with how many they have and need.

    A class that is still empty is in nobody's way; one that is begun is.

    >>> lacking({"cat": 5, "dog": 4})
    [{'name': 'dog', 'have': 4, 'need': 5}]
    """
    begun = {name: count for name, count in units.items() if count}
    small = [name for name, count in begun.items() if count < LEAST_A_CLASS]
    found = [{"name": name, "have": begun[name], "need": LEAST_A_CLASS} for name in small]
    more = [name for name in units if not units[name]][: max(0, 2 - len(begun))]
    found += [{"name": name, "have": 0, "need": LEAST_A_CLASS} for name in more]
    missing = 2 - len(begun) - len(more)
    return [*found, *({"name": "", "have": 0, "need": LEAST_A_CLASS} for _ in range(missing))]


def missing(listing: Listing) -> list[dict[str, object]]:
    """The same of what lies in a folder; of pictures with boxes, how many were looked at."""
    if listing.kind != "boxes":
        return lacking(listing.units)
    have = sum(one.boxes is not None for one in listing.pictures)
    enough = have >= LEAST_PICTURES and any(listing.classes.values())
    return [] if enough else [{"name": "", "have": have, "need": LEAST_PICTURES}]


@dataclass(frozen=True)
class Parts:
    """The processes that a board has at its service."""

    looks: Looks
    trainer: Trainer
    tryout: Tryout
    errands: Errands


class Board:
    """Everything that the page knows; `version` grows with every change."""

    def __init__(self, collection: Collection, parts: Parts, calm_s: float = CALM_S) -> None:
        self.collection, self.parts, self._calm_s = collection, parts, calm_s
        self.version = 1
        self.listing = Listing("", {}, frozenset(), {}, "")
        self.audit: dict[str, Any] = {}
        self._progress: dict[str, object] = {"phase": "idle"}
        self._run: Path | None = None
        self._due = 0.0
        self._learning = ""
        self._auditing = False
        self._changed, self._starting = asyncio.Event(), asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self.closing = False
        self.writing = asyncio.Lock()
        """Changes in the folder are made one after the other."""

    @property
    def report(self) -> Path | None:
        """The page of the last run."""
        return self._run / "report.html" if self._run else None

    def change(self) -> None:
        """Let everybody who waits know that something is different."""
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait(self, version: int, seconds: float) -> None:
        """Return once there is something newer than this version, or after so long."""
        if self.version == version and not self.closing:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), seconds)

    async def open(self) -> None:
        """Begin: what was made before is there at once."""
        root, asked = self.collection.root, self.collection.notes.asked
        self._run = await asyncio.to_thread(last_run, root, asked)
        self._run = self._run or await asyncio.to_thread(last_run, root)
        if self._run:
            self._begin(self.parts.tryout.use(self._run))
        self._begin(self.parts.looks.warm())
        self._begin(self._watch())

    async def close(self) -> None:
        """End everything; what was begun goes on when it is opened again."""
        self.release()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.parts.trainer.close()
        parts = self.parts
        await asyncio.gather(parts.tryout.close(), parts.looks.close(), parts.errands.close())

    def release(self) -> None:
        """Let nobody wait any longer."""
        self.closing = True
        self._changed.set()

    def _begin(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watch(self) -> None:
        while True:
            with contextlib.suppress(OSError, Refusal):
                await self.look()
            await self._maybe_train()
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """See what lies in the folder now; audit it where it is something else."""
        listing = await asyncio.to_thread(self.collection.listing)
        if listing.digest == self.listing.digest:
            return
        first = not self.listing.digest
        self.listing = listing
        self._due = time.monotonic() + (0.0 if first else self._calm_s)
        self.change()
        if any(listing.classes.values()):
            self._begin(self.parts.trainer.warm())
        if not self._auditing:
            self._begin(self._audit())

    async def _audit(self) -> None:
        """Audit what lies there, again until nothing has changed meanwhile."""
        self._auditing = True
        try:
            while self.audit.get("of") != (digest := self.listing.digest):
                await asyncio.sleep(self._calm_s / 4)  # others may come in the same moment
                if digest == self.listing.digest:
                    held = any(self.listing.classes.values())
                    found = await self.parts.looks.audit() if held else {}
                    self.audit = {**found, "of": digest}
                    self.change()
        finally:
            self._auditing = False

    async def _maybe_train(self) -> None:
        """Start, or start again, where that is wanted and something new can be learned."""
        notes, digest = self.collection.notes, self.wanted
        if time.monotonic() < self._due or self._learning == digest or not digest:
            return
        if self.parts.trainer.runs:
            if not notes.automatic:
                return  # somebody asked for it
            await self.parts.trainer.stop()
        self._learning = ""
        done = digest == notes.trained and self._run and self._run.name == Path(notes.run).name
        if done or not notes.automatic or notes.stopped == digest or missing(self.listing):
            return
        await self.train()

    @property
    def wanted(self) -> str:
        """Names the data and the options that somebody chose; empty before the folder was read."""
        asked, digest = self.collection.notes.asked, self.listing.digest
        told = durable.to_json(dict(sorted(asked.items())))
        more = hashlib.sha256(told.encode()).hexdigest()[:8]
        return f"{digest}-{more}" if asked and digest else digest

    async def train(self) -> None:
        """Learn from what lies there now. Raises `Refusal` where there is too little."""
        if missing(self.listing):
            raise Refusal("H607", 409, "there are too few examples to learn from", "add some")
        async with self._starting:
            if self.parts.trainer.runs and self._progress["phase"] == "running":
                return
            await self.parts.trainer.ended()
            self.collection.note(stopped="")
            self._learning, asked = self.wanted, dict(self.collection.notes.asked)
            self._progress = {"phase": "running", "what": "starting", "done": 0, "total": 0}
            await self.parts.trainer.start({"do": "train", "asked": asked})
        self.change()

    async def stop(self) -> None:
        """Stop learning, and do not begin again before something changed."""
        self.collection.note(stopped=self._learning or self.wanted)
        self._progress = {"phase": "stopping"}
        self.change()
        await self.parts.trainer.stop()

    def hear(self, told: Mapping[str, Any]) -> None:
        """One line of the training process."""
        kind = told.get("kind")
        if kind == "ended":
            self._run = Path(str(told["run"]))
            self.collection.note(trained=self._learning, run=str(self._run))
            self._progress = {"phase": "done"}
            self._begin(self._tried(self._run))
        elif kind == "failed":
            error = told["error"]
            stopped = error.get("code") == "I131" or self._progress["phase"] == "stopping"
            self._progress = {"phase": "stopped"} if stopped else {"phase": "failed", **told}
        elif kind in ("start", "step", "end") and self._progress["phase"] == "running":
            shown = {name: told.get(name, 0) for name in ("what", "done", "total")}
            self._progress = {"phase": "running", **shown}
        self.change()

    async def _tried(self, run: Path) -> None:
        await self.parts.tryout.use(run)
        self.change()

    def state(self) -> dict[str, object]:
        """All that the page shows, but for the examples themselves."""
        notes, listing = self.collection.notes, self.listing
        outcome = outcome_of(self._run) if self._run else None
        stale = self.wanted != notes.trained
        return {
            "version": self.version,
            "name": printable(self.collection.root.name),
            "kind": listing.kind,
            "classes": [
                shown.class_record(listing, name, notes.colors) for name in listing.classes
            ],
            "findings": shown.findings(listing, self.audit.get("findings", ()), self._run),
            "refused": self.audit.get("refused") or self.audit.get("error"),
            "checked": self.audit.get("of") == listing.digest,
            "lacking": missing(listing),
            "pictures": shown.drawn_record(listing),
            "automatic": notes.automatic,
            "training": self._progress,
            "outcome": {**record_of(outcome), "stale": stale} if outcome else None,
            "model": self.parts.tryout.state(),
            "asked": dict(notes.asked),
            **self.parts.errands.state(listing.digest),
        }

    def examples(self, label: str) -> dict[str, object]:
        """What a class holds. Raises `Refusal` where there is none of this name."""
        return shown.examples(self.listing, self.collection.need_class(label))
