import json

import pytest

from headstart.data import Columns, find, with_task
from headstart.data.label_objects import named_bits, object_in, told_of_objects

HOT = [{"cat": 1, "dog": 0}, {"cat": 0, "dog": 1}]
SEVERAL = [{"cat": 1, "dog": 1}, {"cat": 0, "dog": 1}, {"cat": 0, "dog": 0}]


@pytest.mark.parametrize(
    ("cell", "held"),
    [
        ({"cat": 1}, {"cat": 1}),
        ("{'cat': 1.0}", {"cat": 1.0}),
        ('{"cat": true}', {"cat": True}),
        (" {'cat': 1} ", {"cat": 1}),
        ("{'cat', 'dog'}", {}),
        ("{}", {}),
        ("{cat: 1}", {}),
        ("cat", {}),
        (None, {}),
    ],
)
def test_an_object_is_known_as_it_is_and_as_it_is_written(cell: object, held: dict) -> None:
    assert object_in(cell) == held


def test_names_with_1_are_the_tags_and_empty_cells_stay() -> None:
    assert named_bits([*SEVERAL, None]) == [["cat", "dog"], ["dog"], [], None]
    assert named_bits(["{'cat': True, 'dog': 'no'}", {"dog": 1}]) == [["cat"], ["dog"]]


@pytest.mark.parametrize("other", ["cat", {"cat": 0.9}, {"id": 3}])
def test_one_cell_that_says_otherwise_leaves_all_as_they_are(other: object) -> None:
    assert named_bits([*HOT, other]) == []


@pytest.mark.parametrize("cells", [[{"cat": 1, "dog": 0}, {"cat": 0}], [{"": 1}, {"x": 1}]])
def test_one_name_alone_or_none_is_no_label(cells: list) -> None:
    assert named_bits(cells) == []


def test_other_objects_are_told_as_they_are_each_taken_for_a_class() -> None:
    (told,) = told_of_objects({"{'cat': 0.9}": 3, "dog": 2})
    assert told.startswith("1 label is an object, such as {'cat': 0.9}")
    assert told_of_objects({"{cat}": 3, "dog": 2}) == []


@pytest.mark.parametrize("written", [dict, str, json.dumps])
@pytest.mark.parametrize(
    ("labels", "kind", "counts"),
    [
        (HOT, "classification", {"cat": 20, "dog": 20}),
        (SEVERAL, "multilabel", {"cat": 20, "dog": 40}),
    ],
)
def test_a_table_of_objects_is_read_as_classes_or_tags(
    tmp_path, labels, kind, counts, written
) -> None:
    rows = [{"text": f"text {i}", "cats": written(labels[i % len(labels)])} for i in range(60)]
    rows = rows[: 20 * len(labels)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    for asked in ("", kind):
        found = with_task(find(tmp_path / "a.jsonl", Columns(task=asked)), asked)
        assert found.examples.kind == kind
        assert found.examples.truth.counts(range(len(rows))) == counts
