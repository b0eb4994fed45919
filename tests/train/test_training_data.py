"""Rows at the cut, kept or anew: training does not see the difference."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from headstart.backbone import Backbone
from headstart.modality import Augmentation, follow
from headstart.train import Recipe, TaskData, fit, strategy_of, training_data
from headstart.train.cache_policy import Keeping
from headstart.train.training_data import MovedBoxes

RECIPE = Recipe(epochs=3, batch=16)


VIEWS = Augmentation(crop=(0.6, 1.0), flip=False, kept=2)


def outcome(
    task_data: TaskData, tiny: Backbone, work: Path, recipe: Recipe = RECIPE
) -> torch.Tensor:
    """Losses of every epoch, and the weights that are kept."""
    work.mkdir()
    fitted = fit(task_data, tiny, strategy_of("unfreeze:2"), recipe, work=work)
    state = {**fitted.suffix.state_dict(), **fitted.head.state_dict()}
    losses = [(m.train_loss, m.val_loss) for m in fitted.progress.marks[1:]]
    return torch.cat([torch.tensor(losses).flatten(), *(t.flatten() for t in state.values())])


def always(cache_policy: Keeping):
    return lambda *_: cache_policy


@pytest.mark.journey
def test_training_on_kept_rows_is_training_with_the_prefix_in_the_loop(
    task_data: TaskData, tiny: Backbone, tmp_path: Path, monkeypatch
) -> None:
    kept = outcome(task_data, tiny, tmp_path / "kept")
    monkeypatch.setattr(training_data, "keeping_of", always(Keeping(anew=True, why="asked")))
    anew = outcome(task_data, tiny, tmp_path / "anew")
    torch.testing.assert_close(kept, anew, rtol=1e-5, atol=1e-5)


@pytest.mark.slow
def test_half_precision_is_near_and_takes_half_the_disk(
    task_data: TaskData, tiny: Backbone, tmp_path: Path, monkeypatch
) -> None:
    sizes, found = [], []
    for name, half in (("single", False), ("half", True)):
        monkeypatch.setattr(training_data, "keeping_of", always(Keeping(half=half)))
        one = replace(task_data, cache=tmp_path / f"cache {name}")
        found.append(outcome(one, tiny, tmp_path / name))
        sizes.append(sum(f.stat().st_size for f in one.cache.rglob("*.safetensors")))
    assert sizes[1] < 0.7 * sizes[0]  # file headers stay
    assert 0 < float((found[0] - found[1]).abs().max()) < 0.05


def test_kept_views_differ_and_are_drawn_again_the_same(
    task_data: TaskData, tiny: Backbone, tmp_path: Path
) -> None:
    recipe = replace(RECIPE, views=VIEWS)
    rows = task_data.partition.train
    feeds = [
        replace(task_data, cache=tmp_path / name).views_feed(rows, tiny, 2, recipe) for name in "ab"
    ]
    one, other = (feeds[0](range(8), [view] * 8) for view in (0, 1))
    assert not torch.allclose(one, other)
    assert torch.equal(one, feeds[1](range(8), [2] * 8))  # key 2 of 2 views is view 0


@pytest.mark.slow
def test_training_on_kept_views_goes_on_where_it_was_killed(
    task_data: TaskData, tiny: Backbone, tmp_path: Path
) -> None:
    recipe = replace(RECIPE, views=VIEWS)
    whole = outcome(task_data, tiny, tmp_path / "a", recipe)
    assert torch.equal(whole, outcome(task_data, tiny, tmp_path / "b", recipe))


def test_boxes_move_with_the_view_of_their_picture() -> None:
    boxes = torch.tensor([[[0.0, 0.1, 0.2, 0.4, 0.6]]]).repeat(3, 1, 1)
    flips = Augmentation(crop=(1.0, 1.0), flip=True, kept=2)
    moved = MovedBoxes(boxes, flips)
    keys = [3, 4, 5]
    assert len(moved) == 3 and torch.equal(moved[[1]], boxes[[1]])
    assert torch.equal(moved.seen([0, 1, 2], keys), follow(boxes, keys, flips))
    assert moved.seen([0] * 9, range(9)).unique(dim=0).shape[0] == 2  # as it is, and flipped


def test_of_kept_views_a_key_stands_for_one_that_is_there() -> None:
    boxes = torch.tensor([[[0.0, 0.1, 0.2, 0.4, 0.6]]]).repeat(2, 1, 1)
    views = Augmentation(crop=(0.6, 1.0), flip=False, kept=2)
    moved = MovedBoxes(boxes, views, ((11, 12), (21, 22)))
    found = moved.seen([1, 0], [7, 4])  # view 1 of row 1, view 0 of row 0
    assert torch.equal(found, follow(boxes, [22, 11], views))
