"""More than a hundred odd tables: read right, or refused with what and where."""

import json
from itertools import product
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from headstart.data import Columns, find
from headstart.errors import DataError

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252")
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
ENDS = {"unix": "\n", "windows": "\r\n", "old mac": "\r"}
TEXTS = (
    "Žofie said: “it’s a café, naïve; really|truly”, and left",
    'he said "no" twice\tor three times, who knows',
    "plain words, with a comma; and a semicolon",
    "first line of it\nsecond line of it",
)
LABELS = ("a", "b", "a", "b")


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


@pytest.mark.parametrize(
    ("encoding", "separator", "end"), list(product(ENCODINGS, SEPARATORS, ENDS))
)
def test_every_encoding_separator_and_line_end(
    encoding: str, separator: str, end: str, tmp_path: Path
) -> None:
    mark, stop = SEPARATORS[separator], ENDS[end]
    texts = [text.replace("Ž", "Z") for text in TEXTS]
    lines = [f"text{mark}label", *(f"{quoted(t)}{mark}{n}" for t, n in zip(texts, LABELS))]  # noqa: B905
    (tmp_path / "t.csv").write_bytes((stop.join(lines) + stop).encode(encoding))
    examples = find(tmp_path / "t.csv").examples
    assert [source.content for source in examples.sources] == texts
    assert [examples.truth.names[label] for label in examples.truth.indexes] == list(LABELS)


ODD = {
    "no last line end": ("text,label\none two,a\nthree four,b", 2),
    "empty lines between": ("text,label\n\none two,a\n\n\nthree four,b\n\n", 2),
    "spaces in the header": (" Text , Label \none two,a\nthree four,b\n", 2),
    "separators at the end": ("text,label,\none two,a,\nthree four,b,\n", 2),
    "a column nobody named": ("text,label,\none two,a,x\nthree four,b,y\n", 2),
    "one cell too many": ("text,label\none two,a,x\nthree four,b\nfive six,a\n", (2, "D151", 2)),
    "one cell too few": ("text,label\none two\nthree four,b\nfive six,a\n", (2, "D151", 2)),
    "no label": ("text,label\none two,\nthree four,b\nfive six,a\n", (2, "D157", 2)),
    "no text": ("text,label\n,a\nthree four,b\nfive six,a\n", (2, "D155", 2)),
    "labels of several kinds": ("text,label\none two,1\nthree four,yes\nfive six,2.5\n", 3),
    "labels with spaces": ("text,label\none two, a\nthree four,a\nfive six,b\n", (3, "D141", None)),
    "a quote in the middle": ('text,label\nfive 5" pipes,a\nsix 6" pipes,b\n', 2),
    "a quote that never ends": ('text\tlabel\n"one two\ta\nthree four\tb\n', 2),
    "formulas": ("text,label\n=1+1 is two,a\n@sum of it,b\n", 2),
    "control characters": ("text,label\none \x07 two,a\nthree \x1b[31m four,b\n", 2),
    "right to left": ("text,label\nשלום עולם טוב,a\n\u202eone two,b\n", 2),
    "a zero-width space": ("text,label\none\u200btwo words,a\nthree four,b\n", 2),
    "emoji": ("text,label\n👍🏽 very good,a\n👎 very bad,b\n", 2),
    "no header": ("one two three four,a\nfive six seven eight,b\nnine ten words more,a\n", 3),
    "one column": ("text\none two\nthree four\n", "D107"),
    "one class": ("text,label\none two,a\nthree four,a\n", "D101"),
    "nothing but a header": ("text,label\n", "D110"),
    "nothing at all": ("", "D110"),
    "two columns of a name": ("text,text,label\none two,x y,a\nthree four,z w,b\n", "D109"),
    "markup": ("text,label\n<script>alert(1)</script> one,a\n<b>two</b> three,b\n", 2),
    "line separators of Unicode": ("text,label\none\u2028two three,a\nfour\x85five six,b\n", 2),
    "a mark in the middle": ("text,label\none \ufeff two,a\nthree four,b\n", 2),
    "labels true and false": ("text,label\none two,True\nthree four,FALSE\n", 2),
    "labels with zeros in front": ("text,label\none two,007\nthree four,7\n", 2),
    "very long": ("text,label\n" + "word " * 60_000 + ",a\nthree four,b\n", 2),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_tables_are_read_or_refused(name: str, tmp_path: Path) -> None:
    content, expected = ODD[name]
    place = tmp_path / ("t.tsv" if "\t" in content.split("\n")[0] else "t.csv")
    place.write_bytes(content.encode())
    if isinstance(expected, str):
        with pytest.raises(DataError, match=expected) as refused:
            find(place, Columns(text="text") if expected == "D109" else Columns())
        assert "t.csv" in f"{refused.value}"
        return
    found = find(place)
    count, *problem = expected if isinstance(expected, tuple) else (expected,)
    assert len(found.examples) == count
    assert [(p.code, p.row) for p in found.problems] == ([tuple(problem)] if problem else [])


LINES = {
    "numbers": ([{"text": "one two", "label": 1}, {"text": "three", "label": 2}], 2),
    "a key is missing": ([{"text": "one"}, {"text": "two", "label": 1},
                          {"text": "three", "label": 2}], 2),
    "null": ([{"text": None, "label": 1}, {"text": "two", "label": 1},
              {"text": "three", "label": 2}], 2),
    "truth": ([{"text": "one two", "label": True}, {"text": "three", "label": False}], 2),
    "lists of tags": ([{"text": "one two", "label": ["x", "y"]}, {"text": "three", "label": ["x"]},
                       {"text": "four", "label": ["y", "x"]}], 3),
    "keys in any order": ([{"label": "a", "text": "one two"}, {"text": "three", "label": "b"}], 2),
    "further keys": ([{"text": "one two", "label": "a", "id": {"x": 1}},
                      {"text": "three", "label": "b"}], 2),
}  # fmt: skip


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_lines_of_json_and_parquet(name: str, kind: str, tmp_path: Path) -> None:
    rows, count = LINES[name]
    place = tmp_path / f"t.{kind}"
    if kind == "jsonl":
        place.write_text("\n".join(map(json.dumps, rows)))
    else:
        columns = dict.fromkeys(key for row in rows for key in row)
        parquet.write_table(pa.table({c: [row.get(c) for row in rows] for c in columns}), place)
    found = find(place)
    assert len(found.examples) == count and len(found.problems) == len(rows) - count


def test_a_record_of_a_picture_may_name_its_file(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.png").write_bytes(b"")
    rows = [{"image": {"bytes": None, "path": f"{name}.png"}, "label": name} for name in "ab"]
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert find(tmp_path / "t.jsonl").examples.sources == (tmp_path / "a.png", tmp_path / "b.png")


@pytest.mark.parametrize("nested", [False, True])
def test_a_text_of_a_parquet_that_is_not_utf8_is_told_and_left_out(nested, tmp_path) -> None:
    raw = [b"one two", b"a film \xff\xfe of note", b"three four", b"five six"]
    cells = pa.array(raw, pa.binary())
    texts = pa.Array.from_buffers(pa.string(), len(cells), cells.buffers())  # unchecked
    columns = {"text": texts, "label": ["a", "b", "a", "b"]}
    if nested:
        columns["more"] = pa.StructArray.from_arrays([texts], ["text"])
    place = tmp_path / "t.parquet"
    parquet.write_table(pa.table(columns), place)
    found = find(place, Columns(text="text", label="label"))
    assert len(found.examples) == 3
    assert [(p.code, p.kind, p.row) for p in found.problems] == [("D168", "unreadable", 2)]
