"""Rows at the cut: kept or computed anew, and that training does not see the difference."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from headstart.backbone import Backbone
from headstart.features import Halved, Varied
from headstart.modality import Augmentation, Image
from headstart.train import Recipe, TaskData, fit, keeping_of, strategy_of, training_data
from headstart.train import cache_policy as keeping_room
from headstart.train.cache_policy import KEPT, Keeping, decided

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


def test_views_of_an_item_do_not_depend_on_its_place(task_data: TaskData) -> None:
    names = Varied(task_data.items, 2, 0).digests
    assert names[2:4] == Varied(task_data.items, 3, 0).digests[3:5]
    assert len(set(names)) == len(names) and names != Varied(task_data.items, 2, 1).digests


@pytest.mark.parametrize(
    ("size", "room", "once", "expected"),
    [
        (1e9, 10e9, 100, Keeping()),
        (15e9, 10e9, 1000, Keeping(half=True)),
        (30e9, 10e9, 1000, Keeping(anew=True)),
        (9e9, 10e9, 1, Keeping(anew=True)),
    ],
)
def test_the_decision_follows_from_room_and_speed(size, room, once, expected) -> None:
    found = decided(float(size), float(room), float(once), 40.0, 200e6)
    assert replace(found, why="") == expected and found.why


def test_small_rows_are_kept_without_asking(tiny: Backbone, tmp_path: Path) -> None:
    assert keeping_of(tiny, 2, 100, 40.0, tmp_path) == KEPT
    assert keeping_of(tiny, tiny.depth, 10**9, 40.0, tmp_path) == KEPT


def test_a_full_disk_means_computing_anew(tiny: Backbone, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(keeping_room, "SMALL", 0)
    monkeypatch.setenv("HEADSTART_CACHE_GB", "0")
    found = keeping_of(tiny, 2, 1000, 40.0, tmp_path)
    assert found.anew and "do not fit" in found.why


def test_names_of_items_are_made_once(task_data: TaskData) -> None:
    """Made anew for each row that is looked up, they take the square of the number of rows."""
    varied = Varied(task_data.items, 2, 0)
    assert varied.digests is varied.digests
    halved = Halved(task_data.items, Image(size_px=32))
    assert halved.digests is halved.digests


@pytest.mark.parametrize(("bytes_", "asks"), [(256_000_000, False), (256_000_001, True)])
def test_up_to_256_megabytes_nothing_is_asked(
    tiny: Backbone, tmp_path: Path, monkeypatch, bytes_: int, asks: bool
) -> None:
    asked: list[float] = []
    found = Keeping(why="asked")

    def decide(size, *rest) -> Keeping:
        asked.append(size)
        return found

    monkeypatch.setattr(keeping_room, "decided", decide)
    monkeypatch.setattr(keeping_room.math, "prod", lambda shape: bytes_ / 4)
    assert (keeping_of(tiny, 2, 1, 40.0, tmp_path) == found) == asks
    assert asked == [bytes_] * asks


@pytest.mark.parametrize(
    ("size", "half", "anew"),
    [(10e9, False, False), (10.1e9, True, False), (20e9, True, False), (20.1e9, True, True)],
)
def test_what_fits_is_kept_in_single_what_half_fits_in_half(size, half, anew) -> None:
    found = decided(size, 10e9, 1e6, 40.0, 200e6)
    assert (found.half, found.anew) == (half and not anew, anew)


@pytest.mark.parametrize(("once", "anew"), [(5.2, True), (5.3, False)])
def test_reading_is_held_against_making_rows_anew(once: float, anew: bool) -> None:
    """1 GB at 200 MB a second: written once and read 40 times, 205 s, beside 40 times `once`."""
    assert decided(1e9, 10e9, once, 40.0, 200e6).anew == anew


@pytest.mark.parametrize(("free", "limit", "room"), [(8e9, "20", 4e9), (80e9, "3", 3e9)])
def test_rows_may_take_half_of_the_free_disk_and_no_more_than_the_cache(
    tiny: Backbone, tmp_path: Path, monkeypatch, free: float, limit: str, room: float
) -> None:
    given: list[float] = []
    monkeypatch.setattr(keeping_room, "SMALL", 0)
    monkeypatch.setattr(keeping_room, "decided", lambda *by: given.append(by[1]) or KEPT)
    monkeypatch.setattr(keeping_room.shutil, "disk_usage", lambda place: SimpleNamespace(free=free))
    monkeypatch.setenv("HEADSTART_CACHE_GB", limit)
    keeping_of(tiny, 2, 100, 40.0, tmp_path)
    assert given == [room]
