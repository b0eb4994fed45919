"""A linear head on counts of words: what a text says without any network.

scikit-learn's TF-IDF and its linear models, as anybody would put them together.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from scipy.sparse import csr_array

from headstart.head import (
    Labels,
    cross_fitted,
    folds_of,
    strata_in,
)
from headstart.task import Task

STRENGTHS = (1.0, 4.0, 16.0)
"""Of the fit against the penalty (scikit-learn's C) that are tried."""
EVENLY = "balanced"
"""scikit-learn's word for classes that count alike."""
Counted = Callable[[csr_array], Float[np.ndarray, "m c"]]


def words_fit(
    task: Task,
    counts: csr_array,
    labels: Labels,
    groups: Sequence[str],
    strength: float | None = None,
) -> tuple[Counted, float, float]:
    """Counts to answers, the strength they were fitted at, and what that loses out of fold.

    The strength is the one that loses least, or as given; then the loss is not a number.
    """
    known, loss = labels.numpy(), float("nan")
    if strength is None:
        folds = folds_of(strata_in(labels), groups, 0)
        found = [_out_of_fold(task, counts, known, folds, one) for one in STRENGTHS]
        losses = np.stack([task.losses(one, known) for one in found])
        strength = STRENGTHS[int(losses.mean(axis=1).argmin())]
        loss = float(task.losses(cross_fitted(found, losses, folds), known).mean())
    return _fitted(task, counts, known, strength), strength, loss


def _out_of_fold(
    task: Task,
    counts: csr_array,
    known: np.ndarray,
    folds: Sequence[tuple[np.ndarray, np.ndarray]],
    strength: float,
) -> Float[np.ndarray, "n c"]:
    answers = task.answers(torch.zeros(len(known), task.width, dtype=torch.float64)).numpy()
    for fit, held in folds:
        answers[held] = _fitted(task, counts[fit], known[fit], strength)(counts[held])
    return answers


def _shared(counts: csr_array) -> np.ndarray:
    """Columns that more than one text has; all, where there is none such."""
    texts = np.bincount(counts.indices, minlength=counts.shape[1])
    shared = np.flatnonzero(texts > 1)
    return shared if len(shared) else np.flatnonzero(texts)


def _fitted(task: Task, counts: csr_array, known: np.ndarray, strength: float) -> Counted:
    from sklearn.feature_extraction.text import TfidfTransformer  # takes a second
    from sklearn.pipeline import make_pipeline

    weighed, used = TfidfTransformer(sublinear_tf=True), _shared(counts)
    line = make_pipeline(weighed, _model(task, known, strength)).fit(counts[:, used], known)

    def answered(rows: csr_array) -> Float[np.ndarray, "m c"]:
        if not hasattr(line, "predict_proba"):
            return np.asarray(line.predict(rows[:, used]), dtype=float).reshape(
                rows.shape[0], task.width
            )
        found = np.zeros((rows.shape[0], task.width))
        given = line.predict_proba(rows[:, used])
        seen = line.classes_ if task.single_label else np.arange(task.width)
        found[:, seen] = given  # a class that was not seen is given nothing
        return found

    return answered


def _model(task: Task, known: np.ndarray, strength: float) -> Any:
    from sklearn.dummy import DummyClassifier
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.multiclass import OneVsRestClassifier

    if not (task.link == "sigmoid" or task.single_label):
        return Ridge(alpha=1 / strength)
    even = EVENLY if task.class_weights else None
    model = LogisticRegression(
        C=strength, max_iter=200, tol=1e-3, solver="newton-cg", class_weight=even
    )
    if task.link == "sigmoid":
        return OneVsRestClassifier(model)
    return model if len(np.unique(known)) > 1 else DummyClassifier()
