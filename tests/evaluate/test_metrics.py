import numpy as np
import pytest
import sklearn.metrics as reference
from stand_ins import classes

from headstart.evaluate import confusion, measure, per_class, reliability


def measured(probabilities, labels, groups=()):
    return measure(classes(probabilities.shape[1]), probabilities, labels, groups).figures


@pytest.fixture
def drawn():
    """Probabilities of 5 classes for 300 rows, right more often than not, and the labels."""
    rng = np.random.default_rng(1)
    labels = rng.integers(5, size=300)
    logits = rng.normal(size=(300, 5)) + 2 * np.eye(5)[labels]
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True), labels


def test_figures_equal_those_of_scikit_learn(drawn):
    probabilities, labels = drawn
    scores, guesses = measured(probabilities, labels), probabilities.argmax(1)
    assert scores["accuracy"].value == reference.accuracy_score(labels, guesses)
    assert scores["macro_f1"].value == pytest.approx(
        reference.f1_score(labels, guesses, average="macro")
    )
    assert scores["log_loss"].value == pytest.approx(reference.log_loss(labels, probabilities))


def test_calibration_error_is_the_weighted_gap_of_the_bins(drawn):
    bins = reliability(classes(5), *drawn)
    gap = sum(b.count * abs(b.confidence - b.accuracy.value) for b in bins) / 300
    assert measured(*drawn)["ece"].value == pytest.approx(gap)
    assert sum(b.count for b in bins) == 300
    assert all(b.low < b.confidence <= b.high for b in bins)


def test_macro_f1_leaves_out_a_class_without_test_rows(drawn):
    probabilities, labels = drawn
    keep = labels != 3
    score = measured(probabilities[keep], labels[keep])["macro_f1"]
    guesses = probabilities[keep].argmax(1)
    assert (guesses == 3).any()  # it is predicted all the same
    expected = reference.f1_score(labels[keep], guesses, average="macro", labels=[0, 1, 2, 4])
    assert score.value == pytest.approx(expected)


@pytest.mark.parametrize("rows", [1, 2, 7, 300])
def test_every_interval_holds_its_figure(drawn, rows):
    for figure in measured(drawn[0][:rows], drawn[1][:rows]).values():
        assert figure.low <= figure.value <= figure.high
        assert np.isfinite([figure.low, figure.value, figure.high]).all()


def test_intervals_of_calibrated_probabilities_come_near_zero():
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.ones(3), size=2000)
    labels = (rng.random((2000, 1)) > probabilities.cumsum(axis=1)).sum(axis=1)
    ece = measured(probabilities, labels)["ece"]
    assert ece.low < 0.03 and ece.high < 0.06


def test_groups_of_like_rows_widen_every_interval(drawn):
    probabilities, labels = (np.repeat(part[:60], 5, axis=0) for part in drawn)
    groups = [f"patient {i // 5}" for i in range(300)]
    alone, together = measured(probabilities, labels), measured(probabilities, labels, groups)
    for name, figure in together.items():
        plain = alone[name]
        assert figure.value == plain.value
        assert figure.high - figure.low > 1.5 * (plain.high - plain.low)


def test_a_probability_of_zero_for_the_right_class_costs_much_but_not_infinity():
    probabilities = np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32)
    loss = measured(probabilities, np.array([0, 0]))["log_loss"].value
    assert loss == pytest.approx(-np.log(np.finfo(np.float32).eps) / 2)


def test_confusion_counts_classes_by_what_they_were_taken_for(drawn):
    probabilities, labels = drawn
    expected = reference.confusion_matrix(labels, probabilities.argmax(1))
    assert confusion(classes(5), probabilities, labels) == tuple(map(tuple, expected.tolist()))


def test_figures_of_each_class_equal_those_of_scikit_learn(drawn):
    probabilities, labels = drawn
    rows = per_class(classes(5), probabilities, labels, train=labels, val=labels[:9])
    figures = reference.precision_recall_fscore_support(labels, probabilities.argmax(1))
    for row, *expected in zip(rows, *figures, strict=True):
        assert (row.precision.value, row.recall.value) == pytest.approx(expected[:2])
        assert row.f1.value == pytest.approx(expected[2])
        assert row.f1.low < row.f1.value < row.f1.high
        assert row.test == row.train == expected[3]


def test_a_class_nobody_has_or_says_has_no_figures():
    probabilities = np.array([[0.9, 0.1, 0.0], [0.2, 0.8, 0.0]])
    labels = np.array([0, 0])
    first, said, absent = per_class(classes(3), probabilities, labels, train=labels, val=labels)
    assert first.precision.value == 1 and first.recall.value == 0.5
    assert said.precision.value == 0 and said.recall is None and said.f1.value == 0
    assert (absent.precision, absent.recall, absent.f1, absent.test) == (None, None, None, 0)
