"""What a plan says, and that a run then does it."""

from pathlib import Path

import pytest

import headstart
from headstart.advise import grown
from headstart.errors import DataError
from headstart.run import pipeline


@pytest.mark.slow
def test_a_plan_says_what_a_run_then_tries(photos: Path, tiny_folder: Path, tmp_path: Path) -> None:
    options = {"backbone": str(tiny_folder), "cache": tmp_path / "cache"}
    planned = headstart.plan(photos, **options)
    run = headstart.train(photos, out=tmp_path / "run", **options)
    tried = [a["name"] for a in run.metrics["arms"] if a["backbone"] and "random" not in a["name"]]
    assert list(planned.strategies) == tried
    assert planned.backbone in planned.text and planned.seconds > 0
    assert planned.memory_mb > 100 and planned.disk_mb > 1


@pytest.mark.slow
def test_what_is_asked_for_is_planned(photos: Path, tiny_folder: Path) -> None:
    planned = headstart.plan(
        photos, backbone=str(tiny_folder), strategy="unfreeze:1", compare="scratch"
    )
    assert planned.strategies == ("probe", "unfreeze:1", "scratch")
    assert "4 of 5 stages stay frozen" in planned.sentence
    assert {"unfreeze:1", "scratch", "heads"} <= {step.what for step in planned.steps}


@pytest.mark.journey
def test_a_plan_trains_nothing_and_leaves_only_the_cache(
    photos: Path, tiny_folder: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = set(tmp_path.iterdir())
    headstart.plan(photos, backbone=str(tiny_folder), strategy="full", cache=tmp_path / "cache")
    assert {path.name for path in set(tmp_path.iterdir()) - before} == {"cache"}


def test_files_that_cannot_be_read_cannot_be_planned_by(tmp_path: Path, tiny_folder: Path) -> None:
    for name in ("cat", "dog"):
        (tmp_path / "broken" / name).mkdir(parents=True)
        for i in range(9):
            (tmp_path / "broken" / name / f"{i}.jpg").write_bytes(b"no picture")
    with pytest.raises(DataError, match="D104"):  # as train says it
        headstart.plan(tmp_path / "broken", backbone=str(tiny_folder))


def test_a_handful_of_files_is_too_few_to_plan_by(photos: Path, tiny_folder: Path) -> None:
    files = sorted(photos.rglob("*.png"))
    for file in set(files) - set(files[::7]):
        file.unlink()
    assert len(files[::7]) == 7
    with pytest.raises(DataError, match="D187"):
        headstart.plan(photos, backbone=str(tiny_folder))


@pytest.mark.slow
def test_a_large_set_is_planned_before_it_is_trained(
    photos: Path, tiny_folder: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(pipeline, "LARGE", 10)
    told: list[str] = []
    headstart.train(
        photos, backbone=str(tiny_folder), strategy="probe", out=tmp_path / "run",
        tell=lambda event: told.append(event.what),
    )  # fmt: skip
    assert any(line.startswith("about ") and "tries probe" in line for line in told)


def test_costs_grow_as_they_were_seen_to_and_within_reason() -> None:
    assert grown((50, 1.0), (100, 4.0), 200) == pytest.approx(16)
    assert grown((50, 1.0), (100, 0.5), 200) == pytest.approx(1)
    assert grown((50, 1.0), (100, 90.0), 200) == pytest.approx(360)
