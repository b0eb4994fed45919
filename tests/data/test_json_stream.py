import json
from pathlib import Path

import pytest

from headstart.data import json_stream
from headstart.data.json_stream import members
from headstart.untrusted import Damaged

HELD = {"a": 12345, "b": [{"c": [1, "]}", None]}, -1.5, "é"], "d": {"e": []}, "f": [], "g": "x"}


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "x.json"
    file.write_text(text)
    return file


@pytest.mark.parametrize("chunk", [1, 3, 7, 1 << 20])
def test_members_come_one_by_one_wherever_the_file_is_torn(
    chunk: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_stream, "_CHUNK", chunk)
    found = list(members(written(tmp_path, json.dumps(HELD, indent=1))))
    expected = [("a", 12345), *(("b", x) for x in HELD["b"]), ("d", {"e": []}), ("g", "x")]
    assert found == expected


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"a"', '{"a": ', '{"a": [1,', '{"a": 1 "b"', "{1: 2}", '{"a": [1 2]}', "\x00"],
)
def test_what_is_no_object_is_damaged(text: str, tmp_path: Path) -> None:
    with pytest.raises(Damaged):
        list(members(written(tmp_path, text)))


def test_what_is_nested_too_deep_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(Damaged):
        list(members(written(tmp_path, '{"a": ' + "[[" + "[" * 100_000)))


def test_a_number_of_thousands_of_digits_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(Damaged):
        list(members(written(tmp_path, '{"a": ' + "9" * 10_000 + "}")))


def test_no_more_than_one_element_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "_CHUNK", 64)
    monkeypatch.setattr(json_stream, "MOST_ELEMENT", 1000)
    assert len(list(members(written(tmp_path, json.dumps({"a": ["x" * 400] * 20}))))) == 20
    with pytest.raises(Damaged, match="no JSON"):
        list(members(written(tmp_path, json.dumps({"a": ["x" * 9000]}))))


def test_bytes_that_are_no_text_are_damaged(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(b'{"a": "\xff\xfe"}')
    with pytest.raises(Damaged, match="UTF-8"):
        list(members(tmp_path / "x.json"))
