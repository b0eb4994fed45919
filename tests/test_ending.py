"""Every command ends when it is asked to, with its exit code and one error."""

import importlib
import os
import signal
import threading
import time

import pytest

import headstart
from headstart import ending
from headstart.cli import execute
from headstart.events import Event

COMMANDS = [
    ("headstart.check", ["check", "PLACE"]),
    ("headstart.train", ["train", "PLACE"]),
    ("headstart.plan", ["plan", "PLACE"]),
    ("headstart.run.answers.judged", ["predict", "PLACE", "a.png"]),
    ("headstart.report", ["report", "PLACE"]),
    ("headstart.report", ["export", "PLACE"]),
    ("headstart.report", ["compress", "PLACE", "--out", "y"]),
    ("headstart.publish", ["publish", "PLACE", "y"]),
    ("headstart.backbones", ["backbones"]),
    ("headstart.rank", ["rank", "PLACE"]),
    ("headstart.pretrain", ["pretrain", "PLACE", "--arch", "x", "--out", "y"]),
    ("headstart.run.features", ["features", "PLACE", "--cache", "x"]),
    ("headstart.demo", ["demo"]),
    ("headstart.run.run_list.runs_in", ["runs", "PLACE"]),
    ("headstart.compare", ["compare", "PLACE", "PLACE"]),
    ("headstart.sweep", ["sweep", "PLACE"]),
]
"""What each command calls, which here never ends; `serve` and `studio` have tests of their own."""
CODES = [(signal.SIGTERM, 143), (signal.SIGINT, 130)]


def stuck(number: int):
    """Work that is asked to stop and gets to no place where it could."""

    def work(*_: object, **__: object) -> None:
        os.kill(os.getpid(), number)
        for _ in range(200):
            time.sleep(0.05)
        raise AssertionError("it went on for 10 seconds")

    return work


@pytest.mark.parametrize(("number", "code"), CODES)
@pytest.mark.parametrize(("called", "words"), COMMANDS, ids=lambda given: given[0])
def test_every_command_obeys(called, words, number, code, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(ending, "GRACE_S", 0.05)
    room, _, name = called.rpartition(".")
    monkeypatch.setitem(importlib.import_module(room).__dict__, name, stuck(number))
    command = [str(tmp_path) if word == "PLACE" else word for word in words]
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    assert execute(command) == code
    told = capsys.readouterr().err
    assert f"error[I{code}]" in told and "X100" not in told
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


def test_no_command_is_forgotten() -> None:
    known = {command.callback.__name__ for command in headstart.cli.app.registered_commands}
    at_once = {"doctor", "explain", "cache", "help", "version"}
    assert known == {words[0] for _, words in COMMANDS} | {"serve", "studio"} | at_once


def test_a_step_may_end_within_the_grace_and_no_timer_goes_off_later(monkeypatch, tmp_path) -> None:
    def work(*_: object, tell, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        tell(Event("step", "a step"))
        raise AssertionError("the listener did not stop it")

    monkeypatch.setitem(headstart.__dict__, "check", work)
    assert execute(["check", str(tmp_path)]) == 143
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_commands_run_in_other_threads_too(capsys) -> None:
    codes: list[int] = []
    other = threading.Thread(target=lambda: codes.append(execute(["backbones", "--json"])))
    other.start()
    other.join()
    assert codes == [0]
