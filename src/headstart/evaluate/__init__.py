"""Room 8. How good a model is, and what the pretraining was worth.

Takes: probabilities of test rows, one set an arm, and the labels of those rows.
Gives: a `Report`: figures with intervals, a verdict, and the rows behind them.
"""

from headstart.evaluate.arms import Arm, Cost
from headstart.evaluate.baselines import (
    CONSTANT,
    constant,
    followed,
    nearest,
    repeated,
    usual_tags,
)
from headstart.evaluate.candidates import Candidate, priced
from headstart.evaluate.examination import Contest, examine, learned_of
from headstart.evaluate.learning import Learning, LearningCurve, learning
from headstart.evaluate.metrics import (
    Bin,
    ClassRow,
    Scores,
    confusion,
    measure,
    per_class,
    reliability,
)
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
    StageRow,
)
from headstart.evaluate.translations import bleu_records
from headstart.evaluate.verdict import Verdict, judge
from headstart.evaluate.words import words_fit

__all__ = [
    "CONSTANT",
    "Arm",
    "Beside",
    "Bin",
    "Candidate",
    "ClassRow",
    "Contest",
    "Cost",
    "Curve",
    "EpochRow",
    "Fact",
    "Knows",
    "Learned",
    "Learning",
    "LearningCurve",
    "Report",
    "Scores",
    "Shown",
    "StageRow",
    "Verdict",
    "bleu_records",
    "confusion",
    "constant",
    "examine",
    "followed",
    "from_fit",
    "judge",
    "learned_of",
    "learning",
    "measure",
    "nearest",
    "per_class",
    "priced",
    "raw",
    "reliability",
    "repeated",
    "untrained",
    "usual_tags",
    "words_fit",
]
