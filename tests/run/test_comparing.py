"""Finished runs read back and compared."""

import numpy as np
import pytest
from finished import finished

import headstart
from headstart.errors import UsageError
from headstart.run import comparing
from headstart.stats import lead


def right(share, n=120, seed=0):
    return np.random.default_rng(seed).random(n) < share


@pytest.fixture
def two(tmp_path):
    a = finished(tmp_path / "a", right(0.6, seed=1))
    return a, finished(tmp_path / "b", right(0.9, seed=2), strategy="full")


def test_two_runs_are_paired_on_their_rows(two) -> None:
    found = headstart.compare(two)
    assert found.pairs[0].difference == lead(right(0.9, seed=2), right(0.6, seed=1))
    assert found.pairs[0].run == "b" and found.pairs[0].against == "a"
    assert [entry.strategy for entry in found.entries] == ["probe", "full"]
    assert found.yardstick == "majority class" and found.entries[0].word == "helps"


def test_rows_are_known_by_content_wherever_they_lie(tmp_path) -> None:
    same = [f"digest {i}" for i in range(40)]
    a = finished(tmp_path / "a", right(0.6, 40), content=same)
    moved = [f"elsewhere/{i}.png" for i in range(40)]
    b = finished(tmp_path / "b", right(0.6, 40), names=moved, content=same)
    assert headstart.compare([a, b]).pairs[0].rows == 40


def test_a_row_with_another_label_is_another_row(tmp_path) -> None:
    a = finished(tmp_path / "a", right(0.6, 40))
    b = finished(tmp_path / "b", right(0.6, 40), label=["cat"] * 30 + ["dog"] * 10)
    assert headstart.compare([a, b]).pairs[0].rows == 30


def test_equal_rows_are_counted_as_often_as_both_have_them(tmp_path) -> None:
    a = finished(tmp_path / "a", right(0.6, 4), content=["x", "x", "x", "y"])
    b = finished(tmp_path / "b", right(0.6, 4), content=["x", "x", "y", "z"])
    assert headstart.compare([a, b]).pairs[0].rows == 3


def test_other_test_rows_are_refused_with_the_reason(tmp_path) -> None:
    a = finished(tmp_path / "a", right(0.6, 40))
    b = finished(tmp_path / "b", right(0.6, 40), names=[f"new{i}" for i in range(40)])
    with pytest.raises(UsageError, match=r"U243.*tested on different rows"):
        headstart.compare([a, b])


@pytest.mark.parametrize(
    ("other", "word"),
    [({"task": "balanced"}, "tasks"), ({"classes": ("cat", "cow", "dog")}, "classes")],
)
def test_other_tasks_are_refused(tmp_path, two, other, word) -> None:
    c = finished(tmp_path / "c", right(0.6), **other)
    with pytest.raises(UsageError, match=rf"U242.*different {word}"):
        headstart.compare([two[0], c])


def test_one_run_or_the_same_twice_is_no_comparison(two) -> None:
    with pytest.raises(UsageError, match="U241"):
        headstart.compare(two[:1])
    with pytest.raises(UsageError, match="U246"):
        headstart.compare([two[0], two[0]])


def test_folders_of_one_name_are_told_apart_by_their_paths(tmp_path) -> None:
    a = finished(tmp_path / "one" / "run", right(0.6))
    b = finished(tmp_path / "two" / "run", right(0.6))
    assert headstart.compare([a, b]).entries[0].name == str(a)


def test_a_run_of_before_there_were_merits_is_read_by_its_labels(tmp_path, two) -> None:
    old = finished(tmp_path / "old", right(0.6, seed=1), merit=None)
    assert headstart.compare([two[0], old]).pairs[0].difference.value == 0


def test_one_whose_answers_have_no_merit_is_refused(tmp_path) -> None:
    for name in ("a", "b"):
        place = finished(tmp_path / name, right(0.6), merit=None)
        told = (place / "metrics.json").read_text().replace("accuracy", "f1")
        (place / "metrics.json").write_text(told)
    with pytest.raises(UsageError, match="U244"):
        headstart.compare([tmp_path / "a", tmp_path / "b"])


def test_what_is_no_run_is_told(tmp_path, two) -> None:
    with pytest.raises(UsageError, match="U110"):
        headstart.compare([two[0], tmp_path])


def test_runs_of_several_seeds_are_held_together(tmp_path) -> None:
    groups = {}
    for name, share in (("a", 0.6), ("b", 0.9)):
        for seed in (0, 1):
            place = finished(tmp_path / f"{name}{seed}", right(share, 60, seed), seed=seed)
            groups.setdefault(name, {})[str(seed)] = headstart.report(place)
    found = comparing.contest(groups)
    assert found.pairs[0].rows == 120 and found.pairs[0].word == "better"
    assert len(found.entries[0].draws) == 2 and found.entries[0].rows == 120
    assert found.entries[0].cpu_s == 4.0
    lone = {"a": {"0": groups["a"]["0"]}, "b": {"1": groups["b"]["1"]}}
    assert comparing.contest(lone, strict=False).pairs == ()
    with pytest.raises(UsageError, match="U243"):
        comparing.contest(lone)
