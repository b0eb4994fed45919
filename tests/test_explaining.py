"""Every code that is raised has words, and no words are of a code that is not raised."""

import ast
import re
from typing import Any, cast

import pytest
import typer

from headstart import cli, explaining
from headstart.explaining import codes, every, explanation_of

ELSEWHERE = {
    *("--dereference", "--hard-dereference", "--force-reinstall", "--upgrade", "--nproc-per-node"),
}
"""Flags of tar, pip and torchrun in what mends something."""


@pytest.fixture(scope="module")
def all_codes() -> dict[str, explaining.Explanation]:
    return every()


def test_every_code_in_the_source_is_explained_and_no_other(all_codes) -> None:
    assert tuple(all_codes) == codes() and len(codes()) > 300


def test_every_explanation_says_something_that_only_a_run_need_not_fill_in(all_codes) -> None:
    said = {code: one.what.replace("…", "").strip(" ,.:;") for code, one in all_codes.items()}
    assert not [code for code, text in said.items() if len(text) < 4]


def test_what_is_refused_has_a_fix_and_what_is_listed_says_so(all_codes) -> None:
    listed = [one for one in all_codes.values() if "listed by" in one.kind]
    warned = [one for one in all_codes.values() if one.what.startswith("a warning")]
    others = [one for one in all_codes.values() if one not in [*listed, *warned]]
    assert len(listed) > 40 and not [one.code for one in others if not one.fix]


def test_words_of_our_own_are_needed(all_codes) -> None:
    assert not {*explaining._OWN} - {*all_codes}


def test_a_code_is_explained_by_the_line_that_raises_it() -> None:
    found = explanation_of("D105")
    assert found is not None and found.what == "not a folder, a table or an archive"
    assert found.raised_in == "data/discovery.py" and "exit code 3" in found.kind
    assert found.lines()[0] == f"D105: {found.what}" and found.record()["code"] == "D105"
    assert explanation_of("D999") is None


def test_words_through_a_function_of_its_own_are_found() -> None:
    found = explanation_of("D296")
    assert found is not None and "are not read" in found.what and "ffmpeg" in found.fix


@pytest.mark.parametrize(
    ("source", "words"),
    [('"a"', "a"), ('f"a {b} c"', "a … c"), ('"a" if x else "b"', "a or b"), ('"a" + b', "a…")],
)
def test_what_only_a_run_knows_is_left_open(source: str, words: str) -> None:
    assert explaining._words(ast.parse(source, mode="eval").body, {}) == words


def test_every_flag_and_command_that_a_fix_names_is_there(all_codes) -> None:
    commands = cast(Any, typer.main.get_command(cli.app)).commands
    flags = {flag for one in commands.values() for p in one.params for flag in p.opts}
    flags |= {"--help", "--version", "--install-completion"}
    fixes = {code: one.fix for code, one in all_codes.items()}
    named = {
        code: {*re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", fix)} for code, fix in fixes.items()
    }
    assert sum(map(bool, named.values())) > 60
    assert {code: odd for code, own in named.items() if (odd := own - flags - ELSEWHERE)} == {}
    called = {w for fix in fixes.values() for w in re.findall(r"\bheadstart ([a-z]+)\b", fix)}
    assert called - {"or"} <= {*commands}  # "another headstart or …" is none
