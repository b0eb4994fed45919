"""Each way to fit an arm, alone."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from headstart.backbone import Backbone
from headstart.evaluate import BASELINES
from headstart.events import quiet
from headstart.run import Settings, arms
from headstart.run.arms import Job, baseline, fitted_by, learned, without_weights
from headstart.task import Task
from headstart.train import Fitted, Probe, TaskData, fit
from headstart.train.checkpoint import EpochMetrics, Progress


def tasks(kind: type = Task) -> Iterator[type]:
    yield kind
    for one in kind.__subclasses__():
        yield from tasks(one)


@pytest.mark.parametrize("kind", list(tasks()))
def test_every_baseline_that_a_task_names_can_be_fitted(kind) -> None:
    assert set(kind.baselines) <= set(BASELINES) and kind.baselines[0] == "constant"


@pytest.fixture
def job(task_data: TaskData, tiny: Backbone, tmp_path: Path) -> Job:
    return Job(task_data, tiny, Settings(), tmp_path / "work", quiet)


def test_a_baseline_has_no_network_and_makes_no_model(job: Job) -> None:
    arm, fitted = baseline(job, "constant")
    assert (arm.backbone, arm.transfer, fitted) == ("", False, None)


@pytest.mark.journey
def test_a_strategy_learns_in_a_folder_of_its_name_for_as_long_as_it_may(job, monkeypatch) -> None:
    seen: list[tuple[str, float]] = []
    probe = fit(job.task_data, job.backbone, Probe(), work=job.work)

    def stand_in(task_data, backbone, strategy, recipe, *, work, tell):
        seen.append((work.name, recipe.allowance))
        return probe

    monkeypatch.setattr(arms, "fit", stand_in)
    fitted_by(job, Probe(every_stage=True), 7.0)
    assert seen == [("probe-all", 7.0)] and (job.work / "probe-all").is_dir()


@pytest.mark.journey
def test_random_weights_are_raced_against_the_arms_so_far(job, monkeypatch) -> None:
    given = list[object]()
    probe = fit(job.task_data, job.backbone, Probe(), work=job.work)
    rival = baseline(job, "constant")[0]

    def stand_in(*some):
        given.append(some[-1])
        return rival

    monkeypatch.setattr(arms, "untrained", stand_in)
    without_weights(job, probe, (rival,))
    assert given == [(rival,)]


def marked(job: Job, *marks: tuple[float, float]) -> Fitted:
    """As the probe, with such validation losses and merits; the last epoch was the best."""
    made = tuple(EpochMetrics(i, 1.0, loss, merit) for i, (loss, merit) in enumerate(marks))
    progress = replace(Progress(), marks=made, best=len(made) - 1)
    return replace(fit(job.task_data, job.backbone, Probe(), work=job.work), progress=progress)


@pytest.mark.parametrize(
    ("end", "told"),
    [
        ((0.499, 0.8), ""),
        ((0.5, 0.8), "no epoch lowered its validation loss (0.5000, accuracy 80.0%)"),
        ((0.499, 0.79), "from 0.5000 to 0.4990, accuracy fell from 80.0% to 79.0%"),
        ((0.4, 0.9), ""),
    ],
)
def test_a_probe_is_advised_where_no_epoch_was_better_than_the_start(
    job, monkeypatch, end, told
) -> None:
    fitted = marked(job, (0.5, 0.8), end)
    monkeypatch.setattr(arms, "fitted_by", lambda *_: fitted)
    note = learned(job, Probe())[0].note
    assert note.endswith(told) and note.startswith("training made nothing better" if told else "")
    assert bool(note) == bool(told)
