"""Models by name: loaded, swapped while they answer, revived."""

import asyncio
from pathlib import Path

import pytest
from servers import STAND_IN

from headstart.errors import UsageError
from headstart.serve import Limits, Refusal, shelf
from headstart.serve.frames import Thing
from headstart.serve.shelf import Shelf, names_of, version_of


def thing(content: bytes) -> Thing:
    return Thing("x", "bytes", content)


async def until(true) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.01)


def test_two_runs_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="U191"):
        names_of([tmp_path / "a" / "x", tmp_path / "b" / "x"])
    assert set(names_of([tmp_path / "a", tmp_path / "b"])) == {"a", "b"}


def test_a_version_is_a_digest_of_the_files(run: Path) -> None:
    first = version_of(run)
    assert len(first) == 16 and version_of(run / "model") == first
    (run / "model" / "manifest.json").write_text('{"files": []}')
    assert version_of(run) not in (first, "")
    assert version_of(run / "nowhere") == ""


def test_a_run_that_is_made_again_is_swapped_and_nothing_fails(run: Path, monkeypatch) -> None:
    monkeypatch.setattr(shelf, "LOOK_S", 0.02)

    async def begin() -> None:
        models = Shelf([run], Limits(), 1, STAND_IN)
        with pytest.raises(Refusal, match="H505"):
            models.only()
        await models.open()
        old = models.only()
        slow = asyncio.create_task(old.judged([thing(b"sleep")]))
        await asyncio.sleep(0.05)
        (run / "model" / "manifest.json").write_text('{"files": []}')
        await until(lambda: models.only().version != old.version)
        assert (await slow)[0].label == "sleep"
        assert (await models.only().judged([thing(b"one")]))[0].label == "one"
        await until(lambda: not old.engine.alive)
        with pytest.raises(Refusal, match="H405"):
            models.find("photos", old.version)
        assert models.find("photos", models.only().version) is models.only()
        await models.close()

    asyncio.run(begin())


def test_a_process_that_died_is_started_again(run: Path, monkeypatch) -> None:
    monkeypatch.setattr(shelf, "LOOK_S", 0.02)

    async def begin() -> None:
        models = Shelf([run], Limits(), 1, STAND_IN)
        await models.open()
        first = models.only()
        first.engine._process.kill()
        await until(lambda: models.only() is not first)
        assert (await models.only().judged([thing(b"one")]))[0].label == "one"
        await models.close()

    asyncio.run(begin())


def test_several_models_have_to_be_named(run: Path) -> None:
    models = Shelf([run, run.parent / "other"], Limits(), 1, STAND_IN)
    with pytest.raises(Refusal, match="H411"):
        models.only()
    for name in ("", "..", "../photos", "photos/model"):
        with pytest.raises(Refusal, match="H405"):
            models.find(name)
