from dataclasses import replace

import numpy as np

from headstart.evaluate import Candidate, Cost, constant, priced
from headstart.train import TaskData


def test_the_majority_arm_gives_every_row_the_same_shares(task_data: TaskData) -> None:
    found = constant(task_data).answer(task_data.partition.test)
    assert np.allclose(found, found[0]) and np.allclose(found.sum(axis=1), 1)


def test_what_an_arm_cost_is_written_on_it(task_data: TaskData) -> None:
    found: list[Candidate] = []
    with priced(found):
        found.append(constant(task_data))
        sum(range(10**6))
    assert found[0].cost.wall_s > 0


def test_what_others_spent_on_an_arm_is_added(task_data: TaskData) -> None:
    found: list[Candidate] = []
    with priced(found):
        found.append(replace(constant(task_data), cost=Cost(100.0, 50.0, 1e6)))
    assert 100 < found[0].cost.wall_s < 150 and 50 <= found[0].cost.cpu_s < 90
    assert found[0].cost.peak_rss_mb == 1e6


def test_testing_opens_the_test_rows(task_data: TaskData) -> None:
    arm = constant(task_data).tested(task_data)
    assert arm.answers.shape == (len(task_data.partition.test), 3)
    assert 0 <= arm.merit.low <= arm.merit.value <= arm.merit.high <= 1
