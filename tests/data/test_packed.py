import os
from array import array
from pathlib import Path

from headstart.data.packed import Files, Inodes, Paths, Words, alone


def files_of(*names: str) -> Files:
    files = Files()
    folder = files.folder("/place/cat")
    for name in names:
        files.add(folder, name)
    return files


def test_names_come_back_as_they_were_whatever_their_bytes() -> None:
    names = ["1.jpg", "größe.png", os.fsdecode(b"\xff\xfe.gif"), "a b"]
    files = files_of(*names)
    assert [files.name(n) for n in range(len(files))] == names
    assert files.path(1) == "/place/cat/größe.png"


def test_more_names_than_one_base_counts_for_are_found() -> None:
    count = (1 << 16) + 2
    files = files_of(*map(str, range(count)))
    for number in (0, (1 << 16) - 1, 1 << 16, count - 1):
        assert files.name(number) == str(number)


def test_paths_are_what_a_tuple_of_them_is() -> None:
    files = files_of("a.jpg", "b.PNG", "c.txt", "d")
    paths = Paths(files, array("I", [3, 0, 2]))
    told = (Path("/place/cat/d"), Path("/place/cat/a.jpg"), Path("/place/cat/c.txt"))
    assert tuple(paths) == told and paths == told and told == paths and paths != told[:2]
    assert hash(paths) == hash(told) and paths != (*told[:2], Path("/place/cat/b.PNG"))
    assert paths[-1] == told[-1] and paths[1:] == told[1:] and paths.take([2, 0]) == told[::-2]
    assert paths != 3 and len(paths) == 3


def test_paths_are_told_apart_by_their_extensions_in_any_case() -> None:
    files = files_of("a.jpg", "b.PNG", "c.txt", "d")
    every = Paths(files, array("I", range(4)))
    assert [path.name for path in every.ending(".png", ".txt")] == ["b.PNG", "c.txt"]
    assert [path.name for path in every.ending_otherwise({".png", ".jpg"})] == ["c.txt", "d"]


def test_one_file_is_a_path_alone() -> None:
    assert alone(Path("/place/cat/1.jpg")) == (Path("/place/cat/1.jpg"),)


def test_words_stand_for_their_numbers() -> None:
    words = Words(["cat", "dog"], array("I", [1, 0, 1]))
    assert list(words) == ["dog", "cat", "dog"] and words[2] == "dog"
    assert list(words[1:]) == ["cat", "dog"] and len(words) == 3


def test_a_file_that_comes_again_is_told_by_its_first_number() -> None:
    inodes, every = Inodes(), range(5000)
    for number in every:
        assert inodes.first(number << 20, number, lambda *_: True) == number
    again = [inodes.first(number << 20, 5000 + number, lambda *_: True) for number in every]
    assert again == [*every]


def test_files_of_two_disks_with_one_inode_are_two() -> None:
    inodes = Inodes()
    assert inodes.first(7, 0, lambda *_: False) == 0
    assert inodes.first(7, 1, lambda *_: False) == 1
    assert inodes.first(7, 2, lambda first, _: first == 1) == 1
