"""Room 5. From a row to scores.

Takes: rows of features, their labels, and an `Objective` that says what scores mean.
Gives: a linear head with its loss on rows it has not seen; a head for frames.
"""

from typing import TYPE_CHECKING

from headstart import lazy

if TYPE_CHECKING:
    from headstart.head.box_head import FOUND, BoxHead, found
    from headstart.head.box_loss import TARGET, detection_loss
    from headstart.head.choice import HEADS, fit_head
    from headstart.head.codes import NOTHING, padded, usual_row
    from headstart.head.ctc import BEAM, FrameHead, frames_needed, greedy, searched
    from headstart.head.familiar import ABOVE, MOST_KEPT_ROWS, Familiar, familiar_among, familiar_by
    from headstart.head.folds import cross_fitted, folds_of, strata_in
    from headstart.head.lda import fit_lda
    from headstart.head.lexicon import WordPrior, words_in
    from headstart.head.linear import HeadConfig, HeadFit, LinearFit, Sample, linear
    from headstart.head.logistic import fit_logistic
    from headstart.head.objective import Goal, Known, Labels, Link, Objective
    from headstart.head.out_of_core import DiskTable, Read, blocks_of, gathered, stays_far
    from headstart.head.ridge import fit_ridge

__all__ = [
    "ABOVE",
    "BEAM",
    "FOUND",
    "HEADS",
    "MOST_KEPT_ROWS",
    "NOTHING",
    "TARGET",
    "BoxHead",
    "DiskTable",
    "Familiar",
    "FrameHead",
    "Goal",
    "HeadConfig",
    "HeadFit",
    "Known",
    "Labels",
    "LinearFit",
    "Link",
    "Objective",
    "Read",
    "Sample",
    "WordPrior",
    "blocks_of",
    "cross_fitted",
    "detection_loss",
    "familiar_among",
    "familiar_by",
    "fit_head",
    "fit_lda",
    "fit_logistic",
    "fit_ridge",
    "folds_of",
    "found",
    "frames_needed",
    "gathered",
    "greedy",
    "linear",
    "padded",
    "searched",
    "stays_far",
    "strata_in",
    "usual_row",
    "words_in",
]

lazy.attach(__name__)
