"""Ordered classes: probabilities, slopes and fits against brute force."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize
from scipy.special import expit

from headstart.head import Sample, fit_logistic
from headstart.head.cumulative import OrdinalHead, cumulative, log_probabilities, offsets
from headstart.task.ordinal import Ordinal
from headstart.train.trainable import learned_in

RNG = np.random.default_rng(0)
K = 5
TASK = Ordinal(tuple("abcde"))


def thresholds_of(raw: np.ndarray) -> np.ndarray:
    """By the definition."""
    raw = raw + np.array(offsets(len(raw) + 1))
    return np.cumsum([raw[0], *np.logaddexp(0, raw[1:])])


def by_differences(scores: np.ndarray) -> np.ndarray:
    """P(y <= k) less P(y <= k - 1), as textbooks have it."""
    rows = []
    for f, *raw in scores:
        below = expit(thresholds_of(np.array(raw)) - f)
        rows.append(np.diff([0.0, *below, 1.0]))
    return np.array(rows)


def drawn(rows: int = 60, width: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Rows and classes of a latent scale."""
    table = RNG.normal(size=(rows, width))
    latent = table @ np.linspace(1, -1, width) * 2 + RNG.logistic(size=rows)
    labels = np.searchsorted([-2.5, -1, 0.5, 2], latent)
    labels[:K] = range(K)
    return table, labels


def test_probabilities_are_differences_of_cumulative_ones() -> None:
    scores = RNG.normal(size=(40, K)) * 2
    found = log_probabilities(torch.from_numpy(scores)).exp().numpy()
    np.testing.assert_allclose(found, by_differences(scores), atol=1e-12)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-12)


@pytest.mark.parametrize("classes", [3, 4, 7])
def test_zeros_have_no_opinion(classes: int) -> None:
    found = log_probabilities(torch.zeros(1, classes, dtype=torch.float64)).exp()
    np.testing.assert_allclose(found, 1 / classes, atol=1e-12)


@pytest.mark.parametrize("size", [1e4, -1e4])
def test_scores_of_any_size_give_finite_losses_and_slopes(size: float) -> None:
    scores = (torch.eye(K) * size).requires_grad_()
    found = log_probabilities(scores)
    found.sum().backward()
    assert torch.isfinite(found).all() and torch.isfinite(scores.grad).all()
    np.testing.assert_allclose(found.exp().detach().sum(dim=1), 1, atol=1e-5)


def test_training_and_the_linear_head_have_the_same_slopes() -> None:
    scores, labels = RNG.normal(size=(20, K)), RNG.integers(K, size=20)
    given = torch.from_numpy(scores.copy()).requires_grad_()
    loss = TASK.loss(given, torch.from_numpy(labels))
    loss.backward()
    told, slopes = cumulative(scores, np.eye(K)[labels], np.ones((20, 1)))
    assert told / 20 == pytest.approx(loss.item(), rel=1e-12)
    np.testing.assert_allclose(slopes / 20, given.grad, atol=1e-12)


def test_a_fit_is_that_of_brute_force() -> None:
    table, labels = drawn()
    fit = fit_logistic(
        Sample(torch.from_numpy(table).float(), torch.from_numpy(labels), TASK), penalty=0.01
    )
    scale = table.std(axis=0)

    def loss(flat: np.ndarray) -> float:
        f = (table - table.mean(axis=0)) / scale @ flat[:3]
        below = np.c_[np.zeros(60), expit(np.sort(flat[3:]) - f[:, None]), np.ones(60)]
        given = np.diff(below, axis=1)[np.arange(60), labels]
        return -np.log(np.maximum(given, 1e-300)).mean() + 0.005 * (flat[:3] ** 2).sum()

    start = np.r_[np.zeros(3), -2.0, -1, 1, 2]
    best = minimize(loss, start, method="Nelder-Mead", options={"maxiter": 20000, "xatol": 1e-9,
                    "fatol": 1e-13, "adaptive": True})  # fmt: skip
    np.testing.assert_allclose(fit.weight[0].numpy() * scale, best.x[:3], atol=2e-3)
    shift = float(fit.bias[0]) + fit.weight[0].double().numpy() @ table.mean(axis=0)
    found = thresholds_of(fit.bias[1:].double().numpy()) - shift
    np.testing.assert_allclose(found, np.sort(best.x[3:]), atol=5e-3)


def test_a_fit_moves_one_score_by_features() -> None:
    table, labels = drawn()
    fit = fit_logistic(Sample(torch.from_numpy(table).float(), torch.from_numpy(labels), TASK))
    assert fit.weight[1:].count_nonzero() == 0 and fit.weight[0].count_nonzero() == 3


def test_a_class_without_rows_leaves_a_fit_finite_and_gets_hardly_anything() -> None:
    table, labels = drawn()
    kept = labels != 2
    rows = torch.from_numpy(table[kept]).float()
    fit = fit_logistic(Sample(rows, torch.from_numpy(labels[kept]), TASK))
    assert np.isfinite(fit.loss) and fit.answers[:, 2].max() < 0.05


def test_a_head_trains_one_direction_and_its_thresholds() -> None:
    zeros = torch.zeros(K, 3), torch.zeros(K)
    head = OrdinalHead(3, K, *zeros)
    optimizer = torch.optim.AdamW(head.parameters(), lr=0.1, weight_decay=0.1)
    table, labels = drawn()
    for _ in range(20):
        optimizer.zero_grad()
        TASK.loss(head(torch.from_numpy(table).float()), torch.from_numpy(labels)).backward()
        optimizer.step()
    assert head.weight[1:].count_nonzero() == 0 and head.weight[0].count_nonzero() == 3
    assert learned_in(head) == 3 + K


def test_a_head_scores_as_a_plain_layer_with_its_weights() -> None:
    weight, bias = torch.zeros(K, 3), torch.randn(K)
    weight[0] = torch.tensor([1.0, -2, 3])
    rows = torch.randn(4, 3)
    plain = rows @ weight.T + bias
    torch.testing.assert_close(OrdinalHead(3, K, weight, bias)(rows), plain)


def test_a_head_draws_no_random_numbers() -> None:
    torch.manual_seed(0)
    OrdinalHead(3, K, torch.zeros(K, 3), torch.zeros(K))
    drawn_behind = torch.rand(1)
    torch.manual_seed(0)
    assert torch.equal(torch.rand(1), drawn_behind)
