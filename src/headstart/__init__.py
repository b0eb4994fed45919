"""Transfer learning that measures: which model, how much of it to retrain, whether it helped.

The public names, in the order in which data flows. Each is opened on first use, so that
`import headstart` takes no time and `headstart --help` no torch.
"""

from typing import TYPE_CHECKING

from headstart import lazy

if TYPE_CHECKING:
    from headstart.backbone import load_backbone
    from headstart.data import Audit
    from headstart.demo import demo
    from headstart.detector_estimator import TransferDetector
    from headstart.errors import HeadstartError
    from headstart.estimator import TransferClassifier
    from headstart.model import Model, Prediction
    from headstart.run import (
        Run,
        backbones,
        check,
        compare,
        plan,
        pretrain,
        rank,
        report,
        sweep,
        train,
    )
    from headstart.share import load, publish, runs

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
    "compare",
    "sweep",
    "load",
    "Model",
    "Prediction",
    "publish",
    "runs",
    "pretrain",
    "TransferClassifier",
    "TransferDetector",
    "demo",
    "HeadstartError",
    "__version__",
]

lazy.attach(__name__)
