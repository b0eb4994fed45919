"""Options declared once, as fields of frozen dataclasses."""

import pydoc
from dataclasses import dataclass
from pathlib import Path

import pytest

from headstart.commands.flags import flag
from headstart.errors import UsageError
from headstart.options import made, option, options_of, signed


@dataclass(frozen=True)
class Inner:
    side: int = option(0, "side in pixels", "PX", usual="its own")


@dataclass(frozen=True)
class Outer:
    name: str = option("", "what it is called", also="--called")
    inner: Inner = Inner()
    share: float | None = option(None, "a share")
    limit: float | str | None = option("5M", "a limit")
    quiet: bool = option(False, "say nothing")
    kept: int = 3


def test_options_of_a_noun_inside_stand_in_its_place() -> None:
    assert [one.name for one in options_of(Outer)] == ["name", "side", "share", "limit", "quiet"]
    kinds = [one.kind for one in options_of(Outer)]
    assert kinds == [str, int, float, str, bool]


def test_the_default_is_told_where_there_is_one() -> None:
    told = [one.help for one in options_of(Outer)]
    assert told == ["what it is called", "side in pixels (its own)", "a share", "a limit (5M)", (
        "say nothing")]  # fmt: skip


def test_a_noun_is_made_of_its_options_and_none_is_the_default() -> None:
    found = made(Outer, {"name": Path("a") / "b", "side": 7, "limit": None})
    assert found == Outer(name=str(Path("a") / "b"), inner=Inner(7)) and found.limit == "5M"


@pytest.mark.parametrize("name", ["sied", "inner", "kept"])
def test_an_option_that_nobody_knows_is_refused_with_those_that_are(name: str) -> None:
    with pytest.raises(UsageError, match=r"U107.*no option") as error:
        made(Outer, {name: 1})
    assert "limit, name, quiet, share, side" in error.value.fix


def test_a_flag_has_its_second_name_and_no_default_of_its_own() -> None:
    name, side, *_ = map(flag, options_of(Outer))
    told = name.annotation.__metadata__[0]
    assert {told.default, *told.param_decls} == {"--name", "--called"} and name.default is None
    assert side.annotation.__metadata__[0].metavar == "PX"


def test_a_function_shows_the_options_as_keywords() -> None:
    @signed(Inner)
    def verb(place: str, *, out: str = "", **options: int) -> None:
        """Do it."""

    help_ = pydoc.render_doc(verb, renderer=pydoc.plaintext)
    assert "side: int | None = 0" in help_ and "side: side in pixels (its own)" in help_
