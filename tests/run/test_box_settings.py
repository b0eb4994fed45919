"""What can be asked of boxes."""

from pathlib import Path

import pytest

from headstart.errors import UsageError
from headstart.run.box_settings import LEAST_TILE, BoxSettings


def test_folders_that_are_missing_or_empty_are_taken(tmp_path: Path) -> None:
    asked = BoxSettings(draw=str(tmp_path), yolo=str(tmp_path / "new"))
    assert asked.flags() == ["--draw", "--yolo"]


@pytest.mark.parametrize("flag", ["draw", "yolo"])
def test_folders_with_files_and_files_are_refused(tmp_path: Path, flag: str) -> None:
    (tmp_path / "mine.jpg").write_text("mine")
    for place in (tmp_path, tmp_path / "mine.jpg"):
        with pytest.raises(UsageError, match="U340"):
            BoxSettings(**{flag: str(place)})


def test_one_folder_for_both_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="U343"):
        BoxSettings(draw=str(tmp_path), yolo=f"{tmp_path}/.")


def test_tiles_have_a_least_side() -> None:
    assert BoxSettings(tiles=LEAST_TILE).flags() == ["--tiles"]
    with pytest.raises(UsageError, match="U342"):
        BoxSettings(tiles=LEAST_TILE - 1)
