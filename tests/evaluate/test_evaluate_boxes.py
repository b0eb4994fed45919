import numpy as np
import pytest

from headstart.data import boxes_of
from headstart.evaluate.boxes import (
    FALSE_ALARMS,
    box_report,
    confusion,
    curve,
    missed_at,
    precision_at,
)
from headstart.task.box_matching import FoundBoxes, matches_of

A, B, C = (0, 0, 10, 10), (20, 20, 30, 30), (50, 50, 60, 60)


def said(*boxes: tuple[tuple[float, ...], int, float]) -> FoundBoxes:
    return FoundBoxes(
        np.array([corners for corners, *_ in boxes], dtype=float).reshape(len(boxes), 4),
        np.array([label for _, label, _ in boxes], dtype=np.int64),
        np.array([score for *_, score in boxes], dtype=float),
    )


TRUTHS = [boxes_of([A, B], [0, 1]), boxes_of([], []), boxes_of([A], [0])]
FOUND = [said((A, 0, 0.9), (B, 0, 0.8)), said((C, 1, 0.7)), said((A, 0, 0.4))]


def test_confusions_hold_misses_and_false_alarms() -> None:
    assert confusion(TRUTHS, FOUND, 2, 0.5) == ((1, 0, 1), (1, 0, 0), (0, 1, 0))
    assert confusion(TRUTHS, FOUND, 2, 0.4) == ((2, 0, 0), (1, 0, 0), (0, 1, 0))


def test_what_lies_in_an_ignored_box_is_no_false_alarm() -> None:
    truth = boxes_of([A], [0], [True])
    assert confusion([truth], [said((A, 0, 0.9), (C, 0, 0.9))], 1, 0.5) == ((0, 0), (1, 0))


def test_misses_fall_as_more_false_alarms_are_borne() -> None:
    every = [matches_of(TRUTHS, FOUND, label) for label in (0, 1)]
    missed = [float(missed_at(every, np.ones((1, 3)), rate)[0]) for rate in (0.0, 0.3, 0.34, 1.0)]
    assert missed == pytest.approx([2 / 3, 2 / 3, 2 / 3, 1 / 3])


def test_precision_at_a_recall_is_the_best_there_or_beyond() -> None:
    m = matches_of(TRUTHS, FOUND, 0)
    at = precision_at(m, np.ones((1, 3)))[0]
    assert at[0] == 1 and at[10] == 1 and at[11] == pytest.approx(2 / 3) and at[20] == at[11]


def test_a_curve_lies_in_its_band() -> None:
    for point in curve(matches_of(TRUTHS, FOUND, 0), 3):
        assert point.precision.low <= point.precision.value <= point.precision.high


def test_a_report_has_each_class_that_is_there() -> None:
    found = box_report(TRUTHS, FOUND, ("cat", "dog", "idle"))
    assert [(c.name, c.there, c.found) for c in found.classes] == [("cat", 2, 2), ("dog", 1, 1)]
    assert found.classes[0].at_half.value == pytest.approx((51 + 50 * 2 / 3) / 101)
    assert [rate for rate, _ in found.missed] == list(FALSE_ALARMS)
    at = {point.threshold: point for point in found.trade_off}
    assert (at[0.5].precision, at[0.5].recall) == (1 / 3, 1 / 3)
    assert at[0.5].false_alarms == pytest.approx(2 / 3)
