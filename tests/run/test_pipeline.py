"""The main job's own decisions: names, folds, and what a check looks at."""

from pathlib import Path

import pytest

from headstart.backbone import Backbone
from headstart.data import find
from headstart.events import Event, note, quiet
from headstart.run import Settings
from headstart.run.pipeline import _named, _shared, check


def test_folds_share_the_budget_and_only_the_last_fit_is_heard(tmp_path: Path) -> None:
    told: list[Event] = []
    settings = Settings(budget="60")
    first, asked, hear = _shared(1, 3, tmp_path, settings, told.append)
    note(hear, "unheard")
    assert (first, asked.budget) == (tmp_path / "fold-1", "20.0") and first.is_dir()
    assert [event.what for event in told] == ["fold 1 of 2"]
    last, _, hear = _shared(3, 3, tmp_path, settings, told.append)
    note(hear, "heard")
    assert last == tmp_path / "all" and told[-1].what == "heard"


def test_a_run_without_folds_has_it_all(tmp_path: Path) -> None:
    settings = Settings(budget="60")
    assert _shared(1, 1, tmp_path, settings, quiet) == (tmp_path, settings, quiet)


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        (Settings(), "headstart_resnet10"),
        (Settings(backbone="elsewhere/net"), "elsewhere/net"),
        (Settings(backbone="elsewhere/net", weights="w.pt"), "elsewhere/net=w.pt"),
    ],
)
def test_a_model_is_remembered_as_a_ranking_would_call_it(tiny: Backbone, asked, named) -> None:
    assert _named(tiny, (), asked) == named


def test_a_check_looks_at_everything_and_trains_nothing(photos: Path, cache: Path) -> None:
    (photos / "red" / "torn.png").write_bytes(b"no picture")
    audit = check(find(photos), cache)
    assert audit.counts == {"blue": 16, "green": 16, "red": 16}
    assert [(p.code, Path(p.name).name) for p in audit.problems] == [("D121", "torn.png")]
