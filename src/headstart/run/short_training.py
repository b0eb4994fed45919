"""Candidates trained for a short while on a sample: how well each does on rows it did not see."""

import math
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from headstart.backbone import Alone, Backbone, is_recurrent
from headstart.data import Examples, hold_out
from headstart.events import Tell, quiet
from headstart.features import survey
from headstart.modality import longest_s
from headstart.run.allowed import need_short
from headstart.run.arms import Job, fitted_by
from headstart.run.settings import Settings
from headstart.stats import Merit
from headstart.task import make_task, task_type
from headstart.train import (
    Fitted,
    Full,
    Hyperparameters,
    LowRank,
    Probe,
    Strategy,
    TaskData,
    as_it_is,
)

EXAMPLES = 400
"""Examples whose answers have an order, of which a candidate learns and is judged, at most."""
HELD, ALLOWED_S = 0.3, 120.0
"""Share of the sample that a candidate is judged on; CPU seconds that it may learn for."""


@dataclass(frozen=True, eq=False)
class Trial:
    """A candidate after a short training."""

    loss: float
    """On rows that it did not learn from, in units that candidates with other tokens share."""
    merit: Merit
    groups: tuple[str, ...] = ()
    """Of those rows."""
    strategy: str = ""


def sample_task_data(
    examples: Examples, backbone: Backbone, seed: int, root: Path, tell: Tell = quiet
) -> TaskData:
    """Seven tenths to learn from and the rest to be judged on.

    Words are told without the help of those that were learned from, which candidates share.
    """
    seen = survey(examples, backbone.modality, cache=root, tell=tell)
    if task_type(examples.kind).joins:
        need_short(seen.looks, range(len(examples)), longest_s(backbone.modality))
    partition = hold_out(examples, HELD, seed)
    task, labels = make_task(examples, partition.train + partition.val, backbone)
    return TaskData(seen.items, labels, examples.groups, partition, task.unaided(), root)


def cheapest(
    examples: Examples, backbone: Backbone, seed: int, root: Path, tell: Tell = quiet
) -> Trial:
    """By the cheapest way to answer with rows of letters, tags or tokens.

    Letters and tags are told by a linear layer; texts are written by the half that writes, behind
    the frozen half that reads, or by a decoder alone with thin matrices. What continues texts is
    judged as it is: by the share that it gave each letter.
    """
    task_data = sample_task_data(examples, backbone, seed, root, tell)
    if task_data.task.continues:
        return _trial(task_data, as_it_is(task_data, backbone, tell), "as it is")
    strategy: Strategy = Probe()
    if isinstance(backbone.writer, Alone):
        strategy = Full() if is_recurrent(backbone.architecture) else LowRank()
    return _fitted(task_data, backbone, strategy, Settings(seed=seed), ALLOWED_S, tell)


def for_epochs(examples: Examples, backbone: Backbone, epochs: int, root: Path) -> Trial:
    """The arm that `train` has for all stages, with so many epochs instead of all."""
    few = Settings(hyperparameters=Hyperparameters(epochs=epochs, patience=epochs))
    return _fitted(sample_task_data(examples, backbone, 0, root), backbone, Full(), few)


def _fitted(
    task_data: TaskData,
    backbone: Backbone,
    strategy: Strategy,
    settings: Settings,
    allowance: float = math.inf,
    tell: Tell = quiet,
) -> Trial:
    """An arm of the ladder, fitted in a folder that does not stay."""
    with tempfile.TemporaryDirectory() as work:
        job = Job(task_data, backbone, settings, Path(work), tell)
        return _trial(task_data, fitted_by(job, strategy, allowance), str(strategy))


def _trial(task_data: TaskData, fitted: Fitted, strategy: str) -> Trial:
    answers: Float[np.ndarray, "m c"] = fitted.held.numpy().astype(float)
    known = task_data.labels_of(fitted.held_rows).numpy()
    merit, lost = task_data.task.comparable(answers, known)
    return Trial(float(lost.mean()), merit, task_data.groups_of(fitted.held_rows), strategy)
