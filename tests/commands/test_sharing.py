"""Commands that take models out of the house."""

import json

from headstart.cli import execute


def test_backbones_are_listed_for_people_and_programs(capsys) -> None:
    assert execute(["backbones"]) == 0
    assert capsys.readouterr().out.startswith("name ")
    assert execute(["backbones", "--json"]) == 0
    assert isinstance(json.loads(capsys.readouterr().out), list)
