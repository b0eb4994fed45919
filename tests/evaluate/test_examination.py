"""Which test examples a page shows, and in which order."""

import numpy as np
from stand_ins import classes

from headstart.evaluate import examination
from headstart.evaluate.examination import SHOWN, _order


def answers(labels: np.ndarray, wrong: dict[int, float]) -> np.ndarray:
    """Two classes; wrong rows are said to be the other one, with so much confidence."""
    found = np.eye(2)[labels] * 0.6 + 0.2
    for row, sure in wrong.items():
        found[row, 1 - labels[row]], found[row, labels[row]] = sure, 1 - sure
    return found


def order(labels: np.ndarray, wrong: dict[int, float]) -> list[int]:
    found = answers(labels, wrong)
    return list(_order(classes(2), found, labels, found.argmax(axis=1) == labels))


def test_the_most_confident_mistake_is_first_and_right_answers_come_class_by_class() -> None:
    labels = np.array([0, 0, 0, 1, 1, 1])
    assert order(labels, {1: 0.7, 4: 0.9}) == [4, 1, 0, 3, 2, 5]


def test_mistakes_leave_a_third_of_the_places_to_right_answers() -> None:
    labels = np.zeros(2 * SHOWN, dtype=int)
    shown = order(labels, dict.fromkeys(range(SHOWN), 0.7))[:SHOWN]
    assert sum(row < SHOWN for row in shown) == SHOWN - SHOWN // 3


def test_modules_and_everything_else_have_a_size() -> None:
    assert examination._size(object()) == 0
