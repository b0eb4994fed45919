"""Whatever a user points at, as examples of the task that was asked for."""

from pathlib import Path

import pytest

from headstart.data import Columns, find
from headstart.errors import UsageError
from headstart.run.inputs import KINDS, THINGS, found_at


def test_a_place_and_what_is_found_there_already_are_the_same(photos: Path, cache: Path) -> None:
    there, already = (found_at(one, Columns(), cache) for one in (photos, find(photos)))
    assert there.examples.truth.names == already.examples.truth.names == ("blue", "green", "red")
    assert there.examples.sources == already.examples.sources


def test_a_task_for_other_things_is_refused_by_what_these_are(photos: Path, cache: Path) -> None:
    with pytest.raises(UsageError, match=r"U161.*is for recordings, and these are pictures"):
        found_at(photos, Columns(task="transcribe"), cache)


def test_an_unknown_task_is_refused_before_the_place_is_read(cache: Path) -> None:
    with pytest.raises(UsageError, match="guessing"):
        found_at("/nowhere/at/all", Columns(task="guessing"), cache)


@pytest.mark.parametrize("wrong", [None, [("a.png", "cat")], 5])
def test_what_is_no_place_is_refused(wrong: object, cache: Path) -> None:
    with pytest.raises(UsageError, match="U412"):
        found_at(wrong, Columns(), cache)


def test_all_that_examples_hold_has_a_word_and_a_kind() -> None:
    assert KINDS.keys() == THINGS.keys() and set(KINDS.values()) == {"image", "text", "audio"}
