"""What somebody should hear: only where the figures say it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from stand_ins import classes

from headstart.evaluate import (
    Arm,
    Cost,
    Learning,
    LearningCurve,
    Outcome,
    Pair,
    Verdict,
    judge,
)
from headstart.evaluate.caveats import _far, _uneven, cautions
from headstart.stats import Interval, share
from headstart.task import Classification, Regression

TASK = classes(2)


def arm(name: str, right: int, n: int, *, transfer: bool = False) -> Arm:
    """Right on the first so many of n rows, of two classes in turn."""
    good = np.arange(n) < right
    answers = np.where((good == (np.arange(n) % 2 == 0))[:, None], [0.9, 0.1], [0.1, 0.9])
    strategy = "scratch" if name == "scratch" else "probe"
    return Arm(name, strategy, "", 0, transfer, answers, 1.0, share(good), Cost(0.0, 0.0, 0.0))


def heard(
    right: dict[str, int], n: int = 400, learned: int = 500, groups: Sequence[str] = ()
) -> str:
    rivals = [arm(name, count, n) for name, count in right.items() if name != "probe"]
    ours, labels = arm("probe", right["probe"], n, transfer=True), np.arange(n) % 2
    verdict = judge(TASK, [*rivals, ours], ours, labels, groups)
    found = outcome([*rivals, ours], ours, groups=groups)
    return " ".join(cautions(TASK, verdict, found, labels, learned))


def outcome(
    arms: list[Arm], ours: Arm, pair: Pair | None = None, groups: Sequence[str] = ()
) -> Outcome:
    rows = tuple(range(len(ours.answers)))
    return Outcome(rows, tuple(groups), tuple(arms), ours, ours, pair, len(rows), None)


CLEAR = {"probe": 360, "probe on random weights": 200, "linear on raw pixels": 200}


def test_a_clear_case_needs_no_caution() -> None:
    assert heard(CLEAR) == ""


def test_a_small_test_says_what_it_cannot_see() -> None:
    found = heard({"probe": 18, "linear on raw pixels": 9}, n=20)
    assert found.startswith("20 test examples are few: differences below about ")


def test_a_small_test_counts_near_duplicates_once() -> None:
    ours, labels = arm("probe", 18, 20, transfer=True), np.arange(20) % 2
    twins = replace(outcome([ours], ours, groups=[str(max(i, 1)) for i in range(20)]), different=19)
    verdict = Verdict("no evidence", "x", 0.0, -0.2, 0.2, "")
    assert "".join(cautions(TASK, verdict, twins, labels, 500)).startswith("19 test examples are")


def test_a_test_of_few_groups_says_so_once() -> None:
    right = {"probe": 360, "linear on raw pixels": 200}
    found = heard(right, groups=[str(i // 100) for i in range(400)])
    assert found.startswith("400 test examples of 4 groups are few: differences below about ")
    assert heard(right, groups=[str(i // 200) for i in range(400)]) == ""  # the verdict says why


def test_features_no_better_than_random_ones_may_be_from_elsewhere() -> None:
    found = heard({**CLEAR, "probe on random weights": 358})
    assert "unrelated domain" in found and "more than the job needs" not in found


def test_what_a_linear_head_does_as_well_needs_no_network() -> None:
    assert "more than the job needs" in heard({**CLEAR, "linear on raw pixels": 361})


@pytest.mark.parametrize(("low", "said"), [(-0.001, "-0.1 to +2.5"), (0.001, "")])
def test_a_rival_of_the_verdict_has_one_interval_on_a_page(low: float, said: str) -> None:
    """The verdict's, which may be wider than that of two arms alone."""
    rival, ours = arm("linear on raw pixels", 358, 400), arm("probe", 360, 400, transfer=True)
    verdict = Verdict("no evidence", rival.name, 0.012, low, 0.025, "")
    found = " ".join(cautions(TASK, verdict, outcome([rival, ours], ours), np.arange(400) % 2, 500))
    assert found.count(" to +") == bool(said) and said in found


def test_plenty_of_examples_ask_for_scratch_unless_it_was_there() -> None:
    assert "--compare scratch" in heard(CLEAR, learned=20_000)
    assert "--compare scratch" not in heard({**CLEAR, "scratch": 100}, learned=20_000)


def test_classes_of_very_different_sizes_could_count_the_same() -> None:
    labels = np.repeat([0, 1], [80, 20])
    (told,) = _uneven(TASK, labels)
    assert "4 times the examples" in told and "--task balanced" in told
    assert not list(_uneven(TASK, np.repeat([0, 1], 50)))
    assert not list(_uneven(Classification(TASK.classes, (1.0, 1.0)), labels))


