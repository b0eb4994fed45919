"""One run that the tests of the commands look at."""

from pathlib import Path

import pytest
from stand_ins import draw

import headstart


@pytest.fixture(scope="session")
def run(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `train` left; the tests only look at it."""
    place = tmp_path_factory.mktemp("cli")
    started = {"backbone": str(tiny_folder), "strategy": "probe", "out": place / "run"}
    headstart.train(draw(place / "photos"), cache=place / "cache", **started)
    return place / "run"
