"""A run in the user's own terms."""

import numpy as np
from stand_ins import classes

from headstart.evaluate import Arm, Cost, Outcome
from headstart.evaluate.summary import Sureness, opening, sureness
from headstart.stats import share
from headstart.task import Calibration

TASK = classes(2)


def outcome(right, n, folds=()) -> Outcome:
    good = np.arange(n) < right
    answers = np.where(good[:, None], [0.9, 0.1], [0.4, 0.6])
    arm = Arm("probe", "probe", "", 0, True, answers, 1.0, share(good), Cost(0.0, 0.0, 0.0))
    return Outcome(tuple(range(n)), (), (arm,), arm, arm, None, n, None, folds)


def test_it_opens_with_how_often_it_was_right() -> None:
    labels = np.zeros(40, dtype=int)
    assert opening(TASK, outcome(31, 40), labels) == "Right on 31 of 40 it had not seen"
    folds = tuple(1 + i % 5 for i in range(40))
    told = opening(TASK, outcome(31, 40, folds), labels)
    assert told == "Right on 31 of 40, each asked of a model that had not seen it"


def test_sure_answers_are_counted_from_the_threshold_on() -> None:
    labels, found = np.zeros(40, dtype=int), outcome(30, 40)
    at = sureness(TASK, Calibration(0.9), found, labels)
    assert at is not None and (at.count, at.of) == (30, 40) and at.right == share(np.ones(30, bool))
    above = sureness(TASK, Calibration(0.91), found, labels)
    assert above == Sureness(0, 40, None) and "sure of none" in above.text
    every = sureness(TASK, Calibration(0.6), found, labels)
    assert every is not None and every.count == 40 and "sure of all 40" in every.text
    assert "sure of 30 of 40 answers, and right in 100.0%" in at.text
