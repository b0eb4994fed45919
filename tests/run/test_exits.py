"""How many stages are kept."""

from pathlib import Path

import pytest
from compressing import job_of

from headstart.errors import UsageError
from headstart.model import Model
from headstart.run.exits import LOST, chosen_exit, fewest, need_fewer


@pytest.mark.parametrize(("lost", "kept"), [(LOST, 2), (LOST + 1e-9, 3)])
def test_the_fewest_stages_that_lose_no_more_than_half_of_little_are_kept(lost, kept) -> None:
    assert fewest([0.3, lost, 0.0, 0.0], LOST) == kept


def test_where_all_lose_more_only_the_last_stage_is_left_away() -> None:
    assert fewest([0.3, 0.2, 0.1, 0.0], LOST) == 3


def test_an_exit_that_does_better_counts_too() -> None:
    assert fewest([-0.05, 0.0, 0.0], LOST) == 1


def test_fewer_stages_are_chosen_where_more_may_be_lost(
    photos: Path, small_model: Model, tmp_path: Path
) -> None:
    job = job_of(small_model, photos, tmp_path)
    assert chosen_exit(job, 1.0) == 1 <= chosen_exit(job, LOST) < small_model.backbone.depth


def test_as_many_stages_as_there_are_remove_nothing(small_model: Model) -> None:
    depth = small_model.backbone.depth
    assert need_fewer(small_model.backbone, depth - 1) == depth
    with pytest.raises(UsageError, match=f"(?s)U316.*--stages {depth - 1}"):
        need_fewer(small_model.backbone, depth)
