"""Whole and on disk, or not there at all."""

import ast
import itertools
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from headstart import durable


def names(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir())


def test_a_write_replaces_and_leaves_no_litter(tmp_path) -> None:
    durable.write(tmp_path / "deep" / "file", "one")
    durable.write(tmp_path / "deep" / "file", b"two")
    assert (tmp_path / "deep" / "file").read_bytes() == b"two"
    assert names(tmp_path / "deep") == ["file"]


def test_a_write_that_fails_leaves_what_was_there(tmp_path) -> None:
    durable.write(tmp_path / "file", "before")
    with pytest.raises(OSError), durable.writing(tmp_path / "file") as temp:
        temp.write_text("half")
        raise OSError(28, "No space left on device")
    assert (tmp_path / "file").read_text() == "before" and names(tmp_path) == ["file"]


@pytest.mark.parametrize("wanted", ["file", "folder", "folder/inside"])
def test_an_error_without_a_name_names_the_file_that_was_meant(tmp_path, wanted: str) -> None:
    full = OSError(28, "No space left on device")  # a failed write knows no name
    with pytest.raises(OSError) as told:
        if wanted == "file":
            with durable.writing(tmp_path / "file"):
                raise full
        with durable.folder(tmp_path / "folder") as temp:
            if wanted == "folder":
                raise full
            with durable.writing(temp / "inside"):
                raise full
    assert told.value.filename == str(tmp_path / wanted.split("/")[0])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_line_that_finds_no_room_names_its_file() -> None:
    with pytest.raises(OSError) as told:
        durable.append(Path("/dev/full"), "x")
    assert told.value.filename == "/dev/full"


def test_an_error_that_names_another_file_keeps_the_name(tmp_path) -> None:
    with pytest.raises(FileNotFoundError) as told, durable.writing(tmp_path / "file"):
        (tmp_path / "other").read_bytes()
    assert told.value.filename == str(tmp_path / "other")


def test_a_folder_appears_whole_with_its_manifest(tmp_path) -> None:
    with durable.folder(tmp_path / "made") as temp:
        (temp / "a").write_text("1")
        (temp / "deep").mkdir()
        (temp / "deep" / "b").write_text("2")
        assert not (tmp_path / "made").exists()
    assert durable.whole(tmp_path / "made")
    entries = json.loads((tmp_path / "made" / durable.MANIFEST).read_text())["files"]
    assert [entry["name"] for entry in entries] == ["a", "deep/b"]


def test_a_folder_that_fails_leaves_the_old_one(tmp_path) -> None:
    with durable.folder(tmp_path / "made") as temp:
        (temp / "a").write_text("old")
    with pytest.raises(KeyboardInterrupt), durable.folder(tmp_path / "made") as temp:
        (temp / "a").write_text("new")
        raise KeyboardInterrupt
    assert (tmp_path / "made" / "a").read_text() == "old" and names(tmp_path) == ["made"]


@pytest.mark.parametrize("harm", ["change", "remove", "cut", "no manifest", "odd manifest"])
def test_a_folder_that_was_harmed_is_not_whole(tmp_path, harm) -> None:
    with durable.folder(tmp_path / "made") as temp:
        (temp / "a").write_text("12")
    file, manifest = tmp_path / "made" / "a", tmp_path / "made" / durable.MANIFEST
    {
        "change": lambda: file.write_text("21"),
        "remove": file.unlink,
        "cut": lambda: os.truncate(file, 1),
        "no manifest": manifest.unlink,
        "odd manifest": lambda: manifest.write_text('{"files": [1]}'),
    }[harm]()
    assert not durable.whole(tmp_path / "made")


def test_lines_are_added_whole(tmp_path) -> None:
    durable.append(tmp_path / "log", "one")
    durable.append(tmp_path / "log", "two")
    assert (tmp_path / "log").read_text() == "one\ntwo\n"


def test_the_temps_of_dead_writers_are_swept_and_no_others(tmp_path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from headstart import durable\n"
        "with durable.writing(Path(sys.argv[1])): print('ready', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "file")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        writer.stdout.readline()
        (temp,) = tmp_path.iterdir()
        durable.sweep(tmp_path)
        assert temp.exists()  # its writer lives
        writer.kill()
        writer.wait()
    (tmp_path / ".mine.tmp").write_text("of somebody else")
    deadline = time.monotonic() + 5
    while temp.exists() and time.monotonic() < deadline:
        durable.sweep(tmp_path)
    assert names(tmp_path) == [".mine.tmp"]


def test_json_holds_no_nan_and_no_infinity(tmp_path) -> None:
    told = {"a": [float("nan"), (float("-inf"), 1.5)], "b": {"c": float("inf"), "d": "NaN"}}
    back = json.loads(durable.to_json(told), parse_constant=pytest.fail)
    assert back == {"a": [None, [None, 1.5]], "b": {"c": None, "d": "NaN"}}


def test_everything_that_is_written_as_json_goes_through_one_function() -> None:
    writers = {"write", "append"}
    for file in Path(durable.__file__).parent.rglob("*.py"):
        for call in (n for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.Call)):
            if isinstance(call.func, ast.Attribute) and call.func.attr in writers:
                assert "json.dumps" not in ast.unparse(call), f"{file.name}: {ast.unparse(call)}"


def test_a_sealed_note_comes_back_or_says_that_it_is_damaged(tmp_path) -> None:
    place = tmp_path / "note.json"
    with pytest.raises(FileNotFoundError):
        durable.unsealed(place)
    durable.seal(place, {"half": True, "rates": [(1e-3, 0.25)]})
    assert durable.unsealed(place) == {"half": True, "rates": [[1e-3, 0.25]]}
    sound = place.read_bytes()
    for at, bit in itertools.product(range(len(sound)), (0, 3, 7)):
        bent = bytearray(sound)
        bent[at] ^= 1 << bit
        place.write_bytes(bent)
        with pytest.raises(durable.Damaged):
            durable.unsealed(place)


def test_a_folder_that_could_not_be_filled_is_not_there_and_the_old_one_stays(tmp_path) -> None:
    with durable.beside(tmp_path / "made") as temp:
        durable.write(temp / "one", "1")
    with pytest.raises(ValueError), durable.beside(tmp_path / "made") as temp:
        durable.write(temp / "two", "2")
        raise ValueError
    assert [p.relative_to(tmp_path) for p in tmp_path.rglob("*")] == [
        Path("made"),
        Path("made/one"),
    ]
