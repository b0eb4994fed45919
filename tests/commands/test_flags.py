"""A command's flags are the fields of a settings noun."""

import inspect

from headstart.cli import execute
from headstart.commands.flags import given, takes
from headstart.data.column_settings import Columns
from headstart.options import options_of


def test_a_command_spells_out_its_settings_but_for_what_it_takes_itself() -> None:
    def command(place: str, **options: object) -> None: ...

    fields = [one.name for one in options_of(Columns)]
    flags = inspect.signature(takes(Columns, but=fields[0])(command)).parameters
    assert list(flags) == ["place", *fields[1:]]
    assert all(flags[name].default is None for name in fields[1:])


def test_only_what_was_asked_for_is_given_on() -> None:
    assert given({"seed": 0, "backbone": None, "folds": 5}) == {"seed": 0, "folds": 5}


def test_a_flag_says_what_it_takes_at_least(tmp_path, capsys) -> None:
    assert execute(["train", str(tmp_path), "--size", "0"]) == 2
    assert "greater than or equal to 1" in capsys.readouterr().err
