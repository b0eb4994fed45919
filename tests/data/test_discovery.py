"""Whatever lies at a path: a folder, tables of it, an archive, or nothing that is read."""

import gzip
from pathlib import Path

import pytest
from places import labels, put

from headstart.data import Columns, find
from headstart.errors import DataError

TABLE = "path,label\na.png,cat\nb.png,dog\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return put(tmp_path, "a.png", "b.png")


def test_a_table_alone_in_the_one_folder_there_is_read(tmp_path: Path) -> None:
    put(tmp_path, "data/notes.md")
    (tmp_path / "data" / "index.csv").write_text("text,label\nmeow,cat\nwoof,dog\n")
    found = find(tmp_path)
    assert set(found.examples.truth.names) == {"cat", "dog"} and found.notes[0] == "read index.csv"


def test_a_table_to_hand_in_is_passed_over_and_told(place: Path) -> None:
    (place / "train.csv").write_text(TABLE)
    (place / "sample_submission.csv").write_text("path,label\nc.png,cat\nd.png,cat\n")
    found = find(place)
    assert labels(found) == {"a.png": "cat", "b.png": "dog"}
    assert "sample_submission.csv is to be handed in, and is passed over" in found.notes


def test_two_tables_of_no_part_are_a_question(place: Path) -> None:
    for name in ("one", "other"):
        (place / f"{name}.csv").write_text(TABLE)
    with pytest.raises(DataError, match="D106"):
        find(place)


def test_a_table_beside_class_folders_is_used_where_its_columns_are_named(tmp_path) -> None:
    put(tmp_path, "cat/1.png", "cat/2.png", "dog/3.png", "dog/4.png")
    rows = [f"{name}.png,{owner}" for name, owner in zip("1234", "xyxy", strict=True)]
    (tmp_path / "owners.csv").write_text("\n".join(["file,owner", *rows]))
    plain = find(tmp_path)
    assert plain.examples.groups == () and "owners.csv lies beside" in plain.notes[-1]
    asked = find(tmp_path, Columns(group="owner"))
    assert set(asked.examples.groups) == {"x", "y"}
    with pytest.raises(DataError, match="D161"):
        find(tmp_path, Columns(group="patient"))


@pytest.mark.parametrize(("name", "fix"), [("a.rar", "unpack it"), ("a.docx", "give the folder")])
def test_what_is_neither_is_refused_with_a_way_out(tmp_path: Path, name: str, fix: str) -> None:
    put(tmp_path, name)
    with pytest.raises(DataError, match="D105") as told:
        find(tmp_path / name)
    assert told.value.fix.startswith(fix)


def test_a_text_without_an_ending_may_be_a_table_by_another_name(tmp_path: Path) -> None:
    (tmp_path / "SMS Spam").write_text("ham\tsee you\nspam\twin now\n")
    with pytest.raises(DataError, match="D105") as told:
        find(tmp_path / "SMS Spam")
    assert told.value.fix.endswith("SMS Spam'.tsv (or .csv, .jsonl, .txt)")
    (tmp_path / "bytes").write_bytes(bytes(range(256)))
    with pytest.raises(DataError, match="D105") as told:
        find(tmp_path / "bytes")
    assert told.value.fix.startswith("give the folder")


def test_boxes_that_are_asked_for_have_to_be_there(tmp_path):
    put(tmp_path, "cat/1.png", "dog/2.png")
    assert find(tmp_path).examples.kind == "classification"
    with pytest.raises(DataError, match="D227"):
        find(tmp_path, Columns(task="detection"))


@pytest.mark.parametrize("other", ["BreedID,BreedName\n7,pug\n8,boxer\n", "path,y\nnone.png,1\n"])
def test_of_several_tables_the_one_that_names_files_is_read(place: Path, other: str) -> None:
    (place / "main.csv").write_text(TABLE)
    (place / "breeds.csv").write_text(other)
    found = find(place)
    assert labels(found) == {"a.png": "cat", "b.png": "dog"}
    assert "breeds.csv names no files here and is passed over" in found.notes


def test_of_several_tables_the_one_with_labels_is_read(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").write_text("text,label\nmeow a,cat\nwoof b,dog\n")
    (tmp_path / "words.csv").write_text("word,count\nmeow,1\nwoof,2\n")
    assert "words.csv has no labels and is passed over" in find(tmp_path).notes


def test_flat_parts_beside_a_table_to_hand_in_are_to_be_sorted(tmp_path: Path) -> None:
    put(tmp_path, "train/cat.1.png", "train/cat.2.png", "train/dog.1.png", "train/dog.2.png")
    put(tmp_path, "test/1.png")
    (tmp_path / "sampleSubmission.csv").write_text("id,label\n1,0\n")
    with pytest.raises(DataError, match="D281") as refused:
        find(tmp_path)
    assert "mkdir cat" in refused.value.fix and "train" in refused.value.fix


def test_pieces_of_one_table_with_other_columns_are_refused_as_such(tmp_path: Path) -> None:
    (tmp_path / "train-0-of-2.csv").write_text("text,label\nmeow a,cat\nwoof b,dog\n")
    (tmp_path / "train-1-of-2.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="D288"):
        find(tmp_path)


@pytest.mark.parametrize("below", ["pets/data", "pets/default/data", "pets"])
def test_tables_of_parts_are_found_in_the_one_folder_there_is(tmp_path: Path, below: str) -> None:
    put(tmp_path, "README.md", "pets/README.md")
    (tmp_path / below).mkdir(parents=True, exist_ok=True)
    for part in ("train", "test"):
        (tmp_path / below / f"{part}-00000-of-00001.csv").write_text(
            "text,label\nmeow,cat\nwoof,dog\n"
        )
    assert sorted(find(tmp_path).examples.parts) == ["test", "test", "train", "train"]


def test_files_of_a_table_that_is_packed_alone_lie_beside_it(tmp_path: Path) -> None:
    put(tmp_path, *(f"img/{i}.png" for i in range(4)))
    lines = ["path,label", *(f"img/{i}.png,{'xy'[i % 2]}" for i in range(4))]
    (tmp_path / "labels.csv.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    found = find(tmp_path / "labels.csv.gz", cache=tmp_path / "cache")
    assert [found.examples.truth.written(i) for i in range(4)] == ["x", "y", "x", "y"]
    assert "unpacked labels.csv.gz" in found.notes


def test_a_folder_with_a_packed_table_alone_leads_to_it(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv.gz").write_bytes(gzip.compress(b"text,label\n"))
    with pytest.raises(DataError, match="D103") as told:
        find(tmp_path)
    assert told.value.fix == f"headstart check {tmp_path}/reviews.csv.gz"
    (tmp_path / "test.csv.gz").write_bytes(gzip.compress(b"text,label\n"))
    with pytest.raises(DataError, match="D103") as told:
        find(tmp_path)
    assert told.value.fix == "unpack these archives, here"
    (tmp_path / "test.csv.gz").rename(tmp_path / "test.zip")
    with pytest.raises(DataError, match="D103") as told:
        find(tmp_path)
    assert told.value.fix == "unpack these archives, each into its folder"
