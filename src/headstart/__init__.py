"""Transfer learning that measures: which model, how much of it to retrain, whether it helped.

The public names, in the order in which data flows. Each is opened on first use, so that
`import headstart` takes no time and `headstart --help` no torch.
"""

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headstart.backbone import load_backbone as load_backbone
    from headstart.data import Audit as Audit
    from headstart.errors import HeadstartError as HeadstartError
    from headstart.estimator import TransferClassifier as TransferClassifier
    from headstart.model import Model as Model
    from headstart.model import Prediction as Prediction
    from headstart.run import Run as Run
    from headstart.run import check as check
    from headstart.run import pretrain as pretrain
    from headstart.run import train as train
    from headstart.share import load as load

__version__ = "0.1.0"

_ROOMS = {
    "check": "run",
    "Audit": "data",
    "load_backbone": "backbone",
    "train": "run",
    "Run": "run",
    "load": "share",
    "Model": "model",
    "Prediction": "model",
    "pretrain": "run",
    "TransferClassifier": "estimator",
    "HeadstartError": "errors",
}
"""Public name -> where it lives."""

__all__ = [*_ROOMS, "__version__"]


class _Door(ModuleType):
    """The package, with `train` as the verb.

    `headstart.train` is a room too, and Python binds a room's name to its module as soon as
    anybody imports it. A property on the module's class is asked first, and only lets go of that
    binding: `from headstart.train import Recipe` works as ever. See docs/decisions/0002.
    """

    @property
    def train(self) -> Any:
        """`run.train`."""
        return importlib.import_module("headstart.run").train

    @train.setter
    def train(self, room: ModuleType) -> None:
        """Python binds the room here; it stays in `sys.modules`."""


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"headstart has no {name!r}; it has {', '.join(__all__)}")
    return getattr(importlib.import_module(f"headstart.{_ROOMS[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)


sys.modules[__name__].__class__ = _Door
