"""Jobs other than training: a ranking, an export, a comparison; one at a time."""

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from headstart import durable
from headstart.serve import Refusal
from headstart.studio.notes import HIDDEN
from headstart.studio.trainer import Trainer

RANKING = "ranking.json"


class Errands:
    """Runs jobs in a process of its own, and calls `changed` whenever their state changes."""

    def __init__(
        self, root: Path, changed: Callable[[], None], module: str = "headstart.studio.training"
    ) -> None:
        self._kept, self._changed = root / HIDDEN / RANKING, changed
        self._process = Trainer(root, self.hear, module)
        self._told: dict[str, object] = {"phase": "idle"}
        self._of = ""
        self._stopping = False
        self._beginning = asyncio.Lock()

    async def start(self, order: Mapping[str, object], of: str = "") -> None:
        """Begin; `of` is the digest of the data it is about. Raises `Refusal` where one runs."""
        async with self._beginning:
            if self._process.runs and self._told["phase"] == "running":
                raise Refusal(
                    "H619", 409, "something else is being made", "wait for it, or stop it"
                )
            self._of, self._stopping = of, False
            self._told = {"phase": "running", "do": order["do"], "what": "", "done": 0, "total": 0}
            self._changed()
            await self._process.ended()
            await self._process.start(order)

    async def stop(self) -> None:
        """Give it up."""
        self._stopping = True
        await self._process.stop()

    def hear(self, told: Mapping[str, Any]) -> None:
        """Take one line that the process printed."""
        kind, do = told.get("kind"), self._told.get("do")
        if kind == "ended":
            if do == "rank":
                self._keep(told["rows"])
            self._told = {"do": do, **told, "phase": "done"}
        elif kind == "failed":
            phase = "idle" if self._stopping else "failed"
            self._told = {"do": do, "phase": phase, "error": told["error"]}
        elif kind in ("start", "step", "end"):
            shown = {name: told.get(name, 0) for name in ("what", "done", "total")}
            self._told = {**self._told, **shown}
        self._changed()

    def _keep(self, rows: object) -> None:
        durable.write(self._kept, durable.to_json({"of": self._of, "rows": rows}, indent=1))

    def state(self, digest: str) -> dict[str, object]:
        """The current or last job, and the last ranking; `digest` is that of the current data."""
        try:
            kept = json.loads(self._kept.read_bytes())
            ranking = {"rows": kept["rows"], "stale": kept["of"] != digest}
        except (OSError, ValueError, TypeError, KeyError):
            ranking = None
        return {"errand": self._told, "ranking": ranking}

    async def close(self) -> None:
        """End the process."""
        await self._process.close()
