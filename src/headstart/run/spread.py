"""How much luck is in one draw of the rows to learn from."""

from collections.abc import Sequence

import torch

from headstart.backbone import Backbone
from headstart.evaluate import Outcome, Spread
from headstart.train import Fitted, TaskData, probe_head

SEEDS = 3
"""Heads fitted to other draws of the rows, to show how much luck is in one."""


def spread_of(
    outcomes: Sequence[Outcome], task_data: TaskData, backbone: Backbone, fitted: Fitted
) -> Spread:
    """How much luck is in one draw: of folds each alone, else probes on other draws."""
    if len(outcomes) == 1:
        return _redrawn(task_data, backbone, fitted)
    alone = tuple(outcome.model.merit.value for outcome in outcomes)
    return Spread(f"each of the {len(outcomes)} folds alone", alone)


def _redrawn(task_data: TaskData, backbone: Backbone, fitted: Fitted) -> Spread:
    """Mean test merit of probes fitted to other draws of as many rows as there are to train on.

    On the stages that the model reads, where it is a probe itself; then they are fitted as it is,
    else in the way that suits the first draw.
    """
    head_config = fitted.chosen.head_config
    backbone = backbone if len(fitted.suffix) else fitted.backbone
    rows, task = task_data.partition.test, task_data.task
    if task.coded_rows:
        return Spread("", ())
    labels = task_data.labels_of(rows).numpy()
    table = task_data.rows_feed(rows, backbone, backbone.depth)(range(len(rows)), ())
    merits, pool = [], task_data.pool
    for seed in range(1, SEEDS + 1):
        generator = torch.Generator().manual_seed(seed)
        drawn = torch.randperm(len(pool), generator=generator)
        some = [pool[i] for i in drawn[: len(task_data.partition.train)].tolist()]
        fit = probe_head(task_data, backbone, some, seed=seed, head_config=head_config)
        head_config = fit.head_config
        answers = task.answers(table @ fit.weight.T + fit.bias).numpy()
        merits.append(float(task.merit(answers, labels).mean()))
    drawn_from = f"{len(task_data.partition.train):,} of the {len(pool):,} examples to learn from"
    return Spread(f"the probe refitted to {SEEDS} other draws of {drawn_from}", tuple(merits))
