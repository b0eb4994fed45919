"""The training process: heard, stopped, gone with its reader."""

import pytest
from boards import apart, until, within  # noqa: F401

from headstart.studio.trainer import Trainer


@pytest.mark.parametrize(("name", "last"), [("fine", "ended"), ("gone", "failed")])
def test_what_it_says_is_heard_and_the_end_is_always_told(tmp_path, name, last) -> None:
    heard: list[dict] = []

    async def work() -> None:
        trainer = Trainer(tmp_path / name, heard.append, "stand_in_training")
        await trainer.start({"do": "train"})
        await until(lambda: not trainer.runs)

    within(work)
    assert [one["kind"] for one in heard] == ["start", last]


def test_it_is_stopped_and_that_is_told(tmp_path) -> None:
    heard: list[dict] = []

    async def work() -> None:
        trainer = Trainer(tmp_path / "long", heard.append, "stand_in_training")
        await trainer.stop()
        await trainer.start({"do": "train"})
        await until(lambda: heard)
        await trainer.stop()
        assert not trainer.runs

    within(work)
    assert heard[-1]["error"]["code"] == "T522"
