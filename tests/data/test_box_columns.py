from pathlib import Path

import numpy as np
import pytest

from headstart.data.box_columns import box_columns, may_hold_boxes, with_names
from headstart.data.tables import Sheet


def sheet(columns: str, *rows: tuple[object, ...]) -> Sheet:
    return Sheet("x.csv", tuple(columns.split()), tuple(enumerate(rows, start=2)))


@pytest.mark.parametrize(
    ("columns", "row", "corners"),
    [
        ("file class xmin ymin xmax ymax", ("a", "c", "1", "2", "5", "8"), (1, 2, 5, 8)),
        ("file class XMin XMax YMin YMax", ("a", "c", "1", "5", "2", "8"), (1, 2, 5, 8)),
        ("file class x y w h", ("a", "c", 1, 2, 4, 6), (1, 2, 5, 8)),
        ("file class cx cy w h", ("a", "c", 3, 5, 4, 6), (1, 2, 5, 8)),
        ("file class bbox", ("a", "c", "[1.0, 2.0, 4, 6]"), (1, 2, 5, 8)),
        ("file class bbox", ("a", "c", np.array([1, 2, 4, 6])), (1, 2, 5, 8)),
    ],
)
def test_boxes_are_known_by_the_names_of_their_columns(
    columns: str, row: tuple[object, ...], corners: tuple[float, ...]
) -> None:
    found = box_columns(sheet(columns, row))
    assert found
    cells = found.cells(row)
    assert cells and found.corners([float(str(cell)) for cell in cells]) == corners


def test_width_and_height_are_the_pictures_where_the_box_has_corners() -> None:
    found = box_columns(sheet("f width height xmin ymin xmax ymax", ("a", 9, 8, 1, 2, 3, 4)))
    assert found and found.size == (1, 2)
    own = box_columns(sheet("f x y width height", ("a", 1, 2, 3, 4)))
    assert own and own.size == ()


def test_columns_of_words_are_no_boxes_whatever_they_are_called() -> None:
    assert box_columns(sheet("x y w h", ("a", "b", "c", "d"))) is None
    assert box_columns(sheet("path label", ("a.png", "cat"))) is None
    assert box_columns(sheet("path box", ("a.png", "red"))) is None


def test_numbers_in_half_of_the_rows_are_enough() -> None:
    good, bad = ("a", 1, 2, 3, 4), ("a", "x", 2, 3, 4)
    assert box_columns(sheet("f x y w h", good, bad)) is not None
    assert box_columns(sheet("f x y w h", good, bad, bad)) is None


def test_a_row_of_empty_cells_has_no_box() -> None:
    found = box_columns(sheet("f x y w h", ("a", 1, 2, 3, 4)))
    assert found and found.cells(("b", "", "", "", "")) is None
    lists = box_columns(sheet("f bbox", ("a", "[1, 2, 3, 4]")))
    assert lists and lists.cells(("b", None)) is None
    assert lists.cells(("b", "[1, 2]")) == ["2 numbers"]


def test_a_table_without_names_on_top_gets_them() -> None:
    bare = sheet("a.png 1 2 5 8 cat", ("b.png", "3", "4", "5", "6", "dog"))
    named = with_names(bare)
    assert named.columns[0] == "path" and len(named.rows) == 2
    titled = sheet("path x1 y1 x2 y2 class", ("b.png", "3", "4", "5", "6", "dog"))
    assert with_names(titled) is titled


def test_a_table_of_make_sense_has_the_class_first(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("cat,1,2,4,6,a.png,80,60\ndog,3,4,5,6,b.png,80,60\n")
    assert may_hold_boxes(tmp_path / "x.csv")
    named = with_names(sheet("cat 1 2 4 6 a.png 80 60"))
    found = box_columns(named)
    assert named.columns[5] == "path" and found and found.form == "sized"
    other = sheet("cat 1 2 4 6 a.png b.png c.png")
    assert with_names(other) is other
