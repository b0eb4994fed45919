"""Files opened in another process: which of them are broken, and what they look like."""

import asyncio
import base64
from collections import OrderedDict
from pathlib import Path
from typing import Any

from headstart.errors import DataError
from headstart.serve import Refusal
from headstart.serve.engine import Died, Engine, started
from headstart.serve.frames import Thing
from headstart.studio.notes import Kind

KEPT = 3000
"""Thumbnails in memory, of some 6 kB each."""
MEMORY_MB = 2048
Thumbnail = tuple[str, bytes]
"""A media type, and bytes."""


class Looks:
    """One child for single files and one for audits, so that neither waits for the other."""

    def __init__(self, root: Path, module: str = "headstart.studio.looking") -> None:
        self._root, self._module = root, module
        self._engines: dict[str, Engine] = {}
        self._starting = asyncio.Lock()
        self._locks = {"file": asyncio.Lock(), "audit": asyncio.Lock()}
        self._kept: OrderedDict[tuple[str, int], Thumbnail] = OrderedDict()
        self._sizes: dict[tuple[str, int], tuple[int, int]] = {}

    async def thumbnail(self, path: Path, kind: Kind) -> Thumbnail:
        """A small picture of a file. Raises `Refusal` with the code of what is wrong with it."""
        name = _state_of(path)
        if name not in self._kept:
            told = _fine(await self._asked("file", Thing(str(path), kind or "image", b"")))
            self._kept[name] = str(told["media"]), base64.b64decode(told["picture"])
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(name)
        return self._kept[name]

    async def picture(self, path: Path) -> bytes:
        """All of a picture, upright, as a JPEG. Raises `Refusal`."""
        name = _state_of(path)
        told = _fine(await self._asked("file", Thing(str(path), "picture", b"")))
        self._sizes[name] = (int(told["width"]), int(told["height"]))
        return base64.b64decode(told["picture"])

    async def size(self, path: Path) -> tuple[int, int]:
        """Width and height of the upright picture, which is decoded once. Raises `Refusal`."""
        name = _state_of(path)
        if name not in self._sizes:
            await self.picture(path)
        return self._sizes[name]

    async def audit(self) -> dict[str, Any]:
        """What is wrong in the folder."""
        return await self._asked("audit", Thing("", "audit", b""))

    async def warm(self) -> None:
        """Have the process there before somebody needs it."""
        async with self._starting:
            if not ("file" in self._engines and self._engines["file"].alive):
                engine = await started(self._root, MEMORY_MB, 1, self._module)
                self._engines = {"file": engine, "audit": engine.twin()}

    async def _asked(self, which: str, thing: Thing) -> dict[str, Any]:
        """One answer; a process that died of it is asked no second time."""
        async with self._locks[which]:
            try:
                await self.warm()
                return (await self._engines[which].asked([thing]))[0]
            except Died:
                what = "reading it ended the process that reads"
                return {"error": DataError("D302", what, "leave it out").record()}

    async def close(self) -> None:
        """End the process and its children."""
        if self._engines:
            self._engines["audit"].kill()
            await self._engines["file"].stop()


def _state_of(path: Path) -> tuple[str, int]:
    """Another one after every change of a file."""
    return str(path), path.stat().st_mtime_ns


def _fine(told: dict[str, Any]) -> dict[str, Any]:
    """An answer that is no error. Raises `Refusal` with the code of what is wrong."""
    if "error" in told:
        error = told["error"]
        raise Refusal(error["code"], 422, error["what"], error["fix"], error["why"])
    return told
