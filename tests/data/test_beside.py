from pathlib import Path

import pytest
from places import labels, put

from headstart.data import Columns, find
from headstart.data.beside import numbered
from headstart.errors import DataError

FILES = [f"{folder}/{folder[-1]}{i}.jpg" for folder in ("pictures_1", "pictures_2") for i in "abcd"]


def table(root: Path, rows: list[tuple[str, str]], head: str = "id,label") -> Path:
    (root / "meta.csv").write_text("\n".join([head, *map(",".join, rows)]))
    return root


def test_folders_that_only_number_pieces_of_a_download_are_no_classes(tmp_path: Path) -> None:
    put(tmp_path, *FILES)
    rows = [(Path(file).stem, "ab"[i % 2]) for i, file in enumerate(FILES)]
    found = find(table(tmp_path, rows))
    assert found.layout == "table" and sorted(labels(found).values()) == [*"aaaabbbb"]
    assert find(tmp_path, Columns(label="-")).layout == "class folders"


def test_folders_with_numbers_are_classes_where_no_table_labels_their_files(tmp_path: Path) -> None:
    put(tmp_path, *FILES)
    found = find(table(tmp_path, [(Path(file).stem, "p1") for file in FILES], head="id,patient"))
    assert {*labels(found).values()} == {"pictures_1", "pictures_2"}
    rows = [(Path(file).stem, "a") for file in FILES[: len(FILES) // 2]]
    assert find(table(tmp_path, rows)).layout == "class folders"


@pytest.mark.parametrize(("wrong", "refused"), [(0, False), (1, True)])
def test_a_table_that_labels_files_otherwise_than_their_folders_is_asked_about(
    tmp_path: Path, wrong: int, refused: bool
) -> None:
    files = [f"{kind}/{kind}{i}.jpg" for kind in ("cat", "dog") for i in range(10)]
    put(tmp_path, *files)
    rows = [(file, str(int(file[0] == "d"))) for file in files]
    table(tmp_path, [*rows[wrong:], *[(file, "1") for file, _ in rows[:wrong]]], "file,label")
    if not refused:
        assert {*labels(find(tmp_path)).values()} == {"cat", "dog"}
        return
    with pytest.raises(DataError) as caught:
        find(tmp_path)
    assert caught.value.code == "D330" and "--label label" in caught.value.fix
    assert {*labels(find(tmp_path, Columns(label="-"))).values()} == {"cat", "dog"}


def test_names_are_numbered_where_words_stay_the_same() -> None:
    assert numbered(["part 1", "part 12"]) and not numbered(["a1", "b2"])
    assert not numbered(["1", "2"]) and not numbered(["part 1"])


def test_files_of_one_name_in_two_folders_are_not_taken_for_each_other(tmp_path: Path) -> None:
    files = [f"{kind}/{i}.jpg" for kind in ("cat", "dog") for i in range(6)][:-3]
    put(tmp_path, *files)
    found = find(table(tmp_path, [(file, file[:3]) for file in files], "file,label"))
    assert {*labels(found).values()} == {"cat", "dog"}


def test_numbered_folders_that_a_table_agrees_with_stay_classes_and_keep_their_parts(
    tmp_path: Path,
) -> None:
    files = [f"{part}/grade{n}/{part}{n}{i}.jpg" for part in ("train", "test")
             for n in (1, 2) for i in range(4)]  # fmt: skip
    put(tmp_path, *files)
    found = find(table(tmp_path, [(Path(file).stem, file.split("/")[1]) for file in files]))
    assert {*labels(found).values()} == {"grade1", "grade2"}
    assert sorted(found.examples.parts) == ["test"] * 8 + ["train"] * 8


def test_numbered_folders_of_parts_are_asked_about_and_not_mixed(tmp_path: Path) -> None:
    files = [f"{part}/batch{n}/{part}{n}{i}.jpg" for part in ("train", "test")
             for n in (1, 2) for i in range(4)]  # fmt: skip
    put(tmp_path, *files)
    with pytest.raises(DataError, match="D330"):
        find(table(tmp_path, [(Path(file).stem, "ab"[i % 2]) for i, file in enumerate(files)]))


@pytest.mark.parametrize(("second", "layout"), [("severe", "class folders"), ("mild", "table")])
def test_numbered_folders_are_classes_where_each_has_a_label_of_its_own(
    tmp_path: Path, second: str, layout: str
) -> None:
    put(tmp_path, *FILES)
    rows = [
        (Path(file).stem, second if file.startswith("pictures_2") else "mild") for file in FILES
    ]
    rows[0] = (rows[0][0], "severe") if layout == "table" else rows[0]
    assert find(table(tmp_path, rows)).layout == layout


@pytest.mark.parametrize(("head", "asked"), [("id,x,y", False), ("id,width,y", True)])
def test_where_in_a_picture_something_is_labels_nothing(
    tmp_path: Path, head: str, asked: bool
) -> None:
    files = [f"{kind}/{kind}{i}.jpg" for kind in ("cat", "dog") for i in range(4)]
    put(tmp_path, *files)
    table(tmp_path, [(Path(file).stem, f"3,{i}") for i, file in enumerate(files)], head)
    if asked:
        with pytest.raises(DataError, match="D330"):
            find(tmp_path)
        return
    assert {*labels(find(tmp_path)).values()} == {"cat", "dog"}
