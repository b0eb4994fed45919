"""Where the files of a table lie."""

from pathlib import Path

import pytest

from headstart.data.shelter import Shelter, TwoFilesError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in" / "cats").mkdir(parents=True)
    for name in ("in/cats/1.png", "out.png"):
        (tmp_path / name).write_text(name)
    return tmp_path / "in"


@pytest.mark.parametrize("name", ["cats/1.png", " cats/1.png ", "cats\\1.png"])
def test_a_file_is_found_however_its_name_is_spelled(folder: Path, name: str) -> None:
    assert Shelter(folder).file(name) == folder / "cats" / "1.png"
    assert Shelter(folder).names_source(name)


def test_what_came_from_an_archive_names_nothing_outside(folder: Path) -> None:
    assert Shelter(folder).file("../out.png") == folder.parent / "out.png"
    with pytest.raises(PermissionError, match="outside the archive"):
        Shelter(folder, closed=True).file("../out.png")


@pytest.mark.parametrize("cell", [7, 0.5, True, "", None, "nothing.png"])
def test_numbers_blanks_and_missing_files_name_nothing(folder: Path, cell: object) -> None:
    assert not Shelter(folder).names_source(cell)


@pytest.mark.parametrize(("cell", "found"), [("7", True), ("07", True), (7, True), ("8", False)])
def test_a_number_names_the_file_that_is_called_by_it_with_zeros(tmp_path, cell, found):
    for name in ("0007.png", "0017.png"):
        (tmp_path / name).write_text(name)
    assert Shelter(tmp_path).names_elsewhere(cell) == found


def test_a_number_that_two_files_are_called_by_is_told(tmp_path):
    for name in ("007.png", "0007.png"):
        (tmp_path / name).write_text(name)
    with pytest.raises(TwoFilesError, match="fits 2 files"):
        Shelter(tmp_path).source("7", 1)


@pytest.mark.parametrize(
    ("cell", "thing"),
    [
        ([[0, 1], [2, 3]], True),
        ([0, 1], False),
        ([["good"]], False),
        ([[["good"]], 1], False),
        ([{"role": "user", "content": "hello"}], False),
        ([{"bytes": b"RIFF"}], True),
    ],
)
def test_lists_of_numbers_in_lists_are_pictures_and_those_of_words_are_not(cell, thing) -> None:
    assert Shelter(Path()).names_source(cell) == thing
