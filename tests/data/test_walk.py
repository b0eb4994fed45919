"""A listing keeps little of each file, and tells the same order as if it kept all."""

import gc
import hashlib
import os
import sys
from pathlib import Path
from types import FunctionType, ModuleType

from places import kinds, labels, put

from benchmarks.made_up_folder import made_up
from headstart.data import collect, find
from headstart.data.records import natural
from headstart.data.shelf import Shelf
from headstart.data.walk import Walk
from headstart.features import file_digests, unit_of

ODD = (
    *("01/b.jpg", "1/a.jpg", "1/c.jpg", "01/d.jpg", "A/x2.jpg", "a/x10.jpg", "A/x11.jpg"),
    *("a/deep/1.jpg", "a/deep/10.jpg", "a/deep/2.jpg", "a/deep.jpg", "a-b/1.jpg", "a b/1.jpg"),
)
"""Names of folders that are equal in natural order, or of which one begins as another does."""


def test_the_order_and_the_units_of_work_are_those_of_whole_paths(tmp_path: Path) -> None:
    put(tmp_path, *ODD)
    examples = find(tmp_path).examples
    told = sorted((tmp_path / name for name in ODD), key=lambda path: natural(str(path)))
    assert examples.sources == tuple(told)
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in told]
    assert file_digests(examples) == digests and len({*digests}) == len(ODD)
    units = [unit_of(file_digests(examples.take(rows))) for rows in (range(5), range(5, 13))]
    assert units == ["c0dcc78532b260195d040ac7c0812574", "da54afd13c18d9f896566a014372a5fb"]


def test_each_listed_file_is_held_in_its_name_and_few_bytes_more(tmp_path: Path) -> None:
    count = 5000
    with made_up(tmp_path, count):
        examples = find(tmp_path).examples
    assert len(examples) == count and len(examples.truth.names) == 10
    assert examples.name(count - 1) == "class9/picture-00004999.jpg"
    assert count * len("picture-00000000.jpg") < held_by(examples) < 48 * count


def held_by(*things: object) -> int:
    """Bytes of these and of all that they refer to, but for what programs are made of."""
    size, seen, waiting = 0, set[int](), [*things]
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen or isinstance(thing, type | ModuleType | FunctionType):
            continue
        seen.add(id(thing))
        size += sys.getsizeof(thing)
        waiting += gc.get_referents(thing)
    return size


def test_names_of_one_inode_are_one_example_however_many_there_are(tmp_path) -> None:
    put(tmp_path, "cat/1.png", "dog/1.png", "dog/2.png")
    for number in range(30):
        os.link(tmp_path / "dog/2.png", tmp_path / f"dog/{number + 3}.png")
    found = find(tmp_path)
    assert tuple(labels(found)) == ("cat/1.png", "dog/1.png", "dog/2.png")
    assert [p.code for p in found.problems] == ["D149"] * 30


def test_a_walk_tells_what_it_passed_in_the_order_it_went(tmp_path: Path) -> None:
    put(tmp_path, "cat/1.png", "cat/.x", "cat/2.csv", "cat/3.txt", "cat/a/4.md", "dog/.y")
    walk = Walk(tmp_path)
    walk.over([Shelf(tmp_path / "cat", "cat"), Shelf(tmp_path / "dog", "dog")])
    told = [(p.code, p.name) for p in walk.problems()]
    last = [("D143", "cat/.x"), ("D143", "dog/.y"), ("D146", "cat/a/4.md")]
    assert told == [("D146", "cat/2.csv"), ("D146", "cat/3.txt"), *last]
    left = [p.name for p in walk.problems(walk.texts)]
    assert left == ["cat/2.csv", "cat/.x", "dog/.y", "cat/a/4.md"]


def test_bursts_are_groups(tmp_path: Path) -> None:
    put(tmp_path, "cat/burst-0a1b2c3d-001.jpg", "cat/burst-0a1b2c3d-002.jpg", "dog/1.jpg")
    assert find(tmp_path).examples.groups == ("burst-0a1b2c3d", "burst-0a1b2c3d", "")


def test_pictures_without_labels_come_in_order_without_the_texts_beside(tmp_path: Path) -> None:
    put(tmp_path, "b/10.jpg", "b/9.jpg", "a.txt", "1.jpg")
    found = collect(tmp_path, cache=tmp_path / "cache")
    assert [found.examples.name(row) for row in range(3)] == ["1.jpg", "b/9.jpg", "b/10.jpg"]
    assert not kinds(found).keys() - {"a.txt"}
