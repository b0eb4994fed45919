"""What is wrong about a place is told by a code, and by the file that it is about."""

import io
import json
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from places import put

from headstart.data import Columns, audit, collect, find, from_memory, merge, with_task
from headstart.data.archive import _Crate, unpack
from headstart.data.listing import visible_files, visible_folders
from headstart.errors import HeadstartError


@dataclass(frozen=True)
class Like:
    """A look that is the same, or nearly so, as another of equal numbers."""

    digest: str
    content: str
    near: tuple[int, ...] = ()


def codes(found) -> dict[str, str]:
    return {problem.name: problem.code for problem in found.problems}


def refused(code: str, place: Path, **asked: str) -> HeadstartError:
    with pytest.raises(HeadstartError) as caught:
        with_task(find(place, Columns(**asked)), asked.get("task", ""))
    assert caught.value.code == code and caught.value.fix
    return caught.value


def set_of(root: Path, *more: str) -> Path:
    return put(root, "cat/1.jpg", "cat/2.jpg", "dog/1.jpg", "dog/2.jpg", *more)


def test_litter_notes_and_what_lies_beside_are_listed(tmp_path: Path) -> None:
    set_of(tmp_path, "cat/.hidden.jpg", "cat/list.csv", "cat/Thumbs.db", "loose.jpg")
    told = codes(find(tmp_path))
    assert told["cat/.hidden.jpg"] == told["cat/Thumbs.db"] == "D143"
    assert told["cat/list.csv"] == "D146" and told["loose.jpg"] == "D150"


def test_an_empty_class_and_a_pipe_are_listed(tmp_path: Path) -> None:
    set_of(tmp_path)
    (tmp_path / "fox").mkdir()
    os.mkfifo(tmp_path / "cat/pipe.jpg")
    told = codes(find(tmp_path))
    assert told["fox"] == "D142" and told["cat/pipe.jpg"] == "D145"


def test_links_are_told_as_what_they_lead_to(tmp_path: Path) -> None:
    set_of(tmp_path)
    (tmp_path / "cat/loop").symlink_to(tmp_path)
    (tmp_path / "cat/gone.jpg").symlink_to("nowhere.jpg")
    (tmp_path / "dog/again.jpg").symlink_to(tmp_path / "cat/1.jpg")
    found = find(tmp_path)
    told = codes(found)
    assert told["cat/loop"] == "D148" and told["cat/gone.jpg"] == "D144"
    assert told["dog/again.jpg"] == "D149" and len(found.examples) == 4


def test_a_name_that_is_no_utf8_is_used_and_listed(tmp_path: Path) -> None:
    set_of(tmp_path)
    (tmp_path / "cat" / os.fsdecode(b"caf\xe9.jpg")).write_bytes(b"x")
    found = find(tmp_path)
    assert "D147" in codes(found).values() and len(found.examples) == 5


def test_lines_that_are_no_objects_are_listed_with_their_row(tmp_path: Path) -> None:
    rows = [json.dumps({"text": f"a text {i} of words", "label": "ab"[i % 2]}) for i in range(6)]
    (tmp_path / "t.jsonl").write_text("\n".join([*rows, "{", "[1]"]))
    problems = {problem.row: problem.code for problem in find(tmp_path / "t.jsonl").problems}
    assert problems == {7: "D152", 8: "D153"}


def test_files_that_a_table_lacks_or_names_twice_or_that_are_gone_are_listed(
    tmp_path: Path,
) -> None:
    set_of(tmp_path)
    rows = ["cat/1.jpg,cat", "cat/2.jpg,cat", "dog/1.jpg,dog", "dog/2.jpg,dog"]
    table = tmp_path / "t.csv"
    table.write_text("\n".join(["path,label", *rows, "cat/1.jpg,dog", "cat/9.jpg,cat"]))
    told = sorted(codes(find(table)).values())
    assert told == ["D156", "D158"]
    table.write_text("path,split\ncat/1.jpg,train\ncat/2.jpg,test\ndog/1.jpg,train\n")
    joined = find(tmp_path, Columns(split="split"))
    assert codes(joined)["dog/2.jpg"] == "D154" and len(joined.examples) == 3


def test_equal_contents_of_two_classes_lone_ones_and_near_ones_are_listed() -> None:
    found = from_memory(["a", "b", "c", "d", "e"], ["x", "y", "x", "x", "z"])
    near = [(0,) * 4, (0,) * 4, (2**60 - 1,) * 4, (2**60 - 2,) * 4, (2**63 - 1, 0, 0, 0)]
    seen = ["same", "same", "c", "d", "e"]
    looks = [Like(name, name, bits) for name, bits in zip(seen, near, strict=True)]
    assert sorted(p.code for p in audit(found, looks).problems) == [
        *("D182", "D183", "D183", "D184", "D185", "D185"),
    ]


def test_a_folder_that_may_not_be_read_is_an_error(tmp_path: Path, monkeypatch) -> None:
    def denied(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    set_of(tmp_path)
    monkeypatch.setattr(os, "scandir", denied)
    for listed in (visible_files, visible_folders):
        with pytest.raises(HeadstartError) as caught:
            listed(tmp_path)
        assert caught.value.code == "D117" and "Permission denied" in caught.value.why


def test_words_without_as_many_tags_and_labels_without_boxes_are_errors(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("text,tags\none two three,O B\nfour five,B\n")
    refused("D167", table, task="entities")
    with pytest.raises(HeadstartError) as caught:
        with_task(from_memory(["a", "b"], ["x", "y"]), "detection")
    assert caught.value.code == "D253"


def test_boxes_of_via_name_the_export_that_is_read(tmp_path: Path) -> None:
    set_of(tmp_path)
    regions = {"a": {"filename": "a.jpg", "regions": [{"shape_attributes": {}}]}}
    (tmp_path / "via.json").write_text(json.dumps({"_via_settings": {}, **regions}))
    assert "COCO" in refused("D228", tmp_path, task="detection").fix


def test_sets_of_different_kinds_and_empty_ones_are_errors(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts/a.txt").write_text("one\ntwo\n")
    pictures = find(set_of(tmp_path / "pictures"))
    with pytest.raises(HeadstartError) as caught:
        merge([pictures, collect(tmp_path / "texts", cache=tmp_path)], ["pictures", "texts"])
    assert caught.value.code == "D173"
    (tmp_path / "none").mkdir()
    with pytest.raises(HeadstartError) as caught:
        collect(tmp_path / "none", cache=tmp_path)
    assert caught.value.code == "D174"


def test_an_archive_that_grows_past_its_bounds_is_refused(tmp_path: Path) -> None:
    packed = tmp_path / "a.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("cat/1.jpg", bytes(100))
    (tmp_path / "inside").mkdir()
    unpacking = _Crate(packed, tmp_path / "inside", most_bytes=99, most_files=9)
    with pytest.raises(HeadstartError) as caught:
        unpacking.file("cat/1.jpg", io.BufferedReader(io.BytesIO(bytes(100))))
    assert caught.value.code == "S604"
    assert unpack(packed, tmp_path / "cache").is_dir()
