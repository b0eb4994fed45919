from dataclasses import dataclass
from pathlib import Path

import pytest

from headstart.data import (
    ClassTruth,
    Examples,
    Found,
    Partition,
    Problem,
    audit,
    divide,
    leaks,
    near_duplicates,
)
from headstart.data.near_duplicates import NEAR_BITS
from headstart.errors import DataError


@dataclass(frozen=True)
class Look:
    digest: str
    content: str
    near: tuple[int, ...] = ()


def looks(count):
    """Things that are nothing like each other."""
    return [Look(f"bytes {i}", f"pixels {i}") for i in range(count)]


def found(labels, **about):
    sources = tuple(Path(f"{i}.png") for i in range(len(labels)))
    examples = Examples(sources, ClassTruth(("cat", "dog", "emu"), tuple(labels)), **about)
    return Found(examples, (), "class folders")


def unreadable(row):
    return Problem("D120", "unreadable", f"{row}.png", "no picture")


def told(checked, kind):
    return [problem.name for problem in checked.problems if problem.kind == kind]


def bits(count):
    """A hash of 256 bits whose first `count` are set."""
    whole = (1 << count) - 1
    return tuple(whole >> shift & (1 << 64) - 1 for shift in (0, 64, 128, 192))


def test_nothing_wrong_is_nothing_told():
    checked = audit(found([0, 1] * 20), looks(40))
    assert checked.usable == tuple(range(40)) and checked.together == ()
    assert told(checked, "class") == ["emu"] and len(checked.problems) == 1
    assert checked.counts == {"cat": 20, "dog": 20, "emu": 0}


@pytest.mark.parametrize("twin", [Look("bytes 2", "other"), Look("other", "pixels 2")])
def test_copies_of_bytes_or_of_content_stay_together(twin):
    seen = [*looks(39), twin]
    checked = audit(found([0, 1] * 19 + [0, 0]), seen)
    assert checked.together == ((2, 39),)
    assert told(checked, "duplicate") == ["39.png"]
    assert 39 in checked.usable


def test_equal_content_under_two_labels_is_left_out():
    seen = [*looks(39), Look("bytes 2", "pixels 2")]
    checked = audit(found([0, 1] * 20), seen)
    assert told(checked, "conflict") == ["2.png", "39.png"]
    assert set(range(40)) - set(checked.usable) == {2, 39}
    why = next(problem.reason for problem in checked.problems if problem.kind == "conflict")
    assert "cat and dog" in why


@pytest.mark.parametrize(("far", "alike"), [(32, True), (33, False)])
def test_near_duplicates_stay_together_and_are_both_used(far, alike):
    seen = looks(40)
    seen[5] = Look("a", "a", bits(100))
    seen[36] = Look("b", "b", bits(100 + far))
    checked = audit(found([0, 1] * 20), seen)
    assert checked.together == (((5, 36),) if alike else ())
    assert told(checked, "near") == (["36.png"] if alike else [])
    assert len(checked.usable) == 40


def test_near_duplicates_are_found_however_many_there_are(monkeypatch):
    every = [
        Look(f"b{i}", f"c{i}", (i % 1000, 3**40 * i % 2**64, 5**27 * i % 2**64, 7**22 * i % 2**64))
        for i in range(2500)
    ]
    every[2400] = Look("x", "x", every[7].near)
    monkeypatch.setattr(near_duplicates, "_PAIRS", 100_000)  # forty rows at a time
    checked = audit(found([0, 1] * 1250), every)
    assert checked.together == ((7, 2400),)


def test_a_chain_of_likenesses_is_one_cluster():
    seen = [*looks(36), *(Look(f"n{i}", f"n{i}", bits(i * NEAR_BITS)) for i in range(4))]
    checked = audit(found([0, 1] * 20), seen)
    assert checked.together == ((36, 37, 38, 39),)
    examples, seeds = checked.found.examples, range(20)
    torn = [leaks(checked, divide(examples, seed=seed)) for seed in seeds]
    kept = [leaks(checked, divide(examples, seed=s, together=checked.together)) for s in seeds]
    assert sum(map(bool, torn)) > 5 and kept == [()] * 20


