"""The runs below a folder."""

import json

import pytest
from finished import finished

from headstart.errors import UsageError
from headstart.run.run_list import runs_in
from headstart.summaries import run_list


def test_runs_are_listed_with_their_figures(tmp_path) -> None:
    finished(tmp_path / "b", [True] * 8 + [False] * 2)
    finished(tmp_path / "a", [True] * 5 + [False] * 5)
    found = runs_in(tmp_path)
    assert [one.path for one in found] == [str(tmp_path / "a"), str(tmp_path / "b")]
    assert found[1].value == 0.8 and found[1].verdict == "helps" and found[1].data == "photos"
    told = run_list([one.record() for one in found])
    assert "accuracy 80.0%" in told[2] and "resnet" in told[2]


def test_cells_of_a_sweep_are_found_and_nothing_deeper(tmp_path) -> None:
    finished(tmp_path / "sweep" / "cell", [True])
    finished(tmp_path / "a" / "b" / "c", [True])
    assert [one.path for one in runs_in(tmp_path)] == [str(tmp_path / "sweep" / "cell")]


def test_one_that_has_not_ended_or_is_damaged_says_so(tmp_path) -> None:
    place = finished(tmp_path / "a", [True])
    (place / "metrics.json").unlink()
    broken = finished(tmp_path / "b", [True])
    (broken / "metrics.json").write_text(json.dumps({"figure": "accuracy"}))
    (finished(tmp_path / "c", [True]) / "run.json").write_text("{")
    found = runs_in(tmp_path)
    assert [one.ended for one in found] == [False, False, True]
    assert "not ended" in run_list([found[0].record()])[1]


def test_an_empty_folder_and_none_at_all_are_different(tmp_path) -> None:
    assert runs_in(tmp_path) == () and run_list([]) == ["no runs here"]
    with pytest.raises(UsageError, match="U247"):
        runs_in(tmp_path / "nosuch")
