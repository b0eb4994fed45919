"""What heads ask of a task is what tasks answer."""

import pytest
from stand_ins import classes

from headstart.head import Goal, Objective
from headstart.task import CTC, MultiLabel, Regression
from headstart.task.ordinal import Ordinal

TASKS = [classes(2), MultiLabel(("a",)), Regression(0.0, 1.0), Ordinal(("1", "2")), CTC(("a",))]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.kind)
def test_a_task_answers_all_that_a_head_asks(task) -> None:
    assert isinstance(task, Objective)


def test_a_goal_of_training_need_not_be_one_of_linear_heads() -> None:
    members = {"figure": "", "loss": len, "answers": len, "merit": len}
    goal = type("Only", (), members)()
    assert isinstance(goal, Goal) and not isinstance(goal, Objective)
