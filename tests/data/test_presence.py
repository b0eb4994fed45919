from pathlib import Path

import pytest

from headstart.data import need_place
from headstart.errors import DataError


def test_what_is_there_is_fine(tmp_path: Path) -> None:
    need_place(tmp_path)
    need_place(str(tmp_path / "x" / ".."))


def test_the_name_that_was_meant_is_told(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    with pytest.raises(DataError, match=r"D102(.|\n)*did you mean .*photos\?"):
        need_place(tmp_path / "photo")


def test_where_nothing_is_like_it_no_name_is_made_up(tmp_path: Path) -> None:
    (tmp_path / "zebra").mkdir()
    with pytest.raises(DataError, match="check the spelling"):
        need_place(tmp_path / "photo")
    with pytest.raises(DataError, match="check the spelling"):
        need_place(tmp_path / "no" / "photo")
