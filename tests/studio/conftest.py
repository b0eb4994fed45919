"""Runs that have ended, for tests of what is listed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

FIGURES = {
    "figure": "accuracy", "task": "classification", "chosen": "probe",
    "test": {"accuracy": {"value": 0.9, "low": 0.8, "high": 0.95}},
    "verdict": {"word": "helps"}, "cost": {"cpu_s": 18.0},
}  # fmt: skip


@pytest.fixture
def ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Path], Path]:
    """Makes a run that has ended on some data."""
    read = lambda path: type("Run", (), {"metrics": FIGURES})()  # noqa: E731
    monkeypatch.setattr("headstart.run.run_list.report", read)

    def make(name: str, data: Path) -> Path:
        place = tmp_path / "runs" / name
        place.mkdir(parents=True)
        asked = {"place": str(data.resolve()), "backbone": {"name": "net\x1b"}}
        (place / "run.json").write_text(json.dumps(asked))
        (place / "metrics.json").write_text("{}")
        return place

    return make
