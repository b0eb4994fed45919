"""Scores against their definitions, and against what must not change them."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import multivariate_normal
from sklearn.covariance import LedoitWolf

from headstart.advise.scores import logme, regularized_h_score
from headstart.errors import UsageError

every = pytest.mark.parametrize("score", [logme, regularized_h_score])


def drawn(shape=(60, 8), classes=3, apart=0.5, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.arange(shape[0]) % classes
    means = rng.normal(size=(classes, shape[1])) * apart
    return rng.normal(size=shape) + means[labels] + 1, labels


@pytest.mark.parametrize("shape", [(40, 6), (12, 30)], ids=["tall", "wide"])
def test_logme_is_the_greatest_evidence_of_a_gaussian_model(shape) -> None:
    rows, labels = drawn(shape)
    gram, wanted = rows @ rows.T, []
    for target in np.eye(3)[labels].T:

        def loss(logs, target=target):
            covariance = np.exp(logs[0]) * gram + np.exp(logs[1]) * np.eye(len(rows))
            return -multivariate_normal.logpdf(target, cov=covariance)

        starts = [minimize(loss, (a, b), method="Nelder-Mead") for a in (-8, -3) for b in (-3, 0)]
        wanted.append(-min(found.fun for found in starts))
    assert logme(rows, labels) == pytest.approx(np.mean(wanted) / len(rows), abs=1e-6)


def test_logme_follows_neither_scale_nor_rotation_nor_empty_columns() -> None:
    rows, labels = drawn()
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(8, 8)))[0]
    wanted = logme(rows, labels)
    wide = np.hstack([rows, np.zeros((60, 300))])
    for same in (rows * 1e3, rows @ turn, wide):
        assert logme(same, labels) == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("shape", [(60, 8), (20, 50)], ids=["tall", "wide"])
def test_regularized_h_score_follows_its_definition(shape) -> None:
    rows, labels = drawn(shape)
    centered = rows - rows.mean(axis=0)
    shrunk = LedoitWolf().fit(centered)
    means = np.stack([centered[labels == k].mean(axis=0) for k in range(3)])[labels]
    wanted = np.trace(np.linalg.inv(shrunk.covariance_) @ np.cov(means, rowvar=False))
    wanted *= 1 - shrunk.shrinkage_
    assert regularized_h_score(rows, labels) == pytest.approx(wanted, rel=1e-8)


@every
def test_features_that_know_more_score_higher(score) -> None:
    scores = [score(*drawn((90, 10), apart=apart)) for apart in (0.0, 0.5, 2.0)]
    assert scores == sorted(scores)


@every
def test_classes_without_rows_change_nothing(score) -> None:
    rows, labels = drawn()
    assert score(rows, labels * 7) == pytest.approx(score(rows, labels))


@every
def test_rows_and_labels_that_do_not_match_are_refused(score) -> None:
    with pytest.raises(UsageError, match="U124"):
        score(np.zeros((3, 2)), np.zeros(4, int))
