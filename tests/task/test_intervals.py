"""Figures that are no plain means, against scikit-learn and by hand."""

import numpy as np
import pytest
import sklearn.metrics as reference

from headstart.stats import Interval
from headstart.task.intervals import (
    BINS,
    bin_of,
    correlation,
    gaps,
    macro_f1,
    micro_f1,
    mirrored,
    nats,
    resampled,
)

LABELS, GUESSES = np.random.default_rng(1).integers(5, size=(2, 300))
GUESSES[:200] = LABELS[:200]
THERE, SAID = (np.eye(6, dtype=bool)[one] for one in (LABELS, GUESSES))  # nobody is of class 5


def test_correlation_is_scikit_learn_s_and_nothing_where_nothing_varies() -> None:
    expected = reference.matthews_corrcoef(LABELS, GUESSES)
    assert correlation(THERE, SAID) == pytest.approx(expected, abs=1e-9)
    same = np.eye(3, dtype=bool)[[1, 1, 1]]
    assert correlation(same, same) == 0


def test_f1_is_scikit_learn_s_and_of_classes_that_some_row_has() -> None:
    expected = reference.f1_score(LABELS, GUESSES, average="macro")
    assert macro_f1(THERE, SAID) == pytest.approx(expected)
    assert np.isnan(macro_f1(THERE & False, SAID))
    counts = np.stack([(THERE & SAID).sum(1), SAID.sum(1), THERE.sum(1)], axis=1)
    assert micro_f1(counts) == pytest.approx(reference.f1_score(LABELS, GUESSES, average="micro"))
    assert micro_f1(counts * 0) == 0


def test_a_bin_holds_its_upper_end_and_not_its_lower_one() -> None:
    ends = np.arange(BINS + 1) / BINS
    assert bin_of(ends).tolist() == [0, *range(BINS)]
    assert bin_of(ends[:-1] + 1e-9).tolist() == list(range(BINS))


def test_gaps_of_a_bin_add_up_to_how_far_it_is_off_either_way() -> None:
    confidence, right = np.array([0.95, 0.95, 0.5, 0.5]), np.array([True, False, True, True])
    assert gaps(confidence, right) == pytest.approx([-0.05, 0.95, 0.5, 0.5])


def test_an_interval_holds_the_figure_itself() -> None:
    """The greatest of few rows is above what resampled rows have."""
    values = np.array([0.1, 0.2, 0.9])
    found = resampled(lambda rows: float(values[rows].min()), 3, ())
    assert found.low <= found.value == 0.1 <= found.high
    assert mirrored(Interval(0.75, 0.5, 1.0)) == Interval(0.25, 0.0, 0.5)


def test_a_probability_of_zero_costs_what_the_precision_can_tell_from_one() -> None:
    found = nats(np.array([1.0, 0.0]), np.dtype(np.float32))
    assert found == pytest.approx([0, -np.log(np.finfo(np.float32).eps)])
