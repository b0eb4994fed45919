"""Folders and servers with a worker that needs no model."""

import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Worker processes find the stand-in."""
    paths = [str(HERE), str(HERE.parents[1] / "src"), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """What looks like a run's folder from outside."""
    folder = tmp_path / "photos"
    (folder / "model").mkdir(parents=True)
    (folder / "model" / "manifest.json").write_text("{}")
    (folder / "model" / "model.json").write_text("{}")
    return folder
