from pathlib import Path

import pytest

from headstart.data.column_settings import GUESS
from headstart.data.part_tables import found_in_sheets, read_parts
from headstart.data.shelter import Shelter
from headstart.data.tables import Sheet
from headstart.errors import DataError


def sheet(name, columns=("text", "label"), count=4):
    rows = (
        (i, (f"text {name} {i}", "ab"[i % 2], ("train", "test")[i // 2])[: len(columns)])
        for i in range(count)
    )
    return Sheet(name, columns, tuple(rows))


def found(*sheets):
    return found_in_sheets(sheets, GUESS, Shelter(Path.cwd(), seeks=False))


def test_each_table_is_a_part():
    examples = found(("train", sheet("one")), ("test", sheet("two", count=2))).examples
    assert examples.parts == ("train",) * 4 + ("test",) * 2
    assert examples.assigned_by == "tables"


def test_of_one_table_a_column_says_the_parts():
    examples = found(("", sheet("one", ("text", "label", "split")))).examples
    assert examples.parts == ("train", "train", "test", "test")
    assert examples.assigned_by == "column split"


def test_tables_of_other_columns_are_refused():
    with pytest.raises(DataError, match="D288"):
        found(("train", sheet("one")), ("test", sheet("two", ("words", "kind"))))


def test_files_are_read_alike(tmp_path):
    for name in ("train", "test"):
        (tmp_path / f"{name}.csv").write_text("text,label\nsome words,a\nother words,b\n")
    tables = [(name, tmp_path / f"{name}.csv") for name in ("train", "test")]
    read = read_parts(tables, GUESS, Shelter(tmp_path))
    assert read.examples.parts == ("train", "train", "test", "test")
    assert read.holds == "text" and read.examples.root == tmp_path
