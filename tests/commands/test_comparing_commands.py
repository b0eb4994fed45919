"""Commands that look at several runs."""

import json

from finished import finished

import headstart
from headstart.cli import execute
from headstart.errors import DataError


def two(place):
    a = finished(place / "a", [True] * 60 + [False] * 60)
    return [str(a), str(finished(place / "b", [True] * 110 + [False] * 10))]


def test_compare_prints_lines_or_one_document_and_writes_a_file(tmp_path, capsys) -> None:
    runs = two(tmp_path)
    assert execute(["compare", *runs, "--out", str(tmp_path / "c.html")]) == 0
    told = capsys.readouterr().out
    assert "against a" in told and "+41.7" in told and "better" in told and "c.html" in told
    assert 'the yardstick is "majority class"' in told
    assert execute(["compare", *runs, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found == headstart.compare(runs).record()
    pair = found["pairs"][0]
    assert pair["run"] == "b" and pair["low"] < pair["difference"] < pair["high"]


def test_runs_of_different_tasks_exit_with_two(tmp_path, capsys) -> None:
    other = finished(tmp_path / "c", [True], task="balanced")
    assert execute(["compare", *two(tmp_path), str(other)]) == 2
    assert "U242" in capsys.readouterr().err


def test_runs_are_listed_as_lines_and_as_a_document(tmp_path, capsys) -> None:
    two(tmp_path)
    assert execute(["runs", str(tmp_path)]) == 0
    assert "accuracy 50.0%" in capsys.readouterr().out
    assert execute(["runs", str(tmp_path), "--json"]) == 0
    assert [one["value"] for one in json.loads(capsys.readouterr().out)] == [0.5, 110 / 120]


def test_a_sweep_tells_what_failed_and_exits_with_eight(tmp_path, monkeypatch, capsys) -> None:
    def train(place, *, out, strategy, **_):
        if strategy == "full":
            raise DataError("D101", "found 1 class", "add a second folder")
        return headstart.report(finished(out, [True] * 5 + [False] * 5, strategy=strategy))

    monkeypatch.setattr("headstart.run.api.train", train)
    (tmp_path / "photos").mkdir()
    command = ["sweep", str(tmp_path / "photos"), "--strategy", "probe,full,lora"]
    assert execute([*command, "--seeds", "1", "--out", str(tmp_path / "s")]) == 8
    told = capsys.readouterr().out
    assert "failed: auto_full_seed0: D101 found 1 class" in told and "auto lora" in told
    assert execute([*command[:2], "--out", str(tmp_path / "t"), "--seeds", "1"]) == 0
