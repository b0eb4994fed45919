"""Commands for work that is spread over machines."""

import json

import pytest

from headstart.cli import execute


def test_a_part_says_what_it_did(photos, tiny_folder, tmp_path, capsys) -> None:
    command = ["features", str(photos), "--backbone", str(tiny_folder), "--part", "2/3"]
    assert execute([*command, "--cache", str(tmp_path / "store")]) == 0
    assert "part 2/3: 16 examples in 1 units, of which 0 were done; 16 rows added" in (
        capsys.readouterr().out
    )
    assert execute([*command, "--cache", str(tmp_path / "store"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["done_before"] == 1


@pytest.mark.parametrize("part", ["0/4", "5/4", "1", "1/0", "a/b", "-1/4", "1/4/2", "1.5/4"])
def test_a_part_that_there_is_not_is_refused(part, photos, capsys) -> None:
    assert execute(["features", str(photos), "--part", part, "--cache", "x"]) == 2
    assert "counted from 1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--strategy", "full", "--cache", "x"], "U199"),
        ([], "U200"),
        (["--cache", "nosuch://x"], "U344"),
    ],
)
def test_rows_that_could_not_be_kept_are_refused(words, code, photos, capsys) -> None:
    assert execute(["features", str(photos), *words]) == 2
    assert code in capsys.readouterr().err
