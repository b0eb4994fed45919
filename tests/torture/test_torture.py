"""The campaigns would notice: planted faults are told, and counted as what they are."""

import importlib
import io
import json
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch
from torture.forked import Home
from torture.mutants import WAYS, mutant
from torture.readings import _seen
from torture.ruins import judged, litter
from torture.tally import MINUTES, Count, Tally, in_time, report

from headstart.modality import Image


def drawn(form: str) -> bytes:
    """A picture of noise as a file."""
    pixels, kept = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8), io.BytesIO()
    PIL.Image.fromarray(pixels).save(kept, form)
    return kept.getvalue()


FORMS = {"jpg": drawn("JPEG"), "png": drawn("PNG")}
ORIGINS = tuple(FORMS.items())
NEVER = float("inf")


@pytest.fixture
def runs(tmp_path: Path) -> tuple[Path, Path]:
    """A run, and the same again."""
    for name in ("right", "found"):
        (tmp_path / name / "model").mkdir(parents=True)
        (tmp_path / name / "model" / "head.safetensors").write_bytes(b"weights")
        record = {"test": 0.5, "cost": {"wall_s": len(name)}}
        (tmp_path / name / "metrics.json").write_text(json.dumps(record))
    return tmp_path / "right", tmp_path / "found"


def test_a_mutant_is_drawn_by_its_number_alone_and_every_way_comes_first() -> None:
    first = [mutant(number, ORIGINS) for number in range(len(WAYS))]
    assert {one.head_config for one in first} == {head_config.__name__ for head_config in WAYS}
    assert [one.content for one in first] == [
        mutant(number, ORIGINS).content for number in range(len(WAYS))
    ]


def test_equal_runs_are_right_whatever_they_took(runs, tmp_path) -> None:
    assert judged(*runs, Home(tmp_path / "found")) == ("", False)


@pytest.mark.parametrize("name", ["model/head.safetensors", "metrics.json"])
def test_another_result_is_believed(runs, tmp_path, name: str) -> None:
    content = (runs[1] / name).read_bytes()
    (runs[1] / name).write_bytes(content.replace(b"weights", b"weighty").replace(b"0.5", b"0.6"))
    assert judged(*runs, Home(tmp_path / "found")) == (f"differs: {name}", True)


def test_a_file_too_many_or_too_few_is_told(runs, tmp_path) -> None:
    (runs[1] / "more").write_text("")
    (runs[1] / "metrics.json").unlink()
    told, _ = judged(*runs, Home(tmp_path / "found"))
    assert told == "differs: metrics.json; differs: more"


def test_what_is_left_behind_is_told(tmp_path) -> None:
    home = Home(tmp_path)
    home.environment()
    (home.temp / "tmpabc").mkdir()
    (tmp_path / "runs" / ".work").mkdir(parents=True)
    (tmp_path / "runs" / ".model.tmp-1-2").write_text("")
    assert litter(home) == ["runs/.model.tmp-1-2", "runs/.work", "temp/tmpabc"]


def test_half_a_picture_that_is_taken_for_a_whole_one_is_believed(monkeypatch) -> None:
    judge, cut = _seen(dict(FORMS)), mutant(0, ORIGINS)
    assert cut.head_config == "cut" and judge(cut) == ""
    right = Image.read
    whole = FORMS[cut.origin]
    black = torch.zeros(3, 32, 32, dtype=torch.uint8)
    monkeypatch.setattr(
        Image, "read", lambda self, x: right(self, x) if x.content == whole else black
    )
    assert judge(cut) == "!half a picture for a whole one"


def test_an_error_that_nobody_named_is_not_survived(monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("odd")

    monkeypatch.setattr(Image, "read", fail)
    assert _seen(dict(FORMS))(mutant(0, ORIGINS)) == "X100 ZeroDivisionError: odd"


def test_a_part_counts_and_says_what_went_wrong(capsys, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("TORTURE_TALLY", str(tmp_path / "tally"))
    count = Count("kills", NEVER)
    count.add("one", cases=3)
    count.add("two", "left: x")
    count.add("three", "differs: y", believed=True)
    report(count.tally())
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "kills: 5 tried, 3 survived, 1 believed"
    assert lines[:2] == [
        "  kills: not survived: two: left: x",
        "  kills: BELIEVED: three: differs: y",
    ]
    assert Tally(**json.loads((tmp_path / "tally").read_text())) == count.tally()


@pytest.mark.parametrize(("survived", "believed", "code"), [(3, 0, 0), (2, 0, 1), (3, 1, 1)])
def test_the_runner_fails_where_anything_was_lost_or_believed(
    survived: int, believed: int, code: int, capsys
) -> None:
    runner = importlib.import_module("torture.__main__")
    assert runner.total([Tally("a", 2, 2, 0), Tally("b", 3, survived, believed)]) == code
    told = capsys.readouterr().out
    assert told == f"torture: 5 tried, {2 + survived} survived, {believed} believed\n"


@pytest.mark.parametrize(("minutes", "tried"), [("60", [0, 1, 2]), ("0", [0])])
def test_cases_end_with_their_share_of_the_time(monkeypatch, minutes: str, tried) -> None:
    monkeypatch.setenv(MINUTES, minutes)
    assert list(in_time(range(3), 0.5)) == tried
