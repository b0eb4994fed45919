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
