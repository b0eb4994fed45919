"""How a network does on something else while it is pre-trained."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn

from headstart.data import Columns, audit
from headstart.events import Tell, note
from headstart.features import survey
from headstart.head import Sample, fit_ridge, posed, right_of
from headstart.modality import Modality
from headstart.run.finding import found_at
from headstart.stats import share
from headstart.train.pretraining import Watch, judged

MOST = 1000
"""Examples that are looked at."""


def watcher(place: str, modality: Modality, root: Path, tell: Tell) -> Watch:
    """Tells what a linear head on the rows of the moment gets right, each example held out.

    `place` holds labeled examples of the same kind. Raises `DataError`.
    """
    found = found_at(place, Columns(), root)
    seen = survey(found.examples, modality, cache=root, tell=tell)
    usable = audit(found, seen.looks).usable
    rows: Sequence[int] = usable[:: -(-len(usable) // MOST)]
    task, labels = posed(found.examples, tuple(rows))
    known, name = labels[list(rows)], Path(place).stem

    def watch(stages: nn.Sequential) -> None:
        table = judged(stages, modality, seen.items, rows)
        if not bool(torch.isfinite(table).all()):
            return
        sample = Sample(table, known, task)
        answers = fit_ridge(sample).answers
        right = right_of(task, answers, known.numpy())
        figure = share(right)
        told = f"{figure.value:.1%} ({figure.low:.1%} to {figure.high:.1%})"
        note(tell, f"{name}: a probe gets {told} of {len(rows):,} right")

    return watch
