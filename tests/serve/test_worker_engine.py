"""A process that answers, dies, and is back before anybody minds."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from servers import STAND_IN

from headstart.errors import ResourceError
from headstart.serve.engine import Died, Engine, started
from headstart.serve.frames import Thing


def thing(content: bytes) -> Thing:
    return Thing("x", "bytes", content)


def with_engine(place: Path, do: Callable[[Engine], Awaitable[None]]) -> None:
    async def begin() -> None:
        engine = await started(place, 256, 1, STAND_IN)
        try:
            await do(engine)
        finally:
            await engine.stop()
        assert not engine.alive

    asyncio.run(begin())


def test_it_says_what_it_has_and_answers_in_order(tmp_path: Path) -> None:
    async def ask(engine: Engine) -> None:
        assert engine.signature.classes == ["a", "b"]
        found = await engine.judge([thing(b"one"), thing(b"bad"), thing(b"two")])
        assert [getattr(one, "label", "error") for one in found] == ["one", None, "two"]

    with_engine(tmp_path, ask)


def test_after_a_death_it_is_back_within_two_seconds(tmp_path: Path) -> None:
    async def ask(engine: Engine) -> None:
        with pytest.raises(Died):
            await engine.judge([thing(b"die")])
        began = time.monotonic()
        (found,) = await engine.judge([thing(b"one")])
        assert found.label == "one" and time.monotonic() - began < 2
        os.kill(engine.pid, signal.SIGKILL)
        with pytest.raises(Died):
            await engine.judge([thing(b"two")])
        assert engine.deaths == 2 and (await engine.judge([thing(b"two")]))[0].label == "two"

    with_engine(tmp_path, ask)


def test_a_process_that_says_nothing_is_an_error_and_leaves_none(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="R332"):
        asyncio.run(started(tmp_path, 256, 1, "no_such_module_at_all"))
