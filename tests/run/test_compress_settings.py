"""What is asked of a smaller model is judged before anything heavy is imported."""

import pytest

from headstart.commands.flags import given
from headstart.errors import UsageError
from headstart.run.compress_settings import CompressSettings


@pytest.mark.parametrize("name", ["stages", "size"])
def test_numbers_below_zero_are_refused(name: str) -> None:
    CompressSettings(**{name: 0})
    with pytest.raises(UsageError, match=f"U311.*--{name} -1"):
        CompressSettings(**{name: -1})


def test_examples_without_labels_are_for_a_student() -> None:
    with pytest.raises(UsageError, match="U312"):
        CompressSettings(int8=True, unlabeled="more")
    CompressSettings(unlabeled="more")  # every way is tried, a student among them
    CompressSettings(int8=True, distill="shipped", unlabeled="more")


@pytest.mark.parametrize(
    ("asked", "ways"),
    [
        ({}, ()),
        ({"int8": True}, ("int8",)),
        ({"size": 96}, ("size",)),
        ({"size": 96, "distill": "shipped"}, ("distill",)),  # of the student then
        ({"stages": 3, "int8": True}, ("int8", "stages")),
        ({"stages": 3, "distill": "shipped"}, ("stages", "distill")),
        ({"stages": 3, "distill": "own"}, ("distill",)),  # of the student then
    ],
)
def test_a_way_is_named_by_its_flag(asked, ways) -> None:
    assert CompressSettings(**given(asked)).ways == ways


def test_what_is_no_size_is_refused() -> None:
    with pytest.raises(UsageError, match="U183"):
        CompressSettings(fetch="much")
