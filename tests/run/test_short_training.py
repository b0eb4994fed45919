"""Candidates learn from most of a sample and are judged on the rest."""

from pathlib import Path

import pytest

from headstart.backbone import Backbone
from headstart.data import Examples, find
from headstart.run import short_training
from headstart.run.short_training import for_epochs, sample_task_data


@pytest.fixture
def examples(photos: Path) -> Examples:
    return find(photos).examples


@pytest.mark.parametrize(("held", "rows"), [(0.3, 14), (0.5, 24)])
def test_a_share_of_the_sample_is_held_back(
    examples, tiny: Backbone, tmp_path, monkeypatch, held: float, rows: int
) -> None:
    monkeypatch.setattr(short_training, "HELD", held)
    task_data = sample_task_data(examples, tiny, 0, tmp_path)
    parts = task_data.partition
    assert len(parts.val) == pytest.approx(rows, abs=1) and not parts.test
    assert sorted(parts.train + parts.val) == list(range(48))


def test_the_same_seed_holds_the_same_rows_back(examples, tiny: Backbone, tmp_path) -> None:
    first, again, other = (
        sample_task_data(examples, tiny, seed, tmp_path).partition.val for seed in (0, 0, 1)
    )
    assert first == again != other


def test_a_candidate_is_judged_on_rows_that_it_did_not_learn_from(
    examples, tiny: Backbone, tmp_path
) -> None:
    found = for_epochs(examples, tiny, 1, tmp_path)
    held = sample_task_data(examples, tiny, 0, tmp_path).partition.val
    assert len(found.merit) == len(held) and found.strategy == "full" and found.loss > 0
