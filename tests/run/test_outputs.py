"""Tables that a run leaves, and that no spreadsheet runs them."""

import csv
import io

import numpy as np
import pytest
from stand_ins import classes

from headstart.data import Audit, Problem, find
from headstart.evaluate.summary import Doubts
from headstart.run.outputs import answers_table, problems_csv, suspects_csv
from headstart.task import CTC, Calibration, Regression

EVIL = ["=1+1", "+1", "-1", "@SUM(1)"]


def test_names_that_a_spreadsheet_would_run_are_quoted(photos) -> None:
    problems = tuple(Problem("D140", "label", name, "odd", row=3) for name in (*EVIL, "a=b"))
    audit = Audit(find(photos), (), (), problems, {}, "")
    head, *rows = csv.reader(io.StringIO(problems_csv(audit)))
    assert head == ["code", "kind", "name", "reason", "row"]
    assert [row[2] for row in rows] == [*(f"'{name}" for name in EVIL), "a=b"]
    assert {row[4] for row in rows} == {"3"}


def test_doubted_labels_are_listed_with_what_they_look_like() -> None:
    told = suspects_csv(Doubts(1, 10, lines=(("=x.png", "cat", "dog", 0.25),)))
    assert list(csv.reader(io.StringIO(told)))[1] == ["'=x.png", "cat", "dog", "0.25"]


@pytest.mark.parametrize(("sure_above", "sure"), [(0.75, True), (0.76, False)])
def test_an_answer_is_sure_from_the_threshold_on(sure_above: float, sure: bool) -> None:
    table = answers_table({}, np.array([[0.25, 0.75]]), classes(2), Calibration(sure_above))
    assert table.to_pylist() == [{"probability": 0.75, "sure": sure, "p:0": 0.25, "p:1": 0.75}]


def test_a_value_has_its_interval_and_codes_have_no_probability_each() -> None:
    table = answers_table({}, np.array([[3.0]]), Regression(0.0, 1.0), Calibration(0.5, margin=2.0))
    assert table.to_pylist() == [{"value": 3.0, "low": 1.0, "high": 5.0}]
    codes = answers_table({}, np.array([[0.9, 1.0, -1.0]]), CTC(("a", "b")), Calibration(0.5))
    assert codes.column_names == ["probability", "sure"]
