"""Nothing from data reaches a terminal or a file system as it is."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headstart.hostile import file_name, printable

ANY = st.text(st.characters(codec=None), max_size=300)


@given(ANY)
def test_printable_is_one_line_without_controls(text: str) -> None:
    shown = printable(text)
    assert len(shown.splitlines()) <= 1
    bad = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    assert not [c for c in shown if unicodedata.category(c) in bad]
    shown.encode()


@given(st.text(st.characters(categories=["L", "N", "P"]), max_size=200))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


def test_long_text_loses_its_middle() -> None:
    shown = printable("a" * 300 + "b" * 300, limit=100)
    assert len(shown) == 100 and shown.startswith("aaa") and shown.endswith("bbb") and "…" in shown


def test_bytes_that_are_no_text_are_shown_escaped() -> None:
    assert printable(b"caf\xe9.jpg") == r"caf\udce9.jpg"
    assert printable(Path("a\x1b[31mb")) == r"a\x1b[31mb"


def test_text_that_runs_right_to_left_cannot_hide_an_ending() -> None:
    assert printable("abc\u202egnp.exe") == r"abc\u202egnp.exe"


@given(ANY)
def test_a_file_name_is_never_a_path_and_never_hidden(text: str) -> None:
    name = file_name(text)
    assert name and not name.startswith(".") and not {"/", "\\", "\0", "\n"} & set(name)
    assert len(name) <= 60 and Path(name).name == name


@pytest.mark.parametrize("text", ["", "..", "/", "\x00", "---"])
def test_what_leaves_no_name_is_unnamed(text: str) -> None:
    assert file_name(text) == "unnamed"
