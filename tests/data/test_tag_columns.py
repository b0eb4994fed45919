import pytest

from headstart.data import Columns, find, with_task
from headstart.data.tables import Sheet
from headstart.data.tag_columns import with_tags
from headstart.errors import DataError


def read(path, **asked):
    columns = Columns(**asked)
    found = with_task(find(path, columns), columns.task)
    examples = found.examples
    return examples.kind, [examples.truth.written(i) for i in range(len(examples))], found.notes


def table(place, head, *rows):
    (place / "t.csv").write_text("\n".join([head, *rows]) + "\n")
    return place / "t.csv"


@pytest.mark.parametrize("start", ["", "is_", "label."])
def test_columns_of_zeros_and_ones_are_tags(tmp_path, start):
    head = f"text,{start}toxic,{start}rude,{start}threat"
    rows = ["a b c,1,0,0", "d e f,1,1,0", "g h i,0,0,0", "j k l,0,0,1"]
    kind, written, notes = read(table(tmp_path, head, *rows))
    assert kind == "multilabel" and written == ["toxic", "toxic;rude", "", "threat"]
    assert any("taken for tags" in note for note in notes)


@pytest.mark.parametrize(
    ("yes", "no", "kind"),
    [
        *(("yes", "no", "yes and no"), ("TRUE", "FALSE", "yes and no"), ("x", "", "yes and no")),
        *(("1", "-1", "1 and -1"), ("1", None, "0 and 1"), (1, 0, "0 and 1")),
    ],
)
def test_yes_and_no_are_written_in_many_ways(yes, no, kind):
    rows = tuple((i, (f"text {i}", yes if i % 2 else no, no if i else yes)) for i in range(6))
    made, _ = with_tags(Sheet("t", ("text", "red", "old"), rows), Columns())
    assert made.columns == ("text", "tags")
    assert [row[1][1] for row in made.rows] == [["old"], *[["red"], []] * 2, ["red"]]
    if no is not None:
        assert f"hold {kind}" in made.notes[0]


@pytest.mark.parametrize(("yes", "no"), [("x", "y x"), ("a", ""), ("2", "0"), ("", "")])
def test_other_cells_are_no_tags(yes, no):
    rows = tuple((i, (f"text {i}", yes if i % 2 else no, no if i else yes)) for i in range(6))
    sheet = Sheet("t", ("text", "red", "old"), rows)
    assert with_tags(sheet, Columns())[0] is sheet


def test_columns_of_tags_beside_labels_are_told_and_can_be_asked_for(tmp_path):
    rows = ["a b,x,1,0", "c d,y,1,1", "e f,x,0,0", "g h,y,0,1"]
    place = table(tmp_path, "text,label,red,old", *rows)
    kind, written, notes = read(place)
    assert kind == "classification" and written == ["x", "y", "x", "y"]
    assert any("--label red,old takes them for tags" in note for note in notes)
    assert read(place, label="red,old")[:2] == ("multilabel", ["red", "red;old", "", "old"])
    assert read(tmp_path, label="red,old")[0] == "multilabel"


def test_columns_that_are_asked_for_and_hold_others_are_refused(tmp_path):
    place = table(tmp_path, "text,red,old", "a b,1,0", "c d,1,maybe", "e f,0,0")
    with pytest.raises(DataError, match="'maybe' in row 3") as refused:
        find(place, Columns(label="red,old"))
    assert refused.value.code == "D334"


@pytest.mark.parametrize(("odd", "said"), [(2, True), (3, False)])
def test_a_column_with_few_other_cells_than_0_and_1_is_told(odd, said):
    rows = [(i, (f"text {i}", i % 2, i % 3 % 2, 2 if i <= odd else 1)) for i in range(1, 21)]
    made, _ = with_tags(Sheet("t", ("text", "red", "old", "big"), tuple(rows)), Columns())
    told = [note for note in made.notes if "column big" in note]
    assert bool(told) == said and (not said or "'2' in row 1 (2 such rows)" in told[0])
