"""Room 9. How good a model is, and what the pretraining was worth.

Takes: probabilities of test rows, one set an arm, and the labels of those rows.
Gives: a `Report`: figures with intervals, a verdict, and the rows behind them.
"""

from typing import TYPE_CHECKING

from headstart import lazy

if TYPE_CHECKING:
    from headstart.evaluate.arms import Arm, Cost
    from headstart.evaluate.baselines import (
        BASELINES,
        constant,
        followed,
        nearest,
        repeated,
        usual_tags,
    )
    from headstart.evaluate.candidates import Candidate, FittedArms, priced, rival_of
    from headstart.evaluate.comparison import Comparison, Contender, RowMerits
    from headstart.evaluate.examination import examine, learned_of
    from headstart.evaluate.learning_curve import (
        Growth,
        Learning,
        LearningCurve,
        growth_of,
        learning,
    )
    from headstart.evaluate.metrics import (
        Bin,
        ClassRow,
        Scores,
        confusion,
        measure,
        per_class,
        reliability,
    )
    from headstart.evaluate.outcome import Outcome, equal_rows, outcome_of
    from headstart.evaluate.pooling import OVERLAP, pooled
    from headstart.evaluate.probes import from_fit, raw, untrained
    from headstart.evaluate.report import (
        Beside,
        Curve,
        EpochRow,
        Fact,
        Knows,
        Learned,
        Report,
        Shown,
        Spread,
        StageRow,
    )
    from headstart.evaluate.tfidf import words_fit
    from headstart.evaluate.tradeoff import SMALL, Tradeoff, smallest
    from headstart.evaluate.verdict import Pair, Verdict, judge

__all__ = [
    "BASELINES",
    "OVERLAP",
    "SMALL",
    "Arm",
    "Beside",
    "Bin",
    "Candidate",
    "ClassRow",
    "Comparison",
    "Contender",
    "Cost",
    "Curve",
    "EpochRow",
    "Fact",
    "FittedArms",
    "Growth",
    "Knows",
    "Learned",
    "Learning",
    "LearningCurve",
    "Outcome",
    "Pair",
    "Report",
    "RowMerits",
    "Scores",
    "Shown",
    "Spread",
    "StageRow",
    "Tradeoff",
    "Verdict",
    "confusion",
    "constant",
    "equal_rows",
    "examine",
    "followed",
    "from_fit",
    "growth_of",
    "judge",
    "learned_of",
    "learning",
    "measure",
    "nearest",
    "outcome_of",
    "per_class",
    "pooled",
    "priced",
    "raw",
    "reliability",
    "repeated",
    "rival_of",
    "smallest",
    "untrained",
    "usual_tags",
    "words_fit",
]

lazy.attach(__name__)
