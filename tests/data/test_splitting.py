from collections import Counter
from pathlib import Path

import pytest

from headstart.data import Examples, divide
from headstart.errors import DataError, UsageError


def examples(labels, **about):
    sources = tuple(Path(f"{i}.png") for i in range(len(labels)))
    return Examples(sources, tuple(labels), ("cat", "dog", "emu"), **about)


def parts(partition):
    return [partition.train, partition.val, partition.test]


def counts(given, rows):
    return dict(sorted(Counter(given.labels[row] for row in rows).items()))


LABELS = [0] * 100 + [1] * 40 + [2] * 20


def test_every_row_is_dealt_once_and_every_class_in_its_share():
    given = examples(LABELS)
    found = divide(given)
    assert sorted(sum(parts(found), ())) == list(range(160))
    assert counts(given, found.test) == {0: 20, 1: 8, 2: 4}
    assert counts(given, found.val) == {0: 15, 1: 6, 2: 3}
    assert found.origin == "drawn with seed 0"


def test_the_seed_alone_decides():
    given = examples(LABELS)
    assert parts(divide(given, seed=3)) == parts(divide(given, seed=3))
    drawn = {divide(given, seed=seed).test for seed in range(10)}
    assert len(drawn) == 10
    assert divide(given, seed=3).origin == "drawn with seed 3"


@pytest.mark.parametrize("seed", range(5))
def test_groups_and_duplicates_are_never_torn(seed):
    groups = tuple(f"p{i // 4}" if i < 120 else "" for i in range(160))
    together = [(3, 4), (121, 155), (155, 9)]
    found = divide(examples(LABELS, groups=groups), seed=seed, together=together)
    side = {row: i for i, rows in enumerate(parts(found)) for row in rows}
    assert len(side) == 160 and all(parts(found))
    for first in range(0, 120, 4):
        assert len({side[row] for row in range(first, first + 4)}) == 1
    assert side[3] == side[4] == side[0] == side[7]  # two groups that a duplicate joins
    assert side[121] == side[155] == side[9]


@pytest.mark.parametrize("seed", range(5))
def test_every_class_trains_even_where_one_group_holds_it_all(seed):
    labels = [0] * 30 + [1] * 30 + [2] * 9
    groups = (*(f"p{i % 12}" for i in range(60)), *("only",) * 9)
    given = examples(labels, groups=groups)
    assert set(counts(given, divide(given, seed=seed).train)) == {0, 1, 2}


@pytest.mark.parametrize("few", [1, 2, 3])
def test_a_rare_class_trains_first_then_is_tested_then_chooses(few):
    given = examples([0] * 40 + [1] * 40 + [2] * few)
    found = divide(given)
    held = [sum(given.labels[row] == 2 for row in rows) for rows in parts(found)]
    assert held == {1: [1, 0, 0], 2: [1, 0, 1], 3: [1, 1, 1]}[few]


def test_parts_that_the_data_assigns_are_kept():
    assigned = tuple(("train", "val", "test")[i % 3] for i in range(160))
    found = divide(examples(LABELS, parts=assigned, assigned_by="folders"), seed=5)
    assert parts(found) == [tuple(range(i, 160, 3)) for i in range(3)]
    assert found.origin == "folders"


def test_a_part_that_is_missing_is_drawn_from_the_training_rows_alone():
    assigned = ("test",) * 40 + ("train",) * 120
    given = examples(LABELS, parts=assigned, assigned_by="folders")
    found = divide(given)
    assert found.test == tuple(range(40))
    assert counts(given, found.val) == {0: 9, 1: 6, 2: 3}  # of those, not of all
    assert found.origin == "folders; val drawn with seed 0"


def test_only_the_rows_that_are_asked_for_are_dealt():
    found = divide(examples(LABELS), rows=range(0, 160, 2))
    assert sorted(sum(parts(found), ())) == list(range(0, 160, 2))


def test_no_test_rows_where_none_are_wanted():
    found = divide(examples(LABELS), test=0.0)
    assert found.test == () and len(found.val) == 24


def test_too_few_rows_or_groups_are_an_error():
    with pytest.raises(DataError) as caught:
        divide(examples([0, 1]))
    assert caught.value.code == "D114"
    with pytest.raises(DataError, match="no examples are left for val"):
        divide(examples([0, 1] * 20, groups=("p", "p", "q", "q") * 10))


@pytest.mark.parametrize(("test", "val"), [(0.8, 0.2), (-0.1, 0.1), (1.5, 0.0)])
def test_shares_that_leave_nothing_to_train_on_are_refused(test, val):
    with pytest.raises(UsageError):
        divide(examples(LABELS), test=test, val=val)
