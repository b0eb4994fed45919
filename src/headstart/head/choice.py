"""Which linear head: the one that loses least on rows it has not seen."""

from collections.abc import Mapping
from dataclasses import replace

from torch import Tensor

from headstart.head.folds import cross_fitted, folds_of, strata_in
from headstart.head.kinds import LDA, LOGISTIC, RIDGE
from headstart.head.lda import fit_lda
from headstart.head.linear import HeadFit, LinearFit, Sample, loss_of, losses_of
from headstart.head.logistic import LARGE, fit_logistic
from headstart.head.ridge import fit_ridge

HEADS: Mapping[str, HeadFit] = {LOGISTIC: fit_logistic, RIDGE: fit_ridge, LDA: fit_lda}
"""By the name that `--head` takes."""
TRIED = 2
"""How many of a task's heads are fitted; LDA, the third, had the least unseen loss on one of
twelve tables of pictures (means of four divisions), by .0004."""


def fit_head(sample: Sample, name: str = "") -> LinearFit:
    """The head of this name; without one, the best of the task's first two.

    Where rows are many (see `LARGE`) the default is fitted alone: it needs no second table, and
    heads differ less. Held out are five folds for a logistic head and each row for ridge, groups
    whole for both. The loss is of answers by heads that other folds choose.
    """
    if name:
        return HEADS[name](sample)
    few = isinstance(sample.rows, Tensor) and sample.rows.numel() <= LARGE
    tried = sample.task.heads[: TRIED if few else 1]
    fits = [HEADS[one](sample) for one in tried]
    best = min(fits, key=lambda fit: fit.loss)
    if len(fits) == 1:
        return best
    folds = folds_of(strata_in(sample.labels), sample.groups, sample.seed)
    every = [fit.answers for fit in fits]
    answers = cross_fitted(every, losses_of(every, sample), folds)
    return replace(best, answers=answers, loss=loss_of(answers, sample))
