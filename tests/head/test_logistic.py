"""Logistic regression, against scikit-learn and itself in single precision."""

import numpy as np
import pytest
from drawn_rows import drawn, scores, shapes, tensors, two_classes
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from stand_ins import classes

from headstart.head import (
    HEADS,
    Sample,
    fit_logistic,
    logistic,
)


@pytest.mark.parametrize("penalty", [1.0, 1e-2, 1e-4])
@shapes
def test_logistic_is_scikit_learns_on_standardized_rows(shape, penalty) -> None:
    rows, labels = drawn(shape, apart=0.3)
    fit = fit_logistic(Sample(*tensors(rows, labels), classes(3)), penalty=penalty)
    standard = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    strength = 1 / (penalty * len(rows))
    theirs = LogisticRegression(C=strength, tol=1e-9, max_iter=10_000).fit(standard, labels)
    mine = softmax(scores(fit, rows), axis=1)
    np.testing.assert_allclose(mine, theirs.predict_proba(standard), atol=1e-4)


@shapes
def test_a_large_table_in_single_precision_gives_the_same_answers(shape, monkeypatch) -> None:
    rows, labels = drawn(shape, apart=0.3)
    double = fit_logistic(Sample(*tensors(rows, labels), classes(3)))
    monkeypatch.setattr(logistic, "LARGE", 0)
    single = fit_logistic(Sample(*tensors(rows, labels), classes(3)))
    assert single.head_config.penalty == double.head_config.penalty
    np.testing.assert_allclose(single.answers, double.answers, atol=2e-3)
    np.testing.assert_allclose(scores(single, rows), scores(double, rows), atol=1e-2)


@pytest.mark.parametrize(("rows", "groups", "folds"), [(999, 0, 5), (1000, 0, 2), (1000, 9, 5)])
def test_penalties_are_told_apart_by_two_of_five_folds_where_rows_are_many(
    monkeypatch, rows: int, groups: int, folds: int
) -> None:
    asked: list[int] = []
    solved = logistic._tried

    def tried(problem, some, *rest):
        asked.append(len(some))
        return solved(problem, some, *rest)

    monkeypatch.setattr(logistic, "_tried", tried)
    table, labels = two_classes(2, rows)
    named = [f"g{i % groups}" for i in range(rows)] if groups else ()
    HEADS["logistic"](Sample(table, labels, classes(2), named))
    assert asked[0] == folds and len(logistic.folds_of(labels.numpy(), named, 0)) == 5


def test_tables_of_over_five_million_numbers_are_worked_on_in_single_precision(
    monkeypatch,
) -> None:
    kinds: list[np.dtype] = []
    turned = logistic._basis
    monkeypatch.setattr(logistic, "_basis", lambda rows: kinds.append(rows.dtype) or turned(rows))
    sample = Sample(*two_classes(4), classes(2))
    for large in (160, 159):
        monkeypatch.setattr(logistic, "LARGE", large)
        HEADS["logistic"](sample)
    assert kinds == [np.float64, np.float32]
