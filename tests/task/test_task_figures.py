"""Every figure that a task reports has a title and bounds that hold its interval."""

import numpy as np
import pytest
from stand_ins import classes

from headstart.evaluate import measure
from headstart.stats import Interval
from headstart.task import FIGURES, TASKS, MultiLabel, Regression, Task
from headstart.task.ordinal import Ordinal

RNG = np.random.default_rng(0)
LABELS = RNG.integers(3, size=12)


@pytest.mark.parametrize(
    ("task", "answers", "labels"),
    [
        (classes(3), RNG.dirichlet(np.ones(3), 12), LABELS),
        (classes(3, (1.0, 1.0, 1.0)), RNG.dirichlet(np.ones(3), 12), LABELS),
        (Ordinal(("1", "2", "3")), RNG.dirichlet(np.ones(3), 12), LABELS),
        (MultiLabel(("a", "b", "c")), RNG.uniform(size=(12, 3)), np.eye(3)[LABELS]),
        (Regression(0.0, 1.0), RNG.normal(size=(12, 1)), RNG.normal(size=(12, 1))),
    ],
    ids=["classes", "balanced", "ordered", "tags", "values"],
)
def test_figures_beside_the_mean_lie_between_their_bounds(task: Task, answers, labels) -> None:
    main, *rest = measure(task, answers, labels).figures.items()
    assert main[0] in FIGURES
    for name, found in rest:
        assert isinstance(found, Interval)
        assert FIGURES[name].least <= found.low <= found.high <= FIGURES[name].most


def test_a_figure_of_one_task_is_named_by_that_task_alone() -> None:
    own = [name for task in set(TASKS.values()) for name in task.own_figures]
    assert len(own) == len(set(own))
