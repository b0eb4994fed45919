"""The training process: heard, stopped, gone with its reader."""

import json
import subprocess
import sys
import time

import pytest
from boards import apart, until, within  # noqa: F401

from headstart.errors import Interrupted
from headstart.events import Event
from headstart.studio import training
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


def test_steps_are_told_now_and_then_and_the_last_one_always() -> None:
    told: list[dict] = []
    tell = training.telling(told.append, lambda: False)
    for done in range(1, 101):
        tell(Event("step", "reading", done, 100))
    assert [one["done"] for one in told] == [1, 100]


def test_whoever_is_asked_to_stop_stops_at_the_next_event() -> None:
    with pytest.raises(Interrupted, match="I131"):
        training.telling(lambda told: None, lambda: True)(Event("step", "reading", 1, 2))


def test_it_ends_when_nobody_reads_it_any_longer(tmp_path) -> None:
    code = "import sys, threading, time; from headstart.studio import training; "
    code += "threading.Thread(target=training._end_with, args=(0,), daemon=True).start(); "
    code += "print(1, flush=True); time.sleep(30)"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline()
        began = time.monotonic()
        process.stdin.close()
        assert process.wait(5) == 1 and time.monotonic() - began < 2


@pytest.mark.journey
def test_an_error_of_the_data_is_told_in_the_one_shape(tmp_path) -> None:
    (tmp_path / "empty").mkdir()
    command = [sys.executable, "-m", "headstart.studio.training", str(tmp_path / "empty")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(b'{"do": "train", "asked": {}}\n')
        process.stdin.flush()
        said = process.stdout.read()
    lines = [json.loads(line) for line in said.splitlines()]
    assert lines[-1]["kind"] == "failed" and lines[-1]["error"]["code"].startswith("D1")
