"""The commands, their exit codes, and that every failure has the one shape."""

import dataclasses
import errno
import inspect
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
from headstart.cli import execute, train
from headstart.data import Columns
from headstart.run.settings import Given, Network, Settings
from headstart.task_names import TASK_NAMES
from headstart.train import Hyperparameters


@pytest.fixture(scope="module")
def run(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `train` left; the tests only look at it."""
    place = tmp_path_factory.mktemp("cli")
    started = {"backbone": str(tiny_folder), "strategy": "probe", "out": place / "run"}
    headstart.train(draw(place / "photos"), cache=place / "cache", **started)
    return place / "run"


def test_train_prints_the_verdict_and_where_everything_is(run, tiny_folder, capsys) -> None:
    photos = run.parent / "photos"
    command = ["train", str(photos), "--backbone", str(tiny_folder), "--strategy", "probe"]
    command += ["--out", str(run)]
    assert execute(command) == 0
    out = capsys.readouterr().out
    assert "probe on random weights" in out and "0 of " in out and "frozen tensors changed" in out
    assert str(run / "report.html") in out and f"headstart predict {run} FILES" in out
    assert execute([*command, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["path"] == str(run) and found["verdict"]["word"] in ("helps", "no evidence")


def test_the_flags_of_train_are_the_fields_of_its_settings() -> None:
    flags = set(inspect.signature(train).parameters) - {"place", "out", "json"}
    parts = (Settings, Columns, Given, Network, Hyperparameters)
    fields = {field.name for part in parts for field in dataclasses.fields(part)}
    assert flags == fields - {"columns", "given", "network", "hyperparameters"}


def test_the_help_of_task_names_every_task() -> None:
    task = inspect.signature(train).parameters["task"]
    assert set(TASK_NAMES) == set(task.annotation.__metadata__[0].help.split(", "))


def test_check_lists_problems_and_trains_nothing(photos, tmp_path, capsys) -> None:
    (photos / "red" / "odd\n\x1b[31m.png").write_bytes(b"<html>")
    assert execute(["check", str(photos), "--json", str(tmp_path / "audit.json")]) == 0
    out = capsys.readouterr().out
    assert r"odd\n\x1b[31m.png" in out and "\x1b[31m" not in out
    audit = json.loads((tmp_path / "audit.json").read_text())
    assert [problem["kind"] for problem in audit["listed"]] == ["unreadable"]
    assert execute(["check", str(photos), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out) == audit


def test_predict_names_a_class_for_each_file(run, capsys) -> None:
    files = [str(run.parent / "photos" / hue / "03.png") for hue in ("red", "blue")]
    assert execute(["predict", str(run), *files]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 and "red" in lines[0] and "blue" in lines[1] and "%" in lines[0]
    assert execute(["predict", str(run), *files, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["file"] for one in found] == files
    assert all(abs(sum(one["probabilities"].values()) - 1) < 1e-6 for one in found)


def test_report_prints_a_run_again(run, capsys) -> None:
    assert execute(["report", str(run)]) == 0
    assert "report.html" in capsys.readouterr().out


def test_backbones_are_listed_for_people_and_programs(capsys) -> None:
    assert execute(["backbones"]) == 0
    assert capsys.readouterr().out.startswith("name ")
    assert execute(["backbones", "--json"]) == 0
    assert isinstance(json.loads(capsys.readouterr().out), list)


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


@pytest.mark.parametrize(("broken", "code"), [(1, 0), (2, 0), (3, 3), (48, 3)])
def test_check_lists_everything_however_much_is_broken(
    broken, code, photos, tmp_path, capsys
) -> None:
    files = sorted(photos.rglob("*.png"))  # 48, of which 2 are below 5%
    for file in files[:broken]:
        file.write_bytes(file.read_bytes()[:60])
    assert execute(["check", str(photos), "--json", str(tmp_path / "audit.json")]) == code
    told = capsys.readouterr()
    listed = json.loads((tmp_path / "audit.json").read_text())["listed"]
    assert sum(one["kind"] == "unreadable" for one in listed) == broken
    assert "0x" not in json.dumps(listed) and ("error[D1" in told.err) == (code == 3)


def test_a_full_disk_is_told_of_the_disk_that_is_full(tmp_path, monkeypatch, capsys) -> None:
    def fail(handle: int) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    def work(*_: object, **__: object) -> None:
        with durable.writing(tmp_path / "disk" / "a.json"):
            monkeypatch.setattr(os, "fsync", fail)

    monkeypatch.setitem(headstart.__dict__, "check", work)
    assert execute(["check", str(tmp_path)]) == 4
    assert f"where: {tmp_path / 'disk' / 'a.json'}" in capsys.readouterr().err
