"""What a model learned from, kept so that it can tell what is unlike it."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from headstart.backbone import Writer
from headstart.events import Tell, quiet, unless_step
from headstart.head import MOST_KEPT_ROWS, Familiar, familiar_among, familiar_by
from headstart.model import Model
from headstart.task import calibrate
from headstart.train import Fitted, TaskData, rows_at, scores_of


def model_of(task_data: TaskData, fitted: Fitted, tell: Tell = quiet) -> Model:
    """What was fitted, with how far it can be trusted, and what it knows its like by."""
    held, labels = fitted.held.numpy(), task_data.labels_of(fitted.held_rows).numpy()
    trust = calibrate(task_data.task, held, labels)
    familiar = known_to(task_data, fitted, tell)
    return Model(fitted.joined(), fitted.head, task_data.task, trust, fitted.at, familiar)


def known_to(task_data: TaskData, fitted: Fitted, tell: Tell = quiet) -> Familiar | None:
    """Rows that the whole network makes of what was learned from, at most 1,000.

    Where nothing but a head was fitted, they are held against each other; else rows that only chose
    are held against those that trained. None for tasks whose rows are not pooled.
    """
    if task_data.task.coded_rows or isinstance(fitted.head, Writer):
        return None
    hear = unless_step(tell)
    if not len(fitted.suffix):
        rows = some(task_data.pool)
        return familiar_among(_pooled(task_data, fitted, rows, hear), task_data.clusters_of(rows))
    parts = [some(part) for part in (task_data.partition.train, task_data.partition.val)]
    return familiar_by(*(_pooled(task_data, fitted, rows, hear) for rows in parts))


def some(rows: Sequence[int], most: int = MOST_KEPT_ROWS) -> tuple[int, ...]:
    """No more than so many of these rows, drawn the same every time, in their order."""
    if len(rows) <= most:
        return tuple(rows)
    drawn = torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))[:most]
    return tuple(rows[place] for place in sorted(drawn.tolist()))


def _pooled(
    task_data: TaskData, fitted: Fitted, rows: Sequence[int], tell: Tell
) -> Float[Tensor, "n d"]:
    backbone, at, keeping = fitted.backbone, fitted.at, fitted.chosen.keeping
    if not rows:
        return torch.zeros(0, backbone.width)
    feed = rows_at(task_data, backbone, at, rows, tell, keeping=keeping)
    return scores_of(fitted.suffix, feed, len(rows)).float()
