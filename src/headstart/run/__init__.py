"""Room 12. The whole way, from a place on disk to a folder with a model and a verdict.

Takes: a place, and what `Settings` can say.
Gives: a `Run`; from `check`, an `Audit`; from `plan`, a `Plan`; from `pretrain`, a folder with a
new backbone.
"""

from headstart.run.choosing import rank
from headstart.run.journey import Run, check, train, transfer
from headstart.run.planning import plan
from headstart.run.pretraining import pretrain
from headstart.run.reading import report
from headstart.run.recipes import recipe_of
from headstart.run.settings import Settings, cache_root

__all__ = [
    "Run",
    "Settings",
    "cache_root",
    "check",
    "plan",
    "pretrain",
    "rank",
    "recipe_of",
    "report",
    "train",
    "transfer",
]
