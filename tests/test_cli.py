"""The commands, their exit codes, and that every failure has the one shape."""

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from stand_ins import draw

import headstart
from headstart import durable
from headstart.cli import execute


def _one_class(place: Path) -> Path:
    photos = draw(place / "one")
    for hue in ("green", "red"):
        for file in (photos / hue).iterdir():
            file.unlink()
        (photos / hue).rmdir()
    return photos


WRONG = {
    "no such option": (2, lambda p: ["train", str(draw(p / "x")), "--sed", "1"]),
    "no such command": (2, lambda p: ["trian"]),
    "no such strategy": (2, lambda p: ["train", str(draw(p / "x")), "--strategy", "half"]),
    "no such head": (2, lambda p: ["train", str(draw(p / "x")), "--head", "tree"]),
    "no such place": (3, lambda p: ["check", str(p / "no")]),
    "one class": (3, lambda p: ["check", str(_one_class(p))]),
    "no such run": (5, lambda p: ["predict", str(p / "no"), "x.png"]),
    "no such backbone": (5, lambda p: ["train", str(draw(p / "x")), "--backbone", "resnet81"]),
    "weights that could run code": (
        7,
        lambda p: ["train", str(draw(p / "x")), "--backbone", "resnet18", "--weights", "w.pth"],
    ),
}


@pytest.mark.parametrize(("code", "command"), WRONG.values(), ids=WRONG)
def test_every_failure_has_its_exit_code_and_a_fix(code, command, tmp_path, capsys) -> None:
    assert execute(command(tmp_path)) == code
    told = capsys.readouterr()
    assert told.err.count("error[") == 1 and "\n  fix: " in told.err
    assert "Traceback" not in told.err and not told.out


def test_an_error_is_json_where_json_was_asked_for(tmp_path, capsys) -> None:
    assert execute(["train", str(tmp_path / "no"), "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "D102"


@pytest.mark.parametrize(
    ("failure", "code", "named"),
    [
        (MemoryError(), 4, "R321"),
        (torch.OutOfMemoryError("CUDA out of memory"), 4, "R327"),
        (OSError(errno.ENOSPC, "No space left on device"), 4, "R322"),
        (ZeroDivisionError("odd\x1b[31m"), 1, "X100"),
    ],
    ids=["memory", "memory elsewhere", "disk", "a bug"],
)
def test_failures_that_nobody_foresaw_have_the_shape_too(
    failure, code, named, monkeypatch, capsys, tmp_path
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setitem(headstart.__dict__, "check", fail)
    assert execute(["check", str(tmp_path)]) == code
    told = capsys.readouterr().err
    assert f"error[{named}]" in told and "fix: " in told and "\x1b" not in told


SIGNALS = [(signal.SIGTERM, 143), pytest.param(signal.SIGINT, 130, marks=pytest.mark.slow)]


@pytest.mark.journey
@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_stopped_run_says_how_to_go_on_and_does(number, code, tiny_folder, tmp_path) -> None:
    photos = draw(tmp_path / "photos")
    command = ["train", str(photos), "--backbone", str(tiny_folder), "--strategy", "probe"]
    command += ["--out", str(tmp_path / "run")]
    with subprocess.Popen(
        [sys.executable, "-m", "headstart", *command],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    ) as process:
        heard = [next(process.stderr)]
        process.send_signal(number)
        heard += process.stderr.readlines()
    assert process.returncode == code
    told = "".join(heard)
    assert f"error[I{code}]" in told and f"fix: headstart train {photos}" in told
    assert execute(command) == 0
    assert not list((tmp_path / "run").glob(".*"))


def test_a_full_disk_is_told_of_the_disk_that_is_full(tmp_path, monkeypatch, capsys) -> None:
    def fail(handle: int) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    def work(*_: object, **__: object) -> None:
        with durable.writing(tmp_path / "disk" / "a.json"):
            monkeypatch.setattr(os, "fsync", fail)

    monkeypatch.setitem(headstart.__dict__, "check", work)
    assert execute(["check", str(tmp_path)]) == 4
    assert f"where: {tmp_path / 'disk' / 'a.json'}" in capsys.readouterr().err
