import shutil

import pytest
from places import labels, put

from headstart.data import find
from headstart.data.listing import holds_runs, is_junk, visible_files, visible_folders


def test_what_is_in_a_folder_comes_as_people_count_without_litter(tmp_path):
    put(tmp_path, "10.png", "9.png", ".hidden", "Thumbs.db", "b10/x", "b9/x", ".git/x")
    assert [path.name for path in visible_files(tmp_path)] == ["9.png", "10.png"]
    assert [path.name for path in visible_folders(tmp_path)] == ["b9", "b10"]


@pytest.mark.parametrize(("name", "junk"), [("THUMBS.DB", True), ("thumb.db", False)])
def test_litter_is_known_in_any_case(name, junk):
    assert is_junk(name) == junk


@pytest.mark.parametrize(
    ("files", "held"),
    [
        (("run.json", "events.jsonl", "model/head.safetensors"), True),
        (("one/run.json", "one/events.jsonl", "two/run.json", "two/events.jsonl", ".x"), True),
        (("one/run.json", "one/events.jsonl", "sweep/a/run.json", "sweep/a/events.jsonl"), True),
        (("one/run.json", "one/events.jsonl", "notes.txt"), False),
        (("run.json", "cat.png"), False),
        (("one/run.json", "two/cat.png"), False),
        (("one/run.json", "cat.png"), False),
        ((".DS_Store",), False),
    ],
)
def test_a_run_and_a_folder_of_nothing_but_runs_are_known(tmp_path, files, held) -> None:
    put(tmp_path, *files)
    assert holds_runs(tmp_path) == held


def test_runs_is_a_folder_of_runs_whatever_else_lies_there(tmp_path) -> None:
    put(tmp_path / "runs", "one/run.json", "one/events.jsonl", "answers.csv", "notes.txt")
    assert holds_runs(tmp_path / "runs")
    put(tmp_path / "other" / "runs", "train/1.png", "jump/2.png")
    assert not holds_runs(tmp_path / "other" / "runs")


@pytest.mark.parametrize("layout", ["class folders", "table"])
def test_whoever_trains_where_the_data_lie_finds_the_same_data_again(
    tmp_path, layout, finished_run
) -> None:
    between = "/" if layout == "class folders" else "-"
    names = [f"{kind}{between}{number}.png" for kind in ("cat", "dog") for number in range(3)]
    put(tmp_path, *names)
    if layout == "table":
        lines = [f"{name},{name[:3]}" for name in names]
        (tmp_path / "all.csv").write_text("\n".join(["path,label", *lines]))
    before = find(tmp_path)
    shutil.copytree(finished_run, tmp_path / "runs" / "2026-11-28_here")
    after = find(tmp_path)
    assert labels(after) == labels(before) and len(labels(after)) == 6
    new = [(one.code, one.name) for one in after.problems if one not in before.problems]
    assert new == ([] if layout == "table" else [("D150", "runs")])
