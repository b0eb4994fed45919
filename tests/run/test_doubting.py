"""Labels of rows to learn from that look wrong."""

import csv
from pathlib import Path

import pytest
from parsing import parsed
from stand_ins import draw

import headstart
from headstart.run import Run, doubting


@pytest.fixture(scope="module")
def mislabeled(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Three hues, and four reds among the blues."""
    place = tmp_path_factory.mktemp("wrong")
    photos = draw(place / "photos", 30)
    for i in range(4):
        (photos / "red" / f"{i:02d}.png").rename(photos / "blue" / f"moved{i}.png")
    asked = {"backbone": str(tiny_folder), "strategy": "probe"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(doubting, "LOW", 0.5)  # a small network is never very sure
        return headstart.train(photos, out=place / "run", cache=place / "cache", **asked)


@pytest.mark.journey
def test_planted_ones_are_listed_and_shown(mislabeled: Run) -> None:
    with (mislabeled.path / "suspects.csv").open() as file:
        lines = list(csv.DictReader(file))
    moved = [line for line in lines if "moved" in line["name"]]
    assert moved and all((one["label"], one["looks like"]) == ("blue", "red") for one in moved)
    assert all(float(one["belief in the label"]) < 0.5 for one in lines)
    assert "Labels to look at" in (mislabeled.path / "report.html").read_text()


@pytest.mark.journey
def test_a_run_says_what_would_help_and_how_sure_it_is(mislabeled: Run) -> None:
    metrics = mislabeled.metrics
    assert metrics.answer.startswith("Right on ") and len(metrics["next"]) <= 3
    assert metrics.sure is not None and metrics.sure.of == metrics.n.test
    for step in metrics["next"]:
        assert set(step) == {"what", "why", "command", "gain"} and parsed(step["command"])
