"""Tables whose cells are the examples."""

from pathlib import Path

import pytest

from headstart.data import Columns, find
from headstart.errors import DataError

ODD = {
    "tabs.tsv": 'label\ttext\n1\t"half a quote that never ends\n0\tplain words here now\n',
    "quoted.csv": 'text,label\n"one, two, three and more",a\n"he said ""no"" twice, loudly",b\n',
    "lines.csv": 'id,review,label\n1,"first line\nsecond line of it",a\n2,other words are here,b\n',
    "named.csv": "tweet,stars\nshort,1\nterse,2\n",
    "unnamed.csv": "x,y\nthis is a sentence of words,a\nand here is one more,b\n",
    "json.jsonl": '{"text": "some words", "label": "a"}\n{"text": "others", "label": "b"}\n',
    "latin.csv": "text;label\nun café très bon ici;a\nun thé mauvais ici;b\n".encode("latin-1"),
    "utf16.csv": "text,label\nwords of one text,a\nwords of another,b\n".encode("utf-16"),
}


@pytest.mark.parametrize("name", ODD)
def test_texts_are_found_whatever_the_table(name: str, tmp_path: Path) -> None:
    content = ODD[name]
    (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    found = find(tmp_path / name)
    assert found.holds == "text" and len(found.examples) == 2
    assert all(isinstance(source.content, str) for source in found.examples.sources)
    assert not found.problems


def test_an_unclosed_quote_does_not_swallow_the_lines_below(tmp_path: Path) -> None:
    (tmp_path / "t.tsv").write_text(ODD["tabs.tsv"])
    first, second = find(tmp_path / "t.tsv").examples.sources
    assert first.content.startswith('"half') and second.content == "plain words here now"


def test_the_column_is_as_told(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b,label\none two three four,x y,1\nfive six,z w,2\n")
    found = find(tmp_path / "t.csv", Columns(text="b"))
    assert [source.content for source in found.examples.sources] == ["x y", "z w"]


def test_files_come_before_texts(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.png").write_bytes(b"")
    (tmp_path / "t.csv").write_text("file,text,label\na.png,some long words here,1\nb.png,more,2\n")
    assert find(tmp_path / "t.csv").holds == "files"


def test_a_row_without_a_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("text,label\nwords of it,a\n,b\nmore words,b\n")
    (problem,) = find(tmp_path / "t.csv").problems
    assert (problem.code, problem.row, problem.reason) == ("D155", 3, "has no text")


def test_what_is_neither_is_refused_with_the_columns(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("x,y\n1,a\n2,b\n")
    with pytest.raises(DataError, match="D107"):
        find(tmp_path / "t.csv")
