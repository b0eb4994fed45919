"""How a network does on something else while it is pre-trained."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn

from headstart.counting import counted
from headstart.data import Columns, audit
from headstart.events import Tell, note
from headstart.features import survey
from headstart.head import Sample, fit_ridge
from headstart.modality import Modality
from headstart.run.inputs import found_at
from headstart.stats import level
from headstart.task import make_task
from headstart.train.pretraining import Watch
from headstart.train.task_data import fed, scores_of

MOST_EXAMPLES = 1000
"""Examples that are looked at."""


def watcher(place: str, modality: Modality, root: Path, tell: Tell) -> Watch:
    """Tells how good a linear head on the rows of the moment is, each example held out.

    `place` holds labeled examples of the same kind. Raises `DataError`.
    """
    found = found_at(place, Columns(), root)
    seen = survey(found.examples, modality, cache=root, tell=tell)
    usable = audit(found, seen.looks).needed().usable
    rows: Sequence[int] = usable[:: -(-len(usable) // MOST_EXAMPLES)]
    task, labels = make_task(found.examples, tuple(rows))
    known, name = labels[list(rows)], Path(place).stem

    def watch(stages: nn.Sequential) -> None:
        table = scores_of(stages, fed(seen.items, rows, modality, None), len(rows))
        if not bool(torch.isfinite(table).all()):
            return
        sample = Sample(table, known, task)
        found = level(task.merit(fit_ridge(sample).answers, known.numpy()))
        told = f"{found.value:.1%} ({found.low:.1%} to {found.high:.1%})"
        note(tell, f"{name}: a probe gets {task.figure} {told} on {counted(len(rows), 'example')}")

    return watch
