import codecs
import json

import pyarrow as pa
import pyarrow.parquet
import pytest
from places import kinds, labels, put

from headstart.data import InMemory, find
from headstart.errors import DataError

ROWS = [("a.png", "cat"), ("b c.png", "cat"), ("in/d.png", "dog"), ("in/ü.png", "dog")]


@pytest.fixture
def place(tmp_path):
    return put(tmp_path, *(name for name, _ in ROWS))


def lines(separator=","):
    return "\n".join(separator.join(row) for row in [("path", "label"), *ROWS]) + "\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", lines().encode()),
        ("t.csv", lines(";").replace("\n", "\r\n").encode()),
        ("t.csv", codecs.BOM_UTF8 + lines().encode()),
        ("t.csv", lines("\t").encode("utf-16")),
        ("t.csv", lines().encode("utf-16-le")),
        ("t.tsv", lines("\t").encode()),
        ("t.txt", lines("|").encode()),
        ("t.jsonl", "\n".join(json.dumps({"label": k, "path": p}) for p, k in ROWS).encode()),
    ],
)
def test_a_table_is_read_however_it_was_saved(place, name, content):
    (place / name).write_bytes(content)
    found = find(place / name)
    assert found.layout == "table" and labels(found) == dict(ROWS)
    assert not found.problems


def test_parquet_is_read_with_files_or_bytes_in_its_cells(place):
    paths, names = zip(*ROWS, strict=True)
    held = [{"bytes": name.encode(), "path": name} for name in paths]
    pa.parquet.write_table(pa.table({"path": paths, "label": names}), place / "t.parquet")
    pa.parquet.write_table(pa.table({"image": held, "label": [0, 0, 1, 1]}), place / "u.parquet")
    assert labels(find(place / "t.parquet")) == dict(ROWS)
    found = find(place / "u.parquet")
    assert found.examples.truth.names == ("0", "1")
    assert all(isinstance(source, InMemory) for source in found.examples.sources)
    assert found.examples.sources[0].content == b"a.png"


def test_a_folder_with_one_table_is_read_by_it(place):
    (place / "index.csv").write_text(lines())
    found = find(place)
    assert labels(found) == dict(ROWS) and found.notes[0] == "read index.csv"


def test_a_table_for_each_part(place):
    (place / "train.csv").write_text("path,label\na.png,cat\nin/d.png,dog\n")
    (place / "valid.csv").write_text("path,label\nb c.png,cat\n")
    (place / "test.csv").write_text("path,label\nin/ü.png,dog\na.png,cat\n")
    found = find(place)
    assert sorted(found.examples.parts) == ["test", "test", "train", "train", "val"]
    assert found.examples.assigned_by == "tables"


def test_files_that_are_not_there_are_told_with_their_line(place):
    (place / "t.csv").write_text(lines() + "gone.png,dog\n,cat\n")
    found = find(place / "t.csv")
    assert labels(found) == dict(ROWS)
    told = [(problem.kind, problem.name, problem.row) for problem in found.problems]
    assert told == [("unreadable", "gone.png", 6), ("unreadable", "row 7", 7)]


def test_no_file_there_at_all_stops(place):
    (place / "t.csv").write_text("path,label\nx.png,cat\ny.png,dog\n")
    with pytest.raises(DataError) as caught:
        find(place / "t.csv")
    assert caught.value.code == "D115" and "x.png, y.png" in caught.value.why


def test_rows_without_a_label_or_a_cell_are_passed_over(place):
    (place / "t.csv").write_text('path,label\na.png,cat\nb c.png, \nin/d.png\n"in/ü.png",dog\n')
    found = find(place / "t.csv")
    assert labels(found) == {"a.png": "cat", "in/ü.png": "dog"}
    told = {problem.code: (problem.kind, problem.row) for problem in found.problems}
    assert told == {"D157": ("label", 3), "D151": ("unreadable", 4)}


def test_broken_json_lines_are_told_and_the_others_read(place):
    good = [json.dumps({"path": path, "label": label}) for path, label in ROWS]
    (place / "t.jsonl").write_text("\n".join([good[0], "{", "[1]", *good[1:]]))
    found = find(place / "t.jsonl")
    assert labels(found) == dict(ROWS)
    assert [problem.row for problem in found.problems] == [2, 3]


def test_a_file_named_twice_counts_once_and_contradictions_are_told(place):
    (place / "t.csv").write_text(lines() + "./a.png,cat\nin\\d.png,cat\n")
    found = find(place / "t.csv")
    assert labels(found) == dict(ROWS)
    assert sorted(kinds(found).values()) == ["duplicate", "label"]


def test_labels_that_differ_in_spaces_are_told_and_kept_apart(place):
    (place / "t.csv").write_text("path,label\na.png,cat\nb c.png,cat \nin/d.png,Cat\n")
    found = find(place / "t.csv")
    assert len(found.examples.truth.names) == 3
    assert [problem.code for problem in found.problems] == ["D141", "D141"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("t.csv", b"", "D110"),
        ("t.csv", b"path,label\n", "D110"),
        ("t.csv", b"\x89PNG\r\n\0\1\xff", "D112"),
        ("t.parquet", b"no parquet", "D113"),
    ],
)
def test_what_is_no_table_is_a_clear_error(place, name, content, code):
    (place / name).write_bytes(content)
    with pytest.raises(DataError) as caught:
        find(place / name)
    assert caught.value.code == code
