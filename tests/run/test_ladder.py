"""Every arm is fitted once, cheapest first, and the model is chosen without the test rows."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from headstart.backbone import Backbone
from headstart.evaluate import Candidate
from headstart.events import quiet
from headstart.run import Settings
from headstart.run.arms import Job
from headstart.run.ladder import best_of, decided, fitted_arms
from headstart.train import Fitted, Full, Probe, TaskData, Unfreeze, fit

PROBES = [Probe(), Probe(every_stage=True)]


@pytest.mark.parametrize(("sure", "taken"), [(0.9, PROBES[1]), (0.61, PROBES[0])])
def test_all_stages_are_taken_where_they_lose_surely_less(
    task_data, tiny, tmp_path, sure, taken
) -> None:
    probe = fit(task_data, tiny, Probe(), work=tmp_path)
    labels = task_data.labels_of(task_data.pool)
    rng = torch.Generator().manual_seed(0)
    noise = torch.rand(len(labels), generator=rng) * 0.3 - 0.15

    def held(right: torch.Tensor) -> Fitted:
        others = (1 - right) / (task_data.task.width - 1)
        answers = others[:, None].repeat(1, task_data.task.width)
        answers[range(len(labels)), labels] = right
        return replace(probe, held=answers)

    fits = {
        "probe": held(torch.full((len(labels),), 0.6)),
        "probe:all": held(sure + noise * (sure < 0.7)),
    }
    assert best_of(task_data, PROBES, fits) == taken


def told(task_data: TaskData, probe: Fitted, losses: torch.Tensor, rows=None) -> Fitted:
    """As the probe, with such losses on rows it was not fitted to; wrong ones share the rest."""
    known, right = task_data.pool if rows is None else rows, torch.exp(-losses.double())
    answers = ((1 - right) / 2)[:, None].repeat(1, 3)
    answers[range(len(known)), task_data.labels_of(known)] = right
    return replace(probe, held=answers, held_rows=tuple(known))


@pytest.fixture
def probe(task_data, tiny, tmp_path) -> Fitted:
    return fit(task_data, tiny, Probe(), work=tmp_path)


@pytest.mark.parametrize(
    ("plan", "gain", "taken"),
    [
        (PROBES[1], 0.11, False),
        (PROBES[1], 0.15, True),
        (Unfreeze(1), 0.01, True),
        (Unfreeze(1), -0.01, False),
    ],
)
def test_more_columns_have_to_gain_more_than_a_standard_error(
    task_data, probe, plan, gain, taken
) -> None:
    """Of 60 rows whose losses change by one nat more or less: .13 of a nat."""
    changes = gain + torch.tensor([1.0, -1.0]).repeat(30)
    fits = {"probe": probe, str(plan): told(task_data, probe, 2.0 - changes)}
    fits["probe"] = told(task_data, probe, torch.full((60,), 2.0))
    assert best_of(task_data, [Probe(), plan], fits) == (plan if taken else Probe())


@pytest.mark.parametrize(("wrong", "taken"), [(0, True), (1, False)])
def test_what_loses_less_is_not_taken_where_it_is_right_less_often(
    task_data, probe, wrong, taken
) -> None:
    losses = torch.full((60,), 0.1)
    losses[:wrong] = 1.2  # .30 beside two of .35
    fits = {"probe": told(task_data, probe, torch.full((60,), 0.6))}
    fits["full"] = told(task_data, probe, losses)
    assert best_of(task_data, [Probe(), Full()], fits) == (Full() if taken else Probe())


def test_plans_are_held_against_each_other_on_the_rows_of_the_later_one(task_data, probe) -> None:
    losses, val = torch.full((60,), 0.1), task_data.partition.val
    held = [task_data.pool.index(row) for row in val]
    losses[held] = 0.6
    fits = {"probe": told(task_data, probe, losses)}
    fits["full"] = told(task_data, probe, torch.full((12,), 0.4), val)
    assert best_of(task_data, [Probe(), Full()], fits) == Full()


def arm(name: str) -> Candidate:
    pretrained = name != "scratch"
    return Candidate(name, name, "", None, pretrained, lambda rows: np.zeros((0, 3)), 0.5)


@pytest.mark.parametrize(
    ("chosen", "transfer"), [("scratch", "probe"), ("full", "full"), ("probe", "probe")]
)
def test_what_has_nothing_pretrained_in_it_never_stands_for_transfer(
    probe, chosen, transfer
) -> None:
    names = ("probe", "full", "scratch")
    found = decided([*map(arm, names)], dict.fromkeys(names, probe), chosen, None)
    assert (found.model.name, found.transfer.name) == (chosen, transfer)


@pytest.mark.journey
@pytest.mark.parametrize(("strategy", "others"), [("probe", []), ("probe:all", ["probe:all"])])
def test_arms_come_cheapest_first_and_what_was_asked_for_is_the_model(
    task_data: TaskData, tiny: Backbone, tmp_path, strategy, others
) -> None:
    found = fitted_arms(Job(task_data, tiny, Settings(strategy=strategy), tmp_path, quiet))
    first = ["majority class", "linear on raw pixels", "probe", "probe on random weights"]
    assert [one.name for one in found.candidates] == [*first, *others]
    assert found.model.name == strategy and found.transfer is found.model
    assert all(one.cost.wall_s > 0 for one in found.candidates[1:])


def test_a_probe_on_weights_of_nowhere_is_the_arm_on_random_weights_itself(
    task_data, tiny, tmp_path
) -> None:
    nowhere = replace(tiny, origin=replace(tiny.origin, source="random"))
    assert not nowhere.origin.pretrained
    found = fitted_arms(Job(task_data, nowhere, Settings(strategy="probe"), tmp_path, quiet))
    assert "probe on random weights" not in [one.name for one in found.candidates]
