"""What commands found, as lines for people."""

from pathlib import Path

import pytest

from headstart import summaries
from headstart.errors import DataError
from headstart.head import ABOVE

SHARE = {"value": 0.9, "low": 0.8, "high": 0.95}
METRICS = {
    "figure": "accuracy",
    "test": {"accuracy": SHARE},
    "n": {"train": 8, "val": 2, "test": 3, "tested": 13},
    "verdict": {"word": "helps"},
    "frozen": {"changed": 0, "tensors": 7},
    "arms": [{"name": "probe", "accuracy": SHARE, "cost": {"cpu_s": 1.0}}],
}


def ended(**changed: object) -> str:
    return "\n".join(summaries.ended(Path("a run"), {**METRICS, **changed}))


def test_a_run_that_ended_says_how_good_on_what_and_what_to_do_next() -> None:
    told = ended()
    assert "accuracy 90.0% on 3 test examples, learned from 10" in told
    assert "expect 80.0% to 95.0%" in told and "Transfer: helps" in told
    assert told.endswith("predict: headstart predict 'a run' FILES")
    assert ended(use='--text "…"').endswith("predict: headstart predict 'a run' --text \"…\"")
    assert "on 13, each tested once, in 5 folds" in ended(folds=5)


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ((10, 10), "learned from 10\n"),
        ((10, 9), "learned from 10; full from 9\n"),
        ((8, 8), "learned from 10; probe, full from 8\n"),
        ((7, 8), "learned from 10; probe from 7; full from 8\n"),
    ],
)
def test_ways_that_learned_from_fewer_say_so(counts: tuple[int, ...], told: str) -> None:
    arms = [
        {"name": name, "accuracy": SHARE, "cost": {"cpu_s": 1.0}, "learned_from": count}
        for name, count in zip(("probe", "full"), counts, strict=True)
    ]
    assert f"on 3 test examples, {told}" in ended(arms=arms)


def test_parts_that_moved_are_told_where_there_are_some() -> None:
    assert "frozen tensors changed" not in ended()
    assert "1 of 7 frozen tensors changed" in ended(frozen={"changed": 1, "tensors": 7})


@pytest.mark.parametrize(("count", "told"), [(2, True), (3, False), (0, False)])
def test_sure_answers_are_told_where_some_are_not(count: int, told: bool) -> None:
    sure = {"count": count, "of": 3, "right": SHARE if count else None}
    assert (f"sure of {count} of 3" in ended(sure=sure)) == told


def test_luck_takes_two_draws() -> None:
    assert summaries.spread_told({"what": "draws", "figures": [0.9]}) == []
    assert summaries.spread_told({"what": "draws", "figures": [0.9, 0.8]}) == [
        "draws: 80.0% to 90.0%"
    ]


@pytest.mark.parametrize(("count", "more"), [(20, 0), (21, 1)])
def test_twenty_problems_are_listed_and_the_others_counted(count: int, more: int) -> None:
    problem = {"code": "D121", "kind": "unreadable", "name": "a\x1b", "reason": "torn"}
    lines = summaries.audited(["48 pictures"], [problem] * count)
    assert lines[0] == "48 pictures" and len(lines) == 1 + 20 + more
    assert (lines[-1].startswith("… and 1 more")) == bool(more) and r"a\x1b" in lines[1]


@pytest.mark.parametrize(("familiar", "told"), [(0.05, True), (0.051, False), (None, False)])
def test_what_is_unlike_everything_learned_is_doubted(familiar, told: bool) -> None:
    one = {"file": "a", "label": "cat", "sure": True, "value": None, "probability": 0.9}
    (line,) = summaries.predicted([{**one, "familiar": familiar}])
    assert line.startswith("a  cat  90.0%")
    assert ("unlike most of what it learned from" in line) == told
    assert summaries.UNFAMILIAR == ABOVE


def test_columns_are_as_wide_as_a_terminal_shows_them() -> None:
    assert summaries.columns([("猫", "x"), ("cat", "y")]) == ["猫   x", "cat  y"]


def test_answers_that_failed_are_counted_behind_the_others() -> None:
    fine = {"file": "a", "label": "cat", "sure": True, "value": 3.0, "low": 2.0, "high": 4.0}
    broken = {"file": "b", "label": None, "error": DataError("D121", "no picture", "").record()}
    lines = summaries.answered([fine, broken], [], [str(n) for n in range(6)], None)
    assert lines[0] == "a  cat  2 to 4"
    assert lines[1] == "passed over: 6 (0; 1; 2; 3; 4; …)"
    assert lines[2:] == ["not answered: 1 of 2", "  b: D121 no picture"]


def test_of_one_run_that_is_left_nothing_is_said_to_be_against_it() -> None:
    one = {"name": "a", "figure": SHARE, "ahead": None, "word": "", "cpu_s": 1.0}
    record = {"figure": "accuracy", "runs": [one], "pairs": [], "notes": [], "yardstick": ""}
    assert not any("against" in line for line in summaries.compared(record))
    pair = {"run": "b", "difference": 0.1, "low": 0.0, "high": 0.2, "word": "same", "rows": 9}
    assert any("against a" in line for line in summaries.compared({**record, "pairs": [pair]}))
