from collections import Counter

import pytest

from headstart.data import find
from headstart.errors import DataError

ROWS = "text,label\none two,a\nthree four,b\n"


def write(root, *names, text=ROWS):
    for i, name in enumerate(names):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text.replace("one", f"one {i}"))
    return root


def parts(root):
    return dict(Counter(find(root).examples.parts))


@pytest.mark.parametrize(
    "names",
    [
        ("train-00000-of-00002.csv", "train-00001-of-00002.csv", "test-00000-of-00001.csv"),
        ("data/train-0-of-2.csv", "data/train-1-of-2.csv", "data/test-0-of-1.csv"),
        ("train_0.csv", "train_1.csv", "test_0.csv"),
        ("train/0000.csv", "train/0001.csv", "test/0000.csv"),
    ],
)
def test_pieces_are_of_the_part_that_their_names_say(names, tmp_path):
    assert parts(write(tmp_path, *names)) == {"train": 4, "test": 2}


def test_pieces_of_one_table_are_one_set(tmp_path):
    found = find(write(tmp_path, "part-0000.csv", "part-0001.csv"))
    assert len(found.examples) == 4 and found.examples.parts == ()


def test_a_piece_that_is_missing_is_refused(tmp_path):
    with pytest.raises(DataError, match="D286") as refused:
        find(write(tmp_path, "train-00000-of-00003.csv", "train-00002-of-00003.csv"))
    assert refused.value.why == "missing: 1"


def test_pieces_with_other_columns_are_refused(tmp_path):
    write(tmp_path, "train-0-of-2.csv")
    write(tmp_path, "train-1-of-2.csv", text="words,target\na b,c\n")
    with pytest.raises(DataError, match="D288"):
        find(tmp_path)


def test_tables_of_other_names_are_no_pieces(tmp_path):
    with pytest.raises(DataError, match="D106"):
        find(write(tmp_path, "reviews.csv", "authors.csv"))


def test_files_as_spark_calls_them_are_pieces_of_one_table(tmp_path):
    names = ["part-00000-1a2b.c000.csv", "part-00001-1a2b.c000.csv"]
    for name in names:
        (tmp_path / name).write_text("text,label\na b,x\nc d,y\n")
    assert len(find(tmp_path).examples) == 4


@pytest.mark.parametrize("name", ["data-00000-of-00001.csv", "data.csv", "reviews.csv"])
def test_tables_of_one_name_are_of_the_part_that_their_folder_is_called(name, tmp_path):
    assert parts(write(tmp_path, f"train/{name}", f"test/{name}")) == {"train": 2, "test": 2}


def test_a_piece_that_is_missing_in_one_of_the_folders_is_an_error(tmp_path):
    with pytest.raises(DataError) as caught:
        find(write(tmp_path, "train/data-0-of-2.csv", "test/data-0-of-1.csv"))
    assert caught.value.code == "D286"
