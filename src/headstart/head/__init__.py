"""Room 5. From a row to scores.

Takes: rows of features and their labels.
Gives: a linear head with its loss on rows it has not seen; a `Task`, which says what scores mean.
"""

from headstart.head.choice import HEADS, fit_head
from headstart.head.confidence import Trust, belief_of, said, trust_of
from headstart.head.far import Far, Read, blocks_of, gathered, stays_far
from headstart.head.folds import cross_fitted, folds_of, strata_in
from headstart.head.labeling import Labeling, tag_codes
from headstart.head.lda import fit_lda
from headstart.head.linear import HeadFit, LinearFit, Sample, Way, linear
from headstart.head.logistic import fit_logistic
from headstart.head.ridge import fit_ridge
from headstart.head.sequencing import Sequencing
from headstart.head.task import (
    Classification,
    Goal,
    Known,
    Labels,
    Tagging,
    Task,
    Valuing,
    posed,
    right_of,
)
from headstart.head.transcript import Reciting, Transcribing, moments_needed, padded
from headstart.head.writing import Continuing, Dictating, Writing, overlap

__all__ = [
    "HEADS",
    "Classification",
    "Continuing",
    "Dictating",
    "Far",
    "Goal",
    "HeadFit",
    "Known",
    "Labeling",
    "Labels",
    "LinearFit",
    "Read",
    "Reciting",
    "Sample",
    "Sequencing",
    "Tagging",
    "Task",
    "Transcribing",
    "Trust",
    "Valuing",
    "Way",
    "Writing",
    "belief_of",
    "blocks_of",
    "cross_fitted",
    "fit_head",
    "fit_lda",
    "fit_logistic",
    "fit_ridge",
    "folds_of",
    "gathered",
    "linear",
    "moments_needed",
    "overlap",
    "padded",
    "posed",
    "right_of",
    "said",
    "stays_far",
    "strata_in",
    "tag_codes",
    "trust_of",
]
