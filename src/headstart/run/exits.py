"""How many of a network's first stages, and of the pixels it takes, are kept."""

from collections.abc import Sequence

import numpy as np

from headstart.backbone import Backbone, early_exit, inner_stages, widths
from headstart.errors import UsageError
from headstart.features import noise
from headstart.head import HEADS, Sample
from headstart.hostile import printable
from headstart.modality import Image, Modality
from headstart.run.compress_job import Job
from headstart.run.prepared import task_data_of
from headstart.stats import lead
from headstart.train.loop import smaller as two_thirds

LOST = 0.01
"""What an early exit may lose of the main figure on rows to choose by: half of what is small."""


def need_fewer(backbone: Backbone, count: int) -> int:
    """How many stages there are; raises `UsageError` where `count` are not fewer."""
    depth = len(inner_stages(backbone))
    if not count < depth:
        raise UsageError(
            "U316",
            f"{printable(backbone.name)} has {depth} stages: there is nothing to remove",
            f"--stages {depth - 1}" if depth > 1 else "headstart compress RUN --int8",
        )
    return depth


def fewer_pixels(contract: Modality, asked: int) -> int:
    """So many a side as are asked for, or two thirds of them; `UsageError` where none are fewer."""
    if not isinstance(contract, Image):
        raise UsageError("U314", f"--size is of pictures, these are {contract.things}", "--int8")
    side = asked or two_thirds(contract.size_px)
    if side >= contract.size_px:
        raise UsageError(
            "U315",
            f"{side} pixels a side are not fewer than the {contract.size_px} that it takes",
            f"--size {two_thirds(contract.size_px)}",
        )
    return side


def chosen_exit(job: Job, most: float = LOST) -> int:
    """The fewest stages that lose no more than `most` on rows to choose by.

    By heads that leave each row out: of all rows where nothing but a head was fitted, else of the
    validation rows, which the weights were not fitted to.
    """
    model = job.model
    stages = inner_stages(model.backbone)
    whole = early_exit(model.backbone, len(stages))
    task_data = task_data_of(job.known, whole, job.divided, job.root)
    frozen = model.cut >= model.backbone.depth
    rows = task_data.pool if frozen else task_data.partition.val
    table = task_data.rows_feed(rows, whole, whole.depth, job.tell)(range(len(rows)), ())
    labels, groups = task_data.labels_of(rows), task_data.groups_of(rows)
    task, merits = task_data.task, []
    for end in np.cumsum(widths(stages, noise(whole.modality))).tolist():
        sample = Sample(table[:, :end], labels, task, groups)
        merits.append(task.merit(HEADS[task.heads[-1]](sample).answers, labels.numpy()))
    return fewest([lead(merits[-1], merit, groups).value for merit in merits], most)


def fewest(losses: Sequence[float], most: float) -> int:
    """How many stages, from what each number of them loses against all, which come last.

    >>> losses = [0.2, 0.03, -0.01, 0.0]
    >>> fewest(losses, 0.01), fewest(losses, 0.03), fewest([0.2, 0.1, 0.0], 0.01)
    (3, 2, 2)
    """
    fine = [count for count, lost in enumerate(losses[:-1], 1) if lost <= most]
    return min(fine, default=len(losses) - 1)
