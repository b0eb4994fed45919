"""What was published to the folder that HEADSTART_SHELF names is listed, and not started from."""

from pathlib import Path

import pytest
from test_publishing import left

import headstart
from headstart.backbone import Backbone, save_backbone
from headstart.backbone.listing import listed
from headstart.data import find
from headstart.run.candidate_ranking import candidates
from headstart.share import publish


@pytest.fixture
def shelf(tiny: Backbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """It has a model, a backbone, a folder of something else, and one that is damaged."""
    place = tmp_path / "shelf"
    publish(left(tmp_path, tiny), place / "hues")
    save_backbone(tmp_path / "made", tiny, "# tiny")
    publish(tmp_path / "made", place / "body")
    (place / "letters").mkdir()
    publish(tmp_path / "made", place / "torn")
    (place / "torn" / "headstart" / "backbone.json").write_text("{")
    monkeypatch.setenv("HEADSTART_SHELF", str(place))
    return place


def test_models_and_backbones_on_the_shelf_are_listed(shelf: Path) -> None:
    (run,) = headstart.runs()
    assert (run.name, run.place, run.task) == ("hues", shelf / "hues", "classification")
    assert headstart.load(run.place).classes == run.classes == ("blue", "green", "red")
    rows = [row for row in listed() if row.origin == "shelf"]
    assert [row.name for row in rows] == [str(shelf / "body"), str(shelf / "hues")]
    assert {row.kind for row in rows} == {"image"} and rows[0].license == "apache-2.0"
    assert headstart.load_backbone(rows[0].name).width == 16


def test_auto_starts_from_nothing_on_the_shelf(shelf: Path, photos: Path) -> None:
    assert not any(str(shelf) in name for name in candidates(find(photos)))


def test_without_a_shelf_nothing_is_listed(monkeypatch, tmp_path) -> None:
    monkeypatch.delenv("HEADSTART_SHELF", raising=False)
    assert headstart.runs() == ()
    monkeypatch.setenv("HEADSTART_SHELF", str(tmp_path / "nowhere"))
    assert headstart.runs() == ()
