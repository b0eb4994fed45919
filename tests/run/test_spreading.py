"""Workers make the rows; who makes them changes no byte of what is predicted."""

import sys
from pathlib import Path

import pytest

import headstart
from headstart.backbone import Backbone
from headstart.events import quiet
from headstart.run import spreading
from headstart.run.default_backbone import Start
from headstart.run.settings import Settings


def trained(photos: Path, tiny_folder: Path, tmp_path: Path, name: str, **asked):
    return headstart.train(
        photos, backbone=tiny_folder, cache=tmp_path / f"cache {name}", strategy="probe",
        out=tmp_path / f"run {name}", **asked,
    )  # fmt: skip


def told(
    place: str, strategy: str, tiny: Backbone, tmp_path: Path, *, locates: bool = False
) -> list[str]:
    """What is said, and where nothing is spread."""
    heard: list[str] = []
    settings = Settings.of(strategy=strategy, on="local:2")
    found = spreading.spread(
        place,
        100,
        settings,
        Start(tiny),
        tmp_path,
        lambda event: heard.append(event.what),
        locates=locates,
    )
    assert found == settings
    return heard


def test_here_nothing_is_spread(tiny, tmp_path) -> None:
    settings = Settings()
    assert spreading.spread("x", 100, settings, Start(tiny), tmp_path, quiet) is settings


def test_what_only_this_process_has_or_nothing_freezes_is_not_spread(tiny, tmp_path) -> None:
    assert "in memory" in told("", "probe", tiny, tmp_path)[0]
    assert "nothing is frozen" in told("x", "full", tiny, tmp_path)[0]
    assert "views for boxes" in told("x", "auto", tiny, tmp_path, locates=True)[0]


@pytest.mark.journey
def test_two_processes_predict_the_bytes_of_one(photos, tiny_folder, tmp_path) -> None:
    one = trained(photos, tiny_folder, tmp_path, "one")
    two = trained(photos, tiny_folder, tmp_path, "two", on="local:2")
    files = [run.path / "predictions.parquet" for run in (one, two)]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert two.metrics.cost.rows_read - one.metrics.cost.rows_read == 48


@pytest.mark.ray
def test_a_cluster_predicts_the_bytes_of_one(photos, tiny_folder, tmp_path, monkeypatch) -> None:
    pytest.importorskip("ray")
    monkeypatch.setenv("PYTHONPATH", ":".join(filter(None, sys.path)))
    one = trained(photos, tiny_folder, tmp_path, "one")
    two = trained(photos, tiny_folder, tmp_path, "ray", on="ray")
    files = [run.path / "predictions.parquet" for run in (one, two)]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert two.metrics.cost.rows_read - one.metrics.cost.rows_read == 48
