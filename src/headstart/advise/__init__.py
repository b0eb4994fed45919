"""Room 7. Which backbone, how deep, and what it will cost.

Takes: rows of features that candidates made of the same examples, with their labels.
Gives: candidates in order, best first, each with a prediction, its interval, and why.
"""

from typing import TYPE_CHECKING

from headstart import lazy

if TYPE_CHECKING:
    from headstart.advise.depth import Depth, StageScore, depth_of
    from headstart.advise.plan import Plan, Step, grown
    from headstart.advise.prior import (
        Past,
        Prior,
        Trained,
        prior_of,
        remember,
        remember_run,
        remembered,
    )
    from headstart.advise.ranking import (
        NEAR,
        Entry,
        Ranked,
        RankedList,
        Target,
        compared,
        ranked,
        target_of,
    )

__all__ = [
    "NEAR",
    "Depth",
    "Entry",
    "Past",
    "Plan",
    "Prior",
    "Ranked",
    "RankedList",
    "StageScore",
    "Step",
    "Target",
    "Trained",
    "compared",
    "depth_of",
    "grown",
    "prior_of",
    "ranked",
    "remember",
    "remember_run",
    "remembered",
    "target_of",
]

lazy.attach(__name__)
