from collections import Counter
from pathlib import Path

import pytest

from headstart.data import ClassTruth, Examples, divide, folds, spread
from headstart.errors import DataError, UsageError


def examples(labels, **about):
    sources = tuple(Path(f"{i}.png") for i in range(len(labels)))
    return Examples(sources, ClassTruth(("cat", "dog", "emu"), tuple(labels)), **about)


def parts(partition):
    return [partition.train, partition.val, partition.test]


def counts(given, rows):
    return dict(sorted(Counter(given.truth.strata()[row] for row in rows).items()))


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
    held = [sum(given.truth.strata()[row] == 2 for row in rows) for rows in parts(found)]
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
    with pytest.raises(UsageError, match="U131"):
        divide(examples(LABELS), test=test, val=val)


@pytest.mark.parametrize("k", [2, 5, 10])
def test_folds_test_every_row_once_with_its_share_of_each_class(k):
    given = examples(LABELS)
    found = folds(given, k)
    assert sorted(row for one in found for row in one.test) == list(range(160))
    for one in found:
        assert sorted(sum(parts(one), ())) == list(range(160)) and one.val
        assert counts(given, one.test) == {0: 100 // k, 1: 40 // k, 2: 20 // k}
        assert set(counts(given, one.train)) == {0, 1, 2}


@pytest.mark.parametrize("seed", range(5))
def test_folds_tear_no_group_and_no_duplicates(seed):
    groups = tuple(f"p{i // 4}" if i < 120 else "" for i in range(160))
    found = folds(examples(LABELS, groups=groups), 5, seed=seed, together=[(3, 4), (121, 155)])
    for one in found:
        side = {row: i for i, rows in enumerate(parts(one)) for row in rows}
        for first in range(0, 120, 4):
            assert len({side[row] for row in range(first, first + 4)}) == 1
        assert side[3] == side[4] and side[121] == side[155]


def test_folds_never_test_the_only_group_of_a_class():
    groups = (*(f"p{i % 12}" for i in range(60)), *("only",) * 9)
    found = folds(examples([0] * 30 + [1] * 30 + [2] * 9, groups=groups), 4)
    assert sorted(row for one in found for row in one.test) == list(range(60))
    assert all(set(range(60, 69)) <= set(one.train) for one in found)


def test_a_class_in_two_groups_is_tested_in_two_folds():
    groups = (*(f"p{i % 12}" for i in range(60)), *("one",) * 4, *("two",) * 5)
    found = folds(examples([0] * 30 + [1] * 30 + [2] * 9, groups=groups), 4)
    assert sum(any(row >= 60 for row in one.test) for one in found) == 2


def test_folds_follow_from_contents_whatever_the_order():
    contents = [f"{i:03d}" for i in range(160)]
    one = folds(examples(LABELS), 4, contents=contents)
    other = folds(examples(LABELS[::-1]), 4, contents=contents[::-1])
    assert [set(f.test) for f in one] == [{159 - row for row in f.test} for f in other]
    assert [set(f.val) for f in one] == [{159 - row for row in f.val} for f in other]


def test_as_many_folds_as_groups_and_no_more():
    given = examples([0, 1] * 20, groups=("p", "p", "q", "q", "r", "r", "s", "s") * 5)
    assert [len(one.test) for one in folds(given, 4)] == [10] * 4
    with pytest.raises(UsageError) as caught:
        folds(given, 5)
    assert caught.value.code == "U133" and "--folds 4" in str(caught.value)
    with pytest.raises(UsageError):
        folds(given, 1)


@pytest.mark.parametrize(
    ("groups", "tested"), [(3, 1), (4, 2), (5, 2), (6, 3), (7, 3), (8, 4), (9, 4), (20, 4), (30, 6)]
)
def test_several_of_few_groups_are_tested(groups, tested):
    named = tuple(f"p{i // 20}" for i in range(20 * groups))
    found = divide(examples([i % 2 for i in range(20 * groups)], groups=named))
    assert len({named[row] for row in found.test}) == tested
    assert len(found.train) + len(found.val) >= len(found.test) and found.val


def test_few_groups_of_uneven_size_are_tested_several_at_a_time():
    named = tuple(f"p{min(6, i // 8)}" for i in range(120))  # the last has 72
    found = divide(examples([i % 2 for i in range(120)], groups=named))
    assert len({named[row] for row in found.test}) >= 3 and len(found.test) < 60


@pytest.mark.parametrize("seed", range(5))
def test_every_beginning_of_a_spread_has_each_class_in_its_share(seed):
    labels = [0] * 60 + [1] * 20
    order = spread(range(80), labels, seed)
    assert sorted(order) == list(range(80))
    for size in range(4, 81, 4):
        assert abs(sum(labels[row] for row in order[:size]) - size / 4) <= 1
    assert order != spread(range(80), labels, seed + 1)


@pytest.mark.parametrize("val", [0.0, 0.1, 0.25])
def test_folds_choose_by_such_a_share_of_what_they_do_not_test(val):
    for one in folds(examples([0] * 100 + [1] * 100), 5, val=val):
        assert (len(one.test), len(one.val)) == (40, round(160 * val))


def test_two_groups_of_a_class_are_parted_though_their_sizes_put_them_in_one_fold():
    given = examples([0, 0, 0, 1, 1, 1], groups=("p", "p", "q", "q", "r", "r"))
    assert sorted(row for one in folds(given, 2, val=0.0) for row in one.test) == list(range(6))
