"""What somebody should hear: only where the figures say it."""

import numpy as np
from stand_ins import classes

from headstart.evaluate import Arm, Cost, judge
from headstart.evaluate.cautions import _uneven, cautions
from headstart.head import Classification
from headstart.stats import share

TASK = classes(2)


def arm(name: str, right: int, n: int, *, transfer: bool = False) -> Arm:
    """Right on the first so many of n rows, whose labels are all 0."""
    good = np.arange(n) < right
    answers = np.where(good[:, None], [0.9, 0.1], [0.1, 0.9])
    strategy = "scratch" if name == "scratch" else "probe"
    return Arm(name, strategy, "", 0, transfer, answers, 1.0, share(good), Cost(0.0, 0.0, 0.0))


def heard(right: dict[str, int], n: int = 400, learned: int = 500) -> str:
    rivals = [arm(name, count, n) for name, count in right.items() if name != "probe"]
    ours, labels = arm("probe", right["probe"], n, transfer=True), np.zeros(n, dtype=int)
    verdict = judge(TASK, [*rivals, ours], ours, labels)
    return " ".join(cautions(TASK, verdict, ours, [*rivals, ours], labels, (), learned))


CLEAR = {"probe": 360, "probe on random weights": 200, "linear on raw pixels": 200}


def test_a_clear_case_needs_no_caution() -> None:
    assert heard(CLEAR) == ""


def test_a_small_test_says_what_it_cannot_see() -> None:
    found = heard({"probe": 18, "linear on raw pixels": 9}, n=20)
    assert found.startswith("20 test examples are few: differences below about ")


def test_features_no_better_than_random_ones_may_be_from_elsewhere() -> None:
    found = heard({**CLEAR, "probe on random weights": 358})
    assert "unrelated domain" in found and "more than the job needs" not in found


def test_what_a_linear_head_does_as_well_needs_no_network() -> None:
    assert "more than the job needs" in heard({**CLEAR, "linear on raw pixels": 361})


def test_plenty_of_examples_ask_for_scratch_unless_it_was_there() -> None:
    assert "--compare scratch" in heard(CLEAR, learned=20_000)
    assert "--compare scratch" not in heard({**CLEAR, "scratch": 100}, learned=20_000)


def test_classes_of_very_different_sizes_could_count_the_same() -> None:
    labels = np.repeat([0, 1], [80, 20])
    (told,) = _uneven(TASK, labels)
    assert "4 times the examples" in told and "--task balanced" in told
    assert not list(_uneven(TASK, np.repeat([0, 1], 50)))
    assert not list(_uneven(Classification(TASK.classes, (1.0, 1.0)), labels))
