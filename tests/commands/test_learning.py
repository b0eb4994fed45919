"""Commands that look at data and learn from them."""

import dataclasses
import inspect
import json

import pytest

from headstart.cli import execute
from headstart.commands.learning import train
from headstart.data import Columns
from headstart.run.network_settings import Fleet
from headstart.run.settings import Given, Settings
from headstart.task_names import TASK_NAMES
from headstart.train import Hyperparameters


def test_train_prints_the_verdict_and_where_everything_is(
    finished_run, tiny_folder, capsys
) -> None:
    photos = finished_run.parent / "photos"
    command = ["train", str(photos), "--backbone", str(tiny_folder), "--strategy", "probe"]
    command += ["--out", str(finished_run)]
    assert execute(command) == 0
    out = capsys.readouterr().out
    assert out.startswith("Right on ") and "it had not seen; on others like them expect " in out
    assert "probe on random weights" in out and "tensors" not in out
    assert (
        str(finished_run / "report.html") in out
        and f"headstart predict {finished_run} FILES" in out
    )
    assert execute([*command, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["path"] == str(finished_run) and found["verdict"]["word"] in (
        "helps",
        "no evidence",
    )


def test_the_flags_of_train_are_the_fields_of_its_settings() -> None:
    flags = set(inspect.signature(train).parameters) - {"place", "out", "json", "track"}
    parts = (Settings, Columns, Given, Fleet, Hyperparameters)
    fields = {field.name for part in parts for field in dataclasses.fields(part)}
    assert flags == fields - {"columns", "given", "network", "hyperparameters"}


def test_the_help_of_task_names_every_task() -> None:
    task = inspect.signature(train).parameters["task"]
    told = task.annotation.__metadata__[0].help.removesuffix(" (guessed)")
    assert set(TASK_NAMES) == set(told.split(", "))


def test_check_lists_problems_and_trains_nothing(photos, tmp_path, capsys) -> None:
    (photos / "red" / "odd\n\x1b[31m.png").write_bytes(b"<html>")
    assert execute(["check", str(photos), "--json", str(tmp_path / "audit.json")]) == 0
    out = capsys.readouterr().out
    assert r"odd\n\x1b[31m.png" in out and "\x1b[31m" not in out
    audit = json.loads((tmp_path / "audit.json").read_text())
    assert [problem["kind"] for problem in audit["listed"]] == ["unreadable"]
    assert execute(["check", str(photos), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out) == audit


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
