"""Room 5. From a row to scores.

Takes: rows of features and their labels.
Gives: a linear head with its loss on rows it has not seen; a `Task`, which says what scores mean.
"""

from headstart.head.confidence import sure_above
from headstart.head.lda import fit_lda
from headstart.head.linear import LinearFit, linear
from headstart.head.logistic import fit_logistic
from headstart.head.ridge import fit_ridge
from headstart.head.task import Classification, Task

__all__ = [
    "Classification",
    "LinearFit",
    "Task",
    "fit_lda",
    "fit_logistic",
    "fit_ridge",
    "linear",
    "sure_above",
]
