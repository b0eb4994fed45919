"""A board over parts that answer at once."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from headstart.serve import Refusal
from headstart.serve.documents import Answer, Signature
from headstart.studio.board import Board, Parts
from headstart.studio.collection import Collection
from headstart.studio.errands import Errands as RealErrands
from headstart.studio.looks import Looks as RealLooks
from headstart.studio.trainer import Trainer as RealTrainer
from headstart.studio.tryout import Tryout as RealTryout

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "serve"))  # asking


@pytest.fixture(autouse=True)
def apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Processes find the stand-ins, and runs lie apart."""
    paths = [str(HERE), str(HERE.parents[1] / "src"), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    monkeypatch.chdir(tmp_path)


class Looks(RealLooks):
    """Everything is fine but what begins with "bad"."""

    def __init__(self) -> None:
        self.audits = 0
        self.told: dict[str, Any] = {"findings": [], "refused": None, "counts": {}}

    async def thumbnail(self, path: Path, kind: str) -> tuple[str, bytes]:
        if path.read_bytes().startswith(b"bad"):
            raise Refusal("D121", 422, "this is not a picture", "send another")
        return "image/jpeg", b"small " + path.read_bytes()

    async def picture(self, path: Path) -> bytes:
        return b"whole " + path.read_bytes()

    async def size(self, path: Path) -> tuple[int, int]:
        return (200, 100)

    async def warm(self) -> None: ...

    async def audit(self) -> dict[str, Any]:
        self.audits += 1
        return self.told

    async def close(self) -> None: ...


class Trainer(RealTrainer):
    """Counts how often it was started."""

    runs, starts, stops = False, 0, 0

    def __init__(self) -> None: ...

    async def warm(self) -> None: ...

    async def start(self, order: Any) -> None:
        self.runs, self.starts, self.order = True, self.starts + 1, order

    async def ended(self) -> None: ...

    async def stop(self) -> None:
        self.runs, self.stops = False, self.stops + 1

    async def close(self) -> None:
        self.runs = False


class Tryout(RealTryout):
    """Says the same of everything."""

    signature = Signature(
        kind="image", things="pictures", task="classification", classes=["a", "b"]
    )

    def __init__(self) -> None:
        self.used: list[Path] = []

    async def use(self, run: Path) -> None:
        self.used.append(run)

    async def judged(self, things: Any) -> list[Answer]:
        shares = {"a": 0.75, "b": 0.25}
        facts = {"label": "a", "probabilities": shares, "sure": True, "probability": 0.75}
        return [Answer(file=one.name, **facts) for one in things]

    def state(self) -> dict[str, object]:
        return {"ready": bool(self.used)}

    async def close(self) -> None: ...


class Errands(RealErrands):
    """Remembers what it was asked."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, lambda: None)
        self._process = Trainer()


def board_at(root: Path, calm_s: float = 0.0) -> Board:
    return Board(Collection(root), Parts(Looks(), Trainer(), Tryout(), Errands(root)), calm_s)


def fill(root: Path, count: int = 5, names: tuple[str, ...] = ("a", "b")) -> Path:
    for name in names:
        (root / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            (root / name / f"{number}.jpg").write_bytes(f"{name}{number}".encode())
    return root


def within(work: Callable[[], Awaitable[object]]) -> Any:
    """Run something with a limit, so that a test that hangs fails."""

    async def limited() -> object:
        async with asyncio.timeout(10):
            return await work()

    return asyncio.run(limited())


async def until(true: Callable[[], object]) -> None:
    while not true():
        await asyncio.sleep(0.005)
