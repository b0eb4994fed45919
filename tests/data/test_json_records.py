import json

import pytest
from places import put

from headstart.data import find
from headstart.data.json_records import records_in
from headstart.data.tables import read_sheet
from headstart.errors import DataError

ROWS = [{"text": "a b", "label": "x"}, {"text": "c d", "label": "y"}]
SHAPES = {
    "a list": ROWS,
    "columns of lists": {"text": ["a b", "c d"], "label": ["x", "y"]},
    "columns by row": {"text": {"0": "a b", "1": "c d"}, "label": {"0": "x", "1": "y"}},
    "split": {"columns": ["text", "label"], "index": [0, 1], "data": [["a b", "x"], ["c d", "y"]]},
    "within data": {"version": "1", "data": ROWS},
    "within another name": {"reviews": ROWS, "count": 2},
    "with a schema": {"schema": {"fields": []}, "data": ROWS},
    "fields": [{"model": "app.review", "pk": i, "fields": row} for i, row in enumerate(ROWS)],
    "rows of a viewer": {"rows": [{"row_idx": i, "row": row} for i, row in enumerate(ROWS)]},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_a_table_gives_its_rows(shape, tmp_path):
    text = json.dumps(SHAPES[shape])
    assert [row for _, row in records_in(text)] == ROWS
    (tmp_path / "t.json").write_text(text)
    found = find(tmp_path / "t.json")
    assert found.examples.truth.names == ("x", "y") and len(found.examples) == 2


@pytest.mark.parametrize("held", [[1, 2], {"a": 1}, [], {"a": [1], "b": [1, 2]}, "text"])
def test_what_is_no_table_has_no_rows(held, tmp_path):
    assert records_in(json.dumps(held)) == []
    (tmp_path / "t.json").write_text(json.dumps(held))
    with pytest.raises(DataError, match="D287"):
        find(tmp_path / "t.json")


def test_lines_of_json_are_read_whatever_the_file_is_called(tmp_path):
    (tmp_path / "t.json").write_text("\n".join(map(json.dumps, ROWS)))
    assert len(find(tmp_path / "t.json").examples) == 2


def test_a_json_beside_is_a_table_only_with_labels(tmp_path):
    put(tmp_path, "all/1.png")
    (tmp_path / "settings.json").write_text('{"size": 3}')
    (tmp_path / "rows.json").write_text(json.dumps(ROWS))
    assert len(find(tmp_path).examples) == 2


def test_lists_that_are_called_as_parts_are_read_with_their_part():
    found = records_in(json.dumps({"train": ROWS, "test": ROWS[:1]}))
    assert [row["split"] for _, row in found] == ["train", "train", "test"]
    assert records_in(json.dumps({"train": ROWS, "other": ROWS[:1]}))[-1][1] == ROWS[1]


def test_an_object_a_row_is_read_by_its_name():
    found = records_in(json.dumps({"a.jpg": {"label": "x"}, "b.jpg": {"label": "y"}}))
    assert [row for _, row in found] == [
        {"id": "a.jpg", "label": "x"},
        {"id": "b.jpg", "label": "y"},
    ]


def test_labels_by_file_names_are_rows_once_there_are_four_and_labels_come_again():
    held = {"a.jpg": "x", "b.jpg": "y", "c.jpg": "x", "d.jpg": "y"}
    assert records_in(json.dumps(held))[3] == (4, {"id": "d.jpg", "label": "y"})
    assert not records_in(json.dumps({n: c for n, c in held.items() if n != "d.jpg"}))
    assert not records_in(json.dumps({**held, "b.jpg": "z"}))


def test_a_label_that_is_an_object_is_read_by_its_name():
    rows = [{"text": "a b", "label": {"id": 3, "name": "x"}}, {"text": "c", "label": {"en": "y"}}]
    assert [row["label"] for _, row in records_in(json.dumps(rows))] == ["x", "y"]


@pytest.mark.parametrize("between", ["\n", ",\n"])
def test_lines_may_be_written_as_a_list(between, tmp_path):
    (tmp_path / "t.jsonl").write_text("[\n" + between.join(map(json.dumps, ROWS)) + "\n]\n")
    assert [cells for _, cells in read_sheet(tmp_path / "t.jsonl").rows] == [
        tuple(row.values()) for row in ROWS
    ]
    for whole in (json.dumps(ROWS), json.dumps(ROWS).replace("}, {", "},\n{")):
        (tmp_path / "t.jsonl").write_text(whole)
        sheet = read_sheet(tmp_path / "t.jsonl")
        assert len(sheet.rows) == len(ROWS) and not sheet.problems


def test_a_line_that_is_a_list_beside_others_is_told(tmp_path):
    (tmp_path / "t.jsonl").write_text(f"{json.dumps(ROWS)},\n{json.dumps(ROWS[0])}\n")
    sheet = read_sheet(tmp_path / "t.jsonl")
    assert [(p.code, p.row) for p in sheet.problems] == [("D153", 1)] and len(sheet.rows) == 1


def test_choices_of_label_studio_are_labels():
    made = [{"result": [{"value": {"choices": ["pos"]}}]}]
    held = json.dumps([{"id": 1, "data": {"text": "a b"}, "annotations": made}])
    assert records_in(held) == [(1, {"text": "a b", "label": "pos"})]
