"""Room 12. The whole way, from a place on disk to a folder with a model and a verdict.

Takes: a place, and what `Settings` can say.
Gives: a `Run`; from `check`, an `Audit`; from `plan`, a `Plan`; from `pretrain`, a folder with a
new backbone.
"""

from typing import TYPE_CHECKING

from headstart import lazy

if TYPE_CHECKING:
    from headstart.run.api import (
        backbones,
        check,
        compare,
        features,
        plan,
        pretrain,
        rank,
        sweep,
        train,
    )
    from headstart.run.pipeline import transfer
    from headstart.run.reading import Run, report
    from headstart.run.recipes import recipe_of
    from headstart.run.settings import Settings, cache_root

__all__ = [
    "Run",
    "Settings",
    "backbones",
    "cache_root",
    "check",
    "compare",
    "features",
    "plan",
    "pretrain",
    "rank",
    "recipe_of",
    "report",
    "sweep",
    "train",
    "transfer",
]

lazy.attach(__name__)