def test_one_bad_file_is_left_out():
    seen = [*looks(39), unreadable(39)]
    checked = audit(found([0, 1] * 20), seen)
    assert checked.usable == tuple(range(39))
    assert told(checked, "unreadable") == ["39.png"]


def test_one_in_twenty_that_cannot_be_read_is_left_out():
    seen = [*looks(38), *map(unreadable, (38, 39))]
    assert len(audit(found([0, 1] * 20), seen).needed().usable) == 38


def test_more_than_one_in_twenty_that_cannot_be_read_stops():
    seen = [*looks(37), *map(unreadable, range(37, 40))]
    checked = audit(found([0, 1] * 20), seen)
    assert len(told(checked, "unreadable")) == 3
    with pytest.raises(DataError) as caught:
        checked.needed()
    assert caught.value.code == "D104" and "3 of 40" in caught.value.what
    assert "37.png: no picture" in caught.value.why


def test_one_class_that_is_left_is_too_few():
    with pytest.raises(DataError) as caught:
        audit(found([0] * 39 + [1]), [*looks(39), unreadable(39)]).needed()
    assert caught.value.code == "D181" and "--label COLUMN" in caught.value.fix
    assert caught.value.why == "1 of 40 examples left out; 39.png: no picture"


def test_where_all_are_left_out_the_first_reason_is_told():
    same = [Look("bytes", "pixels") for _ in range(40)]
    with pytest.raises(DataError, match="D181") as caught:
        audit(found([0, 1] * 20), same).needed()
    assert caught.value.why.startswith("40 of 40 examples left out; ")
    assert "same as" not in caught.value.why


def test_copies_and_groups_on_both_sides_of_a_given_split_leak():
    seen = [*looks(39), Look("bytes 1", "pixels 1")]
    groups = ("", "", "p", *[""] * 34, "p", "", "")
    given = found([0] * 20 + [1] * 18 + [0, 0], groups=groups)
    checked = audit(given, seen)
    clean = Partition(tuple(range(30)), (), tuple(range(30, 37)), "folders")
    assert leaks(checked, clean) == ()
    torn = Partition(tuple(range(25)), tuple(range(25, 30)), tuple(range(30, 40)), "folders")
    found_leaks = {problem.name: problem.reason for problem in leaks(checked, torn)}
    assert set(found_leaks) == {"39.png", "37.png"}
    assert {problem.code for problem in leaks(checked, torn)} == {"D186"}
    assert found_leaks["39.png"] == "like 1.png, which is in train"


def test_the_summary_counts_and_is_safe_to_show():
    seen = [*looks(38), Look("bytes 2", "pixels 2"), unreadable(39)]
    checked = audit(found([0, 1] * 19 + [0, 1]), seen)
    summary, *rest = checked.lines()
    assert "39 usable examples: cat 20, dog 19" in summary
    assert "unreadable, left out: 1" in rest
    assert checked.record()["problems"] == {"class": 1, "duplicate": 1, "unreadable": 1}


def test_copies_of_near_duplicates_make_one_group_and_one_line():
    """Fifty copies of each of two alike pictures are no 2,500 pairs to hold and to read."""
    near = bits(0), bits(1), bits(256)
    copies = [Look(f"bytes {k}", f"pixels {k}", near[k]) for k in (0, 1, 2) for _ in range(50)]
    checked = audit(
        found([0] * 100 + [1] * 59),
        [*copies, *[Look(f"other {i}", f"other {i}") for i in range(9)]],
    )
    assert sorted(map(len, checked.together)) == [50, 100]
    assert told(checked, "near") == ["50.png"]


@pytest.mark.parametrize(
    ("apart", "alike"),
    [
        ((8, 8, 8, 8), True),
        ((9, 8, 8, 8), False),
        ((32, 0, 0, 0), True),
        ((0, 0, 0, 32), True),
        ((0, 0, 0, 33), False),
        ((0, 33, 0, 0), False),
    ],
)
def test_bits_are_counted_over_all_words_of_a_hash(apart, alike):
    seen = looks(40)
    seen[5], seen[36] = Look("a", "a", (0,) * 4), Look("b", "b", tuple(2**n - 1 for n in apart))
    assert audit(found([0, 1] * 20), seen).together == (((5, 36),) if alike else ())
