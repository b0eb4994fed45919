"""Transfer learning that measures: which model, how much of it to retrain, whether it helped.

The public names, in the order in which data flows. Each is opened on first use, so that
`import headstart` takes no time and `headstart --help` no torch.
"""

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headstart.backbone import listed as backbones
    from headstart.backbone import load_backbone
    from headstart.data import Audit
    from headstart.demo import demo
    from headstart.errors import HeadstartError
    from headstart.estimator import TransferClassifier
    from headstart.model import Model, Prediction
    from headstart.run import Run, check, plan, pretrain, rank, report, train
    from headstart.share import load

__version__ = "0.1.0"

__all__ = [  # noqa: RUF022 (the order in which data flows)
    "check",
    "Audit",
    "backbones",
    "load_backbone",
    "rank",
    "plan",
    "train",
    "Run",
    "report",
    "load",
    "Model",
    "Prediction",
    "pretrain",
    "TransferClassifier",
    "demo",
    "HeadstartError",
    "__version__",
]

_PLACES = {
    "check": "run.check",
    "Audit": "data.Audit",
    "backbones": "backbone.listed",
    "load_backbone": "backbone.load_backbone",
    "rank": "run.rank",
    "plan": "run.plan",
    "train": "run.train",
    "Run": "run.Run",
    "report": "run.report",
    "load": "share.load",
    "Model": "model.Model",
    "Prediction": "model.Prediction",
    "pretrain": "run.pretrain",
    "TransferClassifier": "estimator.TransferClassifier",
    "demo": "demo.demo",
    "HeadstartError": "errors.HeadstartError",
}
"""Public name -> room and name in it."""


class _Door(ModuleType):
    """The package, where a verb is not hidden by the room of the same name.

    `headstart.train` is a verb here and a package on disk, and Python binds the package to the
    name as soon as anybody imports it. That one assignment is passed over; the room stays in
    `sys.modules`, so `from headstart.train import Recipe` works. See docs/decisions/0002.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _PLACES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"headstart has no {name!r}; it has {', '.join(__all__)}")
    room, _, inside = _PLACES[name].partition(".")
    return getattr(importlib.import_module(f"headstart.{room}"), inside)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


sys.modules[__name__].__class__ = _Door
