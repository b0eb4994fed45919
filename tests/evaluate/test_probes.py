"""Arms of linear heads: on raw features, on pretrained ones, and on random weights."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from headstart.backbone import Backbone
from headstart.evaluate import Candidate, from_fit, probes, raw, untrained
from headstart.modality import Image
from headstart.stats import Interval
from headstart.train import Probe, TaskData, fit


def _right(candidate: Candidate, task_data: TaskData) -> float:
    rows = task_data.partition.test
    return float((candidate.answer(rows).argmax(1) == task_data.labels_of(rows).numpy()).mean())


def test_hues_need_no_network(task_data: TaskData, tiny: Backbone) -> None:
    arm = raw(task_data, tiny.modality)
    assert _right(arm, task_data) > 0.9 and not arm.transfer
    assert arm.name == "linear on raw pixels"


def test_an_arm_never_asks_for_test_rows_before_it_is_tested(
    task_data: TaskData, tiny: Backbone, tmp_path: Path
) -> None:
    blind = replace(task_data, partition=replace(task_data.partition, test=()))
    fitted = fit(blind, tiny, Probe(), work=tmp_path)
    arm = from_fit(blind, fitted, "probe")
    same = from_fit(task_data, fit(task_data, tiny, Probe(), work=tmp_path), "probe")
    assert arm.selection_loss == pytest.approx(same.selection_loss, abs=1e-5)


def test_the_random_arm_has_nothing_pretrained(task_data: TaskData, tiny: Backbone) -> None:
    held = np.full((len(task_data.pool), 3), 1 / 3)
    arm = untrained(task_data, tiny, 0, held)
    assert not arm.transfer and arm.strategy == "probe"
    assert np.allclose(arm.answer(task_data.partition.test).sum(axis=1), 1)


def test_a_clear_lead_settles_it_at_half_the_size(task_data: TaskData, tiny: Backbone) -> None:
    arm = untrained(_unlearnable(task_data), tiny, 0, _perfect(_unlearnable(task_data)))
    assert "half the size" in arm.note


def _unlearnable(task_data: TaskData) -> TaskData:
    """Labels that have nothing to do with the items."""
    order = np.random.default_rng(1).permutation(len(task_data.labels))
    return replace(task_data, labels=task_data.labels[order])


def _perfect(task_data: TaskData) -> np.ndarray:
    return np.eye(3)[task_data.labels_of(task_data.pool).numpy()]


def test_raw_features_are_asked_for_by_lists_of_rows_too(task_data: TaskData) -> None:
    arm = raw(task_data, Image(size_px=32))
    test = task_data.partition.test
    assert np.array_equal(arm.answer(list(test)), arm.answer(test))
    assert arm.refit is not None
    assert arm.refit(list(task_data.pool))(list(test)).shape == (len(test), 3)


@pytest.mark.journey
@pytest.mark.parametrize(("low", "settles"), [(0.0501, True), (0.0499, False)])
def test_a_lead_is_clear_where_its_whole_interval_is_above_five_points(
    task_data: TaskData, tiny: Backbone, monkeypatch, low: float, settles: bool
) -> None:
    monkeypatch.setattr(probes, "_lead", lambda *_: Interval(0.2, low, 0.3))
    held = np.full((len(task_data.pool), 3), 1 / 3)
    assert ("half the size" in untrained(task_data, tiny, 0, held).note) == settles


@pytest.mark.journey
@pytest.mark.parametrize("choices", [(0.1, 0.2), (0.2, 0.1)])
def test_of_random_weights_at_two_sizes_the_better_one_is_held_against_transfer(
    task_data: TaskData, tiny: Backbone, monkeypatch, choices: tuple[float, float]
) -> None:
    drawn = untrained(task_data, tiny, 0, np.full((len(task_data.pool), 3), 1 / 3))
    answers = iter([(replace(drawn, selection_loss=choice), 0) for choice in choices])
    monkeypatch.setattr(probes, "_untrained", lambda *_: next(answers))
    monkeypatch.setattr(probes, "_lead", lambda *_: Interval(0.0, -0.1, 0.1))
    assert untrained(task_data, tiny, 0, np.zeros((len(task_data.pool), 3))).selection_loss == 0.1
