import pytest

from headstart.data import Columns, find
from headstart.data.split_columns import guess_split
from headstart.data.tables import Sheet
from headstart.errors import DataError


def table(tmp_path, column, cells, labels="ab"):
    rows = [f"text of row {i},{labels[i % 2]},{cell}" for i, cell in enumerate(cells)]
    path = tmp_path / "t.csv"
    path.write_text("\n".join([f"text,label,{column}", *rows]) + "\n")
    return path


@pytest.mark.parametrize(
    ("column", "train", "test"),
    [
        ("split", "train", "test"),
        ("Subset", "Training", "Testing"),
        ("fold", "train", "eval"),
        ("is_test", "False", "True"),
        ("is_train", "1", "0"),
        ("data split", "entrenamiento", "prueba"),
    ],
)
def test_a_split_is_known_by_its_name_and_cells(tmp_path, column, train, test):
    found = find(table(tmp_path, column, [train, train, test] * 3))
    assert found.examples.parts == ("train", "train", "test") * 3


def test_no_and_yes_of_is_valid_are_train_and_val(tmp_path):
    found = find(table(tmp_path, "is_valid", ["False", "True"] * 4))
    assert set(found.examples.parts) == {"train", "val"}


def test_short_forms_are_parts_in_a_column_of_such_a_name(tmp_path):
    found = find(table(tmp_path, "phase", ["tr", "tr", "va", "te"] * 2))
    assert found.examples.parts == ("train", "train", "val", "test") * 2


def test_usage_says_two_tests(tmp_path):
    found = find(table(tmp_path, "Usage", ["Training", "Training", "PublicTest", "PrivateTest"]))
    assert found.examples.parts == ("train", "train", "val", "test")


@pytest.mark.parametrize(("cell", "shown"), [("tset", "'tset'"), ("", "an empty cell")])
def test_a_cell_that_is_no_part_among_parts_is_refused_with_its_row(tmp_path, cell, shown):
    path = table(tmp_path, "split", ["train", "test", cell, "train"])
    with pytest.raises(DataError, match="D116") as refused:
        find(path)
    assert refused.value.what == f"{shown} in row 4 is no part"
    assert find(path, Columns(split="-")).examples.parts == ()


def test_a_cell_that_is_no_part_can_be_told(tmp_path):
    path = table(tmp_path, "split", ["train", "test", "tset", "train"])
    assert find(path, Columns(parts="test=tset")).examples.parts[2] == "test"


@pytest.mark.parametrize(("odd", "refused"), [(4, True), (5, False)])
def test_half_the_cells_make_a_column_the_split(tmp_path, odd, refused):
    path = table(tmp_path, "split", [*["train", "test"] * 2, *["x", "y"] * 4][: 4 + odd])
    if refused:
        with pytest.raises(DataError, match="D116"):
            find(path)
    else:
        found = find(path)
        assert found.examples.parts == () and any("no parts" in note for note in found.notes)


def test_numbers_of_folds_are_no_parts_and_told(tmp_path):
    found = find(table(tmp_path, "fold", [0, 1, 2, 0, 1, 2]))
    assert found.examples.parts == ()
    assert any("column fold says 0, 1, 2" in note for note in found.notes)


@pytest.mark.parametrize("odd", ["maybe", "2", ""])
@pytest.mark.parametrize("column", ["is_train", "test_set", "holdout"])
def test_a_flag_with_another_word_than_yes_and_no_is_refused_with_its_row(tmp_path, column, odd):
    with pytest.raises(DataError) as caught:
        find(table(tmp_path, column, ["1", "1", "0", odd, "0", "1"]))
    assert caught.value.code == "D116" and "row 5" in caught.value.what


def test_folds_that_are_numbered_are_told(tmp_path):
    found = find(table(tmp_path, "kfold", [str(i % 3) for i in range(9)]))
    assert not found.examples.parts and any("kfold" in note for note in found.notes)


@pytest.mark.parametrize(
    ("bad", "taken"), [(0, True), (2, True), (3, False)], ids=["all", "nine of ten", "fewer"]
)
def test_a_column_of_any_name_is_the_split_where_nearly_all_cells_name_parts(bad, taken):
    cells = ["odd"] * bad + ["train"] * 14 + ["test"] * (6 - bad)
    rows = tuple((i, (f"text {i}", "xy"[i % 2], cell)) for i, cell in enumerate(cells))
    sheet = Sheet("t", ("text", "label", "stage"), rows)
    assert guess_split(sheet, [1, 2], "", labeled=True) == (2 if taken else -1)
    assert guess_split(sheet, [1, 2], "") == -1


def test_labels_that_name_parts_are_no_split():
    rows = tuple((i, (f"text {i}", ("train", "test")[i % 2])) for i in range(9))
    assert guess_split(Sheet("t", ("text", "label"), rows), [1], "", labeled=True) == -1
