"""Lines that are an example and its label without names on top: fastText's, and lists of files."""

import re
from collections.abc import Callable, Sequence

from headstart.data.problem import Problem

MARK = "__label__"
"""What fastText has before each label."""
_FASTTEXT = re.compile(rf"((?:{MARK}[^\s,;]+\s+)+)(\S.*)", re.DOTALL)
_LISTED = re.compile(r"(\S.*?)\s+(\S+)", re.DOTALL)
"""A file's path and its label, as lists of pictures have them."""
_ENDS = re.compile(r"\r\n|\n|\r")
"""Texts may hold other marks that end lines elsewhere."""
_LOOKED_AT = 200
"""Lines of a list, from all over it, whose files are looked for."""
Line = tuple[int, str]
"""A line and its number, from 1."""
Pairs = tuple[list[tuple[int, tuple[str, str]]], tuple[Problem, ...]]
"""Rows of two cells with their numbers, and the lines that are none."""


def labeled_texts(text: str, name: str) -> Pairs | None:
    """Labels, with ";" between several, and texts; None unless most lines begin with `MARK`.

    Nothing is quoted there: commas, tabs and quotes are of the text.
    """
    lines = [(i, line.strip()) for i, line in enumerate(_ENDS.split(text), start=1)]
    lines = [(i, line) for i, line in lines if line]
    if 2 * sum(_FASTTEXT.fullmatch(line) is not None for _, line in lines) <= len(lines):
        return None
    why = f"is not {MARK}NAME and a text behind it; passed over"
    rows, problems = _pairs(lines, _FASTTEXT, name, why)
    return [(i, (_names(labels), own)) for i, (labels, own) in rows], problems


def labeled_paths(lines: Sequence[Line], name: str, there: Callable[[str], bool]) -> Pairs | None:
    """Paths and labels; None unless most lines are a file that is there, blanks and a word."""
    some = [_LISTED.fullmatch(line) for _, line in lines[:: max(1, len(lines) // _LOOKED_AT)]]
    if 2 * sum(one is not None and there(one[1]) for one in some) <= len(some):
        return None
    return _pairs(lines, _LISTED, name, "is not a path, blanks and a label; passed over")


def _pairs(lines: Sequence[Line], form: re.Pattern[str], name: str, why: str) -> Pairs:
    found = [(number, form.fullmatch(line.strip())) for number, line in lines]
    rows = [(number, (one[1], one[2])) for number, one in found if one]
    odd = [Problem("D408", "unreadable", name, why, number) for number, one in found if not one]
    return rows, tuple(odd)


def _names(written: str) -> str:
    return ";".join(one.removeprefix(MARK) for one in written.split())