def test_a_linear_head_that_is_not_surely_worse_does_as_well() -> None:
    assert "more than the job needs" in heard({**CLEAR, "linear on raw pixels": 358})
    assert heard({**CLEAR, "linear on raw pixels": 330}) == ""


@pytest.mark.parametrize(
    ("half", "against", "few"), [(0.1001, "x", True), (0.0999, "x", False), (0.5, "", False)]
)
def test_a_test_is_small_where_it_cannot_tell_ten_points(half, against, few) -> None:
    verdict = Verdict("no evidence", against, 0.0, -half, half, "")
    ours, labels = arm("probe", 90, 100, transfer=True), np.arange(100) % 2
    found = "".join(cautions(TASK, verdict, outcome([ours], ours), labels, 500))
    assert ("100 test examples are few" in found) == few


@pytest.mark.parametrize(("most", "told"), [(80, True), (79, False)])
def test_classes_are_uneven_from_four_to_one_on(most: int, told: bool) -> None:
    assert bool(list(_uneven(TASK, np.repeat([0, 1], [most, 20])))) == told


@pytest.mark.parametrize(
    ("learned", "width", "told"),
    [(10_000, 2, True), (9_999, 2, False), (11_000, 11, True), (10_999, 11, False)],
)
def test_scratch_is_worth_it_from_10000_examples_and_1000_a_class_on(learned, width, told) -> None:
    ours, labels = arm("probe", 90, 100, transfer=True), np.arange(100) % 2
    verdict = Verdict("no evidence", "x", 0.0, -0.01, 0.01, "")
    answers = np.pad(ours.answers, ((0, 0), (0, width - 2)))
    found = cautions(
        classes(width), verdict, outcome([], replace(ours, answers=answers)), labels, learned
    )
    assert ("--compare scratch" in "".join(found)) == told


def test_without_transfer_no_features_are_called_unrelated() -> None:
    ours, rival = arm("scratch", 360, 400), arm("probe on random weights", 360, 400)
    verdict = Verdict("no evidence", "x", 0.0, -0.01, 0.01, "")
    labels = np.zeros(400, dtype=int)
    assert not list(cautions(TASK, verdict, outcome([rival], ours), labels, 500))


def unlike(low: float, learned: tuple[int, int], half: float = 0.5, *, curve: bool = True) -> str:
    """What is said of a lead from `low` up, of arms that learned from so many."""
    ours = replace(arm("probe", 300, 400, transfer=True), learned=learned[0])
    rival = replace(arm("scratch", 200, 400), learned=learned[1])
    grown = LearningCurve("probe", (64, 128), (Interval(half, 0.0, 1.0), Interval(0.75, 0.0, 1.0)))
    known = Learning((grown,), ()) if curve else None
    word = "helps" if low > 0 else "no evidence"
    verdict = Verdict(word, "scratch", low + 0.05, low, low + 0.1, "", known)
    told = outcome([rival, ours], ours, Pair(ours, rival))
    return " ".join(cautions(TASK, verdict, told, np.zeros(400, dtype=int), 500))


def test_sides_that_learned_from_the_same_rows_need_no_word() -> None:
    assert "learned from" not in unlike(0.04, (128, 128))


@pytest.mark.parametrize(("half", "told"), [(0.66, "too little"), (0.64, "enough")])
def test_more_rows_tip_a_verdict_whose_lead_they_are_worth(half: float, told: str) -> None:
    found = unlike(0.1, (128, 64), half)  # twice the rows: one doubling
    assert f"{told} to tip the verdict" in found and "learned from 128 examples" in found


@pytest.mark.parametrize(("low", "told"), [(0.205, "too little"), (0.195, "enough")])
def test_four_times_the_rows_are_worth_two_doublings(low: float, told: str) -> None:
    found = unlike(low, (256, 64), 0.65)
    assert f"{told} to tip the verdict" in found and "worth about +20.0" in found


def test_without_a_curve_nobody_knows_what_more_rows_are_worth() -> None:
    assert "was not measured" in unlike(0.04, (128, 64), curve=False)


def test_values_far_from_all_others_are_a_caution() -> None:
    values = np.array([*range(20), 999_999], dtype=float)[:, None]
    found = " ".join(_far(Regression(10.0, 5.0), values))
    assert "1 test value is far from all others, such as 999999" in found
    assert not list(_far(Regression(10.0, 5.0), values[:20])) and not list(_far(TASK, values))
