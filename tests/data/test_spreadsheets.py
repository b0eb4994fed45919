import openpyxl
import pytest

from headstart.data import find
from headstart.errors import DataError


def test_the_first_sheet_with_rows_is_the_table_and_others_are_told(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "empty"
    sheet, more = book.create_sheet("reviews"), book.create_sheet("more")
    for row in [("text", "stars"), ("a b c d", 1.0), ("e f g h", 2), (None, None), ("i j k l", 1)]:
        sheet.append(row)
        more.append(row)
    book.save(tmp_path / "t.xlsx")
    found = find(tmp_path / "t.xlsx")
    assert found.examples.truth.names == ("1", "2") and len(found.examples) == 3
    assert any("read sheet reviews, not more" in note for note in found.notes)


@pytest.mark.parametrize("content", [b"", b"text,label\na b,c\n"])
def test_what_is_no_workbook_is_refused(content, tmp_path):
    (tmp_path / "t.xlsx").write_bytes(content)
    with pytest.raises(DataError, match="D285"):
        find(tmp_path / "t.xlsx")


def _book(path, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return find(path)


ROWS = [("text", "label"), ("a b c d", "x"), ("e f g h", "y"), ("i j k l", "x")]


def test_lines_above_the_names_are_passed_over_and_told(tmp_path):
    found = _book(tmp_path / "t.xlsx", {"one": [("My export",), (), *ROWS]})
    assert found.examples.truth.names == ("x", "y") and len(found.examples) == 3
    assert any("1 line above the names" in note for note in found.notes)


def test_sheets_that_are_called_as_parts_are_parts(tmp_path):
    found = _book(tmp_path / "t.xlsx", {"train": ROWS, "test": ROWS[:2]})
    assert found.examples.parts == ("train", "train", "train", "test")
    other = _book(tmp_path / "o.xlsx", {"train": ROWS, "test": [("words", "label"), ("a", "x")]})
    assert len(other.examples) == 3 and any("not test" in note for note in other.notes)
