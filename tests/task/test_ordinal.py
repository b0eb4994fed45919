"""Ordered classes: figures against scikit-learn, the median against brute force."""

import numpy as np
import pytest
import torch
from sklearn.metrics import cohen_kappa_score, mean_absolute_error

from headstart.data import from_memory, with_task
from headstart.evaluate import measure
from headstart.stats import lead
from headstart.task import make_task
from headstart.task.ordinal import Ordinal, kappa, median_of

TASK = Ordinal(("1", "2", "3", "4", "10"))
RNG = np.random.default_rng(0)


def drawn(rows: int = 200, sharp: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    labels = RNG.integers(5, size=rows)
    near = -np.abs(np.arange(5) - labels[:, None] + RNG.normal(size=(rows, 1))) * sharp
    return np.exp(near) / np.exp(near).sum(axis=1, keepdims=True), labels


def test_labels_are_posed_in_rising_order() -> None:
    found = with_task(from_memory(range(4), ["10", "2", "1", "10"]), "ordinal")
    task, labels = make_task(found.examples, range(4))
    assert task == Ordinal(("1", "2", "10")) and labels.tolist() == [2, 1, 0, 2]


def test_the_median_has_the_least_expected_absolute_error() -> None:
    given = RNG.dirichlet(np.ones(5) / 2, 500)
    off = np.abs(np.arange(5)[:, None] - np.arange(5))
    assert (median_of(given) == (given @ off).argmin(axis=1)).all()


@pytest.mark.parametrize(("low", "said"), [(0.5, 0), (0.5 - 1e-7, 0), (0.4999, 1)])
def test_half_of_the_probability_is_enough(low: float, said: int) -> None:
    assert median_of(np.array([[low, 1 - low, 0.0]])).tolist() == [said]


def test_the_median_need_not_be_the_likeliest_class() -> None:
    answer = np.array([0.4, 0.25, 0.0, 0.0, 0.35])
    assert TASK.text(answer) == "2"
    assert TASK.belief(answer[None]).tolist() == [0.25]
    assert TASK.claims(answer[None]).tolist() == [[False, True, False, False, False]]


def test_kappa_is_scikit_learns() -> None:
    for _ in range(20):
        said, true = RNG.integers(5, size=(2, 30))
        theirs = cohen_kappa_score(true, said, weights="quadratic", labels=range(5))
        assert kappa(said, true, 5) == pytest.approx(theirs, abs=1e-12)


def test_kappa_is_0_where_chance_alone_agrees() -> None:
    assert kappa(np.array([3, 3]), np.array([3, 3]), 5) == 0
    assert kappa(np.array([3, 4]), np.array([3, 4]), 5) == 1


def test_figures_are_those_of_scikit_learn() -> None:
    answers, labels = drawn()
    said, found = TASK.likely(answers), measure(TASK, answers, labels).figures
    error = mean_absolute_error(labels, said)
    assert found["mae"].value == pytest.approx(error)
    assert found["weighted_agreement"].value == pytest.approx(1 - error / 4)
    assert found["accuracy"].value == (said == labels).mean()
    for name in ("mae", "kappa"):
        assert found[name].low < found[name].value < found[name].high


def test_the_interval_of_the_error_is_that_of_the_verdicts_figure() -> None:
    found = measure(TASK, *drawn(), tuple("abcdefghij" * 20)).figures
    mae, agreement = found["mae"], found["weighted_agreement"]
    assert (mae.low, mae.high) == pytest.approx((4 * (1 - agreement.high), 4 * (1 - agreement.low)))


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_an_error_lies_between_none_and_the_whole_scale(rows: int) -> None:
    answers = np.eye(5)[[0, 4, 0][:rows]]
    mae = measure(TASK, answers, np.array([4, 1, 0][:rows])).figures["mae"]
    assert 0 <= mae.low <= mae.value <= mae.high <= 4


def test_a_verdict_is_about_the_difference_in_absolute_error() -> None:
    (one, labels), rough = drawn(sharp=3), RNG.dirichlet(np.ones(5), 200)
    found = lead(TASK.merit(one, labels), TASK.merit(rough, labels))
    errors = [np.abs(TASK.likely(a) - labels).mean() for a in (one, rough)]
    assert found.value == pytest.approx((errors[1] - errors[0]) / 4)


@pytest.mark.parametrize(
    ("rows", "median"),
    [([0, 0, 0, 1, 3, 3, 4, 4], "2"), ([4, 4, 0], "10"), ([0, 0, 4], "1"), ([0, 4, 4, 0, 3], "4")],
)
def test_the_constant_answer_is_the_median_class(rows: list[int], median: str) -> None:
    usual = TASK.constant(torch.tensor(rows))
    assert TASK.text(usual) == median and usual.sum() == pytest.approx(1) and usual.min() > 0


def test_arms_have_their_kappa_and_what_the_model_leads_it_by() -> None:
    (one, labels), (other, _) = drawn(sharp=3), drawn()
    found = TASK.beside({"a": one, "b": other}, labels, "a", ())
    assert found["a"]["kappa_behind_by"] == {"value": 0, "low": 0, "high": 0}
    gap = found["a"]["kappa"] - found["b"]["kappa"]
    assert found["b"]["kappa_behind_by"]["value"] == pytest.approx(gap)
    assert found["b"]["kappa_behind_by"]["low"] > 0


def test_smoothing_asks_for_a_little_of_every_class() -> None:
    scores, labels = torch.zeros(2, 5), torch.tensor([0, 4])
    scores[:, 0] = 9.0
    plain, smooth = (float(TASK.loss(scores, labels, smoothing=by)) for by in (0.0, 0.1))
    each = -np.log(np.clip(TASK.answers(scores).double().numpy(), 1e-12, 1)).mean()
    assert smooth == pytest.approx(0.9 * plain + 0.1 * each, rel=1e-3)
