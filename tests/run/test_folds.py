"""In how many folds examples are tested: what is asked, and what suits the data."""

from pathlib import Path

import pytest

from headstart.data import ClassTruth, Examples
from headstart.errors import UsageError
from headstart.run import folds
from headstart.run.folds import fold_count, fold_partitions
from headstart.run.settings import Settings


@pytest.fixture(autouse=True)
def _defaults(folds_by_default: None) -> None:
    """As users have it."""


def examples(n: int, groups: int = 0, kind: str = "classification", test: bool = False) -> Examples:
    sources = tuple(Path(f"{i}.png") for i in range(n))
    names = tuple(f"g{i % groups}" for i in range(n)) if groups else ()
    parts = ("test",) * (n // 4) + ("train",) * (n - n // 4) if test else ()
    return Examples(
        sources, ClassTruth(("a", "b"), tuple(i % 2 for i in range(n))), names, parts, kind=kind
    )


def count(some: Examples, tunes: bool = False, **options) -> int:
    return fold_count(Settings.of(**options), some, range(len(some)), lambda: tunes)[0]


@pytest.mark.parametrize(("n", "expected"), [(299, 5), (300, 1)])
def test_below_300_examples_each_is_tested_once(n: int, expected: int) -> None:
    assert count(examples(n)) == expected


@pytest.mark.parametrize(("groups", "expected"), [(9, 5), (10, 1), (3, 3)])
def test_below_ten_groups_each_is_tested_once(groups: int, expected: int) -> None:
    assert count(examples(400, groups)) == expected


@pytest.mark.parametrize(("n", "expected"), [(5000, 4), (5001, 1)])
def test_few_groups_of_many_examples_are_not_fitted_again(n: int, expected: int) -> None:
    assert count(examples(n, 4)) == expected


def test_one_part_can_be_asked_for_and_so_can_folds() -> None:
    assert count(examples(100), folds=1) == 1
    assert count(examples(1000), folds=7) == 7


@pytest.mark.parametrize("options", [{"strategy": "full"}, {"compare": "scratch"}])
def test_networks_are_trained_in_folds_only_where_that_is_asked(options) -> None:
    found, why = fold_count(Settings.of(**options), examples(100), range(100), lambda: False)
    assert found == 1 and "--folds 5" in why
    assert count(examples(100), folds=4, **options) == 4


def test_a_ranking_is_made_once_unless_folds_are_asked_for() -> None:
    one, why = fold_count(Settings(), examples(100), range(100), lambda: False, ranked=True)
    assert one == 1 and "--folds 5" in why
    asked = Settings(folds=4)
    assert fold_count(asked, examples(100), range(100), lambda: False, ranked=True)[0] == 4


def test_auto_has_folds_where_it_fits_nothing_but_heads() -> None:
    assert count(examples(100), tunes=True) == 1 and count(examples(100), tunes=False) == 5
    assert count(examples(100), tunes=True, strategy="probe") == 5  # nobody asks what auto would do


def test_a_test_part_that_the_data_assign_is_kept() -> None:
    assert count(examples(100, test=True)) == 1


def test_answers_with_an_order_have_no_folds() -> None:
    assert count(examples(100, kind="transcribe")) == 1
    with pytest.raises(UsageError, match="for classes, tags and values"):
        count(examples(100, kind="entities"), folds=5)


def test_a_negative_number_of_folds_is_refused() -> None:
    with pytest.raises(UsageError, match="not a number of folds"):
        Settings.of(folds=-1)


def test_each_example_is_in_one_test_and_all_are_in_the_last_partition() -> None:
    some = examples(50)
    *made, every = fold_partitions(Settings(), some, range(50), ((3, 4),), 5)
    assert sorted(row for part in made for row in part.test) == list(range(50))
    assert sorted(every.train + every.val) == list(range(50)) and every.test == ()
    (home,) = (part for part in made if 3 in part.test)
    assert 4 in home.test and not set(home.test) & set(home.train + home.val)


def test_too_few_for_folds_is_one_part_unless_folds_were_asked_for() -> None:
    few = examples(3)
    assert fold_partitions(Settings(), few, range(3), (), 5) == ()
    with pytest.raises(UsageError, match="folds cannot be made"):
        fold_partitions(Settings.of(folds=5), few, range(3), (), 5)
    assert fold_partitions(Settings(), few, range(3), (), 1) == () and folds.FOLDS == 5
