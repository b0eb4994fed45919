"""Room 8. From examples and a backbone to a fitted network.

Takes: a `TaskData` (items, labels and their division), a `Backbone`, a strategy and a `Recipe`.
Gives: `Fitted`; for pre-training, a new `Backbone`.
"""

from typing import TYPE_CHECKING

from headstart import lazy

if TYPE_CHECKING:
    from headstart.train.cache_policy import Keeping, keeping_of
    from headstart.train.decisions import decided_once, discard_damaged
    from headstart.train.fitting import Fitted, as_it_is, fit, predict
    from headstart.train.head_init import probe_head
    from headstart.train.hyperparameters import AS_USUAL, Hyperparameters
    from headstart.train.pretraining import Material, Pretrained, pretrain
    from headstart.train.pricing import LEAST_EPOCHS, Price, step_price, training_price
    from headstart.train.rate_search import trial_of
    from headstart.train.rate_trials import (
        RateTrial,
        RateTrials,
        is_trained,
        leaves_checkpoints,
        train_on,
        try_rate,
    )
    from headstart.train.rates import rates_of
    from headstart.train.ready import Ready, readied, source_of
    from headstart.train.recipe import Recipe, Regularization
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
    from headstart.train.task_data import (
        TaskData,
        Truths,
        frozen_prefix,
        profiles,
        scores_of,
        takes,
    )
    from headstart.train.teacher import Lesson, Teacher
    from headstart.train.training_data import rows_at

__all__ = [
    "AS_USUAL",
    "LEAST_EPOCHS",
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
    "RateTrial",
    "RateTrials",
    "Ready",
    "Recipe",
    "Regularization",
    "Scratch",
    "Strategy",
    "TaskData",
    "Teacher",
    "Truths",
    "Ulmfit",
    "Unfreeze",
    "as_it_is",
    "cut_of",
    "decided_once",
    "discard_damaged",
    "fit",
    "frozen_prefix",
    "is_trained",
    "keeping_of",
    "leaves_checkpoints",
    "predict",
    "pretrain",
    "probe_head",
    "profiles",
    "rates_of",
    "readied",
    "rows_at",
    "scores_of",
    "source_of",
    "step_price",
    "strategy_of",
    "takes",
    "train_on",
    "training_price",
    "trial_of",
    "try_rate",
]

lazy.attach(__name__)
