import numpy as np
import pytest
import torch
from sklearn.model_selection import KFold, StratifiedKFold
from stand_ins import classes

from headstart.head import (
    Sample,
    cross_fitted,
    fit_head,
    fit_lda,
    fit_logistic,
    fit_ridge,
)
from headstart.head.folds import folds_of, separable

GROUPS = {"alone": 0, "one group": 1, "two groups": 2, "uneven": -1, "a group each": 9}
LABELS = {"even": [0, 1] * 6, "one class": [0] * 12, "a class each": range(12)}
LABELS |= {"rare": [0] * 11 + [1]}


def grouped(kind: int, rows: int = 12) -> list[str]:
    if kind < 0:
        return ["a"] * (rows - 1) + ["b"]
    return [f"g{row % kind}" for row in range(rows)] if kind else []


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
@pytest.mark.parametrize("kind", GROUPS.values(), ids=GROUPS)
def test_every_row_is_held_out_once_and_judged_by_a_fit_without_it(labels, kind) -> None:
    folds = folds_of(np.array(labels), grouped(kind), 0)
    assert sorted(np.concatenate([held for _, held in folds])) == list(range(12))
    for fit, held in folds:
        assert len(fit) and len(held) and not set(fit) & set(held)


@pytest.mark.parametrize("kind", [2, 9, -1])
def test_groups_are_whole_wherever_there_are_two(kind: int) -> None:
    groups = np.array(grouped(kind))
    for fit, held in folds_of(np.array([0, 1] * 6), groups.tolist(), 0):
        assert not set(groups[fit]) & set(groups[held])


def test_rows_of_one_group_are_held_out_as_if_there_were_none() -> None:
    labels = np.array([0, 1] * 6)
    one, none = (folds_of(labels, groups, 0) for groups in (["a"] * 12, []))
    assert [held.tolist() for _, held in one] == [held.tolist() for _, held in none]
    assert separable(["a", "b"]) == ["a", "b"] and separable(["a", "a"]) == ()


@pytest.mark.parametrize(("rows", "folds"), [(0, 0), (1, 0), (2, 2), (4, 4), (5, 5), (6, 5)])
def test_there_are_five_folds_or_as_many_as_rows_and_none_of_a_single_row(rows, folds) -> None:
    assert len(folds_of(np.arange(rows), [], 0)) == folds


def test_an_answer_is_chosen_by_the_rows_of_other_folds() -> None:
    answers = [np.zeros((4, 1)), np.ones((4, 1))]
    losses = np.array([[0.0, 0.0, 2.0, 2.0], [1.0, 1.0, 1.0, 1.9]])  # 1 is better, by rows 2 and 3
    folds = [(np.array([2, 3]), np.array([0, 1])), (np.array([0, 1]), np.array([2, 3]))]
    assert cross_fitted(answers, losses, folds).ravel().tolist() == [1, 1, 0, 0]


def test_rows_in_no_fold_choose_nothing_and_get_the_best_of_the_others() -> None:
    answers, losses = [np.zeros((3, 1)), np.ones((3, 1))], np.array([[9.0, 0, 0], [0, 1, 1]])
    folds = [(np.array([2]), np.array([1])), (np.array([1]), np.array([2]))]
    assert cross_fitted(answers, losses, folds).ravel().tolist() == [0, 0, 0]


@pytest.mark.parametrize("fit", [fit_logistic, fit_ridge, fit_lda, fit_head])
@pytest.mark.parametrize("groups", [1, 2])
def test_coin_flips_are_no_better_known_where_rows_are_of_one_group(fit, groups: int) -> None:
    rng = np.random.default_rng(0)
    rows = torch.from_numpy(rng.normal(size=(40, 60))).float()
    labels = torch.from_numpy(rng.permutation(np.arange(40) % 2))
    assert fit(Sample(rows, labels, classes(2), grouped(groups, 40))).loss > 0.5


def test_a_single_row_is_no_row_that_was_not_seen() -> None:
    sample = Sample(torch.ones(1, 3), torch.tensor([1]), classes(4))
    assert fit_logistic(sample).loss == pytest.approx(np.log(4))


def test_no_fold_is_empty_where_strata_and_groups_do_not_go_together() -> None:
    labels = np.array([0, 1, 1, 0, 0, 0, 0, 1, 0])  # scikit-learn leaves a fold of these empty
    groups = [str(group) for group in (0, 1, 1, 2, 2, 2, 3, 3, 3)]
    found = folds_of(labels, groups, seed=0)
    assert found and all(len(fit) and len(held) for fit, held in found)


@pytest.mark.parametrize("seed", range(3))
def test_rows_are_dealt_as_scikit_learn_deals_them(seed: int) -> None:
    draws = np.random.default_rng(seed)
    labels = draws.integers(0, 4, 43)
    for kind, given in ((StratifiedKFold, labels), (KFold, np.arange(43))):
        expected = kind(5, shuffle=True, random_state=seed).split(labels, labels)
        for (fit, held), (other_fit, other_held) in zip(
            folds_of(given, [], seed), expected, strict=True
        ):
            assert fit.tolist() == other_fit.tolist() and held.tolist() == other_held.tolist()
