"""Room 8. From examples and a backbone to a fitted network.

Takes: a `Lesson` (items, labels and their division), a `Backbone`, a strategy and a `Recipe`.
Gives: `Fitted`; for pre-training, a new `Backbone`.
"""

from typing import TYPE_CHECKING

from headstart import lazy

if TYPE_CHECKING:
    from headstart.train.beginning import probe_head
    from headstart.train.decisions import decided_once, discard_damaged
    from headstart.train.fitting import Fitted, as_it_is, fit, predict
    from headstart.train.hyperparameters import AS_USUAL, Hyperparameters
    from headstart.train.keeping import Keeping, keeping_of
    from headstart.train.lesson import Lesson, Truths, scores_of, takes
    from headstart.train.pretraining import Material, Pretrained, pretrain
    from headstart.train.pricing import Price, step_price, training_price
    from headstart.train.rates import rates_of
    from headstart.train.recipe import Recipe, Restraint
    from headstart.train.strategy import (
        BitFit,
        Contrast,
        Full,
        Gradual,
        LowRank,
        Probe,
        Scratch,
        Strategy,
        Ulmfit,
        Unfreeze,
        cut_of,
        strategy_of,
    )
    from headstart.train.teacher import Teacher
    from headstart.train.tuning import trial_of

__all__ = [
    "AS_USUAL",
    "BitFit",
    "Contrast",
    "Fitted",
    "Full",
    "Gradual",
    "Hyperparameters",
    "Keeping",
    "Lesson",
    "LowRank",
    "Material",
    "Pretrained",
    "Price",
    "Probe",
    "Recipe",
    "Restraint",
    "Scratch",
    "Strategy",
    "Teacher",
    "Truths",
    "Ulmfit",
    "Unfreeze",
    "as_it_is",
    "cut_of",
    "decided_once",
    "discard_damaged",
    "fit",
    "keeping_of",
    "predict",
    "pretrain",
    "probe_head",
    "rates_of",
    "scores_of",
    "step_price",
    "strategy_of",
    "takes",
    "training_price",
    "trial_of",
]

lazy.attach(__name__)
