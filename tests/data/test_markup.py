"""Web pages as texts."""

import time
from pathlib import Path

import pytest

from headstart.data import find, text_in
from headstart.data.markup import visible_text


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>One</p><p>two</p>", "One\ntwo"),
        ("<p>a <b>bo</b>ld\n word</p>", "a bold word"),
        ("<td>one</td><td>two</td>", "one\ntwo"),
        ("<script>if (a < b) { x('</p>') }</script>kept", "kept"),
        ("<style>p { color: red }</style><template>no</template>kept", "kept"),
        ("</script>kept<!-- <p>not --> too", "kept too"),
        ("fish &amp; chips &lt;3 caf&eacute;", "fish & chips <3 caf\u00e9"),
        ("no markup, 1 < 2", "no markup, 1 < 2"),
        ("a<![if IE]>b<![endif]> c<![abc[ d ]]> e", "ab c e"),
        ("<p>kept<!-- unclosed <b>too</b> &amp;", "kept<!-- unclosed too &"),
        ("", ""),
    ],
)
def test_what_a_reader_sees_is_the_text(page: str, text: str) -> None:
    assert visible_text(page) == text


@pytest.mark.parametrize("start", ["<!--", "<a ", '<a b="', "<![x[", "</"])
@pytest.mark.parametrize("end", ["", ">", '">'])
def test_marks_that_nobody_ended_are_no_long_work(start: str, end: str) -> None:
    began = time.process_time()
    visible_text(start * 20_000 + end)
    assert time.process_time() - began < 3


def test_pages_in_folders_and_tables_are_read_without_markup_and_it_is_told(tmp_path: Path) -> None:
    for name in ("spam/1.html", "spam/2.html", "ham/1.htm", "ham/2.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"<html><style>x</style><body><p>{name}</p></body></html>")
    assert text_in(tmp_path / "ham" / "1.htm") == "ham/1.htm"
    found = find(tmp_path)
    assert found.holds == "text" and any("markup of .html files" in note for note in found.notes)
    (tmp_path / "t.csv").write_text("path,label\nspam/1.html,a\nham/2.html,b\n")
    assert any("markup of .html files" in note for note in find(tmp_path / "t.csv").notes)


def test_other_texts_are_left_as_they_are(tmp_path: Path) -> None:
    for name in ("a/1.txt", "a/2.txt", "b/1.txt", "b/2.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("<p>kept</p>")
    assert text_in(tmp_path / "a" / "1.txt") == "<p>kept</p>"
    assert not any("markup" in note for note in find(tmp_path).notes)
