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
